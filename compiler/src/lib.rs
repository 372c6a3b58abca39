//! The flow language: `.flow` text to diagnostics, state graph, IR and bundle.
//!
//! Pure: no IO, no clock, no threads, no `unsafe`. Sources come in through
//! [`base::SourceProvider`]; what goes out is data.

// Named by what the parser generator writes.
extern crate alloc;

pub mod allow;
pub mod asked;
pub mod base;
pub mod bundle;
pub mod channels;
mod checks;
pub mod compile;
pub mod diag;
mod examples;
pub mod fmt;
pub mod graph;
pub mod ir;
mod knowledge;
pub mod labels;
mod memory;
mod mends;
pub mod project;
pub mod prove;
pub mod sema;
pub mod syntax;
pub mod thresholds;
pub mod upgrade;
mod workspace;

pub use compile::{Analysis, Compiled, analyse, compile};
pub use workspace::{Work, Workspace};
