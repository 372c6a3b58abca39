//! The items of a group, one below the other: what shares a line, where a line is left empty.

use super::align::{Line, Row, align};
use super::print::{COLUMNS_MAX, item};
use super::tree::{Entry, EntryLine};
use crate::syntax::layout::Class;

/// Declarations of one line that may stand together.
const TOGETHER: &[&str] = &["use", "role", "skill", "channel", "slot"];

/// The lines of a group's inside.
pub(super) fn rows(entries: &[Entry<'_>], indent: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    for entry in entries {
        let row = row(entry, indent);
        match rows.last_mut() {
            Some(before) if !entry.broken && shares(before, &row) => join(before, row),
            _ => rows.push(row),
        }
    }
    align(&mut rows);
    lines(rows)
}

/// The lines of a file.
pub(super) fn file(entries: &[Entry<'_>]) -> Vec<Line> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for entry in entries {
        let row = row(entry, 0);
        match rows.last_mut() {
            // It began in the middle of a line, and is left there.
            Some(before) if !entry.broken && row.class == Some(Class::Broken) => join(before, row),
            _ => rows.push(row),
        }
    }
    part(&mut rows);
    align(&mut rows);
    lines(rows)
}

fn row<'t>(entry: &Entry<'t>, indent: usize) -> Row<'t> {
    let mut row = match &entry.line {
        EntryLine::Remark(text) => {
            let line = Line { text: (*text).to_owned(), ..Line::new(indent) };
            Row { lines: vec![line], ..Row::default() }
        }
        EntryLine::Item { class, pieces, remark } => {
            Row { remark: *remark, ..item(*class, pieces, indent) }
        }
    };
    row.blank = entry.blank;
    row
}

/// Whether the author's line of two parts of an action may stay one.
fn shares(before: &Row<'_>, row: &Row<'_>) -> bool {
    let part = |row: &Row<'_>| matches!(row.class, Some(Class::ActionPart | Class::ActionError));
    let width = |row: &Row<'_>| row.lines.first().map_or(0, Line::end);
    let indent = row.lines.first().map_or(0, |line| line.indent);
    part(before)
        && part(row)
        && before.remark.is_none()
        && before.is_line()
        && row.is_line()
        && width(before) + 2 + width(row) - indent <= COLUMNS_MAX
}

fn join<'t>(before: &mut Row<'t>, row: Row<'t>) {
    let mut lines = row.lines.into_iter();
    if let (Some(line), Some(first)) = (before.lines.last_mut(), lines.next()) {
        if row.class != Some(Class::Broken) {
            line.text.push_str("  ");
        }
        line.text.push_str(&first.text);
    }
    before.lines.extend(lines);
    before.stops.clear();
    before.class = row.class;
    before.remark = row.remark;
}

/// Puts an empty line between declarations, except where short ones stand together.
fn part(rows: &mut [Row<'_>]) {
    let mut above: Option<bool> = None;
    // Whether the declaration before is an `allow`, which belongs to this one.
    let mut allows = false;
    let mut parted = 0;
    // Index of the first row behind the last declaration.
    let mut begin = 0;
    for (at, short) in short_ones(rows).into_iter().enumerate() {
        let Some(row) = rows.get(at) else { return };
        parted += usize::from(row.blank);
        let Some(class) = row.class else { continue };
        let together = above.is_none_or(|above| above && short) || allows;
        allows = class == Class::Decl("allow");
        if !together
            && parted == 0
            && let Some(first) = rows.get_mut(begin)
        {
            first.blank = true;
        }
        (above, parted, begin) = (Some(short), 0, at + 1);
    }
}

/// By row: whether a declaration may stand close to its like; an `allow` is as what it stands before.
fn short_ones(rows: &[Row<'_>]) -> Vec<bool> {
    let mut short = vec![false; rows.len()];
    let mut behind = false;
    for (row, short) in rows.iter().zip(&mut short).rev() {
        let Some(class) = row.class else { continue };
        if class != Class::Decl("allow") {
            behind = row.is_line()
                && matches!(class, Class::Decl(keyword) if TOGETHER.contains(&keyword));
        }
        *short = behind;
    }
    short
}

fn lines(rows: Vec<Row<'_>>) -> Vec<Line> {
    let mut lines = Vec::new();
    for row in rows {
        if row.blank {
            lines.push(Line::new(0));
        }
        lines.extend(row.lines.into_iter().map(|line| Line { hangs: false, ..line }));
    }
    lines
}
