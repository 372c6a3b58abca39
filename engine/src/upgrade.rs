//! Moves a session from the program that it began with to another, by the plan that the compiler
//! made of the two. Pure: nothing is run, nothing is said.
//!
//! A session moves whole or not at all. Where `migrate` sends it on, it wakes at once: the shell
//! gives it [`crate::model::Event::Wake`] before anything else, and what was said runs then.

use flowright_compiler::ir::{FlowDef, FuncId, Program, RecordCells, StateId};
use flowright_compiler::upgrade::plan::{
    FlowPlan, MigrationPlan, SpacePlan, StatePlan, ValuePlan, WaitPlan,
};
use flowright_nlu::value::Value;

use crate::model::{Frame, MenuArm, MenuItem, Session, Status, Visited, Wait};

/// Why a session stays with the program that it began with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stays {
    /// The plan is not for its program.
    #[error("the plan is for sessions of another bundle")]
    OtherBundle,
    /// A call is under way. Try again when it is answered.
    #[error("a call is under way")]
    Calling,
    /// A flow on its stack has no place.
    #[error("flow number {0} has no place in the new program")]
    Flow(u32),
    /// What it waits for has no place.
    #[error("what it waits for in state {state} of flow {flow} has no place in the new program")]
    Wait {
        /// Number of the old flow.
        flow: u32,
        /// Number of the old state.
        state: u32,
    },
    /// A value that it holds has no place.
    #[error("the value of cell {0} has no place in the new program")]
    Value(u32),
    /// It was handed over to a skill that has no place.
    #[error("skill number {0} has no place in the new program")]
    Skill(u32),
    /// Its channel has no place.
    #[error("the channel `{0}` has no place in the new program")]
    Channel(String),
}

/// The session as one of `program`, whose bundle has the hash that the plan leads to.
///
/// # Errors
/// Why it stays: see [`Stays`].
pub fn move_session(
    plan: &MigrationPlan,
    session: &Session,
    program: &Program,
) -> Result<Session, Stays> {
    if session.bundle != plan.from {
        return Err(Stays::OtherBundle);
    }
    if session.is_calling() {
        return Err(Stays::Calling);
    }
    let mut moved = session.clone();
    moved.bundle = plan.to;
    moved.customer = values(&plan.customer, &session.customer)?;
    moved.slots = values(&plan.session, &session.slots)?;
    moved.stack = stack(plan, session, program)?;
    if let Some((_, now)) = plan.channels.iter().find(|(was, _)| *was == session.channel) {
        moved.channel = now.clone().ok_or_else(|| Stays::Channel(session.channel.clone()))?;
    }
    // What has no place any more is not written to.
    moved.contacts.retain_mut(|contact| {
        match plan.channels.iter().find(|(was, _)| *was == contact.channel) {
            Some((_, Some(now))) => contact.channel.clone_from(now),
            Some((_, None)) => return false,
            None => {}
        }
        true
    });
    if !plan.languages.contains(&session.lang) {
        moved.lang = plan.languages.first().copied().unwrap_or(session.lang);
    }
    let intent =
        |id: flowright_compiler::ir::IntentId| plan.intents.get(id.index()).copied().flatten();
    moved.last_intent = session.last_intent.and_then(|(id, percent)| Some((intent(id)?, percent)));
    if let Some(clarifying) = &mut moved.clarifying {
        // Whoever picks what is no more has picked none of these.
        clarifying.options.iter_mut().for_each(|(_, id)| *id = id.and_then(intent));
        // It is in the numbers of the old program; the new one's own model reads the words.
        clarifying.external = None;
    }
    if let Status::HandedOff(handoff) = &mut moved.status
        && let Some(skill) = handoff.skill
    {
        let now = plan.skills.get(skill.index()).copied().flatten();
        let now = now.ok_or(Stays::Skill(skill.0))?;
        handoff.skill = Some(now);
        handoff.skill_name = program.skills.get(now.index()).map(|skill| skill.name.clone());
    }
    moved.wake_at_ms = next_wake(&moved, program);
    Ok(moved)
}

/// A frame with what becomes of its state.
type Below<'f> = Option<(&'f Frame, &'f StatePlan)>;

/// Flows from the bottom up: what a called flow returns to is its caller's. Once a human has the
/// conversation no flow goes on: one that has no place is left behind.
fn stack(plan: &MigrationPlan, session: &Session, program: &Program) -> Result<Vec<Frame>, Stays> {
    let mut moved = Vec::with_capacity(session.stack.len());
    let mut below: Below<'_> = None;
    for frame in &session.stack {
        match moved_onto(frame, below, plan, program, session.heard_at_ms) {
            Ok((next, state)) => {
                moved.push(next);
                below = Some((frame, state));
            }
            Err(_) if session.status != Status::Bot => below = None,
            Err(stays) => return Err(stays),
        }
    }
    Ok(moved)
}

