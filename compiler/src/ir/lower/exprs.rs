//! Expressions to registers, conditions to branches.

use flowright_nlu::value::Value;

use super::Lowering;
use super::builder::Builder;
use crate::ir::{
    BlockId, CellKind, CompareOp, Const, Exit, FuncId, Helper, Inst, Place, Reg, Space, Type, turn,
};
use crate::sema::hir::{Expr, ExprKind};

/// The kind of cell that values of a type live in. Records are spread over cells; as one value,
/// which only a list's items are, they are [`CellKind::Record`].
pub(super) const fn cell_kind(ty: &Type) -> CellKind {
    match ty {
        Type::Text => CellKind::Text,
        Type::Number => CellKind::Number,
        Type::Money => CellKind::Money,
        Type::Date => CellKind::Date,
        Type::Time => CellKind::Time,
        Type::DateTime => CellKind::DateTime,
        Type::Duration => CellKind::Duration,
        Type::Bool => CellKind::Bool,
        Type::Choice(_) => CellKind::Choice,
        Type::List(_) => CellKind::List,
        Type::Record(_) => CellKind::Record,
    }
}

impl Lowering<'_> {
    /// Evaluates `expr` into a register. `params` are the registers of a named text's parameters.
    pub(super) fn value(&mut self, b: &mut Builder, expr: &Expr, params: &[Reg]) -> Reg {
        match &expr.kind {
            ExprKind::Const(value) => {
                let value = self.constant(value);
                b.constant(value)
            }
            ExprKind::Empty => b.constant(Const::Empty),
            ExprKind::Load(place) => b.define(|dst| Inst::Load { dst, place: *place }),
            ExprKind::Param(number) => match params.get(*number as usize) {
                Some(reg) => *reg,
                None => b.constant(Const::Empty),
            },
            ExprKind::Not(inner) => {
                let src = self.value(b, inner, params);
                b.define(|dst| Inst::Not { dst, src })
            }
            ExprKind::Neg(inner) => {
                let kind = cell_kind(&inner.ty);
                let src = self.value(b, inner, params);
                b.define(|dst| Inst::Neg { dst, src, kind })
            }
            ExprKind::Arith { op, left, right } => {
                let (left_kind, right_kind) = (cell_kind(&left.ty), cell_kind(&right.ty));
                let (left, right) = (self.value(b, left, params), self.value(b, right, params));
                let op = *op;
                b.define(|dst| Inst::Arith { op, dst, left, left_kind, right, right_kind })
            }
            ExprKind::Compare { op, left, right } => self.compare(b, *op, left, right, params),
            ExprKind::And(left, right) => {
                let (left, right) = (self.value(b, left, params), self.value(b, right, params));
                b.define(|dst| Inst::And { dst, left, right })
            }
            ExprKind::Or(left, right) => {
                let (left, right) = (self.value(b, left, params), self.value(b, right, params));
                b.define(|dst| Inst::Or { dst, left, right })
            }
            ExprKind::InSet { value, set } => self.in_set(b, value, set, params),
            ExprKind::Has(places) => has_any(b, places),
            ExprKind::Call { helper, args } => {
                let args = args.iter().map(|arg| self.value(b, arg, params)).collect();
                b.define(|dst| Inst::Call { dst, helper: *helper, args })
            }
            ExprKind::Concat(parts) => self.concat(b, parts, params),
            ExprKind::Reveal { value, .. } => self.value(b, value, params),
        }
    }

    fn compare(
        &mut self,
        b: &mut Builder,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        params: &[Reg],
    ) -> Reg {
        let kind = cell_kind(&left.ty);
        let (left, right) = (self.value(b, left, params), self.value(b, right, params));
        b.define(|dst| Inst::Compare { op, kind, dst, left, right })
    }

    fn in_set(&mut self, b: &mut Builder, value: &Expr, set: &[Expr], params: &[Reg]) -> Reg {
        let kind = cell_kind(&value.ty);
        let left = self.value(b, value, params);
        let mut found = b.constant(super::bool_const(false));
        for item in set {
            let right = self.value(b, item, params);
            let op = CompareOp::Eq;
            let same = b.define(|dst| Inst::Compare { op, kind, dst, left, right });
            let before = found;
            found = b.define(|dst| Inst::Or { dst, left: before, right: same });
        }
        found
    }

    fn concat(&mut self, b: &mut Builder, parts: &[Expr], params: &[Reg]) -> Reg {
        let mut joined = None;
        for part in parts {
            let mut reg = self.value(b, part, params);
            if part.ty != Type::Text {
                let args = vec![reg];
                reg = b.define(|dst| Inst::Call { dst, helper: Helper::ToText, args });
            }
            joined = Some(match joined {
                None => reg,
                Some(before) => {
                    let args = vec![before, reg];
                    b.define(|dst| Inst::Call { dst, helper: Helper::Concat, args })
                }
            });
        }
        joined.unwrap_or_else(|| {
            let empty = self.text_const("");
            b.constant(empty)
        })
    }

    /// Ends the current block with a branch on `expr`; `and`, `or` and `not` become control flow,
    /// so that a rule's later comparisons cost nothing once an earlier one has decided.
    pub(super) fn condition(&mut self, b: &mut Builder, expr: &Expr, yes: BlockId, no: BlockId) {
        match &expr.kind {
            ExprKind::Not(inner) => self.condition(b, inner, no, yes),
            ExprKind::And(left, right) => {
                let second = b.block();
                self.condition(b, left, second, no);
                b.enter(second);
                self.condition(b, right, yes, no);
            }
            ExprKind::Or(left, right) => {
                let second = b.block();
                self.condition(b, left, yes, second);
                b.enter(second);
                self.condition(b, right, yes, no);
            }
            _ => {
                let cond = self.value(b, expr, &[]);
                b.branch(cond, yes, no);
            }
        }
    }

    /// A function that evaluates one expression.
    pub(super) fn value_function(&mut self, name: String, expr: &Expr) -> FuncId {
        let mut b = Builder::new(name);
        let value = self.value(&mut b, expr, &[]);
        b.exit(Exit::Value, vec![value]);
        self.add_function(b.finish(Exit::Value))
    }

    /// A constant for the function's code.
    pub(super) fn constant(&mut self, value: &Value) -> Const {
        let scalar = |kind, bits| Const::Scalar { kind, currency: 0, bits };
        match value {
            Value::Bool(yes) => super::bool_const(*yes),
            Value::Number(n) => scalar(CellKind::Number, n.0),
            Value::Money(m) => Const::Scalar {
                kind: CellKind::Money,
                currency: m.currency.packed(),
                bits: m.amount.0,
            },
            Value::Date(d) => scalar(CellKind::Date, i64::from(d.0)),
            Value::Time(s) => scalar(CellKind::Time, i64::from(*s)),
            Value::DateTime(ms) => scalar(CellKind::DateTime, *ms),
            Value::Duration(ms) => scalar(CellKind::Duration, *ms),
            Value::Choice(c) => scalar(CellKind::Choice, i64::from(*c)),
            Value::Text(text) => self.text_const(text),
            Value::List(_) | Value::Record(_) => Const::Text(self.intern(value)),
        }
    }
}

fn has_any(b: &mut Builder, places: &[Place]) -> Reg {
    let mut found = None;
    for place in places {
        let place = *place;
        let here = b.define(|dst| Inst::Has { dst, place });
        found = Some(match found {
            None => here,
            Some(left) => b.define(|dst| Inst::Or { dst, left, right: here }),
        });
    }
    found.unwrap_or_else(|| b.constant(super::bool_const(false)))
}

/// A cell of the turn.
pub(super) const fn turn_cell(index: u32) -> Place {
    debug_assert!(index < turn::CELLS);
    Place { space: Space::Turn, index }
}
