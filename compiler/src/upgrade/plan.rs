//! How sessions of one program become sessions of another: what the comparison of the two found,
//! as data that a runtime can keep. Applied by `flowright_engine::upgrade`.
//!
//! Tables go by the number that something has in the old program, unless said otherwise. What a
//! plan does not have a place for does not fit: a session that holds it stays where it is.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use flowright_nlu::lang::Lang;
use flowright_nlu::value::Value;
use serde::{Deserialize, Serialize};

use crate::ir::{FlowId, FuncId, IntentId, RecordCells, SkillId, SlotIndex, StateId};

/// The whole plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationPlan {
    /// Hash of the bundle whose sessions it is for.
    pub from: [u8; 32],
    /// Hash of the bundle that takes them over.
    pub to: [u8; 32],
    pub customer: SpacePlan,
    pub session: SpacePlan,
    /// Absent: sessions in the flow stay.
    pub flows: Vec<Option<FlowPlan>>,
    pub intents: Vec<Option<IntentId>>,
    /// Absent: a conversation that was handed over to the skill stays.
    pub skills: Vec<Option<SkillId>>,
    /// Names of the old program's channels and what they are now; absent: a session on it stays.
    pub channels: Vec<(String, Option<String>)>,
    /// What the new bot speaks; the first is its default.
    pub languages: Vec<Lang>,
}

/// Where the values of a space come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SpacePlan {
    /// By the cell of the new program.
    pub cells: Vec<CellPlan>,
    /// Old cells that have no place any more. Where one holds a value, the session stays.
    pub lost: Vec<u32>,
}

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellPlan {
    pub from: Option<FromCell>,
    /// The value where what the session holds does not fit, or, of a cell that is not
    /// `only_given`, where it holds none.
    pub default: Option<Value>,
    /// A session that holds none gets the default only in states that give it
    /// ([`StatePlan::given`]): elsewhere it is still asked for.
    pub only_given: bool,
}

/// An old cell, and what becomes of its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromCell {
    pub cell: u32,
    pub value: ValuePlan,
    /// A value that does not fit may be left behind; else the session stays.
    pub may_lose: bool,
}

/// A value of one type as one of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValuePlan {
    /// As it is.
    Same,
    /// Never: the types have nothing in common.
    Never,
    /// The new number of each choice.
    Choice(Vec<Option<u16>>),
    List(Box<ValuePlan>),
    /// The old number of each new field, and what becomes of its value.
    Record(Vec<Option<(u32, ValuePlan)>>),
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowPlan {
    pub flow: FlowId,
    pub cells: SpacePlan,
    pub slots: Vec<Option<SlotIndex>>,
    pub states: Vec<StatePlan>,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatePlan {
    pub to: Option<StateId>,
    /// What runs in the new flow instead of going on, whatever the session waits for.
    pub always: Option<FuncId>,
    /// What runs in the new flow where what the session waits for does not fit.
    pub otherwise: Option<FuncId>,
    /// What a session can wait for here and where it waits then.
    pub waits: Vec<WaitPlan>,
    /// Silence handlers of the new state that have had their turn, by the number of those of the
    /// old one that have.
    pub silences: Vec<u32>,
    /// New cells that get their defaults in sessions that wait here and hold no value for them.
    pub given: Vec<u32>,
}

/// What a session waits for in the old program, and in the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaitPlan {
    Slot { slot: SlotIndex, then: FuncId, to: SlotWait },
    Confirm { yes: FuncId, no: FuncId, to_yes: FuncId, to_no: FuncId },
    Choose { arms: Vec<FuncId>, to: Vec<FuncId> },
    ChooseFrom { then: FuncId, item: RecordCells, value: ValuePlan, to: FuncId },
    Until { then: FuncId, to: FuncId },
    Return { then: FuncId, to: FuncId },
}

/// A slot to wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotWait {
    pub slot: SlotIndex,
    /// What is asked for after it, where still empty.
    pub rest: Vec<SlotIndex>,
    pub then: FuncId,
}

impl SpacePlan {
    /// Where each of the old cells goes that go anywhere, by their number.
    #[must_use]
    pub fn place_of(&self, old: u32) -> Option<u32> {
        let from = |plan: &CellPlan| plan.from.as_ref().is_some_and(|from| from.cell == old);
        u32::try_from(self.cells.iter().position(from)?).ok()
    }
}
