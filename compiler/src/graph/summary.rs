//! What a flow's own code does to what it shares with others.

use std::collections::BTreeSet;

use super::points::{Op, Points};
use super::reads;
use super::sessions::{clears, sets};
use super::used::Used;
use super::values::has_value;
use crate::base::{FileSpan, Spans};
use crate::ir::{ActionId, FlowId, Place, Space};
use crate::sema::hir::Project;

/// See the module. What the flows that it calls do is not in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Summary {
    /// Session slots that it clears.
    pub(crate) clears: BTreeSet<Place>,
    /// It sets a slot of the session to something computed, which may be empty.
    pub(crate) sets_computed: bool,
    /// Session slots that it fills, sets or clears.
    pub(crate) writes: BTreeSet<Place>,
    /// Session slots that it may leave empty.
    pub(crate) empties: BTreeSet<Place>,
    /// It gives a slot of the session to an effect: another flow may carry out the same.
    pub(crate) shares_effects: bool,
    /// Flows that it calls.
    pub(crate) calls: BTreeSet<FlowId>,
    /// Actions that it calls.
    pub(crate) actions: BTreeSet<ActionId>,
    /// What it reads and names.
    pub(crate) used: Used,
}

impl Summary {
    pub(crate) fn of(project: &Project, points: &Points<'_>) -> Self {
        let (clears, sets_computed) = (clears(points), sets(points));
        let used = Used::of(points);
        let mut summary = Self { clears, sets_computed, used, ..Self::default() };
        for point in &points.all {
            match point.op {
                Op::Set { place, value } => {
                    summary.writes.insert(place);
                    if !has_value(value, &|_| false, &|_| false) {
                        summary.empties.insert(place);
                    }
                }
                Op::Clear(places) => {
                    summary.writes.extend(places.iter().copied());
                    summary.empties.extend(places.iter().copied());
                }
                Op::Ask(slot) => {
                    let slot = points.flow.slots.get(slot.index());
                    summary.writes.extend(slot.map(|slot| slot.place));
                }
                Op::Do { action, args, .. } => {
                    summary.actions.insert(action);
                    let action = project.actions.get(action.index());
                    let is_effect = action.is_none_or(|action| action.is_effect);
                    args.iter().filter(|_| is_effect).for_each(|arg| {
                        reads::places(arg, &mut |place, _| {
                            summary.shares_effects |= place.space == Space::Session;
                        });
                    });
                }
                Op::Call { flow, .. } => {
                    summary.calls.insert(flow);
                }
                _ => {}
            }
        }
        summary.writes.retain(|place| place.space == Space::Session);
        summary.empties.retain(|place| place.space == Space::Session);
        summary
    }
}

impl Spans for Summary {
    fn spans(&mut self, _: &mut dyn FnMut(&mut FileSpan)) {}
}
