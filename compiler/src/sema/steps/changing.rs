//! Steps that change a value.

use crate::base::Span;
use crate::diag::Code;
use crate::ir::Type;
use crate::sema::cx::Checker;
use crate::sema::flows::FlowScope;
use crate::sema::hir::{BindCells, StepKind};
use crate::sema::scope::is_fixed;
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub(super) fn set(
        &mut self,
        slot: &Name,
        value: &ast::Expr,
        cx: &FlowScope,
    ) -> Option<StepKind> {
        let (ty, cells) = self.changeable(slot, cx)?;
        let BindCells::One(place) = cells else {
            self.error(
                Code::E0308,
                slot.span,
                format!("`{}` is a record, not one value", slot.text),
                "a record",
                "set its fields one by one",
            );
            return None;
        };
        let value = self.expr_of(value, &cx.scope, &ty, &format!("`{}`", slot.text))?;
        Some(StepKind::Set { place, value })
    }

    /// A slot or result that steps may change.
    pub(super) fn changeable(&mut self, name: &Name, cx: &FlowScope) -> Option<(Type, BindCells)> {
        let names = split(name);
        let first = names.first()?;
        let known = cx.scope.locals.contains_key(&first.text)
            || self.session_types.contains_key(&first.text);
        if !known && is_fixed(&first.text) {
            self.error(
                Code::E0310,
                name.span,
                format!("`{}` cannot be changed", name.text),
                "not a slot",
                "keep the value in a slot of your own",
            );
            return None;
        }
        self.cells(&names, name.span, &cx.scope)
    }
}

/// `found.due` as two names.
fn split(name: &Name) -> Vec<Name> {
    let mut at = name.span.start;
    let mut names = Vec::new();
    for part in name.text.split('.') {
        let end = at + u32::try_from(part.len()).unwrap_or_default();
        names.push(Name { text: part.to_owned(), span: Span::new(at, end) });
        at = end + 1;
    }
    names
}
