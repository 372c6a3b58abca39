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
        value: Expr,
        set: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
        if let ast::ExprKind::List(written) = &set.kind {
            let ty = value.ty.clone();
            let items: Option<Vec<Expr>> = written
                .iter()
                .map(|item| self.expr_of(item, scope, &ty, "what is looked for"))
                .collect();
            self.names_in(&value, written)?;
            let items = items?;
            for (item, written) in items.iter().zip(written) {
                self.one_currency(&value, item, written.span, "never compared")?;
            }
            let kind = ExprKind::InSet { value: Box::new(value), set: items };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let list = Type::List(Box::new(value.ty.clone()));
        let set = self.expr_of(set, scope, &list, "what stands behind `in`")?;
        let kind = ExprKind::Call { helper: Helper::ListContains, args: vec![set, value] };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    pub(super) fn contains(
        &mut self,
        whole: Expr,
        part: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let at = self.at(span);
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
        written: &ast::Expr,
        text: Expr,
        pattern: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        let at = self.at(span);
        let what = "what stands before `matches`";
        let text = self.of_type(written, text, &Type::Text, what)?;
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
        self.pattern_decides(source, pattern.span);
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
        let left = self.expr(value, scope, None)?;
        if let Some(compared) = self.is_about_names(&left, option) {
            compared?;
            let right = Expr {
                kind: ExprKind::Const(Value::Text(option.text.clone())),
                ty: Type::Text,
                at: self.at(option.span),
            };
            let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
            return Some(Expr { kind, ty: Type::Bool, at });
        }
        let Type::Choice(choice) = left.ty else {
            self.is_of_no_choice(&left.ty, negated, option, span);
            return None;
        };
        let right = self.option(choice, option)?;
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Some(Expr { kind, ty: Type::Bool, at })
    }

    /// `order is urgent` where `order` is no choice; of a text, with what was meant.
    fn is_of_no_choice(&mut self, ty: &Type, negated: bool, option: &Name, span: Span) {
        let got = self.type_name(ty);
        let finding = self
            .finding(Code::E0305, span, format!("`is` asks about choices, this is a {got}"))
            .label("not a choice");
        let sign = if negated { "!=" } else { "==" };
        let finding = match ty {
            Type::Text => {
                let text = &option.text;
                finding.help(format!("compare it with a text: `{sign} \"{text}\"`"))
            }
            Type::Bool => finding.help("a bool is a condition itself: ask it alone, or `not` it"),
            _ => finding.help(format!("use `{sign}` for other values")),
        };
        self.report(finding);
    }
}
