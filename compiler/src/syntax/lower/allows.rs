//! `allow(CODE, "reason")`: what it stands before is known when the next part of the body is.

use super::Lower;
use crate::base::Span;
use crate::syntax::ast::Allow;
use crate::syntax::pest_bridge::{Node, Rule};

/// Those of one declaration.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Allows {
    /// Nothing has followed them yet. Bodies are lowered outside in, so all are of one body.
    waiting: Vec<Allow>,
    settled: Vec<Allow>,
}

impl Allows {
    /// A part of the body follows.
    pub(in crate::syntax) fn over(&mut self, part: Span) {
        let over = |allow| Allow { over: Some(part), ..allow };
        self.settled.extend(self.waiting.drain(..).map(over));
    }

    /// The body is over.
    pub(in crate::syntax) fn end(&mut self) {
        self.settled.append(&mut self.waiting);
    }

    /// All of them, in the order of the text.
    pub(in crate::syntax) fn all(mut self) -> Vec<Allow> {
        self.end();
        self.settled.sort_by_key(|allow| allow.span);
        self.settled
    }
}

impl Lower<'_> {
    /// An `allow` inside a body.
    pub(super) fn wait_allow(&mut self, node: &Node) {
        let allow = self.allow(node);
        self.allows.waiting.push(allow);
    }

    /// The `allow` in a node of that rule.
    pub(super) fn allow(&mut self, node: &Node) -> Allow {
        let reason = node.child(Rule::template).map(|reason| self.plain_string(reason));
        Allow { code: self.own_name(node), reason, span: node.span, over: None }
    }
}
