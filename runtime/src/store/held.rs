//! Conversations that a human has, or that wait for one: what the desk knows of each without reading the
//! session. It is kept with the step that changes it, in the step's own commit.

use flowright_engine::model::{Fact, Owner, Session, Status};
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The session.
    pub session: String,
    /// [`Session::epoch`]: whoever moves it names this number.
    pub epoch: u64,
    /// Who it is with, in a word that everybody at the desk may read: the first field of her profile beside
    /// `id`, else that; nothing where none is known.
    pub customer: Option<String>,
    /// The channel that the customer last wrote on when this was kept.
    pub channel: String,
    /// Her language.
    pub language: String,
    /// The skill wanted; absent when no rule of `route` matched.
    pub skill: Option<String>,
    /// 0 low, 1 normal, 2 high, 3 critical.
    pub urgency: u8,
    /// When it was handed over, ms UTC.
    pub at_ms: i64,
    /// Since when it waits, or its agent has it, ms UTC.
    pub since_ms: i64,
    /// Since when an agent with this skill is wanted, ms UTC.
    pub wanted_at_ms: i64,
    /// When a human first wrote since then, ms UTC.
    pub replied_at_ms: Option<i64>,
    /// When the customer last wrote, ms UTC.
    pub heard_at_ms: i64,
    /// Who has it; nobody while it waits.
    pub owner: Option<Owner>,
    /// Number of [`Session::notes`].
    pub notes: usize,
    /// Number of its last turn: whoever looks at it is told of each.
    pub turn: u64,
}

impl Held {
    /// Of a session; nothing where the bot has it.
    #[must_use]
    pub fn of(session: &Session) -> Option<Self> {
        let Status::HandedOff(handoff) = &session.status else { return None };
        Some(Self {
            session: session.id.clone(),
            epoch: session.epoch,
            customer: named(&handoff.summary.customer),
            channel: session.channel.clone(),
            language: session.lang.to_string(),
            skill: handoff.skill_name.clone(),
            urgency: handoff.urgency,
            at_ms: handoff.at_ms,
            since_ms: handoff.since_ms.max(handoff.at_ms),
            wanted_at_ms: handoff.wanted_since_ms(),
            replied_at_ms: handoff.replied_at_ms,
            heard_at_ms: session.heard_at_ms,
            owner: handoff.owner.clone(),
            notes: session.notes.len(),
            turn: session.turn,
        })
    }
}

fn named(profile: &[Fact]) -> Option<String> {
    let is_open = |fact: &&Fact| !fact.personal && fact.visible_to.is_none();
    let open = || profile.iter().filter(is_open);
    let fact = open().find(|fact| fact.name != "id").or_else(|| open().next())?;
    Some(fact.value.chars().take(NAME_CHARS_MAX).collect())
}

/// Characters of a customer's word that a list shows.
const NAME_CHARS_MAX: usize = 100;

/// What a step does to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum HeldChange {
    /// Nothing.
    #[default]
    Same,
    /// It is so now.
    Now(Box<Held>),
    /// The bot has the conversation.
    Gone,
}

impl HeldChange {
    /// From what was kept to what is.
    #[must_use]
    pub fn between(before: Option<&Held>, now: Option<Held>) -> Self {
        match now {
            Some(now) if before == Some(&now) => Self::Same,
            Some(now) => Self::Now(Box::new(now)),
            None if before.is_some() => Self::Gone,
            None => Self::Same,
        }
    }
}
