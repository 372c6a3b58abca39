//! Where a session can wait: the exits at which code stops until something happens.
//!
//! Calls of actions are none of them: a session with a call under way is not moved before the call
//! is answered.

use crate::ir::{Exit, FuncId, Handlers, IntentId, Program, StateDef, code_from};

/// Which code of a state or flow it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The steps of a state.
    Steps,
    /// A handler of an intent.
    Intent(IntentId),
    /// The handler of a silence, in milliseconds.
    Silence(i64),
    /// The handler of failures.
    Failure,
}

/// The exits at which some code waits, in the order of the code.
#[derive(Debug)]
pub(super) struct Waits<'p> {
    pub(super) origin: Origin,
    pub(super) exits: Vec<&'p Exit>,
}

/// Where a state can wait.
pub(super) fn of_state<'p>(program: &'p Program, state: &StateDef) -> Vec<Waits<'p>> {
    let mut waits = vec![Waits { origin: Origin::Steps, exits: exits(program, state.entry) }];
    waits.extend(of_handlers(program, &state.handlers));
    waits
}

/// Where handlers can wait.
pub(super) fn of_handlers<'p>(program: &'p Program, handlers: &Handlers) -> Vec<Waits<'p>> {
    let intents = handlers.intents.iter().map(|(id, body)| (Origin::Intent(*id), *body));
    let silences = handlers.silences.iter().map(|(ms, body)| (Origin::Silence(*ms), *body));
    let failure = handlers.failure.iter().map(|body| (Origin::Failure, *body));
    let all = intents.chain(silences).chain(failure);
    all.map(|(origin, body)| Waits { origin, exits: exits(program, body) }).collect()
}

/// Whether a session can wait in a state.
pub(super) fn can_wait(program: &Program, state: &StateDef) -> bool {
    of_state(program, state).iter().any(|waits| !waits.exits.is_empty())
}

fn exits(program: &Program, entry: FuncId) -> Vec<&Exit> {
    code_from(program, [entry])
        .flat_map(|function| &function.exits)
        .filter(|e| is_wait(e))
        .collect()
}

const fn is_wait(exit: &Exit) -> bool {
    matches!(
        exit,
        Exit::Fill { .. }
            | Exit::Confirm { .. }
            | Exit::Choose { .. }
            | Exit::ChooseFrom { .. }
            | Exit::Wait { .. }
            | Exit::Call { .. }
    )
}
