//! Names that hide others: a flow reads its own slot or result instead of what the language or the
//! session has under that name, and whoever reads the flow may take one for the other.

use super::cx::Checker;
use super::hir::{Body, StepKind};
use super::lints::inner_bodies;
use super::scope::is_fixed;
use super::written::Flows;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, SlotIndex, Space};
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// A slot or result that is called like what every expression can read.
    pub(super) fn hides_built_in(&mut self, what: &str, name: &Name, where_: &str) {
        if !is_fixed(&name.text) || self.in_std {
            return;
        }
        let message = format!("the {what} `{}` hides the built-in `{}`", name.text, name.text);
        let finding = self
            .finding(Code::W0412, name.span, message)
            .label(format!("{where_}, `{}` is this one", name.text))
            .help("give it a name of its own");
        self.report(finding);
    }

    /// A result that is called like a slot of the session.
    pub(super) fn hides_session(&mut self, what: &str, name: &Name) {
        if !self.in_std {
            self.hides_session_at(what, &name.text, self.at(name.span));
        }
    }

    /// Own slots of flows that are called like a slot of the session. Those that calls give are the
    /// parameters of their flow: what they are is said at the call.
    pub(super) fn hidden_session_slots(&mut self, flows: &Flows<'_>) {
        for (id, flow) in flows.right().filter(|(_, flow)| !flow.from_std) {
            for (slot, own) in (0..).map(SlotIndex).zip(&flow.slots) {
                if own.place.space == Space::Flow
                    && self.session_types.contains_key(&own.name)
                    && !given(id, slot, flows)
                    && !flows.may_be_meant(&flow.name)
                {
                    self.hides_session_at("slot", &own.name, own.at);
                }
            }
        }
    }

    fn hides_session_at(&mut self, what: &str, name: &str, at: FileSpan) {
        let number = self.symbols.slots.get(name);
        let Some(hidden) = number.and_then(|n| self.symbols.slots.items.get(n as usize)) else {
            return;
        };
        let declared = hidden.at(hidden.node.name.span);
        let message = format!("the {what} `{name}` hides the session's slot of that name");
        let finding = Diagnostic::new(Code::W0412, at, message)
            .label(format!("in this flow, `{name}` is this one"))
            .related(declared, "this one keeps what it had")
            .help(match what {
                "slot" => "remove the flow's slot to use the session's, or rename it",
                _ => "give it a name of its own",
            });
        self.report(finding);
    }
}

/// Whether some flow gives a slot when it calls the flow.
fn given(to: FlowId, slot: SlotIndex, flows: &Flows<'_>) -> bool {
    let gives = |body: &Body| {
        let mut open = vec![body];
        while let Some(body) = open.pop() {
            for step in body {
                if let StepKind::Call { flow, args } = &step.kind
                    && *flow == to
                    && args.iter().any(|(given, _)| *given == slot)
                {
                    return true;
                }
                open.extend(inner_bodies(step));
            }
        }
        false
    };
    let mut callers = flows.right().map(|(_, flow)| flow).filter(|flow| flow.calls.contains(&to));
    callers.any(|flow| flow.bodies().any(gives))
}
