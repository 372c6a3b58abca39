//! What a call of each flow carries out, and whether it comes back: so that an effect counts where
//! the flow is called.

use std::collections::{BTreeMap, BTreeSet};

use super::super::points::{Edge, Op, Point, PointId, Points, Way};
use super::super::reads;
use crate::base::FileSpan;
use crate::ir::{ActionId, FlowId, Place, SlotIndex, Space};
use crate::sema::calls::callees_first;
use crate::sema::hir::{Expr, Flow, Project};

/// Which ways are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    /// Without a word of the customer.
    Silence,
    /// Past no `confirm`.
    Unconfirmed,
}

/// Effects of one flow that its callers are told of; beyond, the rest is left to the flow's own
/// findings.
const TOLD_MAX: usize = 1_000;

/// For each of [`Along`].
pub(super) type Both = [bool; 2];

/// Something true of both ways.
const BOTH: Both = [true; 2];

const KINDS: [Along; 2] = [Along::Silence, Along::Unconfirmed];

/// Of two things, the one for these ways.
const fn pick<T>(of: &[T; 2], along: Along) -> &T {
    let [silence, unconfirmed] = of;
    match along {
        Along::Silence => silence,
        Along::Unconfirmed => unconfirmed,
    }
}

pub(super) const fn of(both: Both, along: Along) -> bool {
    *pick(&both, along)
}

/// A call of a flow, as its callers see it.
#[derive(Debug, Clone, Default)]
pub(super) struct Called<'p> {
    /// Whether it can be passed.
    pub(super) passes: Both,
    /// What it may carry out, itself or by calls of its own.
    pub(super) inside: Vec<Occurrence<'p>>,
    /// Session slots that it may change.
    pub(super) writes: BTreeSet<Place>,
}

/// An effect as it is met in a flow: carried out by it, or by a flow that it calls.
#[derive(Debug, Clone)]
pub(super) struct Occurrence<'p> {
    /// The flow's own point: the effect, or the call.
    pub(super) point: PointId,
    pub(super) action: ActionId,
    pub(super) args: &'p [Expr],
    /// Where it is carried out.
    pub(super) at: FileSpan,
    /// The calls that lead to it, outermost first.
    pub(super) calls: Vec<FileSpan>,
    /// Whether a way leads from the beginning of the called flow to it; from it to the end.
    pub(super) from_start: Both,
    pub(super) to_end: Both,
    /// The flow's own slots and those of the session that it is given.
    pub(super) uses: BTreeSet<Place>,
}

impl Occurrence<'_> {
    /// The place in the flow itself.
    pub(super) fn place(&self) -> FileSpan {
        self.calls.first().copied().unwrap_or(self.at)
    }
}

/// What calls do, by flow. Flows that call each other in a circle were refused.
pub(super) fn all<'p>(project: &Project, flows: &[Points<'p>]) -> Vec<Called<'p>> {
    let calls: Vec<BTreeSet<FlowId>> =
        flows.iter().map(|points| crate::sema::lints::called_flows(points.flow)).collect();
    let mut called: Vec<Called<'p>> = vec![Called::default(); flows.len()];
    for id in callees_first(&calls) {
        let Some(points) = flows.get(id.index()).filter(|points| !points.too_many) else {
            continue;
        };
        let own = Ways { points, called: &called }.of_a_call(project);
        if let Some(known) = called.get_mut(id.index()) {
            *known = own;
        }
    }
    called
}

/// The ways through one flow, calls included.
#[derive(Clone, Copy)]
pub(super) struct Ways<'w, 'p> {
    pub(super) points: &'w Points<'p>,
    pub(super) called: &'w [Called<'p>],
}

