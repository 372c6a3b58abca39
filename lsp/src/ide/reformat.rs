//! From a text and its formatted form to the edits of lines that make the one of the other.

use flowright_compiler::base::Span;

/// Lines that are to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The old lines, with their ends.
    pub at: Span,
    /// The new ones.
    pub text: String,
}

/// Beyond this, the middle of a text is replaced whole: comparing every line with every other would
/// take long.
const COMPARED_MAX: usize = 4_000_000;

/// The changes from one text to the other, in the order of the text; with `within` only those that
/// touch it.
#[must_use]
pub fn changes(old: &str, new: &str, within: Option<Span>) -> Vec<Change> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest);
    let tail = tail.take_while(|(a, b)| a == b).count();
    let left = before.get(same..before.len() - tail).unwrap_or_default();
    let right = after.get(same..after.len() - tail).unwrap_or_default();
    let start: usize = before.iter().take(same).map(|line| line.len()).sum();
    let mut all = Vec::new();
    let mut at = start;
    for (removed, added) in hunks(left, right) {
        match removed {
            Piece::Same(lines) => at += length(lines),
            Piece::Replaced(lines) => {
                let end = at + length(lines);
                all.push(Change { at: span(at, end), text: added.concat() });
                at = end;
            }
        }
    }
    if let Some(within) = within {
        all = apart(old, all);
        all.retain(|change| change.at.start <= within.end && within.start <= change.at.end);
    }
    all
}

/// The changes of blank space from a text to its formatted form, each of which can be made without
/// the others: a line that one of them removes may come back in the next, and then they are one.
#[must_use]
pub fn of_blanks(old: &str, new: &str) -> Vec<Change> {
    apart(old, changes(old, new, None))
}

fn apart(old: &str, all: Vec<Change>) -> Vec<Change> {
    let signs = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let mut joined: Vec<Change> = Vec::new();
    // Signs that are removed so far, and those that are there again.
    let (mut removed, mut added) = (0, 0);
    for change in all {
        let is_open = removed != added;
        removed += signs(old.get(change.at.range()).unwrap_or(""));
        added += signs(&change.text);
        match joined.last_mut().filter(|_| is_open) {
            Some(before) => {
                let between = Span::new(before.at.end, change.at.start);
                before.text.push_str(old.get(between.range()).unwrap_or(""));
                before.text.push_str(&change.text);
                before.at.end = change.at.end;
            }
            None => joined.push(change),
        }
    }
    joined
}

enum Piece<'l> {
    Same(&'l [&'l str]),
    Replaced(&'l [&'l str]),
}

fn length(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.len()).sum()
}

fn span(start: usize, end: usize) -> Span {
    let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span::new(at(start), at(end))
}

/// Pieces of the left that stay, and pieces that are replaced by lines of the right, told by the
/// longest common subsequence.
fn hunks<'l>(left: &'l [&'l str], right: &'l [&'l str]) -> Vec<(Piece<'l>, &'l [&'l str])> {
    if left.is_empty() && right.is_empty() {
        return Vec::new();
    }
    if left.len().saturating_mul(right.len()) > COMPARED_MAX {
        return vec![(Piece::Replaced(left), right)];
    }
    let width = right.len() + 1;
    let mut table = vec![0_u32; (left.len() + 1) * width];
    let get = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in left.iter().enumerate().rev() {
        for (j, b) in right.iter().enumerate().rev() {
            let best = match a == b {
                true => get(&table, i + 1, j + 1) + 1,
                false => get(&table, i + 1, j).max(get(&table, i, j + 1)),
            };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut from_i, mut from_j) = (0, 0);
    let mut close = |i: usize, j: usize, from_i: usize, from_j: usize| {
        if i > from_i || j > from_j {
            let old = left.get(from_i..i).unwrap_or_default();
            found.push((Piece::Replaced(old), right.get(from_j..j).unwrap_or_default()));
        }
        if let Some(line) = left.get(i..=i) {
            found.push((Piece::Same(line), &[]));
        }
    };
    while i < left.len() && j < right.len() {
        if left.get(i) == right.get(j) {
            close(i, j, from_i, from_j);
            (i, j) = (i + 1, j + 1);
            (from_i, from_j) = (i, j);
        } else if get(&table, i + 1, j) >= get(&table, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    close(left.len(), right.len(), from_i, from_j);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(old: &str, changes: &[Change]) -> String {
        let mut text = old.to_owned();
        for change in changes.iter().rev() {
            text.replace_range(change.at.range(), &change.text);
        }
        text
    }

    #[test]
    fn the_changes_make_the_new_text() {
        let texts = ["", "a\n", "a\nb\nc\n", "b\nc", "x\nb\ny\nc\nz\n", "a\nb\nb\nc\n\n\nd"];
        for old in texts {
            for new in texts {
                assert_eq!(apply(old, &changes(old, new, None)), new, "{old:?} to {new:?}");
            }
        }
    }

    #[test]
    fn a_line_that_moves_is_not_lost() {
        let (old, new) = ("x\na b\n\ny\n", "x\n\na\nb\n\ny\n");
        for change in of_blanks(old, new) {
            let signs = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(signs(old.get(change.at.range()).unwrap_or("")), signs(&change.text));
        }
        assert_eq!(apply(old, &of_blanks(old, new)), new);
        let part = changes(old, new, Some(Span::new(2, 4)));
        assert_eq!(apply(old, &part), new);
    }

    #[test]
    fn lines_elsewhere_stay() {
        let all = changes("a\nb\nc\nd\n", "A\nb\nC\nd\n", None);
        assert_eq!(all.len(), 2);
        let only = changes("a\nb\nc\nd\n", "A\nb\nC\nd\n", Some(Span::new(4, 5)));
        assert_eq!(only, [Change { at: Span::new(4, 6), text: "C\n".to_owned() }]);
    }
}
