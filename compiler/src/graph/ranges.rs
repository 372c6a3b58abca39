//! Between which numbers the values of an expression lie, whatever anybody says.

use crate::ir::{ArithOp, CompareOp, Helper, Space, Type, turn};
use crate::sema::hir::{Expr, ExprKind};

use flowright_nlu::value::{Decimal, Value};

/// Between which numbers the values of an expression lie, both ends included; an end that is not
/// there is no limit.
#[derive(Debug, Clone)]
pub(super) struct Range {
    low: Option<Decimal>,
    high: Option<Decimal>,
    /// What is known of what it reads, in words.
    why: Vec<String>,
}

impl Range {
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match &expr.kind {
            ExprKind::Const(Value::Number(number)) => {
                Some(Self { low: Some(*number), high: Some(*number), why: Vec::new() })
            }
            ExprKind::Reveal { value, .. } => Self::of(value),
            ExprKind::Call { helper, args } => Self::of_call(*helper, args),
            ExprKind::Load(place) if place.space == Space::Turn => match place.index {
                turn::MISSES => Self::known(0, None, "`misses`"),
                turn::CONFIDENCE => Self::known(0, Some(1), "`confidence`"),
                turn::SENTIMENT => Self::known(-1, Some(1), "`sentiment`"),
                _ => None,
            },
            // Sums of days and amounts are no numbers.
            ExprKind::Neg(inner) if expr.ty == Type::Number => Some(Self::of(inner)?.turned()),
            ExprKind::Arith { op, left, right } if expr.ty == Type::Number => {
                let (left, right) = (Self::of(left)?, Self::of(right)?);
                match op {
                    ArithOp::Add => Some(left.plus(&right)),
                    ArithOp::Sub => Some(left.less(&right)),
                    ArithOp::Mul => left.times(&right),
                    ArithOp::Div => left.by(&right),
                }
            }
            _ => None,
        }
    }

    fn of_call(helper: Helper, args: &[Expr]) -> Option<Self> {
        let arg = |number: usize| args.get(number).and_then(Self::of);
        match helper {
            Helper::TextLength => Self::known(0, None, "a length"),
            Helper::ListCount => Self::known(0, None, "a count"),
            Helper::Weekday => Self::known(1, Some(7), "a weekday"),
            Helper::Day => Self::known(1, Some(31), "a day of the month"),
            Helper::Month => Self::known(1, Some(12), "a month"),
            Helper::Abs => match arg(0) {
                Some(Self { low: Some(low), high: Some(high), why }) if !why.is_empty() => {
                    let (low, high) = (low.0.checked_abs()?, high.0.checked_abs()?);
                    Some(Self { low: Some(Decimal::ZERO), high: Some(Decimal(low.max(high))), why })
                }
                _ => Self::known(0, None, "`abs`"),
            },
            Helper::Min => {
                let (one, other) = (arg(0), arg(1));
                let high = of_ends(one.as_ref()?.high, other.as_ref()?.high, Decimal::min);
                let low = Some(one.as_ref()?.low?.min(other.as_ref()?.low?));
                Some(Self { low, high, why: both(one?.why, &other?.why) })
            }
            Helper::Max => {
                let (one, other) = (arg(0), arg(1));
                let low = of_ends(one.as_ref()?.low, other.as_ref()?.low, Decimal::max);
                let high = one.as_ref()?.high.zip(other.as_ref()?.high);
                let high = high.map(|(one, other)| one.max(other));
                Some(Self { low, high, why: both(one?.why, &other?.why) })
            }
            _ => None,
        }
    }

    fn known(low: i64, high: Option<i64>, what: &str) -> Option<Self> {
        let why = match high {
            Some(high) => format!("{what} is from {low} to {high}"),
            None => format!("{what} is {low} or more"),
        };
        let high = match high {
            Some(high) => Some(Decimal::from_int(high)?),
            None => None,
        };
        Some(Self { low: Some(Decimal::from_int(low)?), high, why: vec![why] })
    }

    /// What is known of what it reads; nothing where that is fixed values alone.
    pub(super) fn why(&self) -> Option<String> {
        Some(self.why.join(", ")).filter(|why| !why.is_empty())
    }

    fn turned(self) -> Self {
        let turned = |end: Option<Decimal>| end.and_then(|end| end.0.checked_neg()).map(Decimal);
        Self { low: turned(self.high), high: turned(self.low), why: self.why }
    }

    fn plus(self, other: &Self) -> Self {
        let sum = |one: Option<Decimal>, other: Option<Decimal>| one?.checked_add(other?);
        let (low, high) = (sum(self.low, other.low), sum(self.high, other.high));
        Self { low, high, why: both(self.why, &other.why) }
    }

    pub(super) fn less(self, other: &Self) -> Self {
        self.plus(&other.clone().turned())
    }

    /// The product; of a side without an end, nothing is said.
    fn times(self, other: &Self) -> Option<Self> {
        self.with_ends(other, Decimal::checked_mul)
    }

    /// The quotient by one fixed number; a divisor that may be anything may be zero.
    fn by(self, other: &Self) -> Option<Self> {
        if other.low != other.high {
            return None;
        }
        self.with_ends(other, Decimal::checked_div)
    }

    fn with_ends(
        self,
        other: &Self,
        op: impl Fn(Decimal, Decimal) -> Option<Decimal>,
    ) -> Option<Self> {
        let (low, high) = (self.low?, self.high?);
        let corners = [
            op(low, other.low?)?,
            op(low, other.high?)?,
            op(high, other.low?)?,
            op(high, other.high?)?,
        ];
        Some(Self {
            low: corners.iter().min().copied(),
            high: corners.iter().max().copied(),
            why: both(self.why, &other.why),
        })
    }

    /// How a comparison of all these values with a number comes out, if it is the same for all.
    pub(super) fn compared(&self, op: CompareOp, number: Decimal) -> Option<bool> {
        // Whether all are below the number, or at most it; above, or at least it.
        let below = self.high.is_some_and(|high| high < number);
        let at_most = self.high.is_some_and(|high| high <= number);
        let above = self.low.is_some_and(|low| low > number);
        let at_least = self.low.is_some_and(|low| low >= number);
        match op {
            CompareOp::Lt if below => Some(true),
            CompareOp::Lt if at_least => Some(false),
            CompareOp::Le if at_most => Some(true),
            CompareOp::Le if above => Some(false),
            CompareOp::Gt if above => Some(true),
            CompareOp::Gt if at_most => Some(false),
            CompareOp::Ge if at_least => Some(true),
            CompareOp::Ge if below => Some(false),
            CompareOp::Eq if below || above => Some(false),
            CompareOp::Ne if below || above => Some(true),
            _ => None,
        }
    }
}

