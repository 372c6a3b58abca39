//! The compiled `migrate`: what becomes of sessions that a version before this one began. Names of
//! the version before are kept as written, for [`crate::upgrade`] to find them in its program.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use flowright_nlu::value::Value;
use serde::{Deserialize, Serialize};

use super::program::{ChannelId, FlowId, FuncId, IntentId, SkillId, StateId};
use crate::base::FileSpan;

/// One `migrate`. `C` is the code that a line runs: steps, then the function that they became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrateDef<C = FuncId> {
    /// The beginning of the hash, in lower-case hexadecimal digits, of the only bundle that it
    /// speaks of; absent: of every one.
    pub from: Option<String>,
    pub lines: Vec<MigrateLineDef<C>>,
    pub at: FileSpan,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrateLineDef<C = FuncId> {
    pub rule: MigrateRule<C>,
    pub at: FileSpan,
}

/// What a line says. `old` is a name of the version before, with its flow's name before a dot
/// where it belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MigrateRule<C = FuncId> {
    /// What the flow is now, and what runs in it where a session waits for what no longer exists.
    Flow {
        old: String,
        new: FlowId,
        to: Option<C>,
    },
    /// What the state is now.
    StateIs {
        old: String,
        flow: FlowId,
        new: StateId,
    },
    /// What runs, in the flow that it is now, for sessions in this state.
    StateTo {
        old: String,
        flow: FlowId,
        to: C,
    },
    /// What the slot is now.
    SlotIs {
        old: String,
        new: SlotRef,
    },
    /// Its value may be lost.
    SlotDropped {
        old: String,
    },
    /// The value of the slot in sessions that bring none; empty: none is needed.
    SlotDefault {
        new: SlotRef,
        value: Option<Value>,
    },
    Intent {
        old: String,
        new: IntentId,
    },
    Skill {
        old: String,
        new: SkillId,
    },
    Channel {
        old: String,
        new: ChannelId,
    },
}

/// A slot, or a result of an action, of this version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SlotRef {
    /// Number of a session's slot.
    Session(u32),
    /// Number of a field of the customer.
    Customer(u32),
    /// Name of a cell of the flow, or what the names of a result's cells begin with.
    Flow(FlowId, String),
}

impl<C> MigrateDef<C> {
    /// Whether it speaks of the bundle of that hash.
    #[must_use]
    pub fn is_for(&self, hash: &[u8; 32]) -> bool {
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.from.as_ref().is_none_or(|from| hash.starts_with(from.as_str()))
    }
}
