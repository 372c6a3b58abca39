//! Texts of a declaration, and how they read in each language.

use std::collections::BTreeMap;

use flowright_compiler::base::Span;
use flowright_compiler::syntax::ast::{
    Body, BranchKey, DeclKind, Expr, ExprKind, Flow, Handler, MigrateKind, MigrateTo, Say, Slot,
    Step, StepKind, TemplatePart, Text, TextRef, TextVariant,
};

/// Every text that is written in place in a declaration.
#[must_use]
pub fn texts(decl: &DeclKind) -> Vec<&Text> {
    let mut found = Vec::new();
    match decl {
        DeclKind::Text(text) => found.push(&text.text),
        DeclKind::Intent(intent) => found.extend(&intent.title),
        DeclKind::Slot(slot) => of_slot(slot, &mut found),
        DeclKind::Flow(flow) => of_flow(flow, &mut found),
        DeclKind::Migrate(migrate) => {
            for line in &migrate.lines {
                if let MigrateKind::Flow { to: Some(to), .. } | MigrateKind::StateTo { to, .. } =
                    &line.kind
                    && let MigrateTo::Handoff { because, .. } = to
                {
                    inline(because, &mut found);
                }
            }
        }
        _ => {}
    }
    found
}

/// The text around an offset, counted as spans are.
#[must_use]
pub fn text_at(decl: &DeclKind, offset: u32) -> Option<&Text> {
    let around = |span: Span| span.start <= offset && offset <= span.end;
    let all = texts(decl).into_iter().filter(|text| around(text.span));
    all.min_by_key(|text| text.span.len())
}

fn inline<'t>(texts: impl IntoIterator<Item = &'t TextRef>, found: &mut Vec<&'t Text>) {
    for text in texts {
        if let TextRef::Inline(text) = text {
            found.push(text);
        }
    }
}

fn of_slot<'t>(slot: &'t Slot, found: &mut Vec<&'t Text>) {
    inline(&slot.ask, found);
    slot.checks.iter().for_each(|check| inline(&check.otherwise, found));
}

fn of_flow<'t>(flow: &'t Flow, found: &mut Vec<&'t Text>) {
    flow.slots.iter().for_each(|slot| of_slot(slot, found));
    let own = flow.states.iter().flat_map(|state| &state.handlers);
    for Handler { body, .. } in own.chain(&flow.handlers) {
        of_body(body, found);
    }
    flow.states.iter().for_each(|state| of_steps(&state.steps, found));
}

fn of_body<'t>(body: &'t Body, found: &mut Vec<&'t Text>) {
    if let Body::Steps(steps) = body {
        of_steps(steps, found);
    }
}

fn of_steps<'t>(steps: &'t [Step], found: &mut Vec<&'t Text>) {
    for step in steps {
        match &step.kind {
            StepKind::Say(say) => of_say(say, found),
            StepKind::Confirm { text, .. } => inline([text], found),
            StepKind::Choose { prompt, arms } => {
                inline(prompt, found);
                inline(arms.iter().map(|arm| &arm.text), found);
            }
            StepKind::ChooseFrom { prompt, label, .. } => {
                inline(prompt.iter().chain([label]), found);
            }
            StepKind::Handoff { because, .. } => inline(because, found),
            _ => {}
        }
        step.bodies().into_iter().for_each(|body| of_body(body, found));
    }
}

fn of_say<'t>(say: &'t Say, found: &mut Vec<&'t Text>) {
    inline(std::iter::once(&say.text).chain(&say.choices), found);
    let media = say.links.iter().chain(&say.images);
    inline(media.filter_map(|media| media.label.as_ref()), found);
    if let Some(card) = &say.card {
        inline(std::iter::once(&card.title).chain(&card.body), found);
        let media = card.links.iter().chain(&card.images);
        inline(media.filter_map(|media| media.label.as_ref()), found);
    }
}

/// A variant as a customer would read it; values as `⟨order⟩`, whose expressions go to `values`.
#[must_use]
pub fn read_out<'t>(variant: &'t TextVariant, values: &mut BTreeMap<String, &'t Expr>) -> String {
    let mut out = String::new();
    read_parts(&variant.template.parts, None, &mut out, values);
    out
}

fn read_parts<'t>(
    parts: &'t [TemplatePart],
    counted: Option<&str>,
    out: &mut String,
    values: &mut BTreeMap<String, &'t Expr>,
) {
    for part in parts {
        match part {
            TemplatePart::Literal { text, .. } => out.push_str(text),
            TemplatePart::Expr(expr) => out.push_str(&value(expr, values)),
            TemplatePart::Plural(plural) => {
                let number = value(&plural.value, values);
                // The form for all other numbers is the one that is nearest to any.
                let is_other =
                    |key: &BranchKey| matches!(key, BranchKey::Form(name) if name.text == "other");
                let branch = plural.branches.iter().find(|branch| is_other(&branch.key));
                if let Some(branch) = branch.or(plural.branches.last()) {
                    read_parts(&branch.parts, Some(&number), out, values);
                }
            }
            TemplatePart::Count(_) => out.push_str(counted.unwrap_or("#")),
            TemplatePart::Annotation { slot, .. } => {
                out.push_str(&format!("⟨{}⟩", slot.text));
            }
            TemplatePart::Error(_) => out.push('…'),
        }
    }
}

fn value<'t>(expr: &'t Expr, values: &mut BTreeMap<String, &'t Expr>) -> String {
    let name = match &expr.kind {
        ExprKind::Path(names) => {
            let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            names.join(".")
        }
        ExprKind::Call { function, .. } => format!("{}(…)", function.text),
        ExprKind::Reveal { value: inner, .. } => return value(inner, values),
        _ => "…".to_owned(),
    };
    let shown = format!("⟨{name}⟩");
    values.insert(name, expr);
    shown
}
