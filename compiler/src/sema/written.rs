//! The flows as those see them who name them: those that are right, and of the others what is written.
//! A fault in one flow hides nothing of what is said elsewhere, and is not said there again.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::hir;
use super::symbols::Found;
use crate::base::FileSpan;
use crate::ir::{FlowId, StateId};
use crate::syntax::ast::{Body, Flow, Name, Step, StepKind, Trigger};
use crate::syntax::content::word;

/// All flows, by number.
pub(super) struct Flows<'a> {
    written: Vec<Found<'a, Flow>>,
    checked: Vec<Option<Arc<hir::Flow>>>,
    /// The first flow of each name.
    by_name: HashMap<&'a str, FlowId>,
    /// By name alone; made when somebody asks.
    states: OnceCell<BTreeMap<&'a str, Vec<(FlowId, StateId)>>>,
    /// The first flow that has a slot of that name; made when somebody asks.
    slots: OnceCell<HashMap<&'a str, FlowId>>,
    any_lost: bool,
    /// In how many flows with something wrong a word stands.
    faulty_words: BTreeMap<u64, usize>,
    /// One of those calls a flow that there is not.
    calls_unknown: bool,
}

impl<'a> Flows<'a> {
    pub(super) fn new(written: Vec<Found<'a, Flow>>, checked: Vec<Option<Arc<hir::Flow>>>) -> Self {
        let mut by_name = HashMap::with_capacity(written.len());
        for (id, flow) in (0..).map(FlowId).zip(&written) {
            by_name.entry(flow.node.name.text.as_str()).or_insert(id);
        }
        let lost = |flow: &Found<'_, Flow>| flow.broken || !flow.node.errors.is_empty();
        let any_lost = written.iter().any(lost);
        let mut faulty_words = BTreeMap::new();
        let mut calls_unknown = false;
        let flows = written.iter().zip(&checked);
        for (flow, _) in flows.filter(|(_, checked)| checked.is_none()) {
            flow.content.words.iter().for_each(|word| *faulty_words.entry(*word).or_default() += 1);
            calls_unknown |= calls(flow.node).any(|to| !by_name.contains_key(to.text.as_str()));
        }
        Self {
            written,
            checked,
            by_name,
            states: OnceCell::new(),
            slots: OnceCell::new(),
            any_lost,
            faulty_words,
            calls_unknown,
        }
    }

    /// All of them, when all are right.
    pub(super) fn all(&self) -> Option<Vec<Arc<hir::Flow>>> {
        self.checked.iter().cloned().collect()
    }

    /// Those that are right.
    pub(super) fn right(&self) -> impl Iterator<Item = (FlowId, &Arc<hir::Flow>)> {
        let flows = (0..).map(FlowId).zip(&self.checked);
        flows.filter_map(|(id, flow)| Some((id, flow.as_ref()?)))
    }

    /// One, if it is right.
    pub(super) fn get(&self, id: FlowId) -> Option<&Arc<hir::Flow>> {
        self.checked.get(id.index())?.as_ref()
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.checked.len()
    }

    /// As they are written, with their numbers.
    pub(super) fn written(&self) -> impl Iterator<Item = (FlowId, &Found<'a, Flow>)> {
        (0..).map(FlowId).zip(&self.written)
    }

    /// The flow of that name.
    pub(super) fn named(&self, name: &str) -> Option<FlowId> {
        self.by_name.get(name).copied()
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.written.iter().map(|flow| flow.node.name.text.as_str())
    }

