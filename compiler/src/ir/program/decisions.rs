//! What decides: routing, thresholds, the phrases said when nothing else is, claimed properties.

use flowright_knowledge::Level;
use flowright_nlu::value::Decimal;
use serde::{Deserialize, Serialize};

use super::{ActionId, FlowId, FuncId, IntentId, SkillId};
use crate::base::FileSpan;

/// The compiled `route`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteDef {
    /// Exits with [`crate::ir::Exit::Urgency`].
    pub urgency: FuncId,
    /// Reads [`super::turn::INTENT_NUMBER`]; exits with [`crate::ir::Exit::Skill`] or
    /// [`crate::ir::Exit::NoSkill`].
    pub skill: FuncId,
    /// The rules in order, for explanations.
    pub rules: Vec<RuleDef>,
    /// Times of waiting after which the urgency may be another, in ms, ascending.
    pub waits_ms: Vec<i64>,
}

/// A rule of `route`, for explanations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDef {
    /// As written, on one line.
    pub text: String,
    /// Its condition, as written; absent: it always holds.
    pub cond: Option<String>,
    pub decides: RuleDecides,
    pub at: FileSpan,
}

/// What a rule decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleDecides {
    Urgency,
    /// Which skill conversations about these intents need; none: about any.
    Skill {
        intents: Vec<IntentId>,
    },
}

/// The compiled `fallback`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallbackDef {
    /// Reads [`super::turn::CONFIDENCE`] and [`super::turn::RUNNER_UP`]; exits with
    /// [`crate::ir::Exit::Accept`], [`crate::ir::Exit::Clarify`] or [`crate::ir::Exit::Miss`].
    pub decide: FuncId,
    /// Reads [`super::turn::MISSES`]; exits with [`crate::ir::Exit::Miss`] or
    /// [`crate::ir::Exit::MissHandoff`].
    pub on_miss: FuncId,
    /// When a human is asked whatever the customer wrote, the first that holds.
    pub handoff_when: Vec<HandoffWhenDef>,
    /// How sure an article must be to be answered with; none is without.
    pub knowledge: Option<Decimal>,
}

/// A rule by which a human is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffWhenDef {
    /// The condition as written, on one line.
    pub text: String,
    /// Exits with [`crate::ir::Exit::Value`], a bool.
    pub when: FuncId,
    pub skill: Option<SkillId>,
}

/// A knowledge base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgeDef {
    pub name: String,
    pub level: Level,
    /// Whether it applies to a conversation; exits with [`crate::ir::Exit::Value`], a bool. Absent: always.
    pub applies: Option<FuncId>,
    pub articles: Vec<ArticleDef>,
    pub at: FileSpan,
}

/// An article, as it is written: known to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleDef {
    /// Its file, for messages.
    pub path: String,
    pub text: String,
}

/// The engine's own phrases, from `std/core.flow` or the project. Each function reads its
/// parameters from [`super::turn::PHRASE_ARGS`] on and exits with [`crate::ir::Exit::Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrases {
    /// Not understood.
    pub miss: FuncId,
    /// Which of these did you mean? The choices follow.
    pub clarify: FuncId,
    /// The last choice of a clarifying question: none of these.
    pub none_of_these: FuncId,
    /// (what: text) Back to a flow that waited.
    pub resume: FuncId,
    /// A human takes over.
    pub handoff: FuncId,
    /// A human has the conversation; the message was passed on.
    pub held: FuncId,
    /// The bot has the conversation again, and no human has said so.
    pub back: FuncId,
    /// An answer that is not of the kind asked for.
    pub invalid: FuncId,
    /// A number or text that is none of the menu's choices.
    pub pick_one: FuncId,
    /// Something outside failed and the flow does not say what then.
    pub trouble: FuncId,
    /// A correction that comes after the effect.
    pub too_late: FuncId,
    /// Nothing is going on; what can be done is listed as choices.
    pub greeting: FuncId,
    /// Yes, on a button.
    pub yes: FuncId,
    /// No, on a button.
    pub no: FuncId,
    /// Files came without a word.
    pub attached: FuncId,
    /// They came while nothing was under way: what are they about?
    pub attached_what_for: FuncId,
    /// (what: text) A file was not taken.
    pub not_attached: FuncId,
    /// (bot: text) The subject of a mail with a code.
    pub code_subject: FuncId,
    /// (bot: text, code: text, minutes: text) What it says.
    pub code_mail: FuncId,
    /// (answer: text, source: text) What an article says, and its title.
    pub answer: FuncId,
}

/// Something that people at the desk have ready for customers: a text called `desk.…` without parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyText {
    /// Without `desk.`.
    pub name: String,
    /// Exits with [`crate::ir::Exit::Text`].
    pub text: FuncId,
}

/// A claimed property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDef {
    /// As written.
    pub text: String,
    pub proved: bool,
    /// What a run can be held against, where it can.
    pub watch: Option<Watch>,
    pub at: FileSpan,
}

/// A property as something to look at while a conversation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Watch {
    /// `ensure CONDITION before ACTION`.
    Before(GuardDef),
    /// `ensure at most N turns`: `flow` is over after `most` turns.
    Turns { flow: FlowId, most: u32 },
}

/// Whenever `flow` calls `action`, `cond` holds; it exits with [`crate::ir::Exit::Value`], a bool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardDef {
    pub flow: FlowId,
    pub action: ActionId,
    pub cond: FuncId,
}
