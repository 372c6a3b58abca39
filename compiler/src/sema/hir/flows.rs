//! Flows: slots, states, handlers, properties.

use std::collections::BTreeSet;

use super::{Body, Expr, Fallback, Kept, TextRef};
use crate::base::FileSpan;
use crate::ir::{ActionId, EntityIndex, FlowId, IntentId, Place, Type};

/// A slot, of a flow or of the session. A flow that fills a session slot lists it too, behind its
/// own slots, with its place in the session's cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub name: String,
    pub ty: Type,
    pub entity: Option<EntityIndex>,
    pub place: Place,
    pub ask: Option<TextRef>,
    pub checks: Vec<(Expr, Option<TextRef>)>,
    pub tries: u32,
    pub default: Option<Expr>,
    /// As declared; once labels are followed, also what the slot takes on.
    pub personal: bool,
    pub visible_to: Option<String>,
    pub at: FileSpan,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub name: String,
    pub doc: Option<String>,
    /// Own slots, then session slots that it fills.
    pub slots: Vec<Slot>,
    /// Cells that it names: own slots, then results. [`super::Frame`] has all of its frame.
    pub cells: u32,
    /// One per cell.
    pub cell_names: Vec<String>,
    pub cell_types: Vec<Type>,
    /// Names of the results that it keeps, each with an action that gives it.
    pub results: Vec<Kept>,
    pub states: Vec<State>,
    pub handlers: Handlers,
    pub fallback: Option<Fallback>,
    /// Intents that start it.
    pub triggers: Vec<IntentId>,
    pub on_start: bool,
    pub is_repair: bool,
    pub ensures: Vec<Ensure>,
    /// The flows that it calls.
    pub calls: BTreeSet<FlowId>,
    /// From a standard module.
    pub from_std: bool,
    pub at: FileSpan,
}

impl Flow {
    /// Every body: those of the states and of all handlers.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &Body> {
        let states = self.states.iter();
        let own = states.flat_map(|s| std::iter::once(&s.body).chain(s.handlers.bodies()));
        own.chain(self.handlers.bodies())
    }
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub name: String,
    pub doc: Option<String>,
    pub body: Body,
    pub handlers: Handlers,
    /// Of its name.
    pub at: FileSpan,
}

/// Handlers of a state or flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handlers {
    pub intents: Vec<(IntentId, Body)>,
    /// Milliseconds, shortest first.
    pub silences: Vec<(i64, Body)>,
    pub failure: Option<Body>,
}

impl Handlers {
    /// Their bodies.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = &Body> {
        let intents = self.intents.iter().map(|(_, body)| body);
        let silences = self.silences.iter().map(|(_, body)| body);
        intents.chain(silences).chain(&self.failure)
    }
}

/// A claimed property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensure {
    /// In words.
    pub text: String,
    pub kind: EnsureKind,
    pub at: FileSpan,
}

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnsureKind {
    /// The condition holds whenever the action is called.
    Before { cond: Expr, action: ActionId },
    /// From every state of the flow some way comes to its end.
    ReachesEnd,
    /// The flow is over after so many turns.
    AtMostTurns(u32),
    /// From every state a human can be reached within so many turns.
    HumanWithin(u32),
}