impl<'p> Ways<'_, 'p> {
    /// Whether a way can be taken.
    pub(super) fn takes(&self, along: Along, from: PointId, edge: &Edge) -> bool {
        let Some(point) = self.points.get(from) else { return false };
        if let Op::Call { flow, .. } = point.op
            && !self.called.get(flow.index()).is_none_or(|called| of(called.passes, along))
        {
            return false;
        }
        match along {
            // A slot that is asked for on the way makes a turn, unless it is known already.
            Along::Silence => !edge.way.is_turn() && edge.way != Way::Known,
            Along::Unconfirmed => {
                !matches!(point.op, Op::Confirm(_)) && !matches!(edge.way, Way::Correction(_))
            }
        }
    }

    /// Points that can follow a point, each with the one before it. What the point itself calls is
    /// taken to have come back.
    pub(super) fn after(
        &self,
        from: PointId,
        takes: impl Fn(PointId, &Edge) -> bool,
    ) -> BTreeMap<PointId, PointId> {
        let mut came = BTreeMap::new();
        let mut open = vec![from];
        let mut first = true;
        while let Some(id) = open.pop() {
            let Some(point) = self.points.get(id) else { continue };
            let calls = first && matches!(point.op, Op::Call { .. });
            first = false;
            for edge in point.next.iter().filter(|edge| calls || takes(id, edge)) {
                if came.insert(edge.to, id).is_none() {
                    open.push(edge.to);
                }
            }
        }
        came
    }

    /// What can follow along ways of a kind.
    pub(super) fn along(&self, along: Along, from: PointId) -> BTreeMap<PointId, PointId> {
        self.after(from, |id, edge| self.takes(along, id, edge))
    }

    /// Points from which the flow's end can be reached.
    fn ending(&self, along: Along) -> BTreeSet<PointId> {
        let ends = |_, point: &Point<'_>| matches!(point.op, Op::End(_));
        self.points.leading_to(ends, |id, edge| self.takes(along, id, edge))
    }

    /// Whether a way leads on from a point to one of these; what it calls has come back.
    fn leads_to(&self, along: Along, from: PointId, ending: &BTreeSet<PointId>) -> bool {
        self.points.get(from).is_some_and(|point| {
            let calls = matches!(point.op, Op::Call { .. });
            let taken = |edge: &&Edge| calls || self.takes(along, from, edge);
            point.next.iter().filter(taken).any(|edge| ending.contains(&edge.to))
        })
    }

    /// Every effect that the flow carries out or has carried out.
    pub(super) fn occurrences(&self, project: &Project) -> Vec<Occurrence<'p>> {
        let mut found = Vec::new();
        for (id, point) in self.points.ids() {
            match point.op {
                Op::Do { action, args, .. } => {
                    let effect = project.actions.get(action.index()).is_some_and(|a| a.is_effect);
                    if effect {
                        found.push(Occurrence {
                            point: id,
                            action,
                            args,
                            at: point.at,
                            calls: Vec::new(),
                            from_start: BOTH,
                            to_end: BOTH,
                            uses: read_slots(self.points.flow, args),
                        });
                    }
                }
                Op::Call { flow, args } => {
                    let inside = self.called.get(flow.index()).map(|called| &called.inside);
                    for inner in inside.into_iter().flatten() {
                        let calls = std::iter::once(point.at).chain(inner.calls.iter().copied());
                        let uses = given(project, self.points.flow, flow, args, &inner.uses);
                        let calls = calls.collect();
                        found.push(Occurrence { point: id, calls, uses, ..inner.clone() });
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The flow as its callers see it.
    fn of_a_call(&self, project: &Project) -> Called<'p> {
        let begun = KINDS.map(|along| self.along(along, self.points.start));
        let ending = KINDS.map(|along| self.ending(along));
        let mut called = Called {
            passes: KINDS.map(|along| pick(&ending, along).contains(&self.points.start)),
            inside: Vec::new(),
            writes: self.writes(),
        };
        let mut known = BTreeSet::new();
        for one in self.occurrences(project) {
            let from_start = KINDS.map(|along| {
                *pick(&one.from_start, along) && pick(&begun, along).contains_key(&one.point)
            });
            let to_end = KINDS.map(|along| {
                *pick(&one.to_end, along) && self.leads_to(along, one.point, pick(&ending, along))
            });
            let is_new = known.insert((one.at, one.calls.clone(), from_start, to_end));
            if is_new && called.inside.len() < TOLD_MAX {
                called.inside.push(Occurrence { from_start, to_end, ..one });
            }
        }
        called
    }

    fn writes(&self) -> BTreeSet<Place> {
        let mut writes = BTreeSet::new();
        for point in &self.points.all {
            match point.op {
                Op::Call { flow, .. } => {
                    let called = self.called.get(flow.index());
                    writes.extend(called.into_iter().flat_map(|called| &called.writes).copied());
                }
                _ => writes.extend(written(self.points.flow, &point.op, Way::Next)),
            }
        }
        writes.retain(|place| place.space == Space::Session);
        writes
    }
}

/// Cells that a step sets or empties, on a way away from it.
pub(super) fn written(flow: &Flow, op: &Op<'_>, way: Way) -> Vec<Place> {
    match op {
        Op::Set { place, .. } => vec![*place],
        Op::Clear(places) => places.to_vec(),
        Op::Ask(slot) if way != Way::Known => {
            flow.slots.get(slot.index()).map(|slot| slot.place).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The flow's slots that expressions read.
fn read_slots(flow: &Flow, exprs: &[Expr]) -> BTreeSet<Place> {
    let mut read = BTreeSet::new();
    for expr in exprs {
        reads::places(expr, &mut |place, _| {
            if flow.slots.iter().any(|slot| slot.place == place) {
                read.insert(place);
            }
        });
    }
    read
}

/// What a called flow uses, as slots of its caller: those of the session that the caller fills, and
/// those that it passes on.
fn given(
    project: &Project,
    caller: &Flow,
    callee: FlowId,
    args: &[(SlotIndex, Expr)],
    uses: &BTreeSet<Place>,
) -> BTreeSet<Place> {
    let slots = project.flows.get(callee.index()).map(|callee| callee.slots.as_slice());
    let place = |slot: SlotIndex| slots?.get(slot.index()).map(|slot| slot.place);
    let passed = args.iter().filter(|(slot, _)| place(*slot).is_some_and(|p| uses.contains(&p)));
    let mut given: BTreeSet<Place> =
        passed.flat_map(|(_, value)| read_slots(caller, std::slice::from_ref(value))).collect();
    let shared = uses.iter().filter(|place| place.space == Space::Session);
    given.extend(shared.filter(|place| caller.slots.iter().any(|slot| slot.place == **place)));
    given
}
