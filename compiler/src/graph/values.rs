//! Whether an expression has a value: what it reads is one thing, what it computes another.

use flowright_nlu::value::Value;

use crate::ir::{ArithOp, Helper, Place, Space, Type, turn};
use crate::sema::hir::{Expr, ExprKind};

/// Whether an expression is sure to have a value, by which cells of flows and sessions hold
/// something, and what else holds of them.
pub(crate) fn has_value(
    expr: &Expr,
    filled: &dyn Fn(Place) -> bool,
    holds: &dyn Fn(Needs) -> bool,
) -> bool {
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Has(_)
        | ExprKind::Param(_)
        | ExprKind::Not(_)
        | ExprKind::Compare { .. }
        | ExprKind::And(..)
        | ExprKind::Or(..)
        | ExprKind::InSet { .. } => true,
        ExprKind::Empty => false,
        ExprKind::Load(place) => match place.space {
            Space::Flow | Space::Session => filled(*place),
            // What comes with the turn, and the customer, are taken as given.
            Space::Turn | Space::Customer => true,
        },
        // Overflow and two currencies are left to other checks.
        _ => {
            let lacks = lacks(expr).is_some() && !Needs::of(expr).is_some_and(holds);
            !lacks && expr.operands().into_iter().all(|part| has_value(part, filled, holds))
        }
    }
}

/// Whether something of the turn is there even where the customer has not said a word.
pub(crate) const fn is_always_there(place: Place) -> bool {
    matches!(place.space, Space::Turn)
        && matches!(
            place.index,
            turn::TODAY | turn::NOW | turn::LANGUAGE | turn::MISSES | turn::WAITED
        )
}

/// What must be so for an expression to have a value, its parts having theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The cell is not zero: something is divided by it.
    NotZero(Place),
    /// The list has an item.
    AnItem(Place),
}

impl Needs {
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        let list = |list: &Expr| match list.kind {
            ExprKind::Load(place) => Some(Self::AnItem(place)),
            _ => None,
        };
        match &expr.kind {
            ExprKind::Arith { op: ArithOp::Div, right, .. } => match &right.kind {
                ExprKind::Load(place) => Some(Self::NotZero(*place)),
                ExprKind::Call { helper: Helper::ListCount, args } => args.first().and_then(list),
                _ => None,
            },
            ExprKind::Call { helper: Helper::ListFirst | Helper::ListLast, args } => {
                args.first().and_then(list)
            }
            _ => None,
        }
    }
}

/// Why an expression, or some part of it, may have no value though what it reads has one.
pub(crate) fn may_lack(expr: &Expr) -> Option<&'static str> {
    lacks(expr).or_else(|| expr.operands().into_iter().find_map(may_lack))
}

/// The same of the expression itself, its parts having values.
pub(super) fn lacks(expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Arith { op: ArithOp::Div, right, .. } => match &right.kind {
            ExprKind::Const(Value::Number(by)) if by.0 != 0 => None,
            _ => Some("a division by zero has no value"),
        },
        ExprKind::Call { helper: Helper::ListFirst | Helper::ListLast, .. } => {
            Some("an empty list has no such item")
        }
        ExprKind::Call { helper: Helper::Field(number), args } => {
            let field = match args.first().map(|record| &record.ty) {
                Some(Type::Record(fields)) => fields.get(*number as usize),
                _ => None,
            };
            let left_out = field.is_none_or(|field| field.optional);
            left_out.then_some("this field may be left out")
        }
        _ => None,
    }
}
