//! `allow(CODE, "reason")`: what it stands before is known when the next part of the body is.

use std::collections::BTreeMap;

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
    /// Parts that were lost for their form, by where they begin: they are not in the tree.
    lost: BTreeMap<u32, Span>,
}

impl Allows {
    /// A part of the body follows.
    pub(in crate::syntax) fn over(&mut self, part: Span) {
        let over = |allow| Allow { over: Some(part), ..allow };
        self.settled.extend(self.waiting.drain(..).map(over));
    }

    /// A part of some body has not its form.
    pub(in crate::syntax) fn lost(&mut self, part: Span) {
        self.lost.insert(part.start, part);
    }

    /// The body is over, at `end`: what is waiting stands before a part that was lost, or nothing.
    pub(in crate::syntax) fn end(&mut self, end: u32) {
        let last = self.waiting.last().map_or(end, |allow| allow.span.end);
        let behind = self.lost.range(last..end.max(last)).next().map(|(_, lost)| *lost);
        match behind {
            Some(lost) => self.over(lost),
            None => self.settled.append(&mut self.waiting),
        }
    }

    /// All of them, in the order of the text.
    pub(in crate::syntax) fn all(mut self) -> Vec<Allow> {
        self.end(u32::MAX);
        self.settled.sort_by_key(|allow| allow.span);
        self.settled
    }
}

impl Lower<'_> {
    /// What stands in a body in nodes of these rules; of each `allow` there it is noted which of them it
    /// stands before.
    pub(super) fn parts<'n>(&mut self, body: &'n Node, rules: &[Rule]) -> Vec<&'n Node> {
        let mut parts = Vec::new();
        for part in &body.children {
            let is_part = rules.contains(&part.rule);
            let own = (part.rule == Rule::allow).then_some(part);
            match own.or_else(|| part.child(Rule::allow).filter(|_| is_part)) {
                Some(allow) => self.wait_allow(allow),
                None if is_part => {
                    self.allows.over(part.span);
                    parts.push(part);
                }
                None => {}
            }
        }
        self.allows.end(body.span.end);
        parts
    }

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
