//! The sides of a comparison in the form in which sets know them: a cell and a constant.

use flowright_nlu::value::Value;

use super::sets::Set;
use crate::ir::{ArithOp, CompareOp, Place, Type};
use crate::sema::hir::{Expr, ExprKind};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The values for which `value op number` holds.
pub(super) fn satisfying(op: CompareOp, number: i64) -> Option<Set> {
    Some(match op {
        CompareOp::Eq => Set::one(number),
        CompareOp::Ne => Set::between(i64::MIN, number.checked_sub(1)?)
            .or(&Set::between(number.checked_add(1)?, i64::MAX)),
        CompareOp::Lt => Set::between(i64::MIN, number.checked_sub(1)?),
        CompareOp::Le => Set::between(i64::MIN, number),
        CompareOp::Gt => Set::between(number.checked_add(1)?, i64::MAX),
        CompareOp::Ge => Set::between(number, i64::MAX),
    })
}

/// An expression out of its `reveal`.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Reveal { value, .. } => bare(value),
        _ => expr,
    }
}

/// A cell and what is added to it, of kinds whose differences are whole numbers.
pub(super) fn linear(expr: &Expr) -> Option<(Place, i64)> {
    let expr = bare(expr);
    match &expr.kind {
        ExprKind::Load(place)
            if matches!(
                expr.ty,
                Type::Number | Type::Date | Type::Time | Type::DateTime | Type::Duration
            ) =>
        {
            Some((*place, 0))
        }
        ExprKind::Arith { op: op @ (ArithOp::Add | ArithOp::Sub), left, right } => {
            let (place, plus) = linear(left)?;
            let by = match &bare(right).kind {
                ExprKind::Const(Value::Number(number)) => number.0,
                // A day counts whole: see `Inst::Arith`.
                ExprKind::Const(Value::Duration(ms)) if expr.ty == Type::Date => ms / DAY_MS,
                ExprKind::Const(Value::Duration(ms)) => *ms,
                _ => return None,
            };
            let by = if *op == ArithOp::Add { by } else { by.checked_neg()? };
            Some((place, plus.checked_add(by)?))
        }
        _ => None,
    }
}

/// An expression without its places, as a key.
pub(super) fn key(expr: &Expr) -> String {
    let parts: Vec<String> = expr.operands().into_iter().map(key).collect();
    let head = match &expr.kind {
        ExprKind::Const(value) => format!("const {value:?}"),
        ExprKind::Load(place) => format!("load {place:?}"),
        ExprKind::Param(number) => format!("param {number}"),
        ExprKind::Has(places) => format!("has {places:?}"),
        ExprKind::Arith { op, .. } => format!("{op:?}"),
        ExprKind::Compare { op, .. } => format!("{op:?}"),
        ExprKind::Call { helper, .. } => format!("{helper:?}"),
        ExprKind::Empty => "empty".to_owned(),
        ExprKind::Not(_) => "not".to_owned(),
        ExprKind::Neg(_) => "neg".to_owned(),
        ExprKind::And(..) => "and".to_owned(),
        ExprKind::Or(..) => "or".to_owned(),
        ExprKind::InSet { .. } => "in".to_owned(),
        ExprKind::Concat(_) => "concat".to_owned(),
        ExprKind::Reveal { .. } => "reveal".to_owned(),
    };
    format!("({head} {})", parts.join(" "))
}
