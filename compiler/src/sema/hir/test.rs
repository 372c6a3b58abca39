//! Tests: what is said, what the outside answers, and what is expected.

use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Value};

use super::Expr;
use crate::base::FileSpan;
use crate::ir::{ActionId, AnswerDef, ChannelId, FlowId, Outcome, SkillId, StateId};

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    pub name: String,
    pub today: Option<(Date, u32)>,
    pub language: Option<Lang>,
    pub channel: Option<ChannelId>,
    pub customer: Vec<Option<Value>>,
    pub seed: u64,
    pub givens: Vec<Given>,
    pub lines: Vec<TestLine>,
    pub at: FileSpan,
}

/// What an action answers in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub action: ActionId,
    pub args: Vec<(u32, Option<Value>)>,
    pub answer: AnswerDef,
}

/// A line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLine {
    pub at: FileSpan,
    pub kind: TestStep,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestStep {
    User(String),
    Presses(String),
    Bot(String),
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
    /// Reads session slots, the customer and, when given, the cells of `flow`.
    Holds {
        cond: Expr,
        flow: Option<FlowId>,
        text: String,
    },
}
