//! The tree to lines. What fits and was not broken stays on one line; what was broken, or does not
//! fit, is broken the one way that its kind has. Every decision depends on the tokens and on what
//! the author broke, never on columns that alignment moves: so a second run changes nothing.

use super::align::{Line, Row, Stop};
use super::rows::rows;
use super::tree::{Entry, EntryLine, Group, Kind, Piece, gap_behind};
use crate::syntax::layout::{Class, Note};

/// Columns of a line.
pub(super) const COLUMNS_MAX: usize = 100;
/// Columns of one level.
const LEVEL: usize = 2;
/// Columns by which the rest of a broken line is moved in.
const REST: usize = 4;
/// Stops of arrows and braces come behind those inside a text.
const LAST_STOP: u8 = 20;

/// One item to its lines.
pub(super) fn item<'t>(class: Class, pieces: &[Piece<'t>], indent: usize) -> Row<'t> {
    let mut printer = Printer {
        class,
        indent,
        lines: vec![Line::new(indent)],
        stops: Vec::new(),
        depth: 0,
        content: indent,
        list: (indent, false),
        must_break: false,
    };
    printer.pieces(pieces, 0);
    Row { lines: printer.lines, stops: printer.stops, class: Some(class), ..Row::default() }
}

struct Printer {
    class: Class,
    /// Of the item.
    indent: usize,
    lines: Vec<Line>,
    stops: Vec<Stop>,
    /// Groups that are being written on the item's own lines.
    depth: usize,
    /// Column of the item's second piece.
    content: usize,
    /// Column of the first of several texts, and whether it is on the first line.
    list: (usize, bool),
    /// A comment was the last thing on the line.
    must_break: bool,
}

impl Printer {
    fn column(&self) -> usize {
        self.lines.last().map_or(0, Line::end)
    }

