//! Operators: the kinds on both sides have to go together.

use flowright_nlu::value::{Decimal, Value};

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
        // `-2` is a number that is written out, for whatever looks at one.
        let kind = match checked.kind {
            ExprKind::Const(Value::Number(Decimal(number))) if number != i64::MIN => {
                ExprKind::Const(Value::Number(Decimal(-number)))
            }
            _ => ExprKind::Neg(Box::new(checked)),
        };
        Some(Expr { kind, ty, at })
    }

    /// A chain such as `a + b + c` holds its left part: it is gone through from the innermost on,
    /// not by calling itself.
    pub(super) fn binary(&mut self, whole: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let mut links = Vec::new();
        let mut inner = whole;
        while let ast::ExprKind::Binary(op, left, right) = &inner.kind {
            links.push(Link { op: *op, left, right, span: inner.span, whole });
            inner = left;
        }
        let mut checked = self.expr(inner, scope, None);
        for link in links.iter().rev() {
            checked = self.link(link, checked, scope);
        }
        checked
    }

    /// An operation whose left side is checked.
    fn link(&mut self, link: &Link<'_>, left: Option<Expr>, scope: &Scope) -> Option<Expr> {
        match link.op {
            BinaryOp::Or | BinaryOp::And => self.both_or_either(link, left, scope),
            BinaryOp::Eq => self.comparison(CompareOp::Eq, link, left?, scope),
            BinaryOp::Ne => self.comparison(CompareOp::Ne, link, left?, scope),
            BinaryOp::Lt => self.comparison(CompareOp::Lt, link, left?, scope),
            BinaryOp::Le => self.comparison(CompareOp::Le, link, left?, scope),
            BinaryOp::Gt => self.comparison(CompareOp::Gt, link, left?, scope),
            BinaryOp::Ge => self.comparison(CompareOp::Ge, link, left?, scope),
            BinaryOp::In => self.membership(left?, link.right, link.span, scope),
            BinaryOp::Contains => self.contains(left?, link.right, link.span, scope),
            BinaryOp::Matches => self.matches(link.left, left?, link.right, link.span),
            BinaryOp::Add => self.arithmetic(ArithOp::Add, link, left, scope),
            BinaryOp::Sub => self.arithmetic(ArithOp::Sub, link, left, scope),
            BinaryOp::Mul => self.arithmetic(ArithOp::Mul, link, left, scope),
            BinaryOp::Div => self.arithmetic(ArithOp::Div, link, left, scope),
        }
    }

    fn both_or_either(
        &mut self,
        link: &Link<'_>,
        left: Option<Expr>,
        scope: &Scope,
    ) -> Option<Expr> {
        let left = left.and_then(|left| self.as_condition(left, link.left.span));
        let right = self.condition(link.right, scope);
        let (left, right) = (Box::new(left?), Box::new(right?));
        let kind = match link.op {
            BinaryOp::Or => ExprKind::Or(left, right),
            _ => ExprKind::And(left, right),
        };
        Some(Expr { kind, ty: Type::Bool, at: self.at(link.span) })
    }

    fn arithmetic(
        &mut self,
        op: ArithOp,
        link: &Link<'_>,
        left: Option<Expr>,
        scope: &Scope,
    ) -> Option<Expr> {
        let right = self.expr(link.right, scope, None);
        let (left, right) = (left?, right?);
        let Some(ty) = arith_type(op, &left.ty, &right.ty) else {
            self.unlike_operands(op, &left, &right, link);
            return None;
        };
        if (&left.ty, &right.ty) == (&Type::Money, &Type::Money) {
            self.one_currency(&left, &right, link.span, "not computed with each other")?;
        }
        let kind = ExprKind::Arith { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty, at: self.at(link.span) })
    }

    /// The left side's type is known first, so that a bare word on the right can be a choice of it.
    fn comparison(
        &mut self,
        op: CompareOp,
        link: &Link<'_>,
        left: Expr,
        scope: &Scope,
    ) -> Option<Expr> {
        let right = self.expr(link.right, scope, Some(&left.ty))?;
        self.comparable(op, link, &left, &right)?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at: self.at(link.span) })
    }

    fn comparable(
        &mut self,
        op: CompareOp,
        link: &Link<'_>,
        left: &Expr,
        right: &Expr,
    ) -> Option<()> {
        self.compared_names((link.left, left), (link.right, right))?;
        if left.ty != right.ty {
            let as_text = self.choice_as_text(&left.ty, link.right, link.span);
            if !as_text && !self.choice_as_text(&right.ty, link.left, link.span) {
                self.unlike_sides(link, &left.ty, &right.ty);
            }
            return None;
        }
        self.one_currency(left, right, link.span, "never compared")?;
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
                link.span,
                format!("a {got} has no order or equality like this"),
                "cannot be compared so",
                help,
            );
            return None;
        }
        Some(())
    }
}

/// `left op right`
pub(super) struct Link<'e> {
    pub(super) op: BinaryOp,
    pub(super) left: &'e ast::Expr,
    pub(super) right: &'e ast::Expr,
    pub(super) span: Span,
    /// The chain of operations that it is part of.
    pub(super) whole: &'e ast::Expr,
}

/// The type of `left op right`; see [`crate::ir::Inst::Arith`].
pub(super) fn arith_type(op: ArithOp, left: &Type, right: &Type) -> Option<Type> {
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
