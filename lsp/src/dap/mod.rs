//! The debugger: the Debug Adapter Protocol over standard input and output.
//!
//! A conversation is deterministic, so it is not held up while it is looked at: each event is taken at
//! once, every step of the flow language is recorded with all that was known just before it (`record`,
//! `tape`), and the debugger moves through the record, forward and back (`motion`). What is set anew is
//! written at its moment, and all that follows happens again.

mod adapter;
mod arguments;
mod attached;
mod breakpoints;
mod console;
mod evaluate;
mod http;
mod incidents;
mod launch;
mod motion;
mod printed;
mod record;
mod run;
mod shown;
mod sources;
mod spots;
mod stack;
mod tape;
mod target;
#[cfg(test)]
mod tests;
mod values;
mod variables;
mod wire;

use std::path::Path;

use flowright_compiler::base::SourceProvider;
use flowright_engine::LoadedProgram;
use flowright_engine::model::{FoundArticle, Session};

pub use adapter::serve;

/// Finds the articles that may answer an utterance.
///
/// # Errors
/// Why they cannot be searched, in words.
pub type Search = Box<dyn Fn(&Session, &str) -> Result<Vec<FoundArticle>, String> + Sync>;

/// What the debugger has from outside.
pub trait Shell {
    /// The project in a folder.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn project(&self, folder: &Path) -> Result<Box<dyn SourceProvider>, String>;

    /// What finds articles for a program.
    ///
    /// # Errors
    /// Why they cannot be searched, in words.
    fn articles(&self, program: &LoadedProgram) -> Result<Search, String>;

    /// The time, ms UTC.
    fn now_ms(&self) -> i64;

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<String>;
}
