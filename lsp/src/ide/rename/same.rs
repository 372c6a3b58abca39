//! Whether every name of the project still stands for what it stood for, once one of them is another:
//! the text as it would be is read, and compared name by name.

use std::collections::HashMap;
use std::sync::Arc;

use flowright_compiler::base::{FileId, FileSpan, LineIndex, Span};
use flowright_compiler::diag::{Edit, edits};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::Decl;
use flowright_compiler::syntax::{Parsed, parse};

use crate::ide::model::Model;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::{Kind, Occurrence, Role, Symbol, occurrences};

/// Where a name stands in the text as it would be, and what it stands for.
type Placed = (u32, Kind, Role, Symbol);

/// Files that a processor takes at a time.
const FILES: usize = 8;

/// Whether the edits, which call something `new`, change nothing else.
///
/// # Errors
/// What would be read otherwise, and where.
pub(super) fn check(
    snapshot: &Snapshot,
    edits: &[Edit],
    (old, new): (&str, &str),
) -> Result<(), String> {
    let after = Model::new(files(snapshot, edits));
    let files: Vec<_> = snapshot.model.files().iter().zip(after.files()).collect();
    let words = [last_part(old), last_part(new)];
    let placed = |(old_file, new_file): &(&File, &File)| {
        let before = snapshot.source(old_file.id).map_or("", |source| &*source.text);
        let mut own: Vec<&Edit> = edits.iter().filter(|edit| edit.at.file == old_file.id).collect();
        own.sort_by_key(|edit| edit.at);
        let now = changed(snapshot, old_file.id, &own);
        let moved = |found: Occurrence| placed(moved(&own, found.at.span.start, new), found);
        let before = named(&snapshot.model, old_file, before, words).into_iter().map(moved);
        let mut before: Vec<Placed> = before.collect();
        let inserted = inserted(&own);
        let is_old =
            |found: &Occurrence| !inserted.iter().any(|range| range.contains(&found.at.span.start));
        let now = named(&after, new_file, &now, words).into_iter().filter(is_old);
        let mut now: Vec<Placed> = now.map(|found| placed(found.at.span.start, found)).collect();
        before.sort();
        now.sort();
        (before, now)
    };
    let placed = flowright_nlu::parallel::map(&files, FILES, placed);
    let mut became: HashMap<Symbol, Symbol> = HashMap::new();
    for ((file, _), (before, now)) in files.iter().zip(&placed) {
        let mut pairs = before.iter().zip(now);
        let differ = pairs.find(|(was, is)| {
            let known = became.entry(was.3.clone()).or_insert_with(|| is.3.clone());
            (was.0, was.1, was.2) != (is.0, is.1, is.2) || *known != is.3
        });
        // Where one of them ends, the next of the other is too much.
        let shorter = before.len().min(now.len());
        let differ = differ.map(|(was, is)| (Some(was), Some(is))).or_else(|| {
            let rest = (before.get(shorter), now.get(shorter));
            (rest != (None, None)).then_some(rest)
        });
        if let Some((was, is)) = differ {
            return Err(told(snapshot, (file.id, edits), was, is));
        }
    }
    Ok(())
}

/// The files as they would be.
fn files(snapshot: &Snapshot, edits: &[Edit]) -> Vec<File> {
    let changed = |file: &File| {
        let mut own: Vec<&Edit> = edits.iter().filter(|edit| edit.at.file == file.id).collect();
        own.sort_by_key(|edit| edit.at);
        let text = snapshot.source(file.id).map_or("", |source| &*source.text);
        match own.is_empty() {
            true => file.clone(),
            false => File { parsed: Arc::new(read(file, text, &own)), ..file.clone() },
        }
    };
    flowright_nlu::parallel::map(snapshot.model.files(), FILES, changed)
}

/// The trees of a file as they would be: only declarations in which something changes are read again.
fn read(file: &File, text: &str, edits: &[&Edit]) -> Parsed {
    let mut decls = Vec::new();
    let mut grown = 0_i64;
    let moved = |at: u32, by: i64| u32::try_from(i64::from(at) + by).unwrap_or(at);
    let known = &file.parsed.decls;
    let ends = known.iter().skip(1).map(|next| next.origin);
    let ends = ends.chain([u32::try_from(text.len()).unwrap_or(u32::MAX)]);
    for (decl, end) in known.iter().zip(ends) {
        let start = decl.origin;
        let inside = |edit: &&&Edit| (start..end).contains(&edit.at.span.start);
        let own = edits.iter().filter(inside).map(|edit| {
            let span = Span::new(edit.at.span.start - start, edit.at.span.end - start);
            Edit { at: FileSpan { span, ..edit.at }, text: edit.text.clone() }
        });
        let own: Vec<Edit> = own.collect();
        let origin = moved(start, grown);
        if own.is_empty() {
            decls.push(Decl { origin, ..decl.clone() });
            continue;
        }
        let piece = text.get(start as usize..end as usize).unwrap_or_default();
        let piece = edits::apply(piece, file.id, &own).unwrap_or_else(|| piece.to_owned());
        let read = parse(&piece, file.id).decls.into_iter();
        decls.extend(read.map(|decl| Decl { origin: origin + decl.origin, ..decl }));
        grown += length(&piece) - i64::from(end - start);
    }
    Parsed { decls, tokens: Vec::new(), diagnostics: Vec::new(), cut: 0 }
}

