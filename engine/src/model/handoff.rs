//! A conversation with a human, or on its way to one: what she needs to know, and who has it.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use flowright_compiler::ir::SkillId;
use flowright_nlu::lang::Lang;
use serde::{Deserialize, Serialize};

use super::{Attached, Line, Tried};

/// A conversation on its way to a human, with what she needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    pub at_ms: i64,
    /// The skill wanted; absent when no rule of `route` matched.
    pub skill: Option<SkillId>,
    pub skill_name: Option<String>,
    /// 0 low, 1 normal, 2 high, 3 critical.
    pub urgency: u8,
    pub reason: Reason,
    /// Why, in words for the agent.
    pub because: String,
    /// The routing rules that decided, as written: urgency, skill.
    pub rules: Vec<String>,
    pub summary: Summary,
    /// The agent who has it; nobody while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Why she, and who else could have had it, where the desk chose: in its own form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<serde_json::Value>,
    /// Since when it waits, or she has it, ms UTC; in records of before there were owners, 0.
    #[serde(default)]
    pub since_ms: i64,
    /// Since when an agent with this skill is wanted, ms UTC; in records of before, 0.
    #[serde(default)]
    pub wanted_at_ms: i64,
    /// When a human first wrote since then, ms UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_at_ms: Option<i64>,
}

impl Handoff {
    /// Since when an agent with this skill is wanted, ms UTC, in records of before too.
    #[must_use]
    pub fn wanted_since_ms(&self) -> i64 {
        self.wanted_at_ms.max(self.at_ms)
    }
}

/// An agent of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Her account.
    pub agent: String,
    /// Her name, as customers see it.
    pub name: String,
}

/// A claim: whose, and which one ([`super::Session::epoch`] since it was made).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    pub agent: String,
    pub epoch: u64,
}

/// What the desk does with a conversation that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum DeskMove {
    /// An agent gets it, from the queue or from another agent; `why` she, in the desk's own form.
    Claim {
        owner: Owner,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<serde_json::Value>,
    },
    /// It waits for an agent again.
    Release { why: Released },
    /// It waits for an agent with another skill.
    Transfer { skill: String },
}

/// Why an agent no longer has a conversation that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Released {
    /// She, or a supervisor, put it back.
    PutBack,
    /// Nothing was heard of her for too long.
    Gone,
}

/// What somebody at the desk wrote down for whoever has the conversation after her. No customer reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub at_ms: i64,
    /// The last turn before it.
    pub turn: u64,
    pub by: Owner,
    pub text: String,
}

/// What kind of handoff it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A `handoff` step.
    Flow,
    /// The customer was not understood too often.
    Misses,
    /// Too many wrong answers to one question.
    Tries,
    /// Something failed that no flow handles.
    Failure,
    /// A rule of `fallback` held.
    Rule,
}

/// The context an agent gets at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The flow and state that were active.
    pub flow: Option<String>,
    pub state: Option<String>,
    pub intent: Option<String>,
    pub confidence_percent: Option<u8>,
    #[serde(default)]
    pub sentiment_percent: Option<i8>,
    pub lang: Lang,
    pub customer: Vec<Fact>,
    pub slots: Vec<Fact>,
    pub tried: Vec<Tried>,
    pub transcript: Vec<Line>,
    /// Files that the customer sent, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attached>,
}

/// A named value, rendered, with the turn it came from and who may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub name: String,
    pub value: String,
    pub turn: Option<u64>,
    pub personal: bool,
    pub visible_to: Option<String>,
}
