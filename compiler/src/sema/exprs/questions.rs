//! What is asked of a value with a word: `in`, `contains`, `matches`, `is`.

use flowright_nlu::value::Value;

use crate::base::Span;
use crate::diag::Code;
use crate::ir::{CompareOp, Helper, Type};
use crate::sema::cx::Checker;
use crate::sema::hir::{Expr, ExprKind};
use crate::sema::scope::Scope;
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub(super) fn membership(
        &mut self,
        value: &ast::Expr,
        set: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let value = self.expr(value, scope, None)?;
        if let ast::ExprKind::List(items) = &set.kind {
            let ty = value.ty.clone();
            let items: Option<Vec<Expr>> = items
                .iter()
                .map(|item| self.expr_of(item, scope, &ty, "what is looked for"))
                .collect();
            let kind = ExprKind::InSet { value: Box::new(value), set: items? };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let list = Type::List(Box::new(value.ty.clone()));
        let set = self.expr_of(set, scope, &list, "what stands behind `in`")?;
        let kind = ExprKind::Call { helper: Helper::ListContains, args: vec![set, value] };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    pub(super) fn contains(
        &mut self,
        whole: &ast::Expr,
        part: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let whole = self.expr(whole, scope, None)?;
        let (helper, part_ty) = match &whole.ty {
            Type::Text => (Helper::Contains, Type::Text),
            Type::List(item) => (Helper::ListContains, (**item).clone()),
            other => {
                let got = self.type_name(other);
                self.error(
                    Code::E0302,
                    span,
                    format!("a {got} contains nothing"),
                    "neither text nor list",
                    "ask it of a text or a list",
                );
                return None;
            }
        };
        let part = self.expr_of(part, scope, &part_ty, "what is looked for")?;
        Some(Expr { kind: ExprKind::Call { helper, args: vec![whole, part] }, ty: Type::Bool, at })
    }

    pub(super) fn matches(
        &mut self,
        text: &ast::Expr,
        pattern: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let text = self.expr_of(text, scope, &Type::Text, "what stands before `matches`")?;
        let ast::ExprKind::Regex(source) = &pattern.kind else {
            self.error(
                Code::E0301,
                pattern.span,
                "`matches` needs a pattern",
                "not a pattern",
                "write it as `r\"\\d+\"`",
            );
            return None;
        };
        let helper = Helper::Matches(self.regex(source, pattern.span)?);
        Some(Expr { kind: ExprKind::Call { helper, args: vec![text] }, ty: Type::Bool, at })
    }

    pub(super) fn is(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        option: &Name,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        let op = if negated { CompareOp::Ne } else { CompareOp::Eq };
        if let Some(compared) = self.is_about_names(value, option) {
            let left = self.expr(value, scope, None)?;
            compared?;
            let right = Expr {
                kind: ExprKind::Const(Value::Text(option.text.clone())),
                ty: Type::Text,
                at: self.at(option.span),
            };
            let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let left = self.expr(value, scope, None)?;
        let Type::Choice(choice) = left.ty else {
            let got = self.type_name(&left.ty);
            self.error(
                Code::E0305,
                span,
                format!("`is` asks about choices, this is a {got}"),
                "not a choice",
                "use `==` for other values",
            );
            return None;
        };
        let right = self.option(choice, option)?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    /// For `channel is web`, `language is zh`, `intent is x`: whether the name behind `is` exists.
    fn is_about_names(&mut self, value: &ast::Expr, option: &Name) -> Option<Option<()>> {
        let ast::ExprKind::Path(names) = &value.kind else { return None };
        let [name] = names.as_slice() else { return None };
        Some(match name.text.as_str() {
            "channel" => self.lookup(|s| &s.channels, "channel", option).map(|_| ()),
            "intent" => self.lookup(|s| &s.intents, "intent", option).map(|_| ()),
            "language" => self.language(option).map(|_| ()),
            _ => return None,
        })
    }
}
