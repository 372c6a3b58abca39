//! What flows do to the slots of the session, and calls to the slots of the called flow: what each
//! flow has to expect of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::filled::{self, Cells, Filled, Others};
use super::points::{Op, Points};
use super::summary::Summary;
use crate::ir::{FlowId, Outcome, Place, SlotIndex, Space};
use crate::sema::calls::callees_first;
use crate::sema::hir::{ExprKind, Flow, Project};

/// Clears and fills of the session's slots, by flow.
pub(crate) struct Effects {
    given: Vec<Vec<Place>>,
    cleared: Vec<BTreeSet<Place>>,
    /// How many flows clear each slot.
    pub(crate) clearing: BTreeMap<Place, usize>,
    filled_by: Vec<Vec<Place>>,
    twice: BTreeSet<FlowId>,
}

/// First as if a slot that is set were never left empty, and again as long as one may be.
///
/// Flows that set a slot of the session to what may be empty must have their points ([`sets`]).
pub(crate) fn others(
    project: &Project,
    flows: &[Points<'_>],
    summaries: &[Arc<Summary>],
) -> Effects {
    let mut cleared: Vec<BTreeSet<Place>> =
        summaries.iter().map(|summary| summary.clears.clone()).collect();
    let called: Vec<BTreeSet<FlowId>> =
        summaries.iter().map(|summary| summary.calls.clone()).collect();
    let twice = under_way_twice(project, summaries);
    loop {
        let effects = effects(project, flows, &cleared, &called, &twice);
        let mut more = false;
        for ((id, points), cleared) in (0..).map(FlowId).zip(flows).zip(&mut cleared) {
            for place in set_empty(project, points, &effects, id) {
                more |= cleared.insert(place);
            }
        }
        if !more {
            return effects;
        }
    }
}

fn effects(
    project: &Project,
    flows: &[Points<'_>],
    cleared: &[BTreeSet<Place>],
    called: &[BTreeSet<FlowId>],
    twice: &BTreeSet<FlowId>,
) -> Effects {
    let mut effects = Effects {
        given: given(flows),
        cleared: cleared.to_vec(),
        clearing: BTreeMap::new(),
        filled_by: vec![Vec::new(); flows.len()],
        twice: twice.clone(),
    };
    let order = callees_first(called);
    // A call clears what the called flow does, and what that one calls.
    for flow in &order {
        let of = |flow: &FlowId| effects.cleared.get(flow.index()).into_iter().flatten().copied();
        let callees = called.get(flow.index()).into_iter().flatten();
        let more: Vec<Place> = callees.flat_map(of).collect();
        if let Some(own) = effects.cleared.get_mut(flow.index()) {
            own.extend(more);
        }
    }
    for place in effects.cleared.iter().flatten() {
        *effects.clearing.entry(*place).or_default() += 1;
    }
    let wanted: BTreeSet<FlowId> = called.iter().flatten().copied().collect();
    for flow in order.iter().filter(|flow| wanted.contains(flow)) {
        let points = flows.get(flow.index()).filter(|points| !points.is_left_out());
        let Some(points) = points else { continue };
        let filled = fills(project, points, &for_flow(&effects, *flow));
        if let Some(own) = effects.filled_by.get_mut(flow.index()) {
            *own = filled;
        }
    }
    effects
}

/// By flow: slots that every call of it gives, when only calls start it.
fn given(flows: &[Points<'_>]) -> Vec<Vec<Place>> {
    let mut everywhere: BTreeMap<FlowId, BTreeSet<SlotIndex>> = BTreeMap::new();
    for point in flows.iter().flat_map(|points| &points.all) {
        let Op::Call { flow, args } = point.op else { continue };
        let here: BTreeSet<SlotIndex> = args.iter().map(|(slot, _)| *slot).collect();
        let known = everywhere.entry(flow).or_insert_with(|| here.clone());
        known.retain(|slot| here.contains(slot));
    }
    let given = |(id, points): (FlowId, &Points<'_>)| {
        let started = points.flow.on_start || !points.flow.triggers.is_empty();
        let slots = everywhere.get(&id).filter(|_| !started).into_iter().flatten();
        slots.filter_map(|slot| Some(points.flow.slots.get(slot.index())?.place)).collect()
    };
    (0..).map(FlowId).zip(flows).map(given).collect()
}

/// Slots of one flow that every call of it gives, when only calls start it.
pub(super) fn given_to(project: &Project, own: FlowId) -> Vec<Place> {
    let callers = project.flows.iter().map(|flow| match flow.calls.contains(&own) {
        true => Points::of(project, flow),
        false => Points::left_out(flow),
    });
    let callers: Vec<Points<'_>> = callers.collect();
    given(&callers).into_iter().nth(own.index()).unwrap_or_default()
}

/// Session slots that a flow clears.
pub(super) fn clears(points: &Points<'_>) -> BTreeSet<Place> {
    let mut cleared = BTreeSet::new();
    for point in &points.all {
        if let Op::Clear(places) = point.op {
            cleared.extend(places.iter().copied());
        }
    }
    cleared.retain(|place| place.space == Space::Session);
    cleared
}

/// Session slots that a flow sets to what may be empty.
fn set_empty(
    project: &Project,
    points: &Points<'_>,
    effects: &Effects,
    id: FlowId,
) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    if !sets(points) {
        return found;
    }
    let filled = Filled::of(project, points, &for_flow(effects, id));
    for (id, point) in points.ids() {
        if let Op::Set { place, value } = point.op
            && place.space == Space::Session
            && filled.entering(id).is_some_and(|cells| !filled::is_kept(value, cells))
        {
            found.insert(place);
        }
    }
    found
}

/// Whether a flow sets a slot of the session to something computed.
pub(super) fn sets(points: &Points<'_>) -> bool {
    points.all.iter().any(|point| match point.op {
        Op::Set { place, value } => {
            place.space == Space::Session && !matches!(value.kind, ExprKind::Const(_))
        }
        _ => false,
    })
}

/// Session slots that are filled wherever a flow ends.
pub(super) fn fills(project: &Project, points: &Points<'_>, others: &Others<'_>) -> Vec<Place> {
    let filled = Filled::of(project, points, others);
    let ends = points.ids().filter(|(_, point)| {
        matches!(point.op, Op::End(Outcome::Resolved | Outcome::Unresolved | Outcome::Cancelled))
    });
    let ends: Vec<&Cells> = ends.filter_map(|(id, _)| filled.entering(id)).collect();
    let slots =
        (0..).zip(&project.session_slots).map(|(index, _)| Place { space: Space::Session, index });
    slots.filter(|place| !ends.is_empty() && ends.iter().all(|cells| cells.has(*place))).collect()
}

/// Flows that can be under way twice at once, so that one of them has to expect of the other what it
/// does itself: a flow that is called may have been started by the customer too, and who names
/// another value for one of its slots asks for it anew.
pub(crate) fn under_way_twice(project: &Project, summaries: &[Arc<Summary>]) -> BTreeSet<FlowId> {
    let called: BTreeSet<FlowId> =
        summaries.iter().flat_map(|summary| &summary.calls).copied().collect();
    let names = |flow: &Flow| flow.slots.iter().any(|slot| project.can_be_mentioned(slot));
    let again = |flow: &Flow| !flow.triggers.is_empty() && names(flow);
    let all = (0..).map(FlowId).zip(&project.flows);
    all.filter(|(id, flow)| called.contains(id) || again(flow)).map(|(id, _)| id).collect()
}

/// What one flow has to expect of the others.
pub(super) fn for_flow(effects: &Effects, own: FlowId) -> Others<'_> {
    let mine = effects.cleared.get(own.index()).filter(|_| !effects.twice.contains(&own));
    // A slot that only the flow itself clears is safe from the others.
    let only_mine =
        |place: &Place, count: usize| count == 1 && mine.is_some_and(|mine| mine.contains(place));
    let cleared = effects.clearing.iter().filter(|(place, count)| !only_mine(place, **count));
    Others {
        given: effects.given.get(own.index()).map_or(&[], Vec::as_slice),
        cleared: cleared.map(|(place, _)| *place).collect(),
        filled_by: &effects.filled_by,
        cleared_by: &effects.cleared,
    }
}