    fn push(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
        }
    }

    fn blanks(&mut self, count: usize) {
        self.push(&" ".repeat(count));
    }

    fn newline(&mut self, indent: usize, hangs: bool) {
        self.lines.push(Line { hangs, ..Line::new(indent) });
    }

    fn on_first_line(&self) -> bool {
        self.lines.len() == 1
    }

    /// Pieces of an item; `tail` columns follow on the line of the last one.
    fn pieces(&mut self, pieces: &[Piece<'_>], tail: usize) {
        for (i, piece) in pieces.iter().enumerate() {
            if let Piece::Remark { text, own_line } = piece {
                self.remark(text, *own_line);
                continue;
            }
            if i > 0 {
                self.gap_or_break(pieces, i, tail);
            }
            if i == 1 && self.depth == 0 {
                self.content = self.column();
            }
            if piece.note() == Some(Note::ListFirst) {
                self.list = (self.column(), self.on_first_line());
            }
            match piece {
                Piece::Group(group) => self.group(group, rest(pieces, i + 1, tail)),
                Piece::Atom(atom) => self.push(atom.text),
                Piece::Remark { .. } => {}
            }
        }
    }

    fn remark(&mut self, text: &str, own_line: bool) {
        if own_line || self.must_break {
            self.newline(self.indent + REST, false);
        } else {
            self.blanks(2);
        }
        self.push(text);
        self.must_break = true;
    }

    fn gap_or_break(&mut self, pieces: &[Piece<'_>], i: usize, tail: usize) {
        let Some(piece) = pieces.get(i) else { return };
        if std::mem::take(&mut self.must_break) {
            self.newline(self.indent + REST, false);
        } else if let Some((indent, hangs)) = self.break_before(pieces, i, tail) {
            self.newline(indent, hangs);
        } else {
            if self.depth == 0
                && self.on_first_line()
                && let Some(id) = stop(self.class, pieces, i)
            {
                self.stop(id);
            }
            let wide = self.depth == 0
                && (self.class == Class::Bot && i == 1
                    || self.class == Class::CustomerField && piece.note() == Some(Note::Label));
            self.blanks(if wide { 2 } else { piece.gap() });
        }
    }

    fn stop(&mut self, id: u8) {
        let at = self.lines.last().map_or(0, |line| line.text.len());
        self.stops.push(Stop { id, at });
    }

    /// Where the line goes on when it has to be broken before a piece.
    fn break_before(&self, pieces: &[Piece<'_>], i: usize, tail: usize) -> Option<(usize, bool)> {
        let piece = pieces.get(i)?;
        let full = || self.column() + segment(pieces, i, tail) > COLUMNS_MAX;
        match piece.note()? {
            Note::Wrap => full().then_some((self.indent + REST, false)),
            Note::Extra => (by_author(piece) || full()).then_some((self.indent + LEVEL, false)),
            Note::Else => full().then_some((self.content, self.on_first_line())),
            Note::ListNext => {
                let text = matches!(piece, Piece::Atom(atom) if atom.text.ends_with('"') || atom.text == "allow");
                (text && by_author(piece) || full()).then_some(self.list)
            }
            Note::ListFirst | Note::Label | Note::Sign => None,
        }
    }

    /// A group, with `rest` columns behind it that cannot be broken off.
    fn group(&mut self, group: &Group<'_>, rest: usize) {
        let fits = |width: usize| self.column() + width + rest <= COLUMNS_MAX;
        if group.entries.is_empty() && group.open_remark.is_none() {
            self.push(group.open);
            self.push(group.close);
        } else if !group.forced && !group.hugs && fits(group.width) {
            self.flat(group);
        } else if !group.forced && self.may_be_begun(group) {
            self.begun(group, rest);
        } else if group.kind == Kind::Text && self.may_hang(group, rest) {
            self.hanging(group, rest);
        } else {
            self.broken(group);
        }
    }

    /// All on this line.
    fn flat(&mut self, group: &Group<'_>) {
        self.open(group);
        let stops = self.depth == 0
            && self.on_first_line()
            && group.kind == Kind::Text
            && matches!(self.class, Class::Choice | Class::Arm);
        for (i, entry) in group.entries.iter().enumerate() {
            if let Some(before) = i.checked_sub(1).and_then(|before| group.entries.get(before)) {
                if let (true, Ok(id)) = (stops, u8::try_from(i.min(9))) {
                    self.stop(id);
                }
                self.blanks(gap_behind(before));
            }
            self.flat_pieces(entry.pieces());
        }
        self.close(group);
    }

    fn flat_pieces(&mut self, pieces: &[Piece<'_>]) {
        for piece in pieces {
            self.blanks(piece.gap());
            match piece {
                Piece::Atom(atom) => self.push(atom.text),
                Piece::Group(group) if group.entries.is_empty() => {
                    self.push(group.open);
                    self.push(group.close);
                }
                Piece::Group(group) => {
                    self.depth += 1;
                    self.flat(group);
                    self.depth -= 1;
                }
                Piece::Remark { .. } => {}
            }
        }
    }

    fn open(&mut self, group: &Group<'_>) {
        self.push(group.open);
        self.blanks(usize::from(group.open == "{"));
    }

    fn close(&mut self, group: &Group<'_>) {
        self.blanks(usize::from(group.open == "{"));
        self.push(group.close);
    }

    /// Whether a group may begin on this line although its last item goes on over others.
    fn may_be_begun(&self, group: &Group<'_>) -> bool {
        let Some((last, others)) = group.entries.split_last() else { return false };
        let before: usize = others
            .iter()
            .map(|entry| entry.pieces().iter().map(|p| p.gap() + p.width()).sum::<usize>() + 2)
            .sum();
        let width = 2 + before + rest(last.pieces(), 0, 0);
        group.kind == Kind::Grouped || group.hugs && self.column() + width <= COLUMNS_MAX
    }

    fn begun(&mut self, group: &Group<'_>, rest: usize) {
        self.open(group);
        self.depth += 1;
        for (i, entry) in group.entries.iter().enumerate() {
            if let Some(before) = i.checked_sub(1).and_then(|before| group.entries.get(before)) {
                self.blanks(gap_behind(before));
            }
            if i + 1 < group.entries.len() {
                self.flat_pieces(entry.pieces());
            } else {
                self.pieces(entry.pieces(), rest + 2);
            }
        }
        self.depth -= 1;
        self.close(group);
    }

    /// Whether the languages of a text may stand below each other behind its brace.
    fn may_hang(&self, group: &Group<'_>, rest: usize) -> bool {
        let bare = group.entries.iter().all(|entry| match &entry.line {
            EntryLine::Item { pieces, remark: None, .. } => {
                pieces.iter().all(|piece| match piece {
                    Piece::Atom(atom) => !atom.text.contains('\n'),
                    Piece::Group(_) => true,
                    Piece::Remark { .. } => false,
                })
            }
            EntryLine::Item { .. } | EntryLine::Remark(_) => false,
        });
        let fit = |column: usize, rest: usize| {
            let last = group.entries.len().saturating_sub(1);
            group.entries.iter().enumerate().all(|(i, entry)| {
                column + narrowest(entry) + if i == last { rest } else { 0 } <= COLUMNS_MAX
            })
        };
        let plain = bare && !group.opened && group.open_remark.is_none();
        plain && (fit(self.column() + 2, rest + 2) || !fit(self.indent + LEVEL, 0))
    }

    fn hanging(&mut self, group: &Group<'_>, rest: usize) {
        self.open(group);
        let (column, hangs) = (self.column(), self.on_first_line());
        self.depth += 1;
        for (i, entry) in group.entries.iter().enumerate() {
            if i > 0 {
                self.newline(column, hangs);
            }
            let last = i + 1 == group.entries.len();
            self.pieces(entry.pieces(), if last { rest + 2 } else { 0 });
        }
        self.depth -= 1;
        self.close(group);
    }

    /// Every item on lines of its own.
    fn broken(&mut self, group: &Group<'_>) {
        self.push(group.open);
        if let Some(remark) = group.open_remark {
            self.blanks(2);
            self.push(remark);
        }
        self.lines.extend(rows(&group.entries, self.indent + LEVEL));
        self.newline(self.indent, false);
        self.push(group.close);
    }
}

fn by_author(piece: &Piece<'_>) -> bool {
    match piece {
        Piece::Atom(atom) => atom.broken,
        Piece::Group(group) => group.broken,
        Piece::Remark { .. } => true,
    }
}

/// The longest part of a variant that cannot be broken.
fn narrowest(entry: &Entry<'_>) -> usize {
    let listed = |piece: &Piece<'_>| piece.note() == Some(Note::ListNext);
    let mut parts = entry.pieces().split(listed);
    let width = |part: &[Piece<'_>]| part.iter().map(|p| p.gap() + p.width()).sum::<usize>();
    parts.next().map_or(0, width)
}

fn may_break(piece: &Piece<'_>) -> bool {
    let notes = [Note::Wrap, Note::Extra, Note::Else, Note::ListNext];
    piece.note().is_some_and(|note| notes.contains(&note))
}

/// Columns from piece `i` on to where the line may be broken next, rather not inside brackets (a
/// group counts as if it were on one line, whether it is or not: a second run sees the same).
fn segment(pieces: &[Piece<'_>], i: usize, tail: usize) -> usize {
    let mut total = 0;
    for (j, piece) in pieces.iter().enumerate().skip(i) {
        if j > i && may_break(piece) {
            return total;
        }
        match piece {
            Piece::Remark { .. } => return total,
            Piece::Atom(atom) if atom.text.contains('\n') => return total + 1 + piece.width(),
            Piece::Group(group) if j > i && matches!(group.kind, Kind::Block | Kind::Text) => {
                return total + piece.gap() + 1;
            }
            Piece::Group(_) | Piece::Atom(_) => total += piece.gap() + piece.width(),
        }
    }
    total + tail
}

/// Columns from piece `i` on to where the line may be broken next, be it inside brackets.
fn rest(pieces: &[Piece<'_>], i: usize, tail: usize) -> usize {
    let mut total = 0;
    for piece in pieces.iter().skip(i) {
        if may_break(piece) {
            return total;
        }
        match piece {
            Piece::Remark { .. } => return total,
            Piece::Group(group) if group.kind != Kind::Grouped && !group.entries.is_empty() => {
                return total + piece.gap() + 1;
            }
            Piece::Group(_) | Piece::Atom(_) => total += piece.gap() + piece.width(),
        }
    }
    total + tail
}

/// The stop before piece `i` of an item: where its column is aligned with those above and below.
fn stop(class: Class, pieces: &[Piece<'_>], i: usize) -> Option<u8> {
    let piece = pieces.get(i)?;
    let is = |piece: Option<&Piece<'_>>, text: &str| matches!(piece, Some(Piece::Atom(atom)) if atom.text == text);
    let behind_colon = is(i.checked_sub(1).and_then(|before| pieces.get(before)), ":");
    let braces = matches!(piece, Piece::Group(group) if group.kind == Kind::Block);
    let settings = matches!(piece, Piece::Group(group) if sets(group));
    let arrow = is(Some(piece), "->");
    match class {
        Class::Keyword => (i == 1).then_some(0),
        Class::CustomerField | Class::Field if behind_colon => Some(0),
        Class::CustomerField if piece.note() == Some(Note::Label) => Some(1),
        Class::Choice => matches!(piece, Piece::Group(_)).then_some(0),
        Class::ActionError | Class::Urgency => (i == 2).then_some(0),
        Class::Rule | Class::Arm | Class::When => arrow.then_some(LAST_STOP),
        Class::On => (arrow || braces).then_some(LAST_STOP),
        Class::State => braces.then_some(LAST_STOP),
        Class::Decl("channel") if behind_colon => Some(0),
        Class::Slot | Class::Decl("slot" | "skill" | "channel") => settings.then_some(LAST_STOP),
        _ => None,
    }
}

/// Whether a group holds settings, not the choices of a type.
fn sets(group: &Group<'_>) -> bool {
    group
        .entries
        .iter()
        .any(|entry| matches!(entry.line, EntryLine::Item { class: Class::Keyword, .. }))
}
