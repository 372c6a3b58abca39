//! Steps that call: actions of the outside, other flows.

use crate::base::Span;
use crate::diag::Code;
use crate::ir::{ActionId, FlowId, SlotIndex};
use crate::sema::cx::Checker;
use crate::sema::flows::FlowScope;
use crate::sema::hir::StepKind;
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub(super) fn do_(
        &mut self,
        bind: Option<&Name>,
        action: &Name,
        args: &[ast::Arg],
        handlers: &[ast::DoHandler],
        span: Span,
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        let number = self.lookup(|s| &s.actions, "action", action)?;
        let signature = self.actions.get(number as usize)?.clone();
        let twice = self.symbols.actions.is_twice(&action.text);
        let params = signature.params.as_deref().filter(|_| !twice);
        let args = self.arguments(&action.text, params, args, &cx.scope, action.span);
        self.errors_once(handlers);
        let mut checked = Vec::new();
        let (mut failed, mut whole) = (None, true);
        for handler in handlers {
            let body = self.body(&handler.body, cx);
            let known = signature.errors.iter().position(|error| *error == handler.error.text);
            match (known, body) {
                (_, None) => whole = false,
                (None, body) if handler.error.text == "failed" => failed = body,
                (Some(error), Some(body)) => checked.push((u32::try_from(error).ok()?, body)),
                (None, _) if twice || self.actions_broken() => whole = false,
                (None, _) => {
                    let what = format!("error of `{}`", action.text);
                    let known = signature.errors.iter().map(String::as_str).chain(["failed"]);
                    self.unknown(Code::E0212, &what, &handler.error, known);
                    whole = false;
                }
            }
        }
        if failed.is_none() && !cx.handles_failure {
            self.unhandled(action, span);
        }
        let bind = match bind {
            Some(bind) => Some(cx.bound(bind)?),
            None => None,
        };
        if !whole {
            return None;
        }
        Some(StepKind::Do {
            bind,
            action: ActionId(number),
            args: args?,
            handlers: checked,
            failed,
        })
    }

    fn unhandled(&mut self, action: &Name, span: Span) {
        let message = format!("nothing says what happens when `{}` fails", action.text);
        let finding = self
            .finding(Code::W0402, span, message)
            .label("the customer would be handed to a human")
            .help("add `failed -> …` to it, or `on failure { … }` to the flow");
        self.report(finding);
    }

    pub(super) fn call_flow(
        &mut self,
        flow: &Name,
        args: &[ast::Arg],
        cx: &FlowScope,
    ) -> Option<StepKind> {
        if self.symbols.flows.get(&flow.text).is_none() && cx.states.contains_key(&flow.text) {
            let known: Vec<String> = self.symbols.flows.names().map(str::to_owned).collect();
            let (known, state) = (known.iter().map(String::as_str), self.state_as_flow(flow));
            self.unknown_here(Code::E0201, "flow", flow, known, Some(state));
            return None;
        }
        let number = self.lookup(|s| &s.flows, "flow", flow)?;
        let called = self.symbols.flows.items.get(number as usize)?.node;
        self.args_once(args);
        let mut checked = Vec::new();
        for arg in args {
            let Some(name) = &arg.name else {
                self.error(
                    Code::E0303,
                    arg.value.span,
                    "a flow's slots are given by name",
                    "no name",
                    "write `slot: value`",
                );
                return None;
            };
            let Some(slot) = called.slots.iter().position(|slot| slot.name.text == name.text)
            else {
                if self.symbols.flows.is_twice(&flow.text) {
                    return None;
                }
                let what = format!("slot of `{}`", flow.text);
                self.unknown(
                    Code::E0303,
                    &what,
                    name,
                    called.slots.iter().map(|s| s.name.text.as_str()),
                );
                return None;
            };
            let before = self.diagnostics.len();
            let owner = format!("{}.{}", flow.text, name.text);
            let ty = called.slots.get(slot).and_then(|slot| self.resolve_type(&slot.ty, &owner));
            // What is wrong with the slot's type is said at the slot.
            self.diagnostics.truncate(before);
            let what = format!("`{}` of `{}`", name.text, flow.text);
            let value = self.expr_of(&arg.value, &cx.scope, &ty?.0, &what)?;
            checked.push((SlotIndex(u32::try_from(slot).ok()?), value));
        }
        Some(StepKind::Call { flow: FlowId(number), args: checked })
    }
}
