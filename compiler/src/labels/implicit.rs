//! What a secret decides: conditions on values that the customer may not know, under which
//! something is said or called. A warning, and only where it is plain: in the branch itself, or in
//! the state that it goes to.

use std::collections::BTreeSet;

use super::collect::{Branch, Leaf};
use super::demand::Demand;
use super::report::{Report, told};
use crate::base::FileSpan;
use crate::base::limits::DIAGNOSTICS_MAX;
use crate::diag::{Code, Diagnostic, Label as DiagLabel};
use crate::ir::{ActionId, FlowId, StateId};
use crate::sema::hir::{Body, Step, StepKind};
use crate::sema::lints::inner_bodies;

/// Something that shows which way was taken.
struct Telling {
    at: FileSpan,
    text: String,
}

impl Report<'_> {
    /// Every condition.
    pub(super) fn branches(&mut self, branches: &[Branch<'_>]) {
        for branch in branches {
            if self.found.len() >= DIAGNOSTICS_MAX {
                return;
            }
            // What is personal is hers: deciding by it tells her nothing new.
            let secrets = self.carried_by(&branch.leaves, |demand| demand != Demand::Personal);
            for (leaf, demand) in secrets {
                let telling = match &branch.under {
                    Some((flow, bodies)) => self.telling(*flow, bodies, demand),
                    None => Some(Telling { at: branch.at, text: String::new() }),
                };
                if let Some(telling) = telling {
                    self.implicit(branch, leaf, demand, telling);
                }
            }
        }
    }

    fn implicit(&mut self, branch: &Branch<'_>, leaf: Leaf, demand: Demand, telling: Telling) {
        let (origin, edges) = self.solved.route(self.net, leaf.node, demand);
        if !self.fresh(Code::W0702, branch.at, origin) {
            return;
        }
        let name = self.net.name(origin);
        let is_check = branch.under.is_none();
        let (what, label, help) = if is_check {
            (
                "whoever tries answers finds out about",
                "decides whether an answer is taken",
                "check against something she may know, or let an action decide",
            )
        } else {
            (
                "what happens next tells about",
                "decides what is said or called",
                "take the same way for everybody, or write `when reveal(…) because \"…\"` where it may be noticed",
            )
        };
        let message = format!("{what} {name}, and {}", self.who(demand));
        let mut route = self.route(origin, &edges, demand);
        route.push(DiagLabel { at: branch.at, text: label.to_owned() });
        if !is_check {
            route.push(DiagLabel { at: telling.at, text: telling.text });
        }
        let finding = Diagnostic::new(Code::W0702, branch.at, message);
        self.found.push(told(finding, route, !edges.is_empty()).help(help));
    }

    /// The first thing under a branch that shows that it was taken.
    fn telling(&self, flow: FlowId, bodies: &[&Body], demand: Demand) -> Option<Telling> {
        let mut states = BTreeSet::new();
        for body in bodies {
            if let Some(telling) = self.in_body(body, demand, Some(&mut states)) {
                return Some(telling);
            }
        }
        let flow = self.project.flows.get(flow.index())?;
        states
            .iter()
            .find_map(|state| self.in_body(&flow.states.get(state.index())?.body, demand, None))
    }

    /// `states` collects where the body goes.
    fn in_body(
        &self,
        body: &Body,
        demand: Demand,
        mut states: Option<&mut BTreeSet<StateId>>,
    ) -> Option<Telling> {
        for step in body {
            if let (StepKind::Goto(state), Some(states)) = (&step.kind, states.as_deref_mut()) {
                states.insert(*state);
            }
            if let Some(text) = self.tells(step, demand) {
                return Some(Telling { at: step.at, text });
            }
            for inner in inner_bodies(step) {
                if let Some(telling) = self.in_body(inner, demand, states.as_deref_mut()) {
                    return Some(telling);
                }
            }
        }
        None
    }

    fn tells(&self, step: &Step, demand: Demand) -> Option<String> {
        match &step.kind {
            StepKind::Say(_) => Some("said only then".to_owned()),
            StepKind::Fill(_)
            | StepKind::Confirm { .. }
            | StepKind::Choose { .. }
            | StepKind::ChooseFrom { .. } => Some("asked only then".to_owned()),
            StepKind::Do { action, .. } if !self.cleared(*action, demand) => {
                Some("called only then".to_owned())
            }
            _ => None,
        }
    }

    /// Whether an action is trusted with values of this kind anyway.
    fn cleared(&self, action: ActionId, demand: Demand) -> bool {
        let action = self.project.actions.get(action.index());
        action.is_none_or(|action| {
            action.param_labels.iter().any(|label| self.roles.meets(label, demand))
        })
    }
}
