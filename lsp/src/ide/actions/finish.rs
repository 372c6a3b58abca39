//! A change as the formatter would have it: blank space is put right where something changed, and
//! nowhere else.

use std::collections::BTreeMap;

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::diag::{Edit, edits};
use flowright_compiler::fmt;
use flowright_compiler::syntax::parse;

use super::cx::touch;
use crate::ide::reformat::{Change, changes, of_blanks};
use crate::ide::snapshot::Snapshot;

/// The edits of lines that come to the same as these and leave what they touch formatted.
///
/// # Errors
/// They overlap, or the text would not be a program any more, which would be a fault.
pub(super) fn finished(snapshot: &Snapshot, raw: &[Edit]) -> Result<Vec<Edit>, String> {
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    raw.iter().for_each(|edit| files.entry(edit.at.file).or_default().push(edit));
    let mut all = Vec::new();
    for (file, mut own) in files {
        let source = snapshot.source(file).ok_or("the file is gone")?;
        let old: &str = &source.text;
        own.sort_by_key(|edit| edit.at.span);
        let changed = edits::apply(old, file, own.iter().copied());
        let changed = changed.ok_or("the changes overlap")?;
        let wrong = |text: &str| parse(text, file).diagnostics.len();
        if wrong(&changed) > wrong(old) {
            return Err("the text would not be right any more".to_owned());
        }
        // A text that is laid out stays so; another only where it changes.
        let new = match fmt::format(old).text == old {
            true => fmt::format(&changed).text,
            false => formatted(&changed, &places(&own)),
        };
        let one = |Change { at, text }| Edit { at: FileSpan { file, span: at }, text };
        all.extend(changes(old, &new, None).into_iter().map(one));
    }
    Ok(all)
}

/// Where the new pieces are in the changed text.
fn places(sorted: &[&Edit]) -> Vec<Span> {
    let mut moved = 0_i64;
    let mut places = Vec::new();
    for edit in sorted {
        let start = i64::from(edit.at.span.start) + moved;
        let len = i64::try_from(edit.text.len()).unwrap_or(i64::MAX);
        moved += len - i64::from(edit.at.span.len());
        let at = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        places.push(Span::new(at(start), at(start + len)));
    }
    places
}

/// The text with the lines at these places as the formatter has them.
fn formatted(text: &str, places: &[Span]) -> String {
    let mut new = text.to_owned();
    // With the blank around them: an empty line too many may be the one behind.
    let blank = |piece: &str| u32::try_from(piece.len()).unwrap_or_default();
    let wide = |at: &Span| {
        let before = text.get(..at.start as usize).unwrap_or("");
        let after = text.get(at.end as usize..).unwrap_or("");
        let start = blank(before.trim_end());
        let end = at.end + blank(after) - blank(after.trim_start());
        Span::new(start, end)
    };
    let places: Vec<Span> = places.iter().map(wide).collect();
    let hunks = of_blanks(text, &fmt::format(text).text);
    for hunk in hunks.iter().rev().filter(|hunk| places.iter().any(|at| touch(hunk.at, *at))) {
        new.replace_range(hunk.at.range(), &hunk.text);
    }
    new
}
