//! How long something lasts: `wait`, and what else is measured from a moment on.

use flowright_nlu::value::Value;

use crate::base::Span;
use crate::diag::Code;
use crate::ir::Type;
use crate::sema::constants::constant;
use crate::sema::cx::Checker;
use crate::sema::flows::FlowScope;
use crate::sema::hir::Expr;
use crate::syntax::ast::{self, Spanned};

impl Checker<'_> {
    /// `wait 2h`
    pub(super) fn wait(&mut self, time: &ast::Expr, cx: &FlowScope) -> Option<Expr> {
        let checked = self.expr_of(time, &cx.scope, &Type::Duration, "what to wait for")?;
        if let Some(Value::Duration(ms)) = constant(checked.kind.clone()) {
            self.is_some_time(ms, time.span, "a wait");
        }
        Some(checked)
    }

    /// Reports a length of time of a declaration that is none.
    pub(in crate::sema) fn takes_time(&mut self, time: &Spanned<i64>, what: &str) {
        self.is_some_time(time.value, time.span, what);
    }

    /// A length that does not fit was reported, and is 0.
    fn is_some_time(&mut self, ms: i64, span: Span, what: &str) {
        if ms < 1 && !self.broken {
            self.error(
                Code::E0602,
                span,
                format!("{what} is longer than nothing"),
                "no time at all",
                "write how long, as `30s` or `10m`",
            );
        }
    }
}
