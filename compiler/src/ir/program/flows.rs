//! Flows with their slots, states and handlers.

use serde::{Deserialize, Serialize};

use super::{EntityIndex, FallbackDef, FuncId, IntentId, SlotIndex, Type};
use crate::base::FileSpan;
use crate::ir::function::Place;

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotDef {
    pub name: String,
    pub ty: Type,
    /// What finds its value in an utterance.
    pub entity: Option<EntityIndex>,
    /// Where its value lies.
    pub place: Place,
    /// Chooses the question that fills it; exits with [`crate::ir::Exit::Text`].
    pub ask: Option<FuncId>,
    /// Checks of a new value, in order.
    pub checks: Vec<CheckDef>,
    /// Wrong answers before a human is asked; 0: no limit of its own.
    pub tries: u32,
    /// Gives its first value; exits with [`crate::ir::Exit::Value`].
    pub default: Option<FuncId>,
    pub personal: bool,
    pub visible_to: Option<String>,
    pub at: FileSpan,
}

/// One check of a slot: reads the slot's own place, where the candidate lies while it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckDef {
    /// Exits with [`crate::ir::Exit::Value`], a bool.
    pub cond: FuncId,
    /// Exits with [`crate::ir::Exit::Text`].
    pub otherwise: Option<FuncId>,
}

/// How a flow can be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Resolved,
    Unresolved,
    Cancelled,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDef {
    pub name: String,
    /// First `///` line, for summaries.
    pub doc: Option<String>,
    pub slots: Vec<SlotDef>,
    /// Cells of its frame: slots first, in order, then results.
    pub cells: u32,
    /// Names of all cells in order (`order`, `found.due`), for summaries, logs and tests.
    pub cell_names: Vec<String>,
    /// Their types, for what an upgrade may keep.
    pub cell_types: Vec<Type>,
    /// The first is where it starts.
    pub states: Vec<StateDef>,
    pub handlers: Handlers,
    pub fallback: Option<FallbackDef>,
    /// Starts with a new session.
    pub on_start: bool,
    /// A repair flow (`on repair`).
    pub is_repair: bool,
    pub at: FileSpan,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDef {
    pub name: String,
    pub entry: FuncId,
    /// Slots of the flow that it fills, asks with or reads, sorted.
    pub reads: Vec<SlotIndex>,
    pub handlers: Handlers,
    /// Hash of what the state compiles to, names of slots included: a session that waits in it
    /// can be told whether a new version still means the same.
    pub fingerprint: [u8; 16],
    pub at: FileSpan,
}

/// Handlers of a state or flow. Each function runs in the state that waits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handlers {
    pub intents: Vec<(IntentId, FuncId)>,
    /// Silence in milliseconds, shortest first.
    pub silences: Vec<(i64, FuncId)>,
    pub failure: Option<FuncId>,
}