/// Of two ends, or the one that there is.
fn of_ends(
    one: Option<Decimal>,
    other: Option<Decimal>,
    of: impl Fn(Decimal, Decimal) -> Decimal,
) -> Option<Decimal> {
    match (one, other) {
        (Some(one), Some(other)) => Some(of(one, other)),
        (one, other) => one.or(other),
    }
}

/// The reasons of two sides, each once.
fn both(mut one: Vec<String>, other: &[String]) -> Vec<String> {
    for why in other {
        if !one.contains(why) {
            one.push(why.clone());
        }
    }
    one
}

#[cfg(test)]
mod tests {
    use flowright_nlu::value::{DECIMAL_SCALE, Decimal, Value};
    use proptest::prelude::*;

    use super::Range;
    use crate::base::{FileId, FileSpan, Span};
    use crate::ir::{ArithOp, CompareOp, Helper, Place, Space, Type, turn};
    use crate::sema::hir::{Expr, ExprKind};

    fn number(kind: ExprKind) -> Expr {
        let at = FileSpan { file: FileId(0), span: Span::new(0, 0) };
        Expr { kind, ty: Type::Number, at }
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let cell = |index| number(ExprKind::Load(Place { space: Space::Turn, index }));
        let leaf = prop_oneof![
            (-3 * DECIMAL_SCALE..3 * DECIMAL_SCALE)
                .prop_map(|micros| number(ExprKind::Const(Value::Number(Decimal(micros))))),
            Just(cell(turn::SENTIMENT)),
            Just(cell(turn::CONFIDENCE)),
            Just(cell(turn::MISSES)),
        ];
        leaf.prop_recursive(4, 16, 2, |inner| {
            let ops = vec![ArithOp::Add, ArithOp::Sub, ArithOp::Mul, ArithOp::Div];
            prop_oneof![
                (prop::sample::select(ops), inner.clone(), inner.clone()).prop_map(
                    |(op, left, right)| {
                        let (left, right) = (Box::new(left), Box::new(right));
                        number(ExprKind::Arith { op, left, right })
                    }
                ),
                inner.clone().prop_map(|inner| number(ExprKind::Neg(Box::new(inner)))),
                inner.clone().prop_map(|inner| {
                    number(ExprKind::Call { helper: Helper::Abs, args: vec![inner] })
                }),
                (any::<bool>(), inner.clone(), inner).prop_map(|(least, one, other)| {
                    let helper = if least { Helper::Min } else { Helper::Max };
                    number(ExprKind::Call { helper, args: vec![one, other] })
                }),
            ]
        })
    }