fn changed(snapshot: &Snapshot, file: FileId, edits: &[&Edit]) -> String {
    let text = snapshot.source(file).map_or("", |source| &*source.text);
    let edits: Vec<Edit> = edits.iter().map(|edit| (*edit).clone()).collect();
    edits::apply(text, file, &edits).unwrap_or_else(|| text.to_owned())
}

/// The names of a file that may stand for something else when one of two words takes the other's place:
/// those in declarations that have one of them. Of declarations of which parts are lost there are none.
fn named(model: &Model, file: &File, text: &str, words: [&str; 2]) -> Vec<Occurrence> {
    let decls = &file.parsed.decls;
    let ends = decls.iter().skip(1).map(|next| next.origin as usize).chain([text.len()]);
    let has_one = |(decl, end): &(&Decl, usize)| {
        let own = text.get(decl.origin as usize..*end);
        !decl.node.broken && own.is_none_or(|own| words.iter().any(|word| own.contains(word)))
    };
    let found = decls.iter().zip(ends).filter(has_one);
    found.flat_map(|(decl, _)| occurrences(model, file.id, decl)).collect()
}

/// `get` of `orders.get`: wherever it is named, this is there.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn placed(at: u32, found: Occurrence) -> Placed {
    (at, found.symbol.kind, found.role, found.symbol)
}

/// Where a name stands once a file is edited. Edits are in the order of the text.
fn moved(edits: &[&Edit], start: u32, new: &str) -> u32 {
    let mut at = i64::from(start);
    for edit in edits.iter().take_while(|edit| edit.at.span.start <= start) {
        let (span, length) = (edit.at.span, length(&edit.text));
        at += match span.start == start && !span.is_empty() {
            // It is what is changed, and stands at the end of what is put there.
            true => length - self::length(new),
            false => length - i64::from(span.len()),
        };
    }
    u32::try_from(at).unwrap_or(start)
}

/// What is put where nothing stood, in the text as it would be.
fn inserted(edits: &[&Edit]) -> Vec<std::ops::Range<u32>> {
    let mut ranges = Vec::new();
    let mut grown = 0_i64;
    for edit in edits {
        let length = length(&edit.text);
        let start = i64::from(edit.at.span.start) + grown;
        if let (true, Ok(start), Ok(end)) =
            (edit.at.span.is_empty(), u32::try_from(start), u32::try_from(start + length))
        {
            ranges.push(start..end);
        }
        grown += length - i64::from(edit.at.span.len());
    }
    ranges
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

/// The first name that would be read otherwise.
fn told(
    snapshot: &Snapshot,
    (file, edits): (FileId, &[Edit]),
    was: Option<&Placed>,
    is: Option<&Placed>,
) -> String {
    let start = was.iter().chain(&is).map(|placed| placed.0).min().unwrap_or_default();
    let here = |placed: Option<&Placed>| placed.filter(|placed| placed.0 == start).cloned();
    let own: Vec<&Edit> = edits.iter().filter(|edit| edit.at.file == file).collect();
    let text = changed(snapshot, file, &own);
    let line = LineIndex::new(&text).line_column(start).line + 1;
    let label = snapshot.source(file).map_or("", |source| &*source.label);
    let was = here(was).map_or("no name of the project's", |was| noun(was.1));
    let is = match here(is) {
        Some(is) => format!("{} `{}`", noun(is.1), is.3.word()),
        None => "something else, or not at all".to_owned(),
    };
    format!("{label}:{line}: what is {was} there would be read as {is}")
}

/// A kind of thing, in words.
const fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Bot => "the bot",
        Kind::Module => "the module",
        Kind::Role => "the role",
        Kind::Channel => "the channel",
        Kind::Entity => "the type",
        Kind::Intent => "the intent",
        Kind::SessionSlot => "the session's slot",
        Kind::Action => "the action",
        Kind::Skill => "the skill",
        Kind::Text => "the text",
        Kind::Flow => "the flow",
        Kind::Knowledge => "the knowledge base",
        Kind::Experiment => "the experiment",
        Kind::State => "the state",
        Kind::Slot => "the slot",
        Kind::Bind => "the result",
        Kind::Param | Kind::TextParam => "the parameter",
        Kind::ResultField => "the field",
        Kind::ActionError => "the error",
        Kind::CustomerField => "the customer's field",
        Kind::Choice => "the choice",
        Kind::Variant => "the variant",
        Kind::Language => "the language",
    }
}