/// A frame on top of the one below it.
fn moved_onto<'p>(
    frame: &Frame,
    below: Below<'_>,
    plan: &'p MigrationPlan,
    program: &Program,
    heard_at_ms: i64,
) -> Result<(Frame, &'p StatePlan), Stays> {
    let flow = plan.flows.get(frame.flow.index()).and_then(Option::as_ref);
    let flow = flow.ok_or(Stays::Flow(frame.flow.0))?;
    let state = flow.states.get(frame.state.index()).ok_or_else(|| no_place(frame))?;
    let def = program.flows.get(flow.flow.index()).ok_or(Stays::Flow(frame.flow.0))?;
    let return_to = match (frame.return_to, below) {
        (Some(then), Some((caller, of_caller))) => {
            Some(returns(then, of_caller).ok_or_else(|| no_place(caller))?)
        }
        (Some(_), None) => return Err(no_place(frame)),
        (None, _) => None,
    };
    let moved = moved_frame(frame, flow, state, def, heard_at_ms)?;
    Ok((Frame { return_to, ..moved }, state))
}

const fn no_place(frame: &Frame) -> Stays {
    Stays::Wait { flow: frame.flow.0, state: frame.state.0 }
}

/// Where a caller goes on.
fn returns(then: FuncId, caller: &StatePlan) -> Option<FuncId> {
    let by_plan = || {
        caller.waits.iter().find_map(|wait| match wait {
            WaitPlan::Return { then: old, to } if *old == then => Some(*to),
            _ => None,
        })
    };
    caller.always.or_else(by_plan).or(caller.otherwise)
}

fn moved_frame(
    frame: &Frame,
    flow: &FlowPlan,
    state: &StatePlan,
    def: &FlowDef,
    heard_at_ms: i64,
) -> Result<Frame, Stays> {
    let kept = waits(frame, state).filter(|_| state.always.is_none());
    let run = match (&kept, state.always.or(state.otherwise)) {
        (Some(_), _) => None,
        (None, Some(run)) => Some(run),
        (None, None) => return Err(no_place(frame)),
    };
    let (wait, held) = kept.unwrap_or_else(|| match (&frame.wait, run) {
        // Its turn comes when the flow that it called returns: see `returns`.
        (Wait::Return, _) | (_, None) => (frame.wait.clone(), None),
        (_, Some(then)) => (Wait::Until { at_ms: heard_at_ms, then }, None),
    });
    let slots = def.slots.len();
    let mut moved = Frame {
        flow: flow.flow,
        state: state.to.unwrap_or(StateId(0)),
        cells: values(&flow.cells, &frame.cells)?,
        wait,
        path: path(&frame.path, flow),
        tries: vec![0; slots],
        return_to: None,
        filled_in_turn: vec![0; slots],
        held: held.map(Box::new),
        silences: had_their_turn(frame.silences, state),
    };
    for given in &state.given {
        let default = flow.cells.cells.get(*given as usize).and_then(|cell| cell.default.clone());
        if let Some(cell @ None) = moved.cells.get_mut(*given as usize) {
            *cell = default;
        }
    }
    for (old, new) in flow.slots.iter().enumerate() {
        let Some(new) = new else { continue };
        carry(&frame.tries, old, &mut moved.tries, new.index());
        carry(&frame.filled_in_turn, old, &mut moved.filled_in_turn, new.index());
    }
    Ok(moved)
}

fn carry<T: Copy>(old: &[T], from: usize, new: &mut [T], to: usize) {
    if let (Some(value), Some(place)) = (old.get(from), new.get_mut(to)) {
        *place = *value;
    }
}

fn had_their_turn(silences: u32, state: &StatePlan) -> u32 {
    let known = state.silences.get(silences as usize).or(state.silences.last());
    known.copied().unwrap_or(0)
}

/// What the frame waits for in the new program, and waits for again after a handler.
fn waits(frame: &Frame, state: &StatePlan) -> Option<(Wait, Option<Wait>)> {
    state.to?;
    let held = match &frame.held {
        Some(held) => Some(moved_wait(held, state)?),
        None => None,
    };
    Some((moved_wait(&frame.wait, state)?, held))
}

fn moved_wait(wait: &Wait, state: &StatePlan) -> Option<Wait> {
    match wait {
        Wait::Nothing => Some(Wait::Nothing),
        Wait::Action(_) => None,
        // Whether the place fits is decided with the flow that was called.
        Wait::Return => {
            let fits = state.waits.iter().any(|wait| matches!(wait, WaitPlan::Return { .. }));
            fits.then_some(Wait::Return)
        }
        wait => state.waits.iter().find_map(|plan| by_plan(wait, plan)),
    }
}

