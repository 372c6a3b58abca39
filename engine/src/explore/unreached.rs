//! What no conversation reached beside states and ways: answers of actions, refusals, intents.

use std::collections::BTreeSet;

use flowright_compiler::base::{FileSpan, is_standard};
use flowright_compiler::ir::{ActionId, Exit, FlowId, IntentId, Program, SlotIndex, exits_of};

use super::seen::Seen;
use crate::step::Taken;

/// In words, in the order of the program; of one flow alone, if it is named.
pub(super) fn unreached(
    program: &Program,
    seen: &BTreeSet<Seen>,
    only: Option<&str>,
) -> Vec<String> {
    let own = |at: FileSpan| {
        let file = program.files.get(at.file.0 as usize);
        file.is_some_and(|file| !is_standard(&file.label))
    };
    let flows: Vec<FlowId> = (0..)
        .map(FlowId)
        .zip(&program.flows)
        .filter(|(_, flow)| only.map_or_else(|| own(flow.at), |name| flow.name == name))
        .map(|(id, _)| id)
        .collect();
    let mut missing = Vec::new();
    if only.is_none() {
        missing.extend(intents(program, seen, &own));
    }
    for flow in &flows {
        missing.extend(refusals(program, seen, *flow));
    }
    let mut called = BTreeSet::new();
    for exit in flows.iter().flat_map(|flow| exits_of(program, *flow)) {
        if let Exit::Do { action, .. } = exit {
            called.insert(*action);
        }
    }
    missing.extend(called.into_iter().flat_map(|action| answers(program, seen, action)));
    missing
}

fn intents(
    program: &Program,
    seen: &BTreeSet<Seen>,
    own: &dyn Fn(FileSpan) -> bool,
) -> Vec<String> {
    let begun: BTreeSet<IntentId> = seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Taken(
                _,
                Taken::Began(intent) | Taken::WentOn(intent) | Taken::Handled(intent),
            ) => Some(*intent),
            _ => None,
        })
        .collect();
    let ids = (0..).map(IntentId).zip(&program.intents);
    let missing = ids.filter(|(id, intent)| own(intent.at) && !begun.contains(id));
    missing.map(|(_, intent)| format!("intent {}", intent.name)).collect()
}

/// Slots of a flow whose checks refused nothing.
fn refusals(program: &Program, seen: &BTreeSet<Seen>, id: FlowId) -> Vec<String> {
    let Some(flow) = program.flows.get(id.index()) else { return Vec::new() };
    let refused: BTreeSet<SlotIndex> = seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Taken(Some((flow, _)), Taken::Refused(slot)) if *flow == id => Some(*slot),
            _ => None,
        })
        .collect();
    let slots = (0..).map(SlotIndex).zip(&flow.slots);
    let missing = slots.filter(|(id, slot)| !slot.checks.is_empty() && !refused.contains(id));
    missing.map(|(_, slot)| format!("{}: a refused {}", flow.name, slot.name)).collect()
}

/// Ways that a call can come back and never did.
fn answers(program: &Program, seen: &BTreeSet<Seen>, id: ActionId) -> Vec<String> {
    let Some(action) = program.actions.get(id.index()) else { return Vec::new() };
    let came: BTreeSet<&str> = seen
        .iter()
        .filter_map(|seen| match seen {
            Seen::Result(action, _, result) if *action == id => Some(result.as_str()),
            _ => None,
        })
        .collect();
    if came.is_empty() {
        return vec![format!("a call of {}", action.name)];
    }
    let named = action.errors.iter().map(|error| error.name.as_str());
    let all = ["ok"].into_iter().chain(named).chain(["failed"]);
    all.filter(|way| !came.contains(way)).map(|way| format!("{} -> {way}", action.name)).collect()
}
