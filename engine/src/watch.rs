//! A look inside a step: who debugs runs the program's functions herself and sees the session that they
//! run in.

use flowright_compiler::ir::{FuncId, RunContext, RunError};

use crate::model::Session;

/// A function about to run inside a step.
#[derive(Debug)]
pub struct Moment<'m> {
    /// Which; on the frame on top of the session's stack.
    pub function: FuncId,
    /// The session as it is by then. What is changed in the frame on top or in the session's slots is
    /// seen by what comes after the function, not by the function, which has its cells already.
    pub session: &'m mut Session,
    /// The function's cells.
    pub cx: &'m mut RunContext,
    /// How many commands the step has given by then.
    pub commands: usize,
}

/// Runs functions in place of the program's executor.
pub trait Watch {
    /// Runs the function to one of its exits and gives the exit's number, as
    /// [`flowright_compiler::ir::Executor::run`] does.
    ///
    /// # Errors
    /// See [`RunError`].
    fn run(&mut self, moment: Moment<'_>) -> Result<u32, RunError>;
}