fn by_plan(wait: &Wait, plan: &WaitPlan) -> Option<Wait> {
    match (wait, plan) {
        (Wait::Slot { slot, then, .. }, WaitPlan::Slot { slot: s, then: t, to }) => (slot == s
            && then == t)
            .then(|| Wait::Slot { slot: to.slot, rest: to.rest.clone(), then: to.then }),
        (Wait::Confirm { text, yes, no }, WaitPlan::Confirm { yes: y, no: n, to_yes, to_no }) => {
            (yes == y && no == n).then(|| Wait::Confirm {
                text: text.clone(),
                yes: *to_yes,
                no: *to_no,
            })
        }
        (Wait::Choose { prompt, arms }, WaitPlan::Choose { arms: old, to }) => {
            let same = arms.iter().map(|arm| arm.then).eq(old.iter().copied());
            let moved =
                |(arm, to): (&MenuArm, &FuncId)| MenuArm { label: arm.label.clone(), then: *to };
            same.then(|| Wait::Choose {
                prompt: prompt.clone(),
                arms: arms.iter().zip(to).map(moved).collect(),
            })
        }
        (
            Wait::ChooseFrom { prompt, items, then, .. },
            WaitPlan::ChooseFrom { then: old, item, value, to },
        ) if then == old => items_moved(items, value).map(|items| Wait::ChooseFrom {
            prompt: prompt.clone(),
            items,
            item: RecordCells::clone(item),
            then: *to,
        }),
        (Wait::Until { at_ms, then }, WaitPlan::Until { then: old, to }) => {
            (then == old).then_some(Wait::Until { at_ms: *at_ms, then: *to })
        }
        _ => None,
    }
}

fn items_moved(items: &[MenuItem], plan: &ValuePlan) -> Option<Vec<MenuItem>> {
    let moved = |item: &MenuItem| {
        Some(MenuItem { label: item.label.clone(), value: converted(plan, &item.value)? })
    };
    items.iter().map(moved).collect()
}

/// The states passed. What happened in a state that is no more counts for the one before: a
/// correction must not go back across an effect.
fn path(path: &[Visited], flow: &FlowPlan) -> Vec<Visited> {
    let mut moved: Vec<Visited> = Vec::with_capacity(path.len());
    for visited in path {
        let now = flow.states.get(visited.state.index()).and_then(|state| state.to);
        match (now, moved.last_mut()) {
            (Some(state), _) => moved.push(Visited { state, effect: visited.effect }),
            (None, Some(before)) => before.effect |= visited.effect,
            (None, None) => {}
        }
    }
    moved
}

fn values(plan: &SpacePlan, old: &[Option<Value>]) -> Result<Vec<Option<Value>>, Stays> {
    let value = |cell: u32| old.get(cell as usize).and_then(Option::as_ref);
    if let Some(lost) = plan.lost.iter().find(|cell| value(**cell).is_some()) {
        return Err(Stays::Value(*lost));
    }
    let moved = |cell: &flowright_compiler::upgrade::plan::CellPlan| {
        let without = || cell.default.clone().filter(|_| !cell.only_given);
        let Some(from) = &cell.from else { return Ok(without()) };
        let Some(held) = value(from.cell) else { return Ok(without()) };
        match converted(&from.value, held) {
            Some(value) => Ok(Some(value)),
            None if from.may_lose => Ok(cell.default.clone()),
            None => Err(Stays::Value(from.cell)),
        }
    };
    plan.cells.iter().map(moved).collect()
}

fn converted(plan: &ValuePlan, value: &Value) -> Option<Value> {
    match (plan, value) {
        (ValuePlan::Same, value) => Some(value.clone()),
        (ValuePlan::Choice(places), Value::Choice(old)) => {
            places.get(usize::from(*old)).copied().flatten().map(Value::Choice)
        }
        (ValuePlan::List(plan), Value::List(items)) => {
            items.iter().map(|item| converted(plan, item)).collect::<Option<_>>().map(Value::List)
        }
        (ValuePlan::Record(fields), Value::Record(old)) => {
            let field = |field: &Option<(u32, ValuePlan)>| {
                let (number, plan) = field.as_ref()?;
                converted(plan, old.get(*number as usize)?.as_ref()?)
            };
            Some(Value::Record(fields.iter().map(field).collect()))
        }
        _ => None,
    }
}

/// When the session's earliest timer is due; as a step leaves it.
fn next_wake(session: &Session, program: &Program) -> Option<i64> {
    if session.status != Status::Bot {
        return None;
    }
    let frame = session.stack.last()?;
    match &frame.wait {
        Wait::Until { at_ms, .. } => Some(*at_ms),
        Wait::Nothing | Wait::Return | Wait::Action(_) => None,
        _ => {
            let flow = program.flows.get(frame.flow.index())?;
            let own = &flow.states.get(frame.state.index())?.handlers.silences;
            let silences = if own.is_empty() { &flow.handlers.silences } else { own };
            let (ms, _) = silences.get(frame.silences as usize)?;
            Some(session.heard_at_ms.saturating_add(*ms))
        }
    }
}
