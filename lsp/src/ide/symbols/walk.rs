//! Goes through one declaration and writes down every name in it.

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::syntax::ast::{Decl, Name};

use super::{Also, Kind, Occurrence, Role, Symbol};
use crate::ide::model::Model;

/// Every name of a declaration, in no order.
#[must_use]
pub fn occurrences(model: &Model, file: FileId, decl: &Decl) -> Vec<Occurrence> {
    let mut walk =
        Walk { model, file, origin: decl.origin, also: Also::Nothing, found: Vec::new() };
    walk.decl(&decl.node.kind);
    walk.found
}

pub(super) struct Walk<'m> {
    pub(super) model: &'m Model,
    file: FileId,
    origin: u32,
    /// What stands for what besides.
    also: Also,
    found: Vec<Occurrence>,
}

impl Walk<'_> {
    /// A name that stands for something.
    pub(super) fn put(&mut self, span: Span, symbol: Symbol, role: Role) {
        let at = FileSpan { file: self.file, span: span.shifted(self.origin) };
        self.found.push(Occurrence { at, symbol, role, also: self.also });
    }

    /// Names that `walk` puts stand for something besides.
    pub(super) fn also(&mut self, also: Also, walk: impl FnOnce(&mut Self)) {
        self.also = also;
        walk(self);
        self.also = Also::Nothing;
    }

    /// The declaration of something at top level.
    pub(super) fn declares(&mut self, kind: Kind, name: &Name) {
        self.put(name.span, Symbol::top(kind, &name.text), Role::Declares);
    }

    /// The use of something at top level.
    pub(super) fn uses(&mut self, kind: Kind, name: &Name) {
        self.put(name.span, Symbol::top(kind, &name.text), Role::Uses);
    }

    /// A name inside something else.
    pub(super) fn inside(&mut self, kind: Kind, owner: &str, name: &Name, role: Role) {
        self.put(name.span, Symbol::inside(kind, owner, &name.text), role);
    }
}

/// The part of a dotted name before its last dot, and the part behind: `flow.slot`.
pub(super) fn parts(name: &Name) -> Option<(Name, Name)> {
    cut(name, name.text.rfind('.')?)
}

/// The parts of a dotted name before and behind a dot.
pub(super) fn cut(name: &Name, dot: usize) -> Option<(Name, Name)> {
    let (head, tail) = (name.text.get(..dot)?, name.text.get(dot + 1..)?);
    let at = name.span.start + u32::try_from(dot).ok()?;
    let head = Name { text: head.to_owned(), span: Span::new(name.span.start, at) };
    let tail = Name { text: tail.to_owned(), span: Span::new(at + 1, name.span.end) };
    Some((head, tail))
}
