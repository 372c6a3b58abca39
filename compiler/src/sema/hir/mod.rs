//! The checked project: every name resolved, every expression typed, nothing left to guess. The
//! state graph and the IR are built from this and never look at the syntax tree again.
//!
//! Plain declarations use the program tables' own types ([`crate::ir`]); what holds code has a
//! form of its own here.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

mod binds;
mod exprs;
mod flows;
mod numbers;
mod parts;
mod steps;
mod test;

use std::sync::Arc;

use flowright_knowledge::Level;
use flowright_nlu::spec::{Builtin, EntityKind, IntentSpec, Piece};
use flowright_nlu::value::Decimal;

use crate::base::FileSpan;
use crate::ir::{
    BotDef, ChannelDef, ChoiceDef, EntityIndex, FieldDef, FieldType, FlowId, IntentId, MigrateDef,
    ProfileDef, RequestDef, SkillDef, SkillId, Type,
};

pub use binds::{Bind, BindCells, Frame, Kept, item_type};
pub(crate) use exprs::DESK_TEXTS;
pub use exprs::{Expr, ExprKind, NamedText, Text, TextRef};
pub use flows::{Ensure, EnsureKind, Flow, Handlers, Slot, State};
pub(crate) use numbers::Numbers;
pub use steps::{Body, Card, Media, Say, Step, StepKind};
pub use test::{Given, Test, TestLine, TestStep};

/// A whole project, the standard modules it uses included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub bot: BotDef,
    pub choices: Vec<ChoiceDef>,
    pub customer: Vec<FieldDef>,
    /// Where each field of the customer is declared, in cell order.
    pub customer_at: Vec<FileSpan>,
    /// Where the profile comes from.
    pub profile: ProfileDef,
    pub roles: Vec<Role>,
    pub session_slots: Vec<Slot>,
    pub entities: Vec<Entity>,
    pub intents: Vec<Intent>,
    pub channels: Vec<ChannelDef>,
    pub skills: Vec<SkillDef>,
    pub actions: Vec<Action>,
    /// Named texts; [`TextRef::Named`] counts in here.
    pub texts: Vec<NamedText>,
    /// Shared with what is remembered for the next check.
    pub flows: Vec<Arc<Flow>>,
    pub route: Vec<RouteRule>,
    pub fallback: Fallback,
    pub knowledge: Vec<Knowledge>,
    pub tests: Vec<Test>,
    pub migrations: Vec<MigrateDef<Body>>,
    /// Regular expressions of [`crate::ir::Helper::Matches`].
    pub regexes: Vec<String>,
}

impl Project {
    /// The bot's thresholds, and those that flows have of their own.
    pub(crate) fn fallbacks(&self) -> impl Iterator<Item = &Fallback> {
        let own = self.flows.iter().filter_map(|flow| flow.fallback.as_ref());
        std::iter::once(&self.fallback).chain(own)
    }

    /// Whether a value of a slot can be found in whatever the customer says. Plain text is only ever
    /// what its own question is answered with.
    #[must_use]
    pub fn can_be_mentioned(&self, slot: &Slot) -> bool {
        self.entity_of(slot).is_some_and(|entity| !is_any_text(entity))
    }

    /// Whether whatever is said answers the question for a slot.
    #[must_use]
    pub fn takes_any_text(&self, slot: &Slot) -> bool {
        self.entity_of(slot).is_some_and(is_any_text)
    }

    /// The first words that an example says for an entity.
    #[must_use]
    pub fn said_for(&self, entity: EntityIndex) -> Option<&str> {
        self.said().find(|(of, _)| *of == entity.index()).map(|(_, said)| said)
    }

    /// What examples say for entities, each with the entity's number.
    pub(crate) fn said(&self) -> impl Iterator<Item = (usize, &str)> {
        let examples = self.intents.iter().flat_map(|intent| &intent.spec.examples);
        examples.flat_map(|example| &example.pieces).filter_map(|piece| match piece {
            Piece::Slot { entity, said: Some(said), .. } => {
                Some((usize::from(entity.0), said.as_str()))
            }
            _ => None,
        })
    }

    fn entity_of(&self, slot: &Slot) -> Option<&Entity> {
        self.entities.get(slot.entity?.index())
    }
}

fn is_any_text(entity: &Entity) -> bool {
    entity.kind == EntityKind::Builtin(Builtin::Text)
}

/// A role, with the roles whose rights it has too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub includes: Vec<String>,
    pub at: FileSpan,
}

/// Who may see a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    pub personal: bool,
    pub visible_to: Option<String>,
    /// Where the value is declared.
    pub at: FileSpan,
}

/// An entity with what finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub name: String,
    pub ty: Type,
    pub kind: EntityKind,
    pub at: FileSpan,
}

/// An intent with what recognises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub name: String,
    pub title: Option<TextRef>,
    pub spec: Arc<IntentSpec>,
    pub examples_at: Vec<FileSpan>,
    pub starts: Option<FlowId>,
    pub is_repair: bool,
    /// From a standard module.
    pub from_std: bool,
    pub at: FileSpan,
}

/// An action or effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub name: String,
    pub is_effect: bool,
    pub params: Vec<FieldType>,
    /// What each parameter may be given: one a parameter.
    pub param_labels: Vec<Label>,
    pub result: Option<Type>,
    /// Labelled fields of the result, by their path in it.
    pub result_labels: Vec<(Vec<String>, Label)>,
    pub request: Option<RequestDef>,
    pub timeout_ms: i64,
    pub retries: u32,
    /// Name and condition, in order.
    pub errors: Vec<(String, Expr)>,
    pub at: FileSpan,
}

/// A line of `route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// As written, on one line.
    pub text: String,
    /// Its condition, as written, on one line.
    pub cond_text: Option<String>,
    pub cond: Option<Expr>,
    pub kind: RouteKind,
    pub at: FileSpan,
}

/// What a rule decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKind {
    Urgency {
        /// 0 low, 1 normal, 2 high, 3 critical.
        level: u8,
        /// What it compares the time with that the customer has waited, in ms.
        waits_ms: Vec<i64>,
    },
    /// Any of the intents (none: any intent at all) goes to the skill.
    Skill { intents: Vec<IntentId>, skill: SkillId },
}

/// When an intent is sure enough to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// From this confidence on, as a share of one.
    Above(Decimal),
    /// So that about this share of the utterances that an intent is for is turned away: the model
    /// sets it.
    AtFalseRejects { share: Decimal, at: FileSpan },
}

/// Thresholds as shares of one, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    pub accept: Accept,
    /// The lower of this and `accept` counts.
    pub clarify: Decimal,
    pub margin: Decimal,
    /// Consecutive misses until a human is asked; 0: never.
    pub handoff_after: u32,
    pub handoff_to: Option<SkillId>,
    /// When a human is asked whatever the customer wrote, the first that holds.
    pub handoff_when: Vec<HandoffWhen>,
    /// How sure an article must be to be answered with.
    pub knowledge: Option<KnowledgeAt>,
}

/// `handoff when COND to SKILL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoffWhen {
    /// The condition as written, on one line.
    pub text: String,
    pub cond: Expr,
    pub skill: Option<SkillId>,
}

/// `answer from knowledge at P`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnowledgeAt {
    pub share: Decimal,
    pub at: FileSpan,
}

/// A knowledge base. Its articles are no part of the project's meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knowledge {
    pub name: String,
    pub level: Level,
    /// Customers to whom it applies; all without.
    pub applies: Option<Expr>,
    pub at: FileSpan,
}
