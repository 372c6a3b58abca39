//! Units to a tree of brackets: groups hold items, items hold pieces. The tree says all that the
//! printer decides by: what the author broken over several lines, where comments stand.

use super::units::{Blank, Remark, Unit};
use super::width::columns;
use crate::syntax::TokenKind;
use crate::syntax::layout::{Class, Layout, Note};

/// A part of an item.
#[derive(Debug)]
pub(super) enum Piece<'t> {
    /// A sign, a word, a string.
    Atom(Atom<'t>),
    /// Brackets with what is in them.
    Group(Group<'t>),
    /// A comment in the middle of an item.
    Remark { text: &'t str, own_line: bool },
}

/// See [`Piece::Atom`].
#[derive(Debug)]
pub(super) struct Atom<'t> {
    pub(super) text: &'t str,
    /// Blanks before it on a line: none or one.
    pub(super) gap: usize,
    pub(super) note: Option<Note>,
    /// Whether the author broke the line before it.
    pub(super) broken: bool,
}

/// How the items of a group stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Members and steps: all on one line, or one a line.
    Block,
    /// Languages of a text: on one line, below each other behind the brace, or one a line.
    Text,
    /// Values and types: on one line, or one a line; the last may be broken instead of the whole.
    Values,
    /// Parentheses that only group.
    Grouped,
}

/// See [`Piece::Group`].
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub(super) open: &'t str,
    pub(super) close: &'t str,
    pub(super) gap: usize,
    pub(super) note: Option<Note>,
    /// Whether the author broke the line before it.
    pub(super) broken: bool,
    pub(super) kind: Kind,
    /// A comment on the line of the opening bracket.
    pub(super) open_remark: Option<&'t str>,
    pub(super) entries: Vec<Entry<'t>>,
    /// Whether the author broke the line behind the opening bracket.
    pub(super) opened: bool,
    /// It cannot be on one line.
    pub(super) forced: bool,
    /// Its last item holds a group that cannot be on one line, and it may still be begun on one.
    pub(super) hugs: bool,
    /// Columns on one line, brackets included.
    pub(super) width: usize,
}

/// A line or more of a group.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// Whether the author left a line empty before it.
    pub(super) blank: bool,
    /// Whether the author began a line with it.
    pub(super) broken: bool,
    pub(super) line: EntryLine<'t>,
}

/// See [`Entry`].
#[derive(Debug)]
pub(super) enum EntryLine<'t> {
    Remark(&'t str),
    Item { class: Class, pieces: Vec<Piece<'t>>, remark: Option<&'t str> },
}

impl<'t> Entry<'t> {
    /// The pieces of an item; none of a comment.
    pub(super) fn pieces(&self) -> &[Piece<'t>] {
        match &self.line {
            EntryLine::Item { pieces, .. } => pieces,
            EntryLine::Remark(_) => &[],
        }
    }

    /// Whether it ends with a comma.
    pub(super) fn ends_with_comma(&self) -> bool {
        matches!(self.pieces().last(), Some(Piece::Atom(atom)) if atom.text == ",")
    }

    fn remark(remark: &Remark<'t>, first: bool) -> Self {
        let blank = remark.newlines > 1 && !first;
        Self { blank, broken: true, line: EntryLine::Remark(remark.text) }
    }
}

impl Piece<'_> {
    /// What is noted of its first token.
    pub(super) fn note(&self) -> Option<Note> {
        match self {
            Piece::Atom(atom) => atom.note,
            Piece::Group(group) => group.note,
            Piece::Remark { .. } => None,
        }
    }

    /// Blanks before it on a line.
    pub(super) fn gap(&self) -> usize {
        match self {
            Piece::Atom(atom) => atom.gap,
            Piece::Group(group) => group.gap,
            Piece::Remark { .. } => 2,
        }
    }

    /// Columns on one line, without the gap.
    pub(super) fn width(&self) -> usize {
        match self {
            Piece::Atom(atom) => columns(atom.text.split('\n').next().unwrap_or("")),
            Piece::Group(group) => group.width,
            Piece::Remark { text, .. } => columns(text),
        }
    }

    fn is_forced(&self) -> bool {
        match self {
            Piece::Atom(_) => false,
            Piece::Group(group) => group.forced || group.hugs,
            Piece::Remark { .. } => true,
        }
    }
}

