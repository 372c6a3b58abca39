//! Texts as each language shows them.

use std::collections::BTreeMap;

use flowright_compiler::syntax::ast::{
    Expr, ExprKind, Flow, Intent, LangStrings, TemplatePart, Text, TextRef, TypeExpr,
};

use super::md::{Md, plain, tick};
use crate::ide::describe::cut;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::{Scope, Ty};
use crate::ide::texts::read_out;

/// Characters of a variant that are shown.
const VARIANT_SHOWN: usize = 300;
/// Variants of a text that are shown.
const VARIANTS_SHOWN: usize = 12;
/// Values that are shown for a placeholder.
const SAMPLES_SHOWN: usize = 3;

/// A text in each language and for each channel, and what its placeholders may hold.
pub(super) fn shown(snapshot: &Snapshot, flow: Option<&Flow>, text: &Text, page: &mut Md) {
    let mut values = BTreeMap::new();
    let mut lines = Vec::new();
    for variant in text.variants.iter().take(VARIANTS_SHOWN) {
        let lang = variant.lang.as_ref().map(|lang| format!("**{}**", plain(&lang.text)));
        let channel =
            variant.channel.as_ref().map(|channel| format!(" on {}", tick(&channel.text)));
        let head = format!("{}{}", lang.unwrap_or_default(), channel.unwrap_or_default());
        let read = plain(&cut(&read_out(variant, &mut values), VARIANT_SHOWN));
        lines.push(if head.is_empty() { read } else { format!("{head} {read}") });
    }
    page.list(&lines);
    let samples: Vec<String> = values
        .into_iter()
        .filter_map(|(name, expr)| {
            let samples = samples(snapshot, flow, expr)?;
            Some(format!("⟨{}⟩ is for example {samples}", plain(&name)))
        })
        .collect();
    page.list(&samples);
}

/// The same of a text that may be a named one.
pub(super) fn shown_ref(snapshot: &Snapshot, flow: Option<&Flow>, text: &TextRef, page: &mut Md) {
    match text {
        TextRef::Inline(text) => shown(snapshot, flow, text, page),
        TextRef::Named { name, .. } => {
            if let Some(text) = snapshot.model.text(&name.text) {
                shown(snapshot, None, &text.text, page);
            }
        }
    }
}

/// Values that an expression may have: choices in the customers' words, words of examples.
fn samples(snapshot: &Snapshot, flow: Option<&Flow>, expr: &Expr) -> Option<String> {
    let ExprKind::Path(names) = &expr.kind else { return None };
    let scope = flow.map(|flow| Scope::of_flow(&snapshot.model, flow)).unwrap_or_default();
    let (_, ty) = scope.resolve(&snapshot.model, names)?.pop()?;
    let owner = ty.choices(&snapshot.model);
    let by_choice = owner.map(|owner| choice_words(snapshot, &owner)).unwrap_or_default();
    let found = match by_choice.is_empty() {
        false => by_choice,
        true => said(snapshot, flow, &names.last()?.text, &ty),
    };
    let shown: Vec<String> = found.iter().take(SAMPLES_SHOWN).map(|value| tick(value)).collect();
    Some(shown.join(", ")).filter(|shown| !shown.is_empty())
}

/// How the choices of a type are shown: the first word of each.
fn choice_words(snapshot: &Snapshot, owner: &str) -> Vec<String> {
    let first = |groups: &[LangStrings]| {
        let template = groups.first()?.strings.first()?;
        match template.parts.as_slice() {
            [TemplatePart::Literal { text, .. }] => Some(text.clone()),
            _ => None,
        }
    };
    let options = snapshot.model.options(owner);
    options
        .iter()
        .map(|option| first(&option.words).unwrap_or_else(|| option.name.text.clone()))
        .collect()
}

/// What examples of the flow's intents say for a slot, and any for a learned entity.
fn said(snapshot: &Snapshot, flow: Option<&Flow>, slot: &str, ty: &Ty) -> Vec<String> {
    let mut found = Vec::new();
    let Some(flow) = flow else { return found };
    let entity = match ty {
        Ty::Named(name) => name.as_str(),
        _ => return found,
    };
    for trigger in &flow.triggers {
        let flowright_compiler::syntax::ast::Trigger::Intent { intent, .. } = trigger else {
            continue;
        };
        let Some(intent) = snapshot.model.intent(&intent.text) else { continue };
        let parts = intent.examples.iter().flat_map(|group| &group.strings);
        for part in parts.flat_map(|string| &string.parts) {
            if let TemplatePart::Annotation { slot: own, entity: of, said: Some(said), .. } = part
                && own.text == slot
                && of.text == entity
                && !found.contains(&said.value)
            {
                found.push(said.value.clone());
            }
        }
    }
    found
}

/// How many examples an intent has in each language.
pub(super) fn counts(intent: &Intent) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for group in &intent.examples {
        let lang = group.lang.as_ref().map_or("", |lang| lang.text.as_str());
        *counts.entry(lang).or_default() += group.strings.len();
    }
    let one = |(lang, count): (&&str, &usize)| match (*lang, count) {
        ("", count) => format!("{count}"),
        (lang, count) => format!("{count} in {}", tick(lang)),
    };
    counts.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Patterns and choices of a type.
pub(super) fn type_lines(ty: &TypeExpr) -> Vec<String> {
    let TypeExpr::OneOf { options, .. } = ty else { return Vec::new() };
    let words = |groups: &[LangStrings]| {
        let mut all = Vec::new();
        for group in groups {
            for string in group.strings.iter().take(SAMPLES_SHOWN) {
                let mut out = String::new();
                for part in &string.parts {
                    if let TemplatePart::Literal { text, .. } = part {
                        out.push_str(text);
                    }
                }
                all.push(plain(&cut(&out, VARIANT_SHOWN)));
            }
        }
        all.join(", ")
    };
    options
        .iter()
        .take(VARIANTS_SHOWN)
        .map(|option| match words(&option.words) {
            said if said.is_empty() => tick(&option.name.text),
            said => format!("{}: {said}", tick(&option.name.text)),
        })
        .collect()
}
