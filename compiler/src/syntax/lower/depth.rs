//! How deep the tree is. Every later stage walks it by calling itself, so its depth is bounded here,
//! once: what is too deep becomes an `Error` node with a finding, and the rest stands.

use super::{Fault, Lower};
use crate::base::Span;
use crate::base::limits::{EXPRESSION_DEPTH_MAX, NESTING_MAX};
use crate::diag::Code;

/// What is open at a place, and how tall what was lowered is.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Depth {
    /// The tallest expression lowered inside the one that is being lowered.
    pub(super) tallest: usize,
    /// Prefix operators whose operand is being lowered.
    pub(super) prefixes: usize,
    /// Steps in each other.
    pub(super) steps: usize,
    /// Types in each other.
    pub(super) types: usize,
}

impl Lower<'_> {
    /// Reports an expression at the operation that is one too many.
    pub(super) fn expression_too_deep(&mut self, at: Span) {
        let message = format!(
            "this expression is too long: more than {EXPRESSION_DEPTH_MAX} operations in each other"
        );
        let help = "set slots to parts of it, or use several `when`s; `x in [a, b]` asks for one of many values";
        self.too_deep(at, message, help);
    }

    /// Reports a step at the `when` that is one too many.
    pub(super) fn steps_too_deep(&mut self, at: Span) {
        let message = format!("more than {NESTING_MAX} steps are in each other here");
        self.too_deep(at, message, "join conditions by `and`, or go on in another state");
    }

    /// Reports a type that is a list of lists, or a record of records, without end.
    pub(super) fn type_too_deep(&mut self, at: Span) {
        let message = format!("more than {NESTING_MAX} types are in each other here");
        self.too_deep(at, message, "let the action return a flatter list or record");
    }

    fn too_deep(&mut self, at: Span, message: String, help: &'static str) {
        let label = "one too many";
        self.faults.push(Fault { label, ..Fault::new(Code::E0106, at, message, help) });
    }
}
