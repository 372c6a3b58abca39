//! What a point, a text or an expression reads.

use std::collections::BTreeSet;

use super::points::Op;
use crate::base::FileSpan;
use crate::ir::{Place, SlotIndex};
use crate::sema::hir::{
    Body, Card, Expr, ExprKind, Flow, Media, Say, Step, StepKind, Text, TextRef,
};
use crate::sema::lints::inner_bodies;

/// Every expression that a point evaluates, conditions of branches left out.
pub(crate) fn of_op<'p>(flow: &'p Flow, op: &Op<'p>, visit: &mut dyn FnMut(&'p Expr)) {
    match op {
        Op::Say(say) => of_say(say, visit),
        Op::Ask(slot) => {
            if let Some(ask) = flow.slots.get(slot.index()).and_then(|slot| slot.ask.as_ref()) {
                text_ref(ask, visit);
            }
        }
        Op::Confirm(text) => text_ref(text, visit),
        Op::Choose { prompt, arms } => {
            prompt.iter().for_each(|prompt| text_ref(prompt, visit));
            arms.iter().for_each(|(label, _)| text_ref(label, visit));
        }
        Op::ChooseFrom { list, prompt, .. } => {
            visit(list);
            prompt.iter().for_each(|prompt| text_ref(prompt, visit));
        }
        Op::Do { args, .. } => args.iter().for_each(visit),
        Op::Set { value, .. } => visit(value),
        Op::Call { args, .. } => args.iter().for_each(|(_, value)| visit(value)),
        Op::Wait(time) => visit(time),
        Op::Handoff(because) => because.iter().for_each(|text| text_ref(text, visit)),
        _ => {}
    }
}

/// The slots that a body asks for, reads or looks whether they are there. What asks for a slot and
/// what checks it are the slot's own, not the body's.
///
/// The engine leads a correction back to the first state on the way that reads the slot
/// ([`crate::ir::StateDef::reads`]), and the analyses follow it there: both read this.
pub(crate) fn slots_of(flow: &Flow, body: &Body) -> BTreeSet<SlotIndex> {
    let mut found = BTreeSet::new();
    collect_slots(flow, body, &mut found);
    found
}

fn collect_slots(flow: &Flow, body: &Body, found: &mut BTreeSet<SlotIndex>) {
    for step in body {
        if let StepKind::Fill(slots) = &step.kind {
            found.extend(slots);
        }
        of_step(step, &mut |expr| {
            mentioned(expr, &mut |place| {
                let slots = (0..).map(SlotIndex).zip(&flow.slots);
                found.extend(slots.filter(|(_, s)| s.place == place).map(|(number, _)| number));
            });
        });
        inner_bodies(step).for_each(|body| collect_slots(flow, body, found));
    }
}

/// Every expression that a step itself evaluates, the bodies inside it left out.
pub(super) fn of_step<'p>(step: &'p Step, visit: &mut dyn FnMut(&'p Expr)) {
    match &step.kind {
        StepKind::Say(say) => of_say(say, visit),
        StepKind::Confirm { text, .. } => text_ref(text, visit),
        StepKind::Choose { prompt, arms } => {
            prompt.iter().for_each(|prompt| text_ref(prompt, visit));
            arms.iter().for_each(|(label, _)| text_ref(label, visit));
        }
        StepKind::ChooseFrom { list, prompt, label, .. } => {
            visit(list);
            prompt.iter().chain([label]).for_each(|text| text_ref(text, visit));
        }
        StepKind::Do { args, .. } => args.iter().for_each(visit),
        StepKind::Set { value, .. } => visit(value),
        StepKind::When { arms, .. } => arms.iter().for_each(|(cond, _)| visit(cond)),
        StepKind::Call { args, .. } => args.iter().for_each(|(_, value)| visit(value)),
        StepKind::Wait(time) => visit(time),
        StepKind::Handoff { because, .. } => because.iter().for_each(|text| text_ref(text, visit)),
        StepKind::Fill(_)
        | StepKind::Clear(_)
        | StepKind::Goto(_)
        | StepKind::Mark(_)
        | StepKind::End(_)
        | StepKind::Resume
        | StepKind::Repeat
        | StepKind::Abandon
        | StepKind::Correct => {}
    }
}

fn of_say<'p>(say: &'p Say, visit: &mut dyn FnMut(&'p Expr)) {
    text_ref(&say.text, visit);
    say.choices.iter().for_each(|choice| text_ref(choice, visit));
    media(&say.links, visit);
    media(&say.images, visit);
    if let Some(card) = &say.card {
        of_card(card, visit);
    }
}

/// Every expression that a text shows.
pub(crate) fn text_ref<'p>(text: &'p TextRef, visit: &mut dyn FnMut(&'p Expr)) {
    match text {
        TextRef::Inline(text) => of_text(text, visit),
        TextRef::Named { args, .. } => args.iter().for_each(visit),
    }
}

fn of_text<'p>(text: &'p Text, visit: &mut dyn FnMut(&'p Expr)) {
    text.params.iter().for_each(visit);
}

fn media<'p>(media: &'p [Media], visit: &mut dyn FnMut(&'p Expr)) {
    for one in media {
        of_text(&one.url, visit);
        one.label.iter().for_each(|label| text_ref(label, visit));
    }
}

fn of_card<'p>(card: &'p Card, visit: &mut dyn FnMut(&'p Expr)) {
    text_ref(&card.title, visit);
    card.body.iter().for_each(|body| text_ref(body, visit));
    media(&card.links, visit);
    media(&card.images, visit);
}

/// Every cell that an expression reads for its value, with where. `has x` asks only whether there
/// is one.
pub(crate) fn places(expr: &Expr, visit: &mut dyn FnMut(Place, FileSpan)) {
    if let ExprKind::Load(place) = &expr.kind {
        visit(*place, expr.at);
    }
    expr.operands().into_iter().for_each(|part| places(part, visit));
}

/// Every cell that an expression reads or asks whether it is there.
pub(crate) fn mentioned(expr: &Expr, visit: &mut dyn FnMut(Place)) {
    match &expr.kind {
        ExprKind::Load(place) => visit(*place),
        ExprKind::Has(places) => places.iter().for_each(|place| visit(*place)),
        _ => expr.operands().into_iter().for_each(|part| mentioned(part, visit)),
    }
}
