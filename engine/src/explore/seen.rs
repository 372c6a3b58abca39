//! What a conversation reached. One that reaches something new is kept.

use std::collections::BTreeSet;

use flowright_compiler::ir::{ActionId, FlowId, SlotIndex, StateId};

use crate::model::{Command, Reason, Session, Status, Wait};
use crate::step::{Entered, Step, Taken};

/// Frames of the stack that tell two situations apart.
const FRAMES_MAX: usize = 2;
/// Misses in a row that tell two situations apart.
const MISSES_MAX: u32 = 3;

/// Something reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Entered(Entered),
    Waits(Situation),
    /// What an utterance was taken for, and where.
    Taken(Option<(FlowId, StateId)>, Taken),
    /// A flow ended, by its name, in this way.
    Ended(String, u8),
    /// How a call went (`ok`, an error's name, `failed`) and where.
    Result(ActionId, Option<(FlowId, StateId)>, String),
    HandedOff(u8, Option<(FlowId, StateId)>),
    /// So many flows under way.
    Depth(usize),
    /// A timer went off.
    Woke(Option<(FlowId, StateId)>),
}

/// Where a session waits, as far as it matters for what can come next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Situation {
    frames: Vec<(FlowId, StateId, Waits)>,
    clarifying: bool,
    misses: u32,
    handed_off: bool,
}

/// [`Wait`] without its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    Nothing,
    Slot(SlotIndex),
    Confirm,
    Choose,
    ChooseFrom,
    Action(ActionId),
    Until,
    Return,
}

impl Situation {
    pub(super) fn of(session: &Session) -> Self {
        let frames = session.stack.iter().rev().take(FRAMES_MAX);
        Self {
            frames: frames.map(|f| (f.flow, f.state, waits(&f.wait))).collect(),
            clarifying: session.clarifying.is_some(),
            misses: session.misses.min(MISSES_MAX),
            handed_off: session.status != Status::Bot,
        }
    }
}

fn waits(wait: &Wait) -> Waits {
    match wait {
        Wait::Nothing => Waits::Nothing,
        Wait::Slot { slot, .. } => Waits::Slot(*slot),
        Wait::Confirm { .. } => Waits::Confirm,
        Wait::Choose { .. } => Waits::Choose,
        Wait::ChooseFrom { .. } => Waits::ChooseFrom,
        Wait::Action(call) => Waits::Action(call.action),
        Wait::Until { .. } => Waits::Until,
        Wait::Return => Waits::Return,
    }
}

/// The flow and state on top.
pub(super) fn place(session: &Session) -> Option<(FlowId, StateId)> {
    session.stack.last().map(|frame| (frame.flow, frame.state))
}

/// What a step reached; `before` is where the session was.
pub(super) fn of_step(
    step: &Step,
    before: Option<(FlowId, StateId)>,
    after: &Session,
) -> BTreeSet<Seen> {
    let mut seen: BTreeSet<Seen> = step.trace.iter().copied().map(Seen::Entered).collect();
    seen.insert(Seen::Waits(Situation::of(after)));
    seen.insert(Seen::Depth(after.stack.len()));
    seen.extend(step.taken.iter().map(|taken| match taken {
        // The slot is one of the flow that asks for it, which may only just have begun.
        Taken::Refused(_) | Taken::Corrected(_) => Seen::Taken(place(after), *taken),
        _ => Seen::Taken(before, *taken),
    }));
    for command in &step.commands {
        match command {
            Command::FlowEnded { flow, outcome } => {
                seen.insert(Seen::Ended(flow.clone(), *outcome as u8));
            }
            Command::Handoff(handoff) => {
                let reason = match handoff.reason {
                    Reason::Flow => 0,
                    Reason::Misses => 1,
                    Reason::Tries => 2,
                    Reason::Failure => 3,
                    Reason::Rule => 4,
                };
                seen.insert(Seen::HandedOff(reason, before));
            }
            _ => {}
        }
    }
    seen
}
