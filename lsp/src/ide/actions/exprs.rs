//! Every expression of a flow.

use flowright_compiler::syntax::ast::{
    Arg, EnsureKind, Expr, ExprKind, Flow, Media, StepKind, Template, TemplatePart, TextRef,
};

use super::flows::steps;
use super::texts::references;

/// An expression where it stands.
#[derive(Clone, Copy)]
pub(super) struct Placed<'f> {
    pub(super) expr: &'f Expr,
    /// It says yes or no.
    pub(super) is_condition: bool,
}

/// Every outermost expression of a flow, those in texts among them.
pub(super) fn expressions(flow: &Flow) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    for slot in &flow.slots {
        found.extend(slot.checks.iter().map(|check| condition(&check.cond)));
        found.extend(slot.default.iter().map(value));
    }
    for step in steps(flow) {
        match &step.kind {
            StepKind::ChooseFrom { list, .. } => found.push(value(list)),
            StepKind::Do { args, .. } | StepKind::Call { args, .. } => of_args(args, &mut found),
            StepKind::Set { value: expr, .. } | StepKind::Wait(expr) => found.push(value(expr)),
            StepKind::When { arms, .. } => {
                found.extend(arms.iter().map(|arm| condition(&arm.cond)));
            }
            StepKind::Say(say) => {
                let card = say.card.iter().flat_map(|card| card.links.iter().chain(&card.images));
                for Media { url, label } in say.links.iter().chain(&say.images).chain(card) {
                    of_template(url, &mut found);
                    label.iter().for_each(|text| of_text(text, &mut found));
                }
            }
            _ => {}
        }
    }
    references(flow).into_iter().for_each(|text| of_text(text, &mut found));
    for ensure in &flow.ensures {
        if let EnsureKind::Before { cond, .. } = &ensure.kind {
            found.push(condition(cond));
        }
    }
    let handoffs = flow.fallback.iter().flat_map(|fallback| &fallback.handoff_when);
    found.extend(handoffs.map(|rule| condition(&rule.cond)));
    found
}

const fn condition(expr: &Expr) -> Placed<'_> {
    Placed { expr, is_condition: true }
}

const fn value(expr: &Expr) -> Placed<'_> {
    Placed { expr, is_condition: false }
}

fn of_args<'f>(args: &'f [Arg], found: &mut Vec<Placed<'f>>) {
    found.extend(args.iter().map(|arg| value(&arg.value)));
}

fn of_text<'f>(text: &'f TextRef, found: &mut Vec<Placed<'f>>) {
    match text {
        TextRef::Inline(text) => {
            text.variants.iter().for_each(|variant| of_template(&variant.template, found));
        }
        TextRef::Named { args, .. } => of_args(args, found),
    }
}

fn of_template<'f>(template: &'f Template, found: &mut Vec<Placed<'f>>) {
    of_parts(&template.parts, found);
}

fn of_parts<'f>(parts: &'f [TemplatePart], found: &mut Vec<Placed<'f>>) {
    for part in parts {
        match part {
            TemplatePart::Expr(expr) => found.push(value(expr)),
            TemplatePart::Plural(plural) => {
                found.push(value(&plural.value));
                plural.branches.iter().for_each(|branch| of_parts(&branch.parts, found));
            }
            _ => {}
        }
    }
}

/// An expression and all in it.
pub(super) fn each_expr<'e>(expr: &'e Expr, see: &mut dyn FnMut(&'e Expr)) {
    see(expr);
    match &expr.kind {
        ExprKind::Unary(_, inner) => each_expr(inner, see),
        ExprKind::Is { value, .. } | ExprKind::Reveal { value, .. } => each_expr(value, see),
        ExprKind::Binary(_, left, right) => {
            each_expr(left, see);
            each_expr(right, see);
        }
        ExprKind::Call { args, .. } | ExprKind::Record(args) => {
            args.iter().for_each(|arg| each_expr(&arg.value, see));
        }
        ExprKind::List(items) => items.iter().for_each(|item| each_expr(item, see)),
        ExprKind::Str(template) => {
            let mut inner = Vec::new();
            of_template(template, &mut inner);
            inner.into_iter().for_each(|placed| each_expr(placed.expr, see));
        }
        _ => {}
    }
}