/// The whole text as one group without brackets.
pub(super) fn build<'t>(units: &[Unit<'t>], end: &Blank<'t>, layout: &Layout) -> Vec<Entry<'t>> {
    let mut builder = Builder { units, at: 0, end, layout };
    builder.entries().entries
}

struct Builder<'t, 'u> {
    units: &'u [Unit<'t>],
    at: usize,
    /// What stands behind the last unit.
    end: &'u Blank<'t>,
    layout: &'u Layout,
}

/// The inside of a group.
#[derive(Default)]
struct Inside<'t> {
    open_remark: Option<&'t str>,
    entries: Vec<Entry<'t>>,
}

impl<'t> Builder<'t, '_> {
    fn peek(&self) -> Option<&Unit<'t>> {
        self.units.get(self.at)
    }

    /// The class of the item that begins here, if one does.
    fn class_here(&self) -> Option<Class> {
        self.layout.items.get(&self.peek()?.start).copied()
    }

    fn at_close(&self) -> bool {
        use TokenKind::{CloseBrace, CloseBracket, CloseParen};
        // A broken declaration is one unit, whatever it begins with.
        let broken = self.class_here() == Some(Class::Broken);
        let closes = |kind| matches!(kind, CloseBrace | CloseParen | CloseBracket);
        self.peek().is_none_or(|unit| closes(unit.kind) && !broken)
    }

    /// Entries up to a closing bracket, which is left.
    fn entries(&mut self) -> Inside<'t> {
        let mut inside = Inside::default();
        loop {
            let before = self.peek().map_or(self.end, |unit| &unit.before).clone();
            let bare = inside.entries.is_empty();
            let remarks = before.remarks.iter().enumerate();
            for (i, remark) in remarks {
                if i == 0 && remark.newlines == 0 && !(bare && self.at == 0) {
                    inside.beside(remark.text);
                } else {
                    let first = inside.is_empty();
                    inside.entries.push(Entry::remark(remark, first));
                }
            }
            let class = self.class_here();
            if self.at_close() {
                return inside;
            }
            let blank = before.newlines > 1 && !inside.is_empty();
            let pieces = self.item();
            let class = class.unwrap_or(Class::Plain);
            let line = EntryLine::Item { class, pieces, remark: None };
            inside.entries.push(Entry { blank, broken: before.breaks(), line });
        }
    }

    /// The pieces of one item; at least one.
    fn item(&mut self) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut before: Option<&Unit<'t>> = None;
        while let Some(unit) = self.units.get(self.at) {
            if before.is_some() && (self.class_here().is_some() || self.at_close()) {
                break;
            }
            if before.is_some() {
                pieces.extend(unit.before.remarks.iter().map(|remark| Piece::Remark {
                    text: remark.text,
                    own_line: remark.newlines > 0,
                }));
            }
            self.at += 1;
            pieces.push(match unit.kind {
                _ if self.layout.items.get(&unit.start) == Some(&Class::Broken) => {
                    Piece::Atom(self.atom(unit, before))
                }
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => {
                    Piece::Group(self.group(unit, before))
                }
                _ => Piece::Atom(self.atom(unit, before)),
            });
            before = self.units.get(self.at.saturating_sub(1));
        }
        pieces
    }

    fn note(&self, unit: &Unit<'t>) -> Option<Note> {
        self.layout.notes.get(&unit.start).copied()
    }

    fn atom(&self, unit: &Unit<'t>, before: Option<&Unit<'t>>) -> Atom<'t> {
        use TokenKind::{Colon, Comma, Dot, Literal, Word};
        let joined = match unit.kind {
            Comma | Colon => true,
            Word | Literal | Dot => !self.layout.begins.contains(&unit.start),
            _ => false,
        };
        let sign = before.is_none_or(|before| self.note(before) == Some(Note::Sign));
        let gap = usize::from(!joined && !sign);
        Atom { text: unit.text, gap, note: self.note(unit), broken: unit.before.breaks() }
    }

    /// The group whose opening bracket was just passed.
    fn group(&mut self, open: &Unit<'t>, before: Option<&Unit<'t>>) -> Group<'t> {
        let first = self.at;
        let class = self.class_here();
        let opened = self.peek().is_some_and(|unit| unit.before.breaks());
        let inside = self.entries();
        let close = self.peek().map_or("", |unit| unit.text);
        let end = (self.at + 1).min(self.units.len());
        let inner = self.units.get(first..end).unwrap_or(&[]);
        let lines = inner.iter().any(|unit| unit.before.breaks() || unit.text.contains('\n'));
        self.at = end;
        let kind = kind(class, open.kind);
        let sign = before.is_none_or(|before| self.note(before) == Some(Note::Sign));
        let apart = open.kind != TokenKind::OpenParen || kind == Kind::Grouped;
        let fate = fate(kind, &inside, opened, lines);
        Group {
            open: open.text,
            close,
            gap: usize::from(apart && !sign),
            note: self.note(open),
            broken: open.before.breaks(),
            kind,
            open_remark: inside.open_remark,
            opened,
            forced: fate == Fate::Forced,
            hugs: fate == Fate::Hugs,
            width: open.text.len() + close.len() + width(open.text, &inside.entries),
            entries: inside.entries,
        }
    }
}

