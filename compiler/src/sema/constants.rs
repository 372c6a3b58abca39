//! Values that are written out.

use flowright_nlu::value::{Decimal, Money, Value};

use super::hir::ExprKind;

/// The value that an expression is, with a minus before it or without; nothing where more is to be
/// computed.
pub(super) fn constant(kind: ExprKind) -> Option<Value> {
    match kind {
        ExprKind::Const(value) => Some(value),
        ExprKind::Neg(inner) => Some(match constant(inner.kind)? {
            Value::Number(number) => Value::Number(Decimal(number.0.checked_neg()?)),
            Value::Money(money) => {
                let amount = Decimal(money.amount.0.checked_neg()?);
                Value::Money(Money { amount, ..money })
            }
            Value::Duration(ms) => Value::Duration(ms.checked_neg()?),
            _ => return None,
        }),
        _ => None,
    }
}
