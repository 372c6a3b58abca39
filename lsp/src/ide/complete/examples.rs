//! Languages of texts and examples, and annotations in examples.

use flowright_compiler::syntax::TokenKind;

use super::cx::Cx;
use super::item::{Group, Item, What};
use super::keywords;
use super::lists;
use crate::ide::describe::type_words;
use crate::ide::expect::{Frame, Rule};
use crate::ide::symbols::{Kind, Ty};

/// Languages of the bot, those that are missing here first.
pub(super) fn languages(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let list = [Rule::TextVariants, Rule::IntentMembers, Rule::Words];
    let around = frames.iter().find(|frame| list.contains(&frame.rule));
    let written = around.map(|frame| languages_in(cx, frame)).unwrap_or_default();
    for (rank, language) in keywords::languages(cx).iter().enumerate() {
        let is_there = written.contains(&language.as_str());
        let (group, note) = match is_there {
            true => (Group::Again, ""),
            false => (Group::First, "missing here"),
        };
        let note = if around.is_some() { note } else { "" };
        let item = Item::new(language, What::Named(Kind::Language), group, cx.word)
            .ranked(group, rank)
            .detail(note);
        items.push(match cx.snippets && around.is_some() {
            true => item.snippet(format!("{language} \"$0\"")),
            false => item,
        });
    }
}

/// Languages that have a string of their own.
fn languages_in<'s>(cx: &Cx<'s>, frame: &Frame) -> Vec<&'s str> {
    let all = cx.around(frame.start);
    let pairs = all.iter().zip(all.iter().skip(1));
    let found = pairs
        .filter(|((kind, _), (next, _))| *kind == TokenKind::Word && *next == TokenKind::Quote);
    found.map(|((_, word), _)| *word).collect()
}

/// Slots that an example may fill: those of the flow that the intent starts, then the session's.
pub(super) fn slots(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let intent = cx.name_in(frames, Rule::Intent).unwrap_or_default();
    let flow = cx.model.flow_of_intent(&intent);
    let named = cx.head.is_empty();
    let own = flow.map_or(&[][..], |flow| &flow.slots).iter().map(|slot| (Kind::Slot, slot));
    let session = cx.model.names(Kind::SessionSlot).into_iter();
    let session = session.filter_map(|(name, _)| {
        Some((Kind::SessionSlot, cx.model.session_slot(name).map(|(_, slot)| slot)?))
    });
    let written: Vec<&str> = match frames.iter().find(|frame| frame.rule == Rule::ExampleTemplate) {
        Some(frame) => (frame.start..cx.tokens.len()).map(|number| cx.word_of(number)).collect(),
        None => Vec::new(),
    };
    for (rank, (kind, slot)) in own.chain(session).enumerate().filter(|_| named) {
        let name = slot.name.text.as_str();
        let group = match kind {
            _ if written.contains(&name) => Group::Again,
            Kind::Slot => Group::First,
            _ => Group::Fits,
        };
        let ty = type_words(&slot.ty);
        let item = Item::new(name, What::Named(kind), group, cx.word)
            .ranked(group, rank)
            .detail(ty.clone());
        // A type that is written in place cannot be named.
        let is_named = matches!(slot.ty, flowright_compiler::syntax::ast::TypeExpr::Named(_));
        items.push(match cx.snippets && is_named {
            true => item.insert(format!("{name}: {ty}")),
            false => item,
        });
    }
}

/// The entity of an annotation: the type of the slot first.
pub(super) fn entities(cx: &Cx<'_>, items: &mut Vec<Item>) {
    let frames: Vec<Frame> =
        cx.expected.next().map(|(_, frames)| frames).next().unwrap_or_default();
    let intent = cx.name_in(&frames, Rule::Intent).unwrap_or_default();
    let slot = cx.tokens.len().checked_sub(2).map(|at| cx.word_of(at)).unwrap_or_default();
    let of_flow = cx.model.flow_of_intent(&intent).and_then(|flow| {
        cx.model.flow_slots(&flow.name.text).into_iter().find(|(symbol, _)| symbol.name == slot)
    });
    let ty = of_flow.or_else(|| crate::ide::symbols::Scope::default().first(cx.model, slot));
    let mut all = Vec::new();
    lists::types(cx, &frames, &mut all);
    for item in all {
        let is_it = matches!(&ty, Some((_, Ty::Named(name))) if *name == item.label);
        items.push(if is_it { item.ranked(Group::First, 0) } else { item.ranked(Group::Known, 0) });
    }
}