    /// What an expression comes to, by the sentiment, the confidence and the misses.
    fn value(expr: &Expr, turn: [Decimal; 3]) -> Option<Decimal> {
        match &expr.kind {
            ExprKind::Const(Value::Number(number)) => Some(*number),
            ExprKind::Load(place) => Some(match place.index {
                turn::SENTIMENT => turn[0],
                turn::CONFIDENCE => turn[1],
                _ => turn[2],
            }),
            ExprKind::Neg(inner) => value(inner, turn)?.0.checked_neg().map(Decimal),
            ExprKind::Arith { op, left, right } => {
                let (left, right) = (value(left, turn)?, value(right, turn)?);
                match op {
                    ArithOp::Add => left.checked_add(right),
                    ArithOp::Sub => left.checked_sub(right),
                    ArithOp::Mul => left.checked_mul(right),
                    ArithOp::Div => left.checked_div(right),
                }
            }
            ExprKind::Call { helper, args } => {
                let one = value(args.first()?, turn)?;
                match helper {
                    Helper::Abs => one.0.checked_abs().map(Decimal),
                    Helper::Min => Some(one.min(value(args.get(1)?, turn)?)),
                    _ => Some(one.max(value(args.get(1)?, turn)?)),
                }
            }
            _ => None,
        }
    }

    proptest! {
        #[test]
        fn no_value_lies_outside(
            expr in expr(),
            sentiment in -100_i64..=100,
            confidence in 0..=DECIMAL_SCALE,
            misses in 0_i64..=20,
            limit in -4 * DECIMAL_SCALE..4 * DECIMAL_SCALE,
        ) {
            let hundredth = DECIMAL_SCALE / 100;
            let turn = [
                Decimal(sentiment * hundredth),
                Decimal(confidence),
                Decimal(misses * DECIMAL_SCALE),
            ];
            if let (Some(range), Some(value)) = (Range::of(&expr), value(&expr, turn)) {
                let limit = Decimal(limit);
                prop_assert!(range.low.is_none_or(|low| low <= value), "{range:?} {value}");
                prop_assert!(range.high.is_none_or(|high| value <= high), "{range:?} {value}");
                let comparisons = [
                    (CompareOp::Lt, value < limit),
                    (CompareOp::Le, value <= limit),
                    (CompareOp::Gt, value > limit),
                    (CompareOp::Ge, value >= limit),
                    (CompareOp::Eq, value == limit),
                    (CompareOp::Ne, value != limit),
                ];
                for (op, holds) in comparisons {
                    let known = range.compared(op, limit);
                    prop_assert!(known.is_none_or(|known| known == holds), "{op:?} {limit}");
                }
            }
        }
    }

    #[test]
    fn a_sum_lies_between_the_sums_of_the_ends() {
        let place = Place { space: Space::Turn, index: turn::SENTIMENT };
        let left = Box::new(number(ExprKind::Load(place)));
        let right = Box::new(number(ExprKind::Const(Value::Number(Decimal::ONE))));
        let range = Range::of(&number(ExprKind::Arith { op: ArithOp::Add, left, right })).unwrap();
        assert_eq!((range.low, range.high), (Some(Decimal(0)), Decimal::from_int(2)));
        assert_eq!(range.why().unwrap(), "`sentiment` is from -1 to 1");
    }
}
