//! Functions of one cell that give a whole number: what conditions compare of them is followed like
//! a cell's own value.

use flowright_nlu::value::{DECIMAL_SCALE, Date, Decimal};

use super::sets::Set;
use super::terms::{bare, satisfying};
use crate::ir::{CompareOp, Helper, Place, Type};
use crate::sema::hir::{Expr, ExprKind};

/// A function of a cell, if it is one that is followed.
pub(super) fn of_cell(expr: &Expr) -> Option<(Helper, Place, &Type)> {
    let ExprKind::Call { helper, args } = &bare(expr).kind else { return None };
    let [arg] = args.as_slice() else { return None };
    let arg = bare(arg);
    let ExprKind::Load(place) = arg.kind else { return None };
    let followed = matches!(
        helper,
        Helper::TextLength
            | Helper::ListCount
            | Helper::Weekday
            | Helper::Day
            | Helper::Month
            | Helper::Year
    );
    followed.then_some((*helper, place, &arg.ty))
}

/// What it may give.
pub(super) const fn range(helper: Helper) -> (i64, i64) {
    match helper {
        Helper::Weekday => (1, 7),
        Helper::Day => (1, 31),
        Helper::Month => (1, 12),
        Helper::TextLength | Helper::ListCount => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    }
}

/// The whole numbers for which `whole op number` holds.
pub(super) fn satisfying_whole(op: CompareOp, number: Decimal) -> Option<Set> {
    let (floor, rest) = (number.0.div_euclid(DECIMAL_SCALE), number.0.rem_euclid(DECIMAL_SCALE));
    match (op, rest) {
        (_, 0) => satisfying(op, floor),
        (CompareOp::Eq, _) => Some(Set::none()),
        (CompareOp::Ne, _) => Some(Set::between(i64::MIN, i64::MAX)),
        (CompareOp::Lt | CompareOp::Le, _) => satisfying(CompareOp::Le, floor),
        (CompareOp::Gt | CompareOp::Ge, _) => satisfying(CompareOp::Gt, floor),
    }
}

/// What it gives for a day; nothing for functions of other kinds.
pub(super) fn of_day(helper: Helper, day: i64) -> Option<i64> {
    let day = Date(i32::try_from(day).ok()?).to_civil();
    Some(match helper {
        Helper::Weekday => day.weekday().to_monday_one_offset().into(),
        Helper::Day => day.day().into(),
        Helper::Month => day.month().into(),
        Helper::Year => day.year().into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whole_numbers_satisfy_what_they_should(whole in -9_i64..9, millionths in -9_000_000_i64..9_000_000) {
            let exactly = [millionths, millionths.div_euclid(DECIMAL_SCALE) * DECIMAL_SCALE];
            for number in exactly {
                let order = (whole * DECIMAL_SCALE).cmp(&number);
                for (op, holds) in [
                    (CompareOp::Eq, order.is_eq()),
                    (CompareOp::Ne, order.is_ne()),
                    (CompareOp::Lt, order.is_lt()),
                    (CompareOp::Le, order.is_le()),
                    (CompareOp::Gt, order.is_gt()),
                    (CompareOp::Ge, order.is_ge()),
                ] {
                    let set = satisfying_whole(op, Decimal(number)).unwrap();
                    prop_assert_eq!(set.has(Some(whole)), holds, "{} {:?} {}", whole, op, number);
                }
            }
        }
    }
}
