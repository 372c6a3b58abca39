//! Steps that ask the customer: slots to fill, menus to choose from.

use crate::base::Span;
use crate::diag::Code;
use crate::ir::{SlotIndex, Type};
use crate::sema::cx::Checker;
use crate::sema::flows::FlowScope;
use crate::sema::hir::StepKind;
use crate::sema::scope::is_fixed;
use crate::sema::texts::Reader;
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub(super) fn fill(&mut self, names: &[Name], cx: &mut FlowScope) -> Option<Vec<SlotIndex>> {
        let mut slots = Vec::new();
        let mut whole = true;
        for name in names {
            if !self.can_be_filled(name, cx) {
                whole = false;
                continue;
            }
            let Some(index) = self.slot_index(name, cx) else {
                whole = false;
                continue;
            };
            let slot = cx.slots.get(index.index());
            let declared = slot.map(|slot| slot.at);
            let asks = slot.is_some_and(|slot| slot.ask.is_some());
            let broken =
                cx.scope.lost.contains(&name.text) || self.symbols.slots.lost.contains(&name.text);
            if !asks && broken {
                whole = false;
            } else if !asks {
                let message = format!("nothing asks for `{}`", name.text);
                let finding = self
                    .finding(Code::E0405, name.span, message)
                    .label("has no question")
                    .help("add `ask \"…\"` to the slot");
                self.report(match declared {
                    Some(at) => finding.related(at, "declared here"),
                    None => finding,
                });
                whole = false;
            }
            slots.push(index);
        }
        whole.then_some(slots)
    }

    /// Whether a name could be a slot's: no field of the customer or of a result, and nothing that
    /// is known by itself.
    fn can_be_filled(&mut self, name: &Name, cx: &FlowScope) -> bool {
        let known = cx.scope.locals.contains_key(&name.text)
            || cx.scope.lost.contains(&name.text)
            || self.session_types.contains_key(&name.text);
        let fixed = is_fixed(&name.text);
        if known || !(fixed || name.text.contains('.')) {
            return true;
        }
        self.error(
            Code::E0310,
            name.span,
            format!("`{}` cannot be filled", name.text),
            "not a slot",
            "ask for it in a slot of your own, and fill that",
        );
        false
    }

    pub(super) fn choose(
        &mut self,
        prompt: Option<&ast::TextRef>,
        arms: &[ast::ChooseArm],
        span: Span,
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        if arms.is_empty() {
            self.error(
                Code::E0309,
                span,
                "a menu of nothing",
                "no choices",
                "add `\"…\" -> state`",
            );
            return None;
        }
        let prompt = prompt.map(|prompt| self.text_ref(prompt, &cx.scope, Reader::Customer));
        let mut checked = Vec::new();
        for arm in arms {
            let text = self.text_ref(&arm.text, &cx.scope, Reader::Customer);
            let body = self.body(&arm.body, cx);
            checked.push(text.zip(body));
        }
        let prompt = match prompt {
            Some(None) => return None,
            other => other.flatten(),
        };
        Some(StepKind::Choose { prompt, arms: checked.into_iter().collect::<Option<_>>()? })
    }

    pub(super) fn choose_from(
        &mut self,
        item: &Name,
        list: &ast::Expr,
        prompt: Option<&ast::TextRef>,
        label: &ast::TextRef,
        (then, none): (&ast::Body, Option<&ast::Body>),
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        let values = self.expr(list, &cx.scope, None)?;
        if !matches!(values.ty, Type::List(_)) {
            let got = self.type_name(&values.ty);
            self.error(
                Code::E0301,
                list.span,
                format!("a {got} is not a list to choose from"),
                "not a list",
                "give a list that an action returned",
            );
            return None;
        }
        let item = cx.bound(item)?;
        let prompt = match prompt {
            Some(prompt) => Some(self.text_ref(prompt, &cx.scope, Reader::Customer)?),
            None => None,
        };
        let label = self.text_ref(label, &cx.scope, Reader::Customer);
        let then = self.body(then, cx);
        let none = match none {
            Some(none) => Some(self.body(none, cx)?),
            None => None,
        };
        Some(StepKind::ChooseFrom { item, list: values, prompt, label: label?, then: then?, none })
    }
}
