//! Conditions whose outcome is certain whatever anybody says: both sides are the same, or a
//! function never gives such a value.

use std::collections::BTreeMap;

use super::facts::{exclude, same};
use super::points::Points;
use super::ranges::Range;
use super::reads;
use super::values::{is_always_there, may_lack};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{CompareOp, Space};
use crate::sema::hir::{Body, Expr, ExprKind, Flow, Slot, StepKind};
use crate::sema::lints::inner_bodies;

use flowright_nlu::value::{Decimal, Value};

/// Why a condition of several parts always holds.
pub(crate) const LEAVES_NOTHING_OUT: &str = "its parts leave nothing out";

/// How a condition always comes out, and why.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) holds: bool,
    pub(crate) why: String,
}

/// The conditions of a flow.
pub(super) fn check(points: &Points<'_>) -> Vec<Diagnostic> {
    let flow = points.flow;
    let mut found = Vec::new();
    let behind = behind_branches(flow);
    for body in flow.bodies() {
        of_body(body, &behind, &mut found);
    }
    flow.slots.iter().filter(|slot| slot.place.space == Space::Flow).for_each(|slot| {
        of_checks(slot, &mut found);
    });
    found
}

fn of_body(body: &Body, behind: &BTreeMap<FileSpan, FileSpan>, found: &mut Vec<Diagnostic>) {
    for step in body {
        if let StepKind::When { arms, .. } = &step.kind {
            for (cond, _) in arms {
                of_condition(cond, behind, found);
            }
        }
        inner_bodies(step).for_each(|body| of_body(body, behind, found));
    }
}

/// What is certain of a condition that nothing stands behind.
pub(crate) fn certain_parts(cond: &Expr) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    of_condition(cond, &BTreeMap::new(), &mut found);
    found
}

/// The whole condition, or the largest parts of it, that are certain.
fn of_condition(cond: &Expr, behind: &BTreeMap<FileSpan, FileSpan>, found: &mut Vec<Diagnostic>) {
    let Some(Outcome { holds, why }) = outcome(cond) else {
        if matches!(cond.kind, ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Not(_)) {
            cond.operands().into_iter().for_each(|part| of_condition(part, behind, found));
        } else {
            found.extend(holds_where_there_is_a_value(cond));
        }
        return;
    };
    found.push(match holds {
        true => always_holds(cond.at, &why, behind.get(&cond.at).copied()),
        false => Diagnostic::new(Code::W0407, cond.at, "this condition never holds")
            .label(why)
            .help("mend the condition, or remove what depends on it"),
    });
}

/// A comparison that every value passes with room to spare, so that it only fails where a side is
/// empty: it looks as if it asked for something else. At the very end of what there is, as in
/// `sentiment >= -1`, somebody who knows the range asks whether there is a value.
fn holds_where_there_is_a_value(cond: &Expr) -> Option<Diagnostic> {
    let ExprKind::Compare { op, left, right } = &cond.kind else { return None };
    let (range, holds) = by_range(*op, left, right)?;
    let has_room = range.compared(CompareOp::Ne, Decimal::ZERO) == Some(true);
    let why = range.why().filter(|_| holds && has_room)?;
    let finding = Diagnostic::new(Code::W0415, cond.at, "every value passes this condition");
    Some(finding.label(why).help("mend the condition, or ask with `has` whether there is a value"))
}

/// The parts of a condition that only fail where there is no value.
pub(crate) fn parts_that_every_value_passes(cond: &Expr) -> Vec<Diagnostic> {
    if !matches!(cond.kind, ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Not(_)) {
        return holds_where_there_is_a_value(cond).into_iter().collect();
    }
    cond.operands().into_iter().flat_map(parts_that_every_value_passes).collect()
}

/// A condition that always holds, and what is therefore never come to.
pub(crate) fn always_holds(at: FileSpan, why: &str, behind: Option<FileSpan>) -> Diagnostic {
    let finding = Diagnostic::new(Code::W0415, at, "this condition always holds").label(why);
    match behind {
        Some(behind) => finding.related(behind, "no conversation comes here"),
        None => finding,
    }
    .help("mend the condition, or remove it")
}

fn of_checks(slot: &Slot, found: &mut Vec<Diagnostic>) {
    for (cond, _) in &slot.checks {
        match outcome(cond) {
            Some(Outcome { holds: true, why }) => found.push(
                Diagnostic::new(Code::W0415, cond.at, "every value passes this check")
                    .label(why)
                    .help("mend the condition, or remove the check"),
            ),
            Some(Outcome { holds: false, why }) => {
                let message = format!("no value of `{}` can pass this check", slot.name);
                found.push(
                    Diagnostic::new(Code::E0414, cond.at, message)
                        .label(why)
                        .help("mend the condition"),
                );
            }
            None => {}
        }
    }
}