impl<'t> Inside<'t> {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.open_remark.is_none()
    }

    /// Takes a comment that stands on the line of what is before it.
    fn beside(&mut self, text: &'t str) {
        match self.entries.last_mut() {
            Some(Entry { line: EntryLine::Item { remark, .. }, .. }) => *remark = Some(text),
            _ => self.open_remark = Some(text),
        }
    }
}

fn kind(first: Option<Class>, bracket: TokenKind) -> Kind {
    match first {
        Some(Class::Variant) => Kind::Text,
        Some(Class::Field | Class::Element) => Kind::Values,
        Some(Class::Grouped) => Kind::Grouped,
        None if bracket != TokenKind::OpenBrace => Kind::Values,
        _ => Kind::Block,
    }
}

/// Whether a group can be on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Free,
    Forced,
    Hugs,
}

fn fate(kind: Kind, inside: &Inside<'_>, opened: bool, lines: bool) -> Fate {
    let own_remark = |entry: &Entry<'_>| match &entry.line {
        EntryLine::Remark(_) => true,
        EntryLine::Item { pieces, remark, .. } => {
            remark.is_some() || pieces.iter().any(|piece| matches!(piece, Piece::Remark { .. }))
        }
    };
    let remarks = inside.open_remark.is_some() || inside.entries.iter().any(own_remark);
    let inner_forced = |entry: &Entry<'_>| entry.pieces().iter().any(Piece::is_forced);
    let (last, others) = match inside.entries.split_last() {
        Some((last, others)) => (inner_forced(last), others.iter().any(inner_forced)),
        None => (false, false),
    };
    match kind {
        _ if remarks => Fate::Forced,
        _ if inside.entries.is_empty() => Fate::Free,
        Kind::Block | Kind::Text if lines || last || others => Fate::Forced,
        Kind::Values if opened || others => Fate::Forced,
        Kind::Values | Kind::Grouped if last || others => Fate::Hugs,
        _ => Fate::Free,
    }
}

/// Columns between the brackets on one line.
fn width(open: &str, entries: &[Entry<'_>]) -> usize {
    let mut total = if open == "{" && !entries.is_empty() { 2 } else { 0 };
    for (i, entry) in entries.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|before| entries.get(before)) {
            total += gap_behind(before);
        }
        total += entry.pieces().iter().map(|piece| piece.gap() + piece.width()).sum::<usize>();
    }
    total
}

/// Blanks between an item and the next one on its line: a comma parts well enough.
pub(super) fn gap_behind(entry: &Entry<'_>) -> usize {
    if entry.ends_with_comma() { 1 } else { 2 }
}
