//! Every text of a declaration, and what languages there are.

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Flow, Say, Slot, StepKind, Text, TextRef};

use super::flows::steps;
use crate::ide::model::Model;

/// The languages of the bot, the default first.
pub(crate) fn languages(model: &Model) -> Vec<&str> {
    let bot = model.first(|decl| matches!(decl, DeclKind::Bot(_)));
    match bot.map(|(_, decl)| &decl.node.kind) {
        Some(DeclKind::Bot(bot)) => bot.languages.iter().map(|lang| lang.text.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// A text with the same words in every language: `"…"`, or `{ zh "…"  en "…" }` where the bot speaks
/// several.
pub(super) fn everywhere(model: &Model, words: impl Fn(&str) -> String) -> String {
    let languages = languages(model);
    match languages.as_slice() {
        [] => words("en"),
        [one] => words(one),
        several => {
            let all: Vec<_> =
                several.iter().map(|lang| format!("{lang} {}", words(lang))).collect();
            format!("{{ {} }}", all.join("  "))
        }
    }
}

/// A text that is written in place, and whether it may give way to the name of one.
#[derive(Clone, Copy)]
pub(crate) struct Written<'d> {
    pub(crate) text: &'d Text,
    pub(crate) may_be_named: bool,
}

/// All texts that are written in a declaration.
pub(crate) fn written(decl: &Decl) -> Vec<Written<'_>> {
    let mut found = Vec::new();
    match &decl.node.kind {
        DeclKind::Slot(slot) => of_slot(slot, &mut found),
        DeclKind::Text(named) => alone(&named.text, &mut found),
        DeclKind::Intent(intent) => intent.title.iter().for_each(|text| alone(text, &mut found)),
        DeclKind::Flow(flow) => of_flow(flow, &mut found),
        _ => {}
    }
    found
}

/// All places of a flow where a text stands or is named.
pub(crate) fn references(flow: &Flow) -> Vec<&TextRef> {
    let mut found: Vec<&TextRef> = Vec::new();
    for slot in &flow.slots {
        found
            .extend(slot.ask.iter().chain(slot.checks.iter().filter_map(|c| c.otherwise.as_ref())));
    }
    for step in steps(flow) {
        match &step.kind {
            StepKind::Say(say) => of_say(say, &mut found),
            StepKind::Confirm { text, .. } => found.push(text),
            StepKind::Choose { prompt, arms } => {
                found.extend(prompt.iter().chain(arms.iter().map(|arm| &arm.text)));
            }
            StepKind::ChooseFrom { prompt, label, .. } => {
                found.extend(prompt.iter().chain([label]));
            }
            StepKind::Handoff { because, .. } => found.extend(because),
            _ => {}
        }
    }
    found
}

fn of_say<'f>(say: &'f Say, found: &mut Vec<&'f TextRef>) {
    found.push(&say.text);
    found.extend(&say.choices);
    found.extend(say.card.iter().flat_map(|card| std::iter::once(&card.title).chain(&card.body)));
}

fn of_slot<'d>(slot: &'d Slot, found: &mut Vec<Written<'d>>) {
    let checks = slot.checks.iter().filter_map(|check| check.otherwise.as_ref());
    slot.ask.iter().chain(checks).for_each(|text| inline(text, found));
}

fn of_flow<'d>(flow: &'d Flow, found: &mut Vec<Written<'d>>) {
    references(flow).into_iter().for_each(|text| inline(text, found));
    // Labels of links and images are always written in place.
    for step in steps(flow) {
        if let StepKind::Say(say) = &step.kind {
            let card = say.card.iter().flat_map(|card| card.links.iter().chain(&card.images));
            for media in say.links.iter().chain(&say.images).chain(card) {
                if let Some(TextRef::Inline(text)) = &media.label {
                    alone(text, found);
                }
            }
        }
    }
}

fn inline<'d>(text: &'d TextRef, found: &mut Vec<Written<'d>>) {
    if let TextRef::Inline(text) = text {
        found.push(Written { text, may_be_named: true });
    }
}

fn alone<'d>(text: &'d Text, found: &mut Vec<Written<'d>>) {
    found.push(Written { text, may_be_named: false });
}

/// The languages of which a text has nothing that is said everywhere. One without a language is said
/// in all.
pub(crate) fn missing<'l>(text: &Text, languages: &[&'l str]) -> Vec<&'l str> {
    let plain = |lang: &str| {
        text.variants.iter().any(|variant| {
            let is_of = variant.lang.as_ref().is_none_or(|own| own.text == lang);
            is_of && variant.channel.is_none()
        })
    };
    languages.iter().copied().filter(|lang| !plain(lang)).collect()
}

/// The place of a text's words in its best known language: the default, else the first.
pub(super) fn words(text: &Text, languages: &[&str]) -> Option<Span> {
    let plain = text.variants.iter().filter(|variant| variant.channel.is_none());
    let of = |lang: &&str| {
        let is = |name: &flowright_compiler::syntax::ast::Name| name.text == **lang;
        plain.clone().find(|variant| variant.lang.as_ref().is_some_and(is))
    };
    let best = languages.iter().find_map(of).or_else(|| plain.clone().next());
    best.map(|variant| variant.template.span)
}
