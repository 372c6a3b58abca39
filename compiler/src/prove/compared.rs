//! Comparisons as a variable and the values for which they hold.

use flowright_nlu::value::Value;

use super::boxes::{Var, Vocabulary};
use super::functions::{of_cell, satisfying_whole};
use super::sets::Set;
use super::terms::{bare, linear, satisfying};
use crate::ir::{CompareOp, Place, Type};
use crate::sema::hir::{Expr, ExprKind};

impl Vocabulary<'_> {
    /// A comparison as a variable and the values for which it holds.
    pub(super) fn compared(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
    ) -> Option<(Var, Set)> {
        let (left, right) = (bare(left), bare(right));
        match (&left.kind, &right.kind) {
            (ExprKind::Load(place), ExprKind::Const(value)) => {
                self.with_constant(op, *place, &left.ty, value)
            }
            (ExprKind::Const(value), ExprKind::Load(place)) => {
                self.with_constant(op.turned(), *place, &right.ty, value)
            }
            (_, ExprKind::Const(Value::Number(number))) if of_cell(left).is_some() => {
                Some((self.function(left)?, satisfying_whole(op, *number)?))
            }
            (ExprKind::Const(Value::Number(number)), _) if of_cell(right).is_some() => {
                Some((self.function(right)?, satisfying_whole(op.turned(), *number)?))
            }
            _ => {
                let (a, plus_a) = linear(left)?;
                let (b, plus_b) = linear(right)?;
                // a + x op b + y is a - b op y - x.
                let by = plus_b.checked_sub(plus_a)?;
                match a.cmp(&b) {
                    std::cmp::Ordering::Less => Some((Var::Diff(a, b), satisfying(op, by)?)),
                    std::cmp::Ordering::Greater => {
                        Some((Var::Diff(b, a), satisfying(op.turned(), by.checked_neg()?)?))
                    }
                    std::cmp::Ordering::Equal => None,
                }
            }
        }
    }

    fn with_constant(
        &mut self,
        op: CompareOp,
        place: Place,
        ty: &Type,
        value: &Value,
    ) -> Option<(Var, Set)> {
        let var = Var::Cell(place);
        self.types.insert(place, ty.clone());
        let number = self.number(&var, value)?;
        let range = self.range(&var);
        let set = match (ty, op) {
            (Type::Text | Type::Choice(_) | Type::Bool, CompareOp::Eq) => Set::one(number),
            (Type::Text | Type::Choice(_) | Type::Bool, CompareOp::Ne) => {
                Set::one(number).not(range).and(&self.all(&var)).filled()
            }
            (Type::Text | Type::Choice(_) | Type::Bool, _) => return None,
            // Another currency compares with nothing.
            _ => satisfying(op, number)?,
        };
        Some((var, set))
    }

    /// A function of a cell as a variable.
    fn function(&mut self, expr: &Expr) -> Option<Var> {
        let (helper, place, ty) = of_cell(expr)?;
        self.types.insert(place, ty.clone());
        self.learn_function(helper, place);
        Some(Var::Of(helper, place))
    }

    /// A list of values that a variable is looked for in, as its values.
    pub(super) fn listed(&mut self, value: &Expr, set: &[Expr]) -> Option<(Var, Set)> {
        let value = bare(value);
        let var = match &value.kind {
            ExprKind::Load(place) => {
                self.types.insert(*place, value.ty.clone());
                Var::Cell(*place)
            }
            _ => self.function(value)?,
        };
        let mut all = Set::none();
        for item in set {
            let ExprKind::Const(item) = &bare(item).kind else { return None };
            let one = match (&var, item) {
                (Var::Of(..), Value::Number(number)) => satisfying_whole(CompareOp::Eq, *number)?,
                _ => Set::one(self.number(&var, item)?),
            };
            all = all.or(&one);
        }
        Some((var, all))
    }
}
