//! Flows, and what they are asked by: intents, states, slots.

use std::collections::HashMap;

use flowright_compiler::syntax::ast::{DeclKind, Flow, Trigger};

use super::{Model, Place};

/// What is known of flows by the names in them. The order of the flows is the compiler's: a project's
/// own, then the standard modules'.
#[derive(Debug, Default)]
pub(super) struct Flows {
    all: Vec<Place>,
    /// Intents with the flow that each of them starts.
    starts: HashMap<String, Place>,
    /// Names of states with the flows that have such a one, by their numbers.
    states: HashMap<String, Vec<usize>>,
    /// Names of slots with the first flow that has such a one.
    slots: HashMap<String, usize>,
}

impl Flows {
    pub(super) fn add(&mut self, place: Place, flow: &Flow) {
        let number = self.all.len();
        self.all.push(place);
        for trigger in &flow.triggers {
            if let Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } = trigger {
                self.starts.entry(intent.text.clone()).or_insert(place);
            }
        }
        for state in &flow.states {
            let flows = self.states.entry(state.name.text.clone()).or_default();
            // A flow that has it twice has it.
            if flows.last() != Some(&number) {
                flows.push(number);
            }
        }
        for slot in &flow.slots {
            self.slots.entry(slot.name.text.clone()).or_insert(number);
        }
    }
}

impl Model {
    /// All flows that count.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.of_flows.all.iter().filter_map(|place| self.flow_at(*place))
    }

    fn flow_at(&self, place: Place) -> Option<&Flow> {
        match &self.decl_of(place)?.1.node.kind {
            DeclKind::Flow(flow) => Some(flow),
            _ => None,
        }
    }

    /// The flow that an intent starts.
    #[must_use]
    pub fn flow_of_intent(&self, intent: &str) -> Option<&Flow> {
        self.flow_at(*self.of_flows.starts.get(intent)?)
    }

    /// The names of the flows that have a state of that name.
    #[must_use]
    pub fn flows_with_state(&self, state: &str) -> Vec<&str> {
        let numbers = self.of_flows.states.get(state).into_iter().flatten();
        let flows = numbers.filter_map(|number| self.flow_at(*self.of_flows.all.get(*number)?));
        flows.map(|flow| flow.name.text.as_str()).collect()
    }

    /// The first flow that has one of these slots, those of the session aside.
    #[must_use]
    pub fn first_flow_with_slot(&self, names: &[&str]) -> Option<&Flow> {
        let own = names.iter().filter(|name| self.session_slot(name).is_none());
        let first = own.filter_map(|name| self.of_flows.slots.get(*name)).min()?;
        self.flow_at(*self.of_flows.all.get(*first)?)
    }
}
