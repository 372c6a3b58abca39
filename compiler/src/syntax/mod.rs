//! From text to tree: tokens, chunks, grammar, AST. Parsing never fails.

pub mod ast;
