//! How a human can be asked for, wherever the customer is waited for.

use std::collections::BTreeMap;

use crate::graph::points::{Edge, Op, PointId, Points, Way};
use crate::sema::hir::{Flow, Project, Slot};

/// How a human can be asked for, whatever the flow does.
#[derive(Debug, Clone, Copy, Default, Hash)]
pub(crate) struct Asking {
    /// Turns until a flow that hands over when asked does so.
    pub(super) by_flow: Option<u32>,
    /// Turns that nobody understands until a human comes.
    pub(super) by_misses: Option<u32>,
    /// Flows with a question that any text answers.
    text_flows: usize,
}

impl Asking {
    /// Needs the points of the flows that `is_asked`.
    pub(crate) fn of(project: &Project, flows: &[Points<'_>]) -> Self {
        let by_flow = project.flows.iter().zip(flows).filter(|(flow, _)| Self::is_asked(flow));
        let by_flow = by_flow.filter_map(|(_, points)| turns_to_human(points));
        let misses = project.fallback.handoff_after;
        let own = project.flows.iter().filter_map(|flow| flow.fallback.as_ref());
        // A flow's own fallback holds while it waits: only what all allow is sure.
        let all = own.map(|own| own.handoff_after).chain([misses]);
        let all = all.map(|n| (n > 0).then_some(n)).collect::<Option<Vec<u32>>>();
        Self {
            by_flow: by_flow.map(|turns| turns + 1).min(),
            by_misses: all.and_then(|all| all.into_iter().max()),
            text_flows: project.flows.iter().filter(|flow| asks_for_text(project, flow)).count(),
        }
    }

    /// Whether a flow may be what somebody asks for who wants a human.
    pub(crate) const fn is_asked(flow: &Flow) -> bool {
        flow.is_repair && !flow.triggers.is_empty()
    }

    /// Whether a human comes within some turns to who asks at a point. Whatever is said in answer
    /// to a question for plain text is the answer.
    pub(super) fn helps(self, project: &Project, flow: &Flow, op: &Op<'_>, turns: u32) -> bool {
        let takes_all = match op {
            Op::Ask(slot) => {
                let slot = flow.slots.get(slot.index());
                slot.is_some_and(|slot| project.takes_any_text(slot))
            }
            _ => false,
        };
        self.by_flow.is_some_and(|needed| needed <= turns)
            || (!takes_all && self.by_misses.is_some_and(|needed| needed <= turns))
    }

    /// Whether a human comes within some turns to who asks when a flow is over, wherever she is
    /// waited for then. With `first`, the flow only ever begins a conversation: nothing lies below.
    pub(super) fn helps_behind(
        self,
        project: &Project,
        flow: &Flow,
        first: bool,
        turns: u32,
    ) -> bool {
        // Below a flow that the customer can begin anew, it may lie itself.
        let own = flow.triggers.is_empty() && asks_for_text(project, flow);
        let any_below = !first && self.text_flows > usize::from(own);
        self.by_flow.is_some_and(|needed| needed <= turns)
            || (self.by_misses.is_some_and(|needed| needed <= turns) && !any_below)
    }
}

fn asks_for_text(project: &Project, flow: &Flow) -> bool {
    let asked = |slot: &Slot| slot.ask.is_some() && project.takes_any_text(slot);
    flow.slots.iter().any(asked)
}

/// The fewest turns of a flow to a human, over ways without conditions.
fn turns_to_human(points: &Points<'_>) -> Option<u32> {
    let mut best: BTreeMap<PointId, u32> = BTreeMap::from([(points.start, 0)]);
    let mut open = vec![points.start];
    let mut found: Option<u32> = None;
    while let Some(id) = open.pop() {
        let (Some(point), Some(so_far)) = (points.get(id), best.get(&id).copied()) else {
            continue;
        };
        if matches!(point.op, Op::Handoff(_)) {
            found = Some(found.map_or(so_far, |known| known.min(so_far)));
            continue;
        }
        let decided = |edge: &&Edge| !matches!(edge.way, Way::Holds | Way::Fails);
        for edge in point.next.iter().filter(decided) {
            let turns = so_far + u32::from(edge.way.is_turn());
            if best.get(&edge.to).is_none_or(|known| turns < *known) {
                best.insert(edge.to, turns);
                open.push(edge.to);
            }
        }
    }
    found
}
