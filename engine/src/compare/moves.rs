//! What can happen next in both conversations: every intent, a few values for the slot that is
//! asked for, yes and no, each choice, each answer of the call under way, silence.

use flowright_compiler::ir::{ActionDef, Program, SlotIndex};
use flowright_compiler::upgrade::MigrationPlan;
use flowright_nlu::value::Value;

use super::act::Act;
use super::samples::{Named, samples};
use crate::LoadedProgram;
use crate::json::value_to_json;
use crate::model::{ActionResult, Session, Status, Wait};

/// Items of a list that are picked.
const ITEMS_MAX: usize = 2;
/// Flows under way over which another one is begun.
const UNDER_WAY_MAX: usize = 1;

/// One thing that happens, in both programs, and in words.
pub(super) struct Move {
    pub(super) words: String,
    pub(super) old: Act,
    pub(super) new: Act,
}

/// One side of the comparison.
pub(super) struct Side<'s> {
    pub(super) program: &'s LoadedProgram,
    pub(super) session: &'s Session,
    pub(super) now_ms: i64,
}

/// Everything that can happen next to two conversations that are at the same place.
pub(super) fn moves(
    (plan, named): (&MigrationPlan, &Named),
    old: &Side<'_>,
    new: &Side<'_>,
) -> Vec<Move> {
    if old.session.status != Status::Bot {
        return Vec::new();
    }
    let mut found = Vec::new();
    if old.session.is_calling() {
        answers(named, old, new, &mut found);
        return found;
    }
    let waits = old.session.stack.last().zip(new.session.stack.last());
    match waits.map(|(old, new)| (&old.wait, &new.wait)) {
        Some((Wait::Slot { slot: was, .. }, Wait::Slot { slot: is, .. })) => {
            values(named, (old, *was), (new, *is), &mut found);
        }
        Some((Wait::Confirm { .. }, Wait::Confirm { .. })) => {
            for yes in [true, false] {
                let words = if yes { "yes" } else { "no" };
                found.push(both(words.to_owned(), Act::Yes(yes)));
            }
        }
        Some((Wait::Choose { arms: was, .. }, Wait::Choose { arms: is, .. })) => {
            for (number, arm) in was.iter().enumerate() {
                let same = is.iter().position(|other| other.label == arm.label);
                found.push(Move {
                    words: format!("picks \"{}\"", arm.label),
                    old: Act::Pick(number),
                    new: Act::Pick(same.unwrap_or(number)),
                });
            }
        }
        Some((Wait::ChooseFrom { items, .. }, Wait::ChooseFrom { .. })) => {
            for (number, item) in items.iter().enumerate().take(ITEMS_MAX) {
                found.push(both(format!("picks \"{}\"", item.label), Act::Pick(number)));
            }
        }
        _ => {}
    }
    if old.session.wake_at_ms.is_some() && new.session.wake_at_ms.is_some() {
        found.push(both("(silence)".to_owned(), Act::Wake));
    }
    if old.session.stack.len() <= UNDER_WAY_MAX {
        intents(plan, old, &mut found);
    }
    found
}

fn both(words: String, act: Act) -> Move {
    Move { words, old: act.clone(), new: act }
}

fn intents(plan: &MigrationPlan, old: &Side<'_>, found: &mut Vec<Move>) {
    let tables = &old.program.program;
    for (number, (intent, now)) in (0..).zip(tables.intents.iter().zip(&plan.intents)) {
        let Some(now) = now else { continue };
        found.push(Move {
            words: format!("(wants {})", intent.name),
            old: Act::Intent(flowright_compiler::ir::IntentId(number)),
            new: Act::Intent(*now),
        });
    }
}

fn values(
    named: &Named,
    (old, was): (&Side<'_>, SlotIndex),
    (new, is): (&Side<'_>, SlotIndex),
    found: &mut Vec<Move>,
) {
    let of = |side: &Side<'_>, slot: SlotIndex| {
        let flow = side.session.stack.last()?.flow;
        let def = side.program.program.flows.get(flow.index())?.slots.get(slot.index())?;
        let values = samples(&side.program.program, named, &def.ty, side.now_ms);
        let shown = |value: Value| {
            (value_to_json(&side.program.program, &def.ty, &value).to_string(), value)
        };
        Some(values.into_iter().map(shown).collect::<Vec<_>>())
    };
    let (Some(before), Some(now)) = (of(old, was), of(new, is)) else { return };
    for (number, (shown, value)) in before.into_iter().enumerate() {
        // The same value on both sides, where both have it.
        let same = now.iter().find(|(other, _)| *other == shown).or_else(|| now.get(number));
        let Some((_, other)) = same else { continue };
        found.push(Move { words: shown, old: Act::Value(value), new: Act::Value(other.clone()) });
    }
}

fn answers(named: &Named, old: &Side<'_>, new: &Side<'_>, found: &mut Vec<Move>) {
    let of = |side: &Side<'_>| {
        let call = side.session.pending_call()?;
        side.program.program.actions.get(call.action.index()).cloned()
    };
    let (Some(was), Some(is)) = (of(old), of(new)) else { return };
    let name = &was.name;
    let (before, now) = (results(named, old, &was), results(named, new, &is));
    for (number, value) in before.iter().enumerate() {
        let Some(other) = now.get(number) else { continue };
        let shown = shown(&old.program.program, &was, value.as_ref());
        found.push(Move {
            words: format!("{name} answers {shown}"),
            old: Act::Answer(ActionResult::Value(value.clone())),
            new: Act::Answer(ActionResult::Value(other.clone())),
        });
    }
    for (number, error) in (0..).zip(&was.errors) {
        let same = is.errors.iter().position(|other| other.name == error.name);
        let Some(same) = same.and_then(|same| u32::try_from(same).ok()) else { continue };
        found.push(Move {
            words: format!("{name} answers {}", error.name),
            old: Act::Answer(ActionResult::Error(number)),
            new: Act::Answer(ActionResult::Error(same)),
        });
    }
    let failed = Act::Answer(ActionResult::Failed("no answer".to_owned()));
    found.push(both(format!("{name} fails"), failed));
}

fn results(named: &Named, side: &Side<'_>, action: &ActionDef) -> Vec<Option<Value>> {
    match &action.result {
        None => vec![None],
        Some(ty) => {
            samples(&side.program.program, named, ty, side.now_ms).into_iter().map(Some).collect()
        }
    }
}

fn shown(program: &Program, action: &ActionDef, value: Option<&Value>) -> String {
    match action.result.as_ref().zip(value) {
        Some((ty, value)) => value_to_json(program, ty, value).to_string(),
        None => "ok".to_owned(),
    }
}
