//! Operators: the kinds on both sides have to go together.

use crate::base::Span;
use crate::diag::Code;
use crate::ir::{ArithOp, CompareOp, Type};
use crate::sema::cx::Checker;
use crate::sema::hir::{Expr, ExprKind};
use crate::sema::scope::Scope;
use crate::syntax::ast::{self, BinaryOp, UnaryOp};

impl Checker<'_> {
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        inner: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        if op == UnaryOp::Not {
            let inner = self.condition(inner, scope)?;
            return Some(Expr { kind: ExprKind::Not(Box::new(inner)), ty: Type::Bool, at });
        }
        let checked = self.expr(inner, scope, None)?;
        if !matches!(checked.ty, Type::Number | Type::Money | Type::Duration) {
            let got = self.type_name(&checked.ty);
            self.error(
                Code::E0302,
                span,
                format!("a {got} has no negative"),
                "not a number",
                "only numbers, money and durations can be negated",
            );
            return None;
        }
        let ty = checked.ty.clone();
        Some(Expr { kind: ExprKind::Neg(Box::new(checked)), ty, at })
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let arith = match op {
            BinaryOp::Or | BinaryOp::And => {
                let (left, right) = (self.condition(left, scope), self.condition(right, scope));
                let (left, right) = (Box::new(left?), Box::new(right?));
                let kind = if op == BinaryOp::Or {
                    ExprKind::Or(left, right)
                } else {
                    ExprKind::And(left, right)
                };
                return Some(Expr { kind, ty: Type::Bool, at });
            }
            BinaryOp::Eq => return self.comparison(CompareOp::Eq, left, right, span, scope),
            BinaryOp::Ne => return self.comparison(CompareOp::Ne, left, right, span, scope),
            BinaryOp::Lt => return self.comparison(CompareOp::Lt, left, right, span, scope),
            BinaryOp::Le => return self.comparison(CompareOp::Le, left, right, span, scope),
            BinaryOp::Gt => return self.comparison(CompareOp::Gt, left, right, span, scope),
            BinaryOp::Ge => return self.comparison(CompareOp::Ge, left, right, span, scope),
            BinaryOp::In => return self.membership(left, right, span, scope),
            BinaryOp::Contains => return self.contains(left, right, span, scope),
            BinaryOp::Matches => return self.matches(left, right, span, scope),
            BinaryOp::Add => ArithOp::Add,
            BinaryOp::Sub => ArithOp::Sub,
            BinaryOp::Mul => ArithOp::Mul,
            BinaryOp::Div => ArithOp::Div,
        };
        let (left, right) = (self.expr(left, scope, None), self.expr(right, scope, None));
        let (left, right) = (left?, right?);
        let Some(ty) = arith_type(arith, &left.ty, &right.ty) else {
            let (l, r) = (self.type_name(&left.ty), self.type_name(&right.ty));
            let sign = match arith {
                ArithOp::Add => "+",
                ArithOp::Sub => "-",
                ArithOp::Mul => "*",
                ArithOp::Div => "/",
            };
            self.error(
                Code::E0302,
                span,
                format!("`{sign}` does not go with a {l} and a {r}"),
                "unlike kinds",
                advice(&left.ty, &right.ty),
            );
            return None;
        };
        let kind = ExprKind::Arith { op: arith, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty, at })
    }

    /// Both sides of a comparison: the one whose type is plain first, so that a bare word on the
    /// other side can be a choice of it.
    fn operands(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        scope: &Scope,
    ) -> Option<(Expr, Expr)> {
        let left = self.expr(left, scope, None)?;
        let right = self.expr(right, scope, Some(&left.ty))?;
        Some((left, right))
    }

    fn comparison(
        &mut self,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let (left, right) = self.operands(left, right, scope)?;
        if left.ty != right.ty {
            let (l, r) = (self.type_name(&left.ty), self.type_name(&right.ty));
            self.error(
                Code::E0302,
                span,
                format!("a {l} cannot be compared with a {r}"),
                "unlike kinds",
                advice(&left.ty, &right.ty),
            );
            return None;
        }
        let ordered = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        let comparable = match left.ty {
            Type::List(_) | Type::Record(_) => false,
            Type::Bool | Type::Choice(_) => !ordered,
            _ => true,
        };
        if !comparable {
            let got = self.type_name(&left.ty);
            let help = if ordered {
                "only `==`, `!=`, `is` and `is not` ask about it"
            } else {
                "compare its parts"
            };
            self.error(
                Code::E0305,
                span,
                format!("a {got} has no order or equality like this"),
                "cannot be compared so",
                help,
            );
            return None;
        }
        let at = self.at(span);
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at })
    }
}

/// The type of `left op right`; see [`crate::ir::Inst::Arith`].
fn arith_type(op: ArithOp, left: &Type, right: &Type) -> Option<Type> {
    use ArithOp::{Add, Div, Mul, Sub};
    use Type::{Date, DateTime, Duration, Money, Number};
    Some(match (op, left, right) {
        (_, Number, Number) | (Div, Money, Money) | (Div, Duration, Duration) => Number,
        (Add | Sub, Money, Money) | (Mul | Div, Money, Number) => Money,
        (Add | Sub, Date, Duration) => Date,
        (Add | Sub, DateTime, Duration) => DateTime,
        (Sub, Date, Date) | (Sub, DateTime, DateTime) | (Add | Sub, Duration, Duration) => Duration,
        (Mul | Div, Duration, Number) => Duration,
        _ => return None,
    })
}

/// How two sides of unlike kinds are brought together.
fn advice(left: &Type, right: &Type) -> &'static str {
    match (left, right) {
        (Type::Money, Type::Number) | (Type::Number, Type::Money) => {
            "say in which currency: `CNY 1_000_000`"
        }
        (Type::Date | Type::DateTime, Type::Number)
        | (Type::Number, Type::Date | Type::DateTime) => {
            "say of what: `3d` is three days, `2h` two hours"
        }
        (Type::Text, _) | (_, Type::Text) => "a text is compared with a text, in quotes",
        (Type::Date, Type::DateTime) | (Type::DateTime, Type::Date) => {
            "`date_of(…)` is the day of an instant"
        }
        _ => "bring both sides to kinds that go together, see `flowright explain E0302`",
    }
}
