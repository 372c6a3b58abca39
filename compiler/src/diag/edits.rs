//! Fixes applied to texts: which of many go together, and what the text is then.

use std::collections::BTreeSet;

use super::{Diagnostic, Edit, Fix};
use crate::base::{FileId, Span};

/// The place to remove so that no empty line stays: a piece with the whole line when it is alone
/// on its lines, else with the blanks before it.
#[must_use]
pub fn with_its_line(text: &str, piece: Span) -> Span {
    let before = text.get(..piece.start as usize).unwrap_or("");
    let after = text.get(piece.end as usize..).unwrap_or("");
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r');
    let indent = before.len() - before.trim_end_matches(blank).len();
    let start = piece.start - u32::try_from(indent).unwrap_or_default();
    let rest = after.trim_start_matches(blank);
    let alone = before.trim_end_matches(blank).ends_with('\n') || before.trim().is_empty();
    match rest.strip_prefix('\n') {
        Some(next) if alone => {
            let gone = u32::try_from(after.len() - next.len()).unwrap_or_default();
            Span::new(start, piece.end + gone)
        }
        _ => Span::new(start, piece.end),
    }
}

/// What ends the lines of a text.
#[must_use]
pub fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The first fix of each finding, leaving out those that touch a place which an earlier one
/// changes. Gives the fixes taken, in the order of the findings.
#[must_use]
pub fn compatible(
    findings: &[Diagnostic],
    mut may_change: impl FnMut(FileId) -> bool,
) -> Vec<&Fix> {
    let mut taken: Vec<&Fix> = Vec::new();
    let mut places = BTreeSet::new();
    for finding in findings {
        let Some(fix) = finding.fixes.first() else { continue };
        let writable = fix.edits.iter().all(|edit| may_change(edit.at.file));
        let free = fix.edits.iter().all(|edit| is_free(&places, edit));
        if writable && free && !fix.edits.is_empty() {
            places.extend(fix.edits.iter().map(place));
            taken.push(fix);
        }
    }
    taken
}

/// File, start and end.
type Place = (FileId, u32, u32);

const fn place(edit: &Edit) -> Place {
    (edit.at.file, edit.at.span.start, edit.at.span.end)
}

/// Whether an edit neither overlaps one of those places, which do not overlap each other, nor
/// inserts at one.
fn is_free(places: &BTreeSet<Place>, edit: &Edit) -> bool {
    let (file, start, end) = place(edit);
    let mut before = places.range((file, 0, 0)..(file, end, 0));
    let overlaps = before.next_back().is_some_and(|(_, _, other_end)| *other_end > start);
    !overlaps && !places.contains(&(file, start, end))
}

/// The text of a file after edits; `None` when they overlap or lie outside of it.
#[must_use]
pub fn apply<'e>(
    text: &str,
    file: FileId,
    edits: impl IntoIterator<Item = &'e Edit>,
) -> Option<String> {
    let mut own: Vec<&Edit> = edits.into_iter().filter(|edit| edit.at.file == file).collect();
    own.sort_by_key(|edit| edit.at.span);
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in own {
        changed.push_str(text.get(at..edit.at.span.start as usize)?);
        changed.push_str(&edit.text);
        at = edit.at.span.end as usize;
    }
    changed.push_str(text.get(at..)?);
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FileSpan;
    use crate::diag::Code;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { at: FileSpan { file: FileId(0), span: Span::new(start, end) }, text: text.into() }
    }

    #[test]
    fn a_removed_line_leaves_no_empty_one() {
        let text = "a {\n  gone\n  stays gone\n}\n";
        for (piece, left) in [
            (Span::new(6, 10), "a {\n  stays gone\n}\n"),
            (Span::new(19, 23), "a {\n  gone\n  stays\n}\n"),
        ] {
            let gone = with_its_line(text, piece);
            let edits = [edit(gone.start, gone.end, "")];
            assert_eq!(apply(text, FileId(0), &edits).unwrap(), left);
        }
    }

    #[test]
    fn edits_go_in_together_or_not_at_all() {
        let edits = [edit(4, 4, "!"), edit(0, 1, "A")];
        assert_eq!(apply("abcd", FileId(0), &edits).unwrap(), "Abcd!");
        assert_eq!(apply("abcd", FileId(0), &[edit(0, 2, ""), edit(1, 3, "")]), None);
        assert_eq!(apply("abcd", FileId(0), &[edit(3, 9, "")]), None);
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let at = |edit: &Edit| edit.at;
        let finding = |edits: Vec<Edit>| {
            let first = edits.first().map(at).unwrap();
            let mut found = Diagnostic::new(Code::E0201, first, "x");
            found.fixes.push(Fix { title: String::new(), edits });
            found
        };
        let findings = [
            finding(vec![edit(0, 3, "x"), edit(9, 9, "y")]),
            finding(vec![edit(2, 5, "z")]),
            finding(vec![edit(9, 9, "w")]),
            finding(vec![edit(5, 6, "v")]),
        ];
        let taken = compatible(&findings, |_| true);
        assert_eq!(taken, [&findings[0].fixes[0], &findings[3].fixes[0]]);
        assert!(compatible(&findings, |_| false).is_empty());
    }
}
