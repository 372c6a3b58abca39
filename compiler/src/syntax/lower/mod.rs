//! Matched rules to the syntax tree. Total: a node that is not of the form expected becomes an
//! `Error` node, never a panic.

mod allows;
mod bodies;
mod customer;
mod decls;
mod depth;
mod exprs;
mod flows;
pub(super) mod forms;
mod literals;
mod members;
mod migrate;
mod plurals;
mod routes;
mod tests;
mod texts;

use std::collections::BTreeSet;

pub(super) use self::allows::Allows;
pub(super) use self::depth::Depth;
use super::ast::Name;
use super::pest_bridge::{Node, Rule};
use crate::base::Span;
use crate::diag::Code;

/// What is wrong with something that has its form: a literal without a value, a tree too deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) at: Span,
    pub(super) message: String,
    pub(super) label: &'static str,
    /// Where the first of two is.
    pub(super) first: Option<Span>,
    pub(super) help: String,
    /// What stands there in place of it once it is mended.
    pub(super) instead: Option<String>,
}

/// What lowering works with: the chunk's text, the documentation in it, and the faults it finds.
pub(super) struct Lower<'t> {
    /// The chunk; spans index into it.
    pub(super) text: &'t str,
    /// Start of a token and the `///` lines directly above it, ordered by start.
    pub(super) docs: &'t [(u32, String)],
    /// What is wrong with what has its form.
    pub(super) faults: Vec<Fault>,
    /// Every `allow` inside the declaration.
    pub(super) allows: Allows,
    /// How deep things are at the place.
    pub(super) depth: Depth,
    /// Where parts end that were lost for their form.
    pub(super) lost_ends: BTreeSet<u32>,
}

impl<'t> Lower<'t> {
    /// At the start of a chunk.
    pub(super) fn new(text: &'t str, docs: &'t [(u32, String)]) -> Self {
        let (allows, depth) = (Allows::default(), Depth::default());
        Self { text, docs, faults: Vec::new(), allows, depth, lost_ends: BTreeSet::new() }
    }

    fn str(&self, node: &Node) -> &str {
        self.slice(node.span)
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    fn doc(&self, span: Span) -> Option<String> {
        let found = self.docs.binary_search_by_key(&span.start, |(start, _)| *start).ok()?;
        self.docs.get(found).map(|(_, doc)| doc.clone())
    }

    fn name(&self, node: &Node) -> Name {
        Name { text: self.str(node).to_owned(), span: node.span }
    }

    /// The first name among the children.
    fn first_name(&self, node: &Node) -> Option<Name> {
        let mut names =
            node.children.iter().filter(|c| matches!(c.rule, Rule::ident | Rule::dotted));
        names.next().map(|name| self.name(name))
    }

    /// Like [`Lower::first_name`], for rules that always have one.
    fn own_name(&self, node: &Node) -> Name {
        self.first_name(node).unwrap_or(Name { text: String::new(), span: node.span })
    }

    /// Every name among the children.
    fn names(&self, node: &Node) -> Vec<Name> {
        let is_name = |c: &&Node| matches!(c.rule, Rule::ident | Rule::dotted);
        node.children.iter().filter(is_name).map(|name| self.name(name)).collect()
    }

    fn fault(&mut self, at: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault::new(Code::E0108, at, message, help));
    }
}

impl Fault {
    pub(super) fn new(
        code: Code,
        at: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code, at, message, label: "", first: None, help, instead: None }
    }
}
