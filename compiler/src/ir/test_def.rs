//! Compiled `test` blocks: a conversation that must go exactly so.
#![expect(missing_docs, reason = "variants mirror the lines of a test in the syntax tree")]

use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Value};
use serde::{Deserialize, Serialize};

use super::program::{ActionId, ChannelId, FlowId, FuncId, Outcome, SkillId, StateId};
use crate::base::FileSpan;

/// A test. `C` is what a condition is: an expression, then the function that it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestDef<C = FuncId> {
    pub name: String,
    /// Today, and seconds since midnight, in the bot's timezone; absent: 2026-01-01 09:00.
    pub today: Option<(Date, u32)>,
    pub language: Option<Lang>,
    pub channel: Option<ChannelId>,
    /// Channels on which the customer has an address, too.
    pub reachable: Vec<ChannelId>,
    /// One per customer field; empty: not given.
    pub customer: Vec<Option<Value>>,
    pub seed: u64,
    pub givens: Vec<GivenDef>,
    pub lines: Vec<TestLineDef<C>>,
    pub at: FileSpan,
}

/// `given ACTION[(args)] -> answer`: answers an action's calls whose given args are equal. Givens
/// that match are used up in order; the last one that matches repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenDef {
    pub action: ActionId,
    /// Parameter number and wanted value.
    pub args: Vec<(u32, Option<Value>)>,
    pub answer: AnswerDef,
}

/// What a given action answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerDef {
    /// A value of the result type; empty for an effect without result.
    Value(Option<Value>),
    /// The declared error of this number in [`super::ActionDef::errors`].
    Error(u32),
    /// No answer at all.
    Fails,
}

/// A line with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLineDef<C = FuncId> {
    pub at: FileSpan,
    pub kind: TestStep<C>,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestStep<C = FuncId> {
    User(String),
    Presses(String),
    Bot {
        on: Option<ChannelId>,
        text: String,
    },
    /// The id of the article that the next thing said is from.
    Article(String),
    /// Milliseconds.
    Silence(i64),
    Called {
        negated: bool,
        action: ActionId,
        args: Vec<(u32, Option<Value>)>,
    },
    Ended(Outcome),
    Handoff {
        to: Option<SkillId>,
        because: Option<String>,
    },
    State(FlowId, StateId),
    /// A condition over the session's slots, the customer and the flow named, whose cells it reads;
    /// as a function it exits with [`super::Exit::Value`].
    Holds {
        cond: C,
        flow: Option<FlowId>,
        text: String,
    },
}
