//! The binary as people, editors and CI use it: what it prints where, its exit codes, its files.
#![expect(clippy::unwrap_used, reason = "tests")]

mod channels;
mod chat;
mod check;
mod codes;
mod commands;
mod fmt;
mod fuzz;
mod nlu;
mod route;
mod support;
