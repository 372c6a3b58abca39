//! From text to tree. Parsing never fails: what is broken becomes an error node, and the rest
//! stands. Lex all, cut into declarations, run the grammar on each, go down where it fails.

mod advice;
mod around;
pub mod ast;
mod chunk;
pub(crate) mod content;
mod cut;
mod delim;
#[cfg(test)]
mod drift;
mod explain;
mod forgotten;
mod habits;
pub(crate) mod layout;
mod lexer;
pub(crate) mod literal;
mod lower;
mod mend;
mod parse;
mod pest_bridge;
mod recover;
pub(crate) mod sums;
pub mod token;
mod unknown;
pub mod write;

pub use content::Content;
pub use lexer::lex;
pub use parse::{ParseCache, Parsed, parse};
pub use token::{Token, TokenKind};
