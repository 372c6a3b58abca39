//! A text as a row of units, each with what stands before it. A unit is a sign, a word, or a whole
//! string; a declaration with a syntax error is one unit.

use crate::base::Span;
use crate::syntax::TokenKind;
use crate::syntax::layout::{Class, Layout};

/// A comment, and the line ends between it and what stands before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remark<'t> {
    /// From `//`, without trailing blanks.
    pub(super) text: &'t str,
    pub(super) newlines: usize,
}

/// Comments and line ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Blank<'t> {
    pub(super) remarks: Vec<Remark<'t>>,
    /// Line ends behind the last comment, that of the comment included.
    pub(super) newlines: usize,
}

impl Blank<'_> {
    /// Whether there is a line end anywhere.
    pub(super) fn breaks(&self) -> bool {
        self.newlines > 0 || !self.remarks.is_empty()
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Unit<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    /// Byte offset in the text.
    pub(super) start: u32,
    /// What stands before it.
    pub(super) before: Blank<'t>,
}

/// The units of a text, and what stands behind the last one.
pub(super) fn units<'t>(text: &'t str, layout: &Layout) -> (Vec<Unit<'t>>, Blank<'t>) {
    let mut row = Row { text, layout, units: Vec::new(), before: Blank::default(), done: 0 };
    for token in &layout.tokens {
        // A token inside a unit that is already there.
        if token.span.start >= row.done {
            row.token(token.kind, token.span);
        }
    }
    (row.units, row.before)
}

struct Row<'t, 'l> {
    text: &'t str,
    layout: &'l Layout,
    units: Vec<Unit<'t>>,
    before: Blank<'t>,
    /// End of the last unit.
    done: u32,
}

impl<'t> Row<'t, '_> {
    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or("")
    }

    fn token(&mut self, kind: TokenKind, span: Span) {
        match kind {
            TokenKind::Whitespace => self.before.newlines += self.slice(span).matches('\n').count(),
            TokenKind::Comment | TokenKind::DocComment => {
                let newlines = std::mem::take(&mut self.before.newlines);
                let text = self.slice(span).trim_end();
                self.before.remarks.push(Remark { text, newlines });
            }
            // Empty, and always in a broken declaration, whose text ends with its line.
            TokenKind::Unclosed => {}
            _ => self.unit(kind, span),
        }
    }

    fn unit(&mut self, kind: TokenKind, span: Span) {
        let (start, mut span) = (span.start, span);
        if self.layout.items.get(&start) == Some(&Class::Broken) {
            span = self.broken(span);
        } else if let Some(end) = self.layout.strings.get(&start)
            && kind == TokenKind::Quote
        {
            span.end = *end;
        }
        let before = std::mem::take(&mut self.before);
        self.units.push(Unit { kind, text: self.slice(span), start, before });
        self.done = span.end;
    }

    /// All of a broken declaration, with the blanks before it on its line.
    fn broken(&self, span: Span) -> Span {
        let known = &self.layout.broken;
        let found = known.binary_search_by_key(&span.start, |broken| broken.start);
        let span = found.ok().and_then(|at| known.get(at)).copied().unwrap_or(span);
        let before = self.text.get(self.done as usize..span.start as usize).unwrap_or("");
        let kept = before.len() - before.trim_end_matches([' ', '\t']).len();
        Span::new(span.start - u32::try_from(kept).unwrap_or(0), span.end)
    }
}
