//! What may never happen, whatever a customer does, and how it is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use flowright_compiler::ir::{ActionId, FlowId, StateId, Watch};
use flowright_nlu::value::Value;

use super::seen::place;
use crate::LoadedProgram;
use crate::holds::{can_be_judged_afterwards, holds};
use crate::model::{Command, PendingCall, Reply, Session};

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// The engine panicked.
    NoPanic,
    /// The engine refused an event that it must take.
    EventsTaken,
    /// A flow could not go on (`R0102`).
    NoTrouble,
    /// A message gets an answer.
    Answered,
    /// A human can be reached from everywhere.
    HumanReached,
    /// An effect is carried out at most once.
    EffectOnce,
    /// A property claimed with `ensure` holds: its number in the program.
    Property(usize),
    /// A stored session is the session.
    Stored,
    /// Interpreter and machine code agree.
    ExecutorsAgree,
    /// A turn's calls come to an end.
    CallsEnd,
    /// A timer that went off is over.
    TimersEnd,
}

impl Invariant {
    /// Whether a conversation can go on after it.
    pub(super) const fn can_go_on(self) -> bool {
        matches!(self, Self::Answered | Self::EffectOnce | Self::Property(_))
    }

    /// Its name in reports and tests: `effect-once`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoPanic => "no-panic",
            Self::EventsTaken => "events-taken",
            Self::NoTrouble => "no-trouble",
            Self::Answered => "answered",
            Self::HumanReached => "human-reached",
            Self::EffectOnce => "effect-once",
            Self::Property(_) => "property",
            Self::Stored => "stored",
            Self::ExecutorsAgree => "executors-agree",
            Self::CallsEnd => "calls-end",
            Self::TimersEnd => "timers-end",
        }
    }
}

/// What was broken, and where: see [`Broken::key`].
pub type Key = (Invariant, Option<(FlowId, StateId)>);

/// A broken invariant, with where the conversation was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What was broken.
    pub invariant: Invariant,
    /// The flow and state that were active.
    pub place: Option<(FlowId, StateId)>,
    /// What happened, in one sentence.
    pub what: String,
    /// The action it is about, with the values it was called with.
    pub call: Option<(ActionId, Vec<Option<Value>>)>,
}

impl Broken {
    pub(super) fn new(
        invariant: Invariant,
        place: Option<(FlowId, StateId)>,
        what: impl Into<String>,
    ) -> Self {
        Self { invariant, place, what: what.into(), call: None }
    }

    /// What tells two failures apart: the same fault is reported once.
    #[must_use]
    pub const fn key(&self) -> Key {
        (self.invariant, self.place)
    }
}

/// The effects of a conversation so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    keys: BTreeSet<String>,
    in_turn: Vec<(ActionId, Vec<Option<Value>>)>,
}

impl Ledger {
    pub(super) fn begin_turn(&mut self) {
        self.in_turn.clear();
    }

    /// Enters a call; what is wrong with it.
    pub(super) fn enter(
        &mut self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
    ) -> Option<Broken> {
        let action = program.program.actions.get(call.action.index())?;
        let broken = |what: String| {
            let broken = Broken::new(Invariant::EffectOnce, place(session), what);
            Some(Broken { call: Some((call.action, call.args.clone())), ..broken })
        };
        if !self.keys.insert(call.key.clone()) {
            return broken(format!("`{}` is called twice with one idempotency key", action.name));
        }
        if !action.is_effect {
            return None;
        }
        let now = (call.action, call.args.clone());
        if self.in_turn.contains(&now) {
            return broken(format!(
                "`{}` is called twice in one turn with the same values",
                action.name
            ));
        }
        self.in_turn.push(now);
        None
    }
}

/// The session as the flow that claims something sees it, where that makes the call under way itself
/// or in a flow that it calls.
fn claiming(session: &Session, flow: FlowId) -> Option<Session> {
    let mut session = session.clone();
    while session.stack.last()?.flow != flow {
        session.stack.pop()?.return_to?;
    }
    Some(session)
}

/// The claimed property that a call goes against.
pub(super) fn property_broken(
    program: &LoadedProgram,
    session: &Session,
    call: &PendingCall,
    now_ms: i64,
) -> Option<Broken> {
    for (number, property) in program.program.properties.iter().enumerate() {
        let Some(Watch::Before(guard)) = property.watch else { continue };
        let of_this = guard.action == call.action;
        if !of_this || !can_be_judged_afterwards(&program.program, guard.cond) {
            continue;
        }
        let Some(claiming) = claiming(session, guard.flow) else { continue };
        if !holds(program, claiming, guard.cond, now_ms) {
            let action = program.program.actions.get(call.action.index());
            let name = action.map_or("", |action| action.name.as_str());
            let what = format!("`{name}` is called though its `ensure` does not hold");
            let broken = Broken::new(Invariant::Property(number), place(session), what);
            return Some(Broken { call: Some((call.action, call.args.clone())), ..broken });
        }
    }
    None
}

/// A session as it comes back from the store. What is wrong with it otherwise.
pub(super) fn stored(session: &Session) -> Result<Session, String> {
    let json = serde_json::to_string(session).map_err(|e| format!("it cannot be stored: {e}"))?;
    let back: Session =
        serde_json::from_str(&json).map_err(|e| format!("it cannot be read back: {e}"))?;
    if back == *session { Ok(back) } else { Err("it comes back from the store changed".to_owned()) }
}

/// Whether a customer sees anything of a reply.
pub(super) fn says_something(reply: &Reply) -> bool {
    !reply.text.trim().is_empty()
        || !reply.choices.is_empty()
        || !reply.links.is_empty()
        || !reply.images.is_empty()
        || reply.card.is_some()
}

/// The first command in which two conversations differ.
pub(super) fn first_difference(left: &[Command], right: &[Command]) -> Option<String> {
    let pairs = left.iter().zip(right).find(|(a, b)| a != b);
    match pairs {
        Some((a, b)) => Some(format!("one gives {a:?}, the other {b:?}")),
        None if left.len() != right.len() => {
            Some(format!("one gives {} commands, the other {}", left.len(), right.len()))
        }
        None => None,
    }
}

/// Runs something that may panic: the driver catches, the engine does not.
///
/// # Errors
/// The panic's message.
pub type Guard = Arc<dyn Fn(&mut dyn FnMut()) -> Result<(), String> + Send + Sync>;