/// By the condition of a branch: where what comes behind it begins, the next branch or what
/// `otherwise` does.
pub(crate) fn behind_branches(flow: &Flow) -> BTreeMap<FileSpan, FileSpan> {
    fn collect(body: &Body, found: &mut BTreeMap<FileSpan, FileSpan>) {
        for step in body {
            if let StepKind::When { arms, otherwise } = &step.kind {
                let next = arms.iter().skip(1).map(|(cond, _)| cond.at);
                let last = otherwise.iter().filter_map(|body| body.first()).map(|step| step.at);
                let conditions = arms.iter().map(|(cond, _)| cond.at);
                found.extend(conditions.zip(next.chain(last)));
            }
            inner_bodies(step).for_each(|body| collect(body, found));
        }
    }
    let mut found = BTreeMap::new();
    flow.bodies().for_each(|body| collect(body, &mut found));
    found
}

/// How a condition always comes out, if that is certain.
pub(crate) fn outcome(cond: &Expr) -> Option<Outcome> {
    match &cond.kind {
        ExprKind::Const(Value::Bool(holds)) => Some(Outcome {
            holds: *holds,
            why: format!("`{holds}` {} holds", if *holds { "always" } else { "never" }),
        }),
        ExprKind::Reveal { value, .. } => outcome(value),
        ExprKind::Not(inner) => {
            outcome(inner).map(|Outcome { holds, why }| Outcome { holds: !holds, why })
        }
        ExprKind::And(left, right) => both(outcome(left), outcome(right), false).or_else(|| {
            let never = exclude((left, true), (right, true)) && is_there(cond);
            never.then(|| Outcome {
                holds: false,
                why: "its parts contradict each other".to_owned(),
            })
        }),
        ExprKind::Or(left, right) => both(outcome(left), outcome(right), true).or_else(|| {
            let always = exclude((left, false), (right, false)) && is_there(cond);
            always.then(|| Outcome { holds: true, why: LEAVES_NOTHING_OUT.to_owned() })
        }),
        ExprKind::Compare { op, left, right } => compared(*op, left, right)
            // Where a side may be empty, a comparison does not hold.
            .filter(|outcome| !outcome.holds || is_there(cond)),
        ExprKind::InSet { value, set } => {
            let range = Range::of(value)?;
            let outside = |item: &Expr| match item.kind {
                ExprKind::Const(Value::Number(number)) => {
                    range.compared(CompareOp::Eq, number) == Some(false)
                }
                _ => false,
            };
            let never = !set.is_empty() && set.iter().all(outside);
            let why = range.why().filter(|_| never)?;
            Some(Outcome { holds: false, why })
        }
        _ => None,
    }
}

/// Of two conditions, one of which is enough if it comes out so.
fn both(left: Option<Outcome>, right: Option<Outcome>, enough: bool) -> Option<Outcome> {
    match (left, right) {
        (Some(one), _) | (_, Some(one)) if one.holds == enough => Some(one),
        (Some(_), Some(one)) => Some(one),
        _ => None,
    }
}

/// Whether all that a condition reads is sure to be there: what a flow compares of its own must be
/// (E0410), what the session remembers need not.
fn is_there(cond: &Expr) -> bool {
    let mut there = true;
    reads::places(cond, &mut |place, _| {
        there &= match place.space {
            Space::Flow => true,
            Space::Turn => is_always_there(place),
            Space::Session | Space::Customer => false,
        };
    });
    there
}

fn compared(op: CompareOp, left: &Expr, right: &Expr) -> Option<Outcome> {
    if let (ExprKind::Const(left), ExprKind::Const(right)) = (&left.kind, &right.kind) {
        let holds = match op {
            CompareOp::Eq => left == right,
            CompareOp::Ne => left != right,
            _ => return None,
        };
        return Some(Outcome { holds, why: "two fixed values are compared".to_owned() });
    }
    if same(left, right) && has_value(left) {
        let holds = matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge);
        return Some(Outcome { holds, why: "both sides are the same".to_owned() });
    }
    let (range, holds) = by_range(op, left, right)?;
    // Of fixed values alone nobody says between which numbers they lie.
    Some(Outcome { holds, why: range.why()? })
}

/// Between which numbers the difference of two sides lies, and how their comparison comes out by it
/// where both have a value.
fn by_range(op: CompareOp, left: &Expr, right: &Expr) -> Option<(Range, bool)> {
    let range = Range::of(left)?.less(&Range::of(right)?);
    let holds = range.compared(op, Decimal::ZERO)?;
    Some((range, holds))
}

/// Whether an expression has a value where what it reads has one.
fn has_value(expr: &Expr) -> bool {
    may_lack(expr).is_none()
}
