//! Completion at every place of the example projects.
#![cfg(test)]

use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::syntax::{Token, TokenKind};

use super::{Asked, Item, What, complete};
use crate::ide::fixture::{Bench, examples};
use crate::ide::navigate::symbol_at;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::Kind;

const ASKED: Asked = Asked { snippets: true, typed: None };

/// Files of the project itself.
fn own(snapshot: &Snapshot) -> Vec<(FileId, String)> {
    let files = snapshot.analysis.sources.iter();
    let own = files.filter(|(id, _)| !snapshot.is_standard(*id));
    own.map(|(id, file)| (id, file.text.to_string())).collect()
}

#[test]
fn something_or_nothing_is_offered_everywhere() {
    let mut offered = 0;
    for (name, sources) in examples() {
        let snapshot = Bench::default().check(sources);
        for (file, text) in own(&snapshot) {
            // Every place of one project, and every seventh of the others.
            let step = if name == "order_change" { 1 } else { 7 };
            for (offset, _) in text.char_indices().step_by(step) {
                let offset = u32::try_from(offset).unwrap();
                for item in complete(&snapshot, file, offset, ASKED).items {
                    let Item { replaces, .. } = item;
                    assert!(replaces.start <= offset && offset <= replaces.end, "{name} {offset}");
                    let written = text.get(replaces.start as usize..offset as usize).unwrap();
                    assert!(!written.contains('\n'), "{name} {offset}: {written}");
                    offered += 1;
                }
            }
        }
    }
    assert!(offered > 50_000, "{offered}");
}

#[test]
fn so_it_is_where_the_text_ends_with_the_cursor() {
    for (name, sources) in examples() {
        let mut bench = Bench::default();
        for number in 0..sources.0.len() {
            let text = sources.0[number].1.to_string();
            let step = (text.len() / 12).max(1);
            for at in (0..text.len()).step_by(step) {
                let Some(cut) = text.get(..at) else { continue };
                let mut files = sources.0.clone();
                files[number].1 = cut.into();
                let snapshot = bench.check(MemorySources(files));
                let (file, _) = snapshot.file(&sources.0[number].0).unwrap();
                let end = u32::try_from(at).unwrap();
                let _ = complete(&snapshot, file, end, ASKED);
                let _ = super::help(&snapshot, file, end);
                let _ = crate::ide::hover::hover(&snapshot, file, end);
                assert!(snapshot.file(&sources.0[number].0).is_some(), "{name}");
            }
        }
    }
}

/// Names that stand for something of these kinds are written over by others that are offered in
/// their place: those stand for what was said.
#[test]
fn a_name_that_is_offered_stands_for_something_there() {
    let mut replaced = 0;
    for (name, sources) in examples() {
        let mut bench = Bench::default();
        let snapshot = bench.check(sources.clone());
        for (number, (label, text)) in sources.0.iter().enumerate() {
            let (file, _) = snapshot.file(label).unwrap();
            let tokens = &snapshot.model.file(file).unwrap().parsed.tokens;
            let words = tokens.iter().filter(|token| token.kind == TokenKind::Word);
            for token in words.filter(|token| is_used(&snapshot, file, token)).step_by(11) {
                let plain = Asked { snippets: false, typed: None };
                let items = complete(&snapshot, file, token.span.end, plain).items;
                let named = items.iter().filter(|item| stands_for_something(item));
                for item in named.take(2) {
                    let mut files = sources.0.clone();
                    let mut changed = text.to_string();
                    changed.replace_range(item.replaces.range(), &item.insert);
                    files[number].1 = changed.as_str().into();
                    let after = bench.check(MemorySources(files));
                    let (file, _) = after.file(label).unwrap();
                    let found = symbol_at(&after, file, item.replaces.start);
                    let found = found.map(|found| (What::Named(found.symbol.kind), found.symbol));
                    let found = found.map(|(what, symbol)| (what, symbol.name));
                    let wanted = Some((item.what, item.label.clone()));
                    assert_eq!(found, wanted, "{name}/{label}: {changed}");
                    replaced += 1;
                }
            }
        }
    }
    assert!(replaced > 60, "{replaced}");
}

fn is_used(snapshot: &Snapshot, file: FileId, token: &Token) -> bool {
    let found = symbol_at(snapshot, file, token.span.end);
    let kinds = [Kind::State, Kind::Slot, Kind::SessionSlot, Kind::Action, Kind::Choice];
    found.is_some_and(|found| {
        kinds.contains(&found.symbol.kind) && found.role != crate::ide::symbols::Role::Declares
    })
}

fn stands_for_something(item: &Item) -> bool {
    let kinds = [Kind::State, Kind::Slot, Kind::SessionSlot, Kind::Action, Kind::Choice];
    kinds.iter().any(|kind| item.what == What::Named(*kind)) && !item.label.ends_with(':')
}