    /// What a flow is called.
    pub(super) fn name(&self, id: FlowId) -> &'a str {
        self.written.get(id.index()).map_or("", |flow| flow.node.name.text.as_str())
    }

    /// Where a flow's name stands.
    pub(super) fn at(&self, id: FlowId) -> Option<FileSpan> {
        self.written.get(id.index()).map(|flow| flow.at(flow.node.name.span))
    }

    /// The states of that name, which may be dotted.
    pub(super) fn states(&self, name: &str) -> Vec<(FlowId, StateId)> {
        match name.rsplit_once('.') {
            None => self.by_state().get(name).cloned().unwrap_or_default(),
            Some((flow, state)) => {
                let named = self.named(flow).into_iter();
                named.flat_map(|id| self.numbers_of(id, state)).collect()
            }
        }
    }

    fn by_state(&self) -> &BTreeMap<&'a str, Vec<(FlowId, StateId)>> {
        self.states.get_or_init(|| {
            let mut states: BTreeMap<&str, Vec<_>> = BTreeMap::new();
            for (id, flow) in self.written() {
                for (number, state) in (0..).map(StateId).zip(&flow.node.states) {
                    states.entry(state.name.text.as_str()).or_default().push((id, number));
                }
            }
            states
        })
    }

    /// The names of all states, with or without their flows'.
    pub(super) fn state_names(&self, dotted: bool) -> Vec<String> {
        if !dotted {
            return self.by_state().keys().map(|name| (*name).to_owned()).collect();
        }
        let states = |flow: &Found<'a, Flow>| {
            let name = flow.node.name.text.as_str();
            flow.node.states.iter().map(move |state| format!("{name}.{}", state.name.text))
        };
        self.written.iter().flat_map(states).collect()
    }

    /// The first flow that has a slot of that name.
    pub(super) fn with_slot(&self, name: &str) -> Option<FlowId> {
        let slots = self.slots.get_or_init(|| {
            let mut slots = HashMap::new();
            for (id, flow) in self.written() {
                for slot in &flow.node.slots {
                    slots.entry(slot.name.text.as_str()).or_insert(id);
                }
            }
            slots
        });
        slots.get(name).copied()
    }

    /// The numbers of a flow's states of that name.
    fn numbers_of(&self, flow: FlowId, state: &str) -> impl Iterator<Item = (FlowId, StateId)> {
        let states = (0..).map(StateId).zip(self.states_of(flow));
        states.filter(move |(_, known)| *known == state).map(move |(number, _)| (flow, number))
    }

    /// The number of a state in its flow.
    pub(super) fn state_of(&self, flow: FlowId, state: &str) -> Option<StateId> {
        let mut states = self.states_of(flow);
        let number = states.position(|known| known == state)?;
        Some(StateId(u32::try_from(number).ok()?))
    }

    /// The names of a flow's states.
    pub(super) fn states_of(&self, flow: FlowId) -> impl Iterator<Item = &'a str> {
        let flow = self.written.get(flow.index());
        flow.into_iter().flat_map(|flow| &flow.node.states).map(|state| state.name.text.as_str())
    }

    /// Whether parts of some flow were lost to syntax errors: what nothing names may be named there.
    pub(super) const fn any_lost(&self) -> bool {
        self.any_lost
    }

    /// Whether another flow in which something is wrong may mean that one: it has the name's words, or
    /// calls what there is not.
    pub(super) fn may_be_meant(&self, name: &str) -> bool {
        let id = self.named(name);
        let own = usize::from(id.is_some_and(|id| self.get(id).is_none()));
        let others = |part: &str| self.faulty_words.get(&word(part)).copied().unwrap_or(0) > own;
        self.calls_unknown || name.split('.').all(others)
    }

    /// Whether a flow begins with an intent that there is not.
    pub(super) fn begins_with_unknown(&self, is_known: impl Fn(&str) -> bool) -> bool {
        let mut begins = self.written.iter().flat_map(|flow| intents_of(flow.node));
        begins.any(|name| !is_known(&name.text))
    }
}

/// The intents that start a flow.
pub(super) fn intents_of(flow: &Flow) -> impl Iterator<Item = &Name> {
    flow.triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } => Some(intent),
        Trigger::Start { .. } => None,
    })
}

/// Every step of a flow.
pub(super) fn steps_of(flow: &Flow) -> impl Iterator<Item = &Step> {
    fn steps(body: &Body) -> &[Step] {
        match body {
            Body::Steps(steps) => steps,
            Body::Goto(_) => &[],
        }
    }
    let handlers = flow.states.iter().flat_map(|state| &state.handlers).chain(&flow.handlers);
    let mut open: Vec<&Step> = flow.states.iter().flat_map(|state| &state.steps).collect();
    open.extend(handlers.flat_map(|handler| steps(&handler.body)));
    std::iter::from_fn(move || {
        let step = open.pop()?;
        open.extend(step.bodies().into_iter().flat_map(steps));
        Some(step)
    })
}

fn calls(flow: &Flow) -> impl Iterator<Item = &Name> {
    steps_of(flow).filter_map(|step| match &step.kind {
        StepKind::Call { flow, .. } => Some(flow),
        _ => None,
    })
}
