//! Expressions: every name resolved, every operand of the right kind.

mod advice;
mod currencies;
mod names;
mod operators;
mod paths;
mod questions;
mod unlike;

use flowright_nlu::value::Value;

pub(super) use self::advice::{Advice, written_as};
use super::cx::Checker;
use super::hir::{Expr, ExprKind};
use super::scope::Scope;
use crate::base::Span;
use crate::diag::Code;
use crate::ir::Type;
use crate::syntax::ast;

impl Checker<'_> {
    /// Checks an expression. `expected` lets a bare word be a choice of that type.
    pub(super) fn expr(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Option<Expr> {
        let at = self.at(expr.span);
        let constant = |value, ty| Some(Expr { kind: ExprKind::Const(value), ty, at });
        match &expr.kind {
            ast::ExprKind::Bool(yes) => constant(Value::Bool(*yes), Type::Bool),
            ast::ExprKind::Number(n) | ast::ExprKind::Percent(n) => {
                constant(Value::Number(*n), Type::Number)
            }
            ast::ExprKind::Money(money) => {
                self.currency(*money, expr.span);
                constant(Value::Money(*money), Type::Money)
            }
            ast::ExprKind::Duration(ms) => constant(Value::Duration(*ms), Type::Duration),
            ast::ExprKind::Date(date) => constant(Value::Date(*date), Type::Date),
            ast::ExprKind::Time(s) => constant(Value::Time(*s), Type::Time),
            ast::ExprKind::Str(template) => self.string(template, scope),
            ast::ExprKind::Path(names) => self.path(names, expr.span, scope, expected),
            ast::ExprKind::Unary(op, inner) => self.unary(*op, inner, expr.span, scope),
            ast::ExprKind::Binary(..) => self.binary(expr, scope),
            ast::ExprKind::Is { value, negated, option } => {
                self.is(value, *negated, option, expr.span, scope)
            }
            ast::ExprKind::Has(names) => {
                let (_, cells) = self.cells(names, expr.span, scope)?;
                Some(Expr { kind: ExprKind::Has(cells.places()), ty: Type::Bool, at })
            }
            ast::ExprKind::Reachable(channel) => self.reachable(channel, at),
            ast::ExprKind::Call { function, args } => self.call(function, args, expr.span, scope),
            ast::ExprKind::List(_) | ast::ExprKind::Record(_) | ast::ExprKind::Regex(_) => {
                self.not_a_value(expr);
                None
            }
            ast::ExprKind::Reveal { value, because } => {
                let value = Box::new(self.expr(value, scope, expected)?);
                let ty = value.ty.clone();
                let because = because.value.clone();
                Some(Expr { kind: ExprKind::Reveal { value, because }, ty, at })
            }
            ast::ExprKind::Error => None,
        }
    }

    /// Reports what stands only in certain places.
    fn not_a_value(&mut self, expr: &ast::Expr) {
        let (span, message, label, help) = match &expr.kind {
            ast::ExprKind::List(items) => {
                let span = items.first().map_or(expr.span, |item| item.span);
                let message = "a list written out stands only behind `in`";
                (span, message, "not here", "compare with `x in [a, b]`")
            }
            ast::ExprKind::Record(_) => {
                let message = "a record written out stands only in tests";
                (expr.span, message, "not here", "name the fields one by one")
            }
            _ => {
                let message = "a pattern is not a value";
                (expr.span, message, "a pattern", "write it behind `matches`")
            }
        };
        self.error(Code::E0301, span, message, label, help);
    }

    /// Checks an expression of a given type.
    pub(super) fn expr_of(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        ty: &Type,
        what: &str,
    ) -> Option<Expr> {
        let checked = self.expr(expr, scope, Some(ty))?;
        self.of_type(expr, checked, ty, what)
    }

    /// An expression that is checked, if it is of a given type.
    fn of_type(&mut self, expr: &ast::Expr, checked: Expr, ty: &Type, what: &str) -> Option<Expr> {
        if checked.ty == *ty {
            return Some(checked);
        }
        if self.choice_as_text(ty, expr, expr.span) {
            return None;
        }
        let (wanted, got) = (self.type_name(ty), self.type_name(&checked.ty));
        let message = format!("{what} is a {wanted}, this is a {got}");
        let advice =
            written_as(ty, expr, &checked.ty).or_else(|| self.one_of_its_choices(ty, &checked.ty));
        let finding = self.finding(Code::E0301, expr.span, message).label(format!("a {got}"));
        let general = || Advice::new(format!("give a {wanted}"));
        self.report_with(finding, advice.unwrap_or_else(general));
        None
    }

    /// Checks a condition.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let checked = self.expr(expr, scope, Some(&Type::Bool))?;
        self.as_condition(checked, expr.span)
    }

    /// An expression that is checked, if it is a condition.
    fn as_condition(&mut self, checked: Expr, span: Span) -> Option<Expr> {
        if checked.ty == Type::Bool {
            return Some(checked);
        }
        let got = self.type_name(&checked.ty);
        self.error(
            Code::E0307,
            span,
            format!("a {got} is not a condition"),
            "neither true nor false",
            "compare it with something, or ask `has` it",
        );
        None
    }

    /// A string as a value: its parts, one after the other.
    fn string(&mut self, template: &ast::Template, scope: &Scope) -> Option<Expr> {
        let at = self.at(template.span);
        let mut parts = Vec::new();
        for part in &template.parts {
            match part {
                ast::TemplatePart::Literal { text, span } => parts.push(Expr {
                    kind: ExprKind::Const(Value::Text(text.clone())),
                    ty: Type::Text,
                    at: self.at(*span),
                }),
                ast::TemplatePart::Expr(expr) => parts.push(self.shown(expr, scope)?),
                ast::TemplatePart::Annotation { span, .. } => {
                    self.error(
                        Code::E0502,
                        *span,
                        "an annotation stands only in examples",
                        "not here",
                        "write `{name}` to show a value",
                    );
                    return None;
                }
                ast::TemplatePart::Plural(ast::Plural { span, .. })
                | ast::TemplatePart::Count(span) => {
                    self.plural_elsewhere(*span);
                    return None;
                }
                ast::TemplatePart::Error(_) => return None,
            }
        }
        match parts.as_slice() {
            [] => {
                let kind = ExprKind::Const(Value::Text(String::new()));
                Some(Expr { kind, ty: Type::Text, at })
            }
            [only] if matches!(only.kind, ExprKind::Const(_)) => parts.pop(),
            _ => Some(Expr { kind: ExprKind::Concat(parts), ty: Type::Text, at }),
        }
    }

    /// An expression whose value a text shows.
    pub(super) fn shown(&mut self, expr: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let checked = self.expr(expr, scope, None)?;
        let showable = match &checked.ty {
            Type::Record(_) => false,
            Type::List(item) => !matches!(**item, Type::Record(_) | Type::List(_)),
            _ => true,
        };
        if !showable {
            let got = self.type_name(&checked.ty);
            self.error(
                Code::E0306,
                expr.span,
                format!("a {got} cannot be shown in a text"),
                "not showable",
                "show one of its fields, or let the customer `choose` from it",
            );
            return None;
        }
        Some(checked)
    }
}
