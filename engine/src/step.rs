//! One step: an event goes in, commands come out, the session is as it is afterwards.

use flowright_compiler::ir::{FlowId, IntentId, SlotIndex, StateId};

use crate::LoadedProgram;
use crate::model::{Command, Event, Session};
use crate::stepper::Stepper;
use crate::turn::desk::admits;
use crate::watch::Watch;

/// What a step gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// What the shell must do, in order.
    pub commands: Vec<Command>,
    /// No call is under way: the turn is over.
    pub settled: bool,
    /// The states that were entered, in order: for coverage and traces.
    pub trace: Vec<Entered>,
    /// How many of the commands came before each of these states was entered.
    pub before: Vec<usize>,
    /// What was made of the utterance, in order: for coverage.
    pub taken: Vec<Taken>,
    /// What the utterance may mean, the surest first, in thousandths.
    pub understood: Vec<(IntentId, u16)>,
}

/// What an utterance, or a part of it, was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// A value that a check of this slot refused.
    Refused(SlotIndex),
    /// A new value for this slot, which was filled.
    Corrected(SlotIndex),
    /// A correction of what an effect was carried out with.
    TooLate,
    /// An intent that the state or flow handles.
    Handled(IntentId),
    /// An intent whose flow began.
    Began(IntentId),
    /// An intent whose flow was under way already.
    WentOn(IntentId),
    /// A question that an article answers.
    Answered,
    /// Half understood: asked back.
    Clarified,
    /// Not understood.
    Missed,
}

/// A state that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entered {
    /// The flow.
    pub flow: FlowId,
    /// The state before, in the same run of the flow; none for the first.
    pub from: Option<StateId>,
    /// The state.
    pub state: StateId,
}

/// Why an event could not be taken. The session is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A call is under way; only its result can come now.
    #[error("the session waits for an action's answer")]
    Busy,
    /// The session runs another bundle.
    #[error("the session belongs to another bundle")]
    OtherBundle,
    /// A human moves, or the desk does, in a conversation that nobody handed over.
    #[error("the bot has the conversation, not an agent")]
    NotHandedOff,
    /// Another agent has it, or it changed hands since this was decided.
    #[error("another has the conversation, or it changed hands since")]
    NotTheOwner,
    /// The program has no skill of that name.
    #[error("the bot has no such skill")]
    NoSkill,
    /// A session is moved between two programs, and a step has one.
    #[error("a session is moved to another bundle by the plan between the two, not by a step")]
    NotAStep,
}

/// Takes an event.
///
/// # Errors
/// See [`StepError`].
pub fn step(
    program: &LoadedProgram,
    session: &mut Session,
    event: Event,
    now_ms: i64,
) -> Result<Step, StepError> {
    take(program, session, event, now_ms, None)
}

/// Takes an event, and `watch` runs the program's functions.
///
/// # Errors
/// See [`StepError`].
pub fn step_watched(
    program: &LoadedProgram,
    session: &mut Session,
    event: Event,
    now_ms: i64,
    watch: &mut dyn Watch,
) -> Result<Step, StepError> {
    take(program, session, event, now_ms, Some(watch))
}

fn take<'s>(
    program: &'s LoadedProgram,
    session: &'s mut Session,
    event: Event,
    now_ms: i64,
    watch: Option<&'s mut dyn Watch>,
) -> Result<Step, StepError> {
    if session.bundle != program.bundle {
        return Err(StepError::OtherBundle);
    }
    if matches!(event, Event::Upgraded { .. }) {
        return Err(StepError::NotAStep);
    }
    // What is learned of the customer meanwhile goes between a call and its answer.
    let fits = |event: &Event| {
        matches!(
            event,
            Event::ActionResult { .. } | Event::Customer { .. } | Event::Contacts { .. }
        )
    };
    if session.is_calling() && !fits(&event) {
        return Err(StepError::Busy);
    }
    admits(program, session, &event)?;
    let mut stepper = Stepper::new(program, session, now_ms);
    stepper.watch = watch;
    stepper.take(event);
    Ok(stepper.finish())
}

/// Begins a flow as if what it is for had been understood, without a word of the customer.
///
/// # Errors
/// See [`StepError`].
pub fn begin_flow(
    program: &LoadedProgram,
    session: &mut Session,
    flow: FlowId,
    now_ms: i64,
) -> Result<Step, StepError> {
    if session.bundle != program.bundle {
        return Err(StepError::OtherBundle);
    }
    if session.is_calling() {
        return Err(StepError::Busy);
    }
    let mut stepper = Stepper::new(program, session, now_ms);
    stepper.begin_alone(flow);
    Ok(stepper.finish())
}
