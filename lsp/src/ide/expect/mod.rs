//! What may stand at a place of a text, however broken the text is: the language's form as an
//! automaton that reads the tokens before the place.
//!
//! The compiler's grammar says whether a text is right; it cannot say what could come next. A test
//! holds the two together: whatever the compiler accepts, the automaton reads without a stumble.

mod automaton;
mod decls;
mod exprs;
mod flows;
mod machine;
mod node;
mod rules;
mod tests;
mod texts;

pub(crate) use machine::{Expected, Frame, begins, read};
pub(crate) use node::{Place, Wanted};
pub(crate) use rules::Rule;
