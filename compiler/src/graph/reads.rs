//! What a point, a text or an expression reads.

use super::points::Op;
use crate::base::FileSpan;
use crate::ir::Place;
use crate::sema::hir::{Card, Expr, ExprKind, Flow, Media, Text, TextRef};

/// Every expression that a point evaluates, conditions of branches left out.
pub(crate) fn of_op<'p>(flow: &'p Flow, op: &Op<'p>, visit: &mut dyn FnMut(&'p Expr)) {
    match op {
        Op::Say(say) => {
            text_ref(&say.text, visit);
            say.choices.iter().for_each(|choice| text_ref(choice, visit));
            media(&say.links, visit);
            media(&say.images, visit);
            if let Some(card) = &say.card {
                of_card(card, visit);
            }
        }
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
    parts(expr).into_iter().for_each(|part| places(part, visit));
}

/// The expressions that an expression is made of.
pub(crate) fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Empty
        | ExprKind::Load(_)
        | ExprKind::Param(_)
        | ExprKind::Has(_) => Vec::new(),
        ExprKind::Not(inner) | ExprKind::Neg(inner) => vec![inner],
        ExprKind::Reveal { value, .. } => vec![value],
        ExprKind::Arith { left, right, .. }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => vec![left, right],
        ExprKind::InSet { value, set } => std::iter::once(&**value).chain(set).collect(),
        ExprKind::Call { args, .. } | ExprKind::Concat(args) => args.iter().collect(),
    }
}
