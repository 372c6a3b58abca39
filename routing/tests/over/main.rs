//! The desk and its days from outside.
#![expect(clippy::unwrap_used, reason = "tests")]

mod days;
mod desks;
mod example;
mod order;
mod simulated;
mod time;
mod turns;
