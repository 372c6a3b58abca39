//! Modules, codes, words of a few, and names of tests and migrations.

use std::collections::BTreeSet;

use flowright_compiler::diag::Code;
use flowright_compiler::project::MODULES;
use flowright_compiler::sema::CHANNEL_KINDS;
use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::ast::{DeclKind, Flow};
use flowright_compiler::syntax::token::DECLARATION_MEMBERS;

use super::cx::Cx;
use super::item::{Group, Item, What};
use super::values::few;
use crate::ide::describe::{first_line, type_words};
use crate::ide::expect::{Frame, Place, Rule};
use crate::ide::symbols::Kind;

/// Languages that are offered for a bot.
const LANGUAGES: &[&str] =
    &["en", "zh", "ar", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "vi"];
const WEEKDAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Modules that are not used yet.
pub(super) fn modules(cx: &Cx<'_>, items: &mut Vec<Item>) {
    let used: BTreeSet<&str> = cx
        .model
        .decls()
        .filter_map(|(_, decl)| match &decl.node.kind {
            DeclKind::Use(module) => Some(module.text.as_str()),
            _ => None,
        })
        .collect();
    // The one that is being written is not used yet.
    let written = {
        let head = cx.head.join(".");
        format!("{head}.{}", cx.typed)
    };
    for module in MODULES.iter().filter(|module| !module.always) {
        if used.contains(module.name) && written != module.name {
            continue;
        }
        let comments = module.text.lines().take_while(|line| line.starts_with("//"));
        let about: Vec<&str> = comments.map(|line| line.trim_start_matches('/').trim()).collect();
        let item = Item::new(module.name, What::Named(Kind::Module), Group::Fits, cx.dotted);
        items.push(item.docs(about.join(" ")));
    }
}

/// Codes that can be allowed; those of findings in this file first.
pub(super) fn codes(cx: &Cx<'_>, items: &mut Vec<Item>) {
    let found: BTreeSet<&str> = cx
        .snapshot
        .analysis
        .diagnostics
        .iter()
        .filter(|finding| finding.primary.at.file == cx.file)
        .map(|finding| finding.code.as_str())
        .collect();
    for code in Code::ALL.iter().filter(|code| code.can_be_allowed()) {
        let is_here = found.contains(code.as_str());
        let group = if is_here { Group::First } else { Group::Fits };
        let item = Item::new(code.as_str(), What::Word, group, cx.word).detail(code.slug());
        items.push(item.docs(about_code(*code)));
    }
}

/// The first words of a code's page.
fn about_code(code: Code) -> &'static str {
    let body = code.page().split_once('\n').map_or("", |(_, body)| body);
    first_line(body)
}

/// States and slots with their flows.
pub(super) fn dotted(cx: &Cx<'_>, place: Place, items: &mut Vec<Item>) {
    let own = cx.model.files().iter().filter(|file| !file.is_std);
    let flows = own.flat_map(|file| &file.parsed.decls).filter_map(|decl| match &decl.node.kind {
        DeclKind::Flow(flow) => Some(flow),
        _ => None,
    });
    let mut put = |flow: &Flow, name: &str, kind: Kind, detail: String| {
        let name = format!("{}.{name}", flow.name.text);
        let item = Item::new(&name, What::Named(kind), Group::Fits, cx.dotted);
        items.push(item.detail(detail));
    };
    let mut states = BTreeSet::new();
    for flow in flows {
        if place == Place::FlowSlot {
            for slot in &flow.slots {
                put(flow, &slot.name.text, Kind::Slot, type_words(&slot.ty));
            }
            continue;
        }
        for state in &flow.states {
            states.insert(&*state.name.text);
            put(flow, &state.name.text, Kind::State, String::new());
        }
    }
    if place == Place::FlowSlot {
        for (name, _) in cx.model.names(Kind::SessionSlot) {
            items.push(Item::new(name, What::Named(Kind::SessionSlot), Group::Fits, cx.dotted));
        }
    }
    if place == Place::ExpectedState && cx.head.is_empty() {
        // A state that one flow alone has, standard ones among them, needs no flow before it.
        let of_one = |name: &&str| cx.model.flows_with_state(name).len() == 1;
        for name in states.into_iter().filter(of_one) {
            items.push(Item::new(name, What::Named(Kind::State), Group::First, cx.word));
        }
    }
}

/// The flow that a line of `migrate` speaks of, as it is now.
pub(super) fn migrated_flow<'s>(cx: &Cx<'s>, frames: &[Frame]) -> Option<&'s Flow> {
    let of_line = |rule| frames.iter().find(move |frame| frame.rule == rule);
    if let Some(line) = of_line(Rule::MigrateState) {
        let old = cx.path_from(line.start + 1);
        let (flow, _) = old.rsplit_once('.')?;
        // As it is now, where that is said before.
        let is_said =
            |number: &usize| cx.word_of(*number) == "flow" && cx.path_from(*number + 1) == flow;
        let said = (0..line.start).rev().filter(is_said).find_map(|number| {
            let is = (number..line.start).find(|at| cx.word_of(*at) == "is")?;
            let parts = flow.split('.').count() * 2;
            (is == number + parts).then(|| cx.path_from(is + 1))
        });
        return cx.model.flow(said.as_deref().unwrap_or(flow));
    }
    let line = of_line(Rule::MigrateFlow)?;
    let is = (line.start..cx.tokens.len()).find(|number| cx.word_of(*number) == "is");
    cx.model.flow(&cx.path_from(is.unwrap_or(line.start) + 1))
}

/// Words of a few.
pub(super) fn words(cx: &Cx<'_>, place: Place, frames: &[Frame], items: &mut Vec<Item>) {
    if !cx.head.is_empty() {
        return;
    }
    match place {
        Place::Outcome => few(cx, &["resolved", "unresolved", "cancelled"], items),
        Place::Urgency => few(cx, &["low", "normal", "high", "critical"], items),
        Place::Level => few(cx, &["enterprise", "product", "scenario"], items),
        Place::ChannelKind => few(cx, &CHANNEL_KINDS, items),
        Place::Weekday => few(cx, WEEKDAYS, items),
        Place::PluralForm => few(cx, &["one", "other", "zero", "two", "few", "many"], items),
        Place::NewLanguage => {
            let line = frames.first().map_or(0, |frame| frame.start);
            let said: Vec<&str> =
                (line..cx.tokens.len()).map(|number| cx.word_of(number)).collect();
            let open: Vec<&str> =
                LANGUAGES.iter().copied().filter(|code| !said.contains(code)).collect();
            few(cx, &open, items);
        }
        Place::Setting => settings(cx, frames, items),
        _ => {}
    }
}

/// Settings of a channel that are not said yet.
fn settings(cx: &Cx<'_>, frames: &[Frame], items: &mut Vec<Item>) {
    let said = frames.first().map(|frame| cx.around(frame.start)).unwrap_or_default();
    let known = DECLARATION_MEMBERS.iter().find(|(keyword, _)| *keyword == "channel");
    let known = known.map_or(&[][..], |(_, members)| members);
    let is_said =
        |name: &str| said.iter().any(|(kind, word)| *kind == TokenKind::Word && *word == name);
    let open: Vec<&str> =
        known.iter().copied().filter(|name| *name != "allow" && !is_said(name)).collect();
    few(cx, &open, items);
}
