//! The same effect in a flow that waits and in one that the customer begins meanwhile: with the
//! same values of the session, it is carried out twice for one wish.

use std::collections::{BTreeMap, BTreeSet};

use super::super::facts::same;
use super::super::points::{Edge, Op, Point, PointId, Points, Way};
use super::super::reads;
use super::called::{Along, Called, Occurrence, Ways, of, written};
use super::with_both;
use crate::base::FileSpan;
use crate::base::limits::DIAGNOSTICS_MAX;
use crate::diag::{Code, Diagnostic};
use crate::ir::{ActionId, IntentId, Place, Space};
use crate::sema::hir::{Flow, Project};

/// Every pair of a flow and one that can begin while it waits.
pub(super) fn check(
    project: &Project,
    flows: &[Points<'_>],
    called: &[Called<'_>],
) -> Vec<Diagnostic> {
    let effects: Vec<Vec<Remembered<'_, '_>>> =
        flows.iter().map(|points| remembered(project, Ways { points, called })).collect();
    let mut begun: BTreeMap<ActionId, Vec<&Remembered<'_, '_>>> = BTreeMap::new();
    for one in effects.iter().flatten().filter(|one| one.can_begin()) {
        begun.entry(one.one.action).or_default().push(one);
    }
    let mut found = Vec::new();
    let mut reported = BTreeSet::new();
    for waiting in effects.iter().flatten().filter(|one| !one.flow().from_std) {
        for begun in begun.get(&waiting.one.action).into_iter().flatten() {
            if found.len() >= DIAGNOSTICS_MAX {
                return found;
            }
            let (own, other) = (waiting.one.place(), begun.one.place());
            let is_known = reported.contains(&(own, other)) || reported.contains(&(other, own));
            if waiting.is_other_flow(begun) && waiting.is_same(begun) && !is_known {
                let finding = twice(project, waiting, begun);
                reported.extend(finding.is_some().then_some((own, other)));
                found.extend(finding);
            }
        }
    }
    found
}

/// An effect that is given what the session remembers.
struct Remembered<'r, 'p> {
    ways: Ways<'r, 'p>,
    one: Occurrence<'p>,
    /// The slots of the session that it is given.
    slots: BTreeSet<Place>,
}

/// The effects of a flow that are given slots of the session, and nothing of the flow's own.
fn remembered<'r, 'p>(project: &Project, ways: Ways<'r, 'p>) -> Vec<Remembered<'r, 'p>> {
    let mut found = Vec::new();
    for one in ways.occurrences(project) {
        let mut read = BTreeSet::new();
        one.args.iter().for_each(|arg| {
            reads::places(arg, &mut |place, _| {
                read.insert(place);
            })
        });
        let own = read.iter().any(|place| matches!(place.space, Space::Flow | Space::Turn));
        let slots: BTreeSet<Place> =
            read.into_iter().filter(|place| place.space == Space::Session).collect();
        if !own && !slots.is_empty() {
            found.push(Remembered { ways, one, slots });
        }
    }
    found
}

impl<'p> Remembered<'_, 'p> {
    fn flow(&self) -> &'p Flow {
        self.ways.points.flow
    }

    /// Whether a way without a `confirm` leads to it from a wish of the customer.
    fn can_begin(&self) -> bool {
        let flow = self.flow();
        let start = self.ways.points.start;
        !flow.triggers.is_empty()
            && !flow.is_repair
            && !flow.from_std
            && of(self.one.from_start, Along::Unconfirmed)
            && self.reached(start).contains(&self.one.point)
    }

    fn is_other_flow(&self, other: &Self) -> bool {
        self.flow().name != other.flow().name
    }

    /// Of effects by the same action.
    fn is_same(&self, other: &Self) -> bool {
        let (own, others) = (self.one.args, other.one.args);
        own.len() == others.len() && own.iter().zip(others).all(|(own, other)| same(own, other))
    }

    /// Points that follow one with nobody asked to confirm and the values as they are.
    fn reached(&self, from: PointId) -> BTreeSet<PointId> {
        self.ways.after(from, |id, edge| self.takes(id, edge)).into_keys().collect()
    }

    /// Points that the effect follows in the same way.
    fn before(&self) -> BTreeSet<PointId> {
        let itself = |id, _: &Point<'_>| id == self.one.point;
        self.ways.points.leading_to(itself, |id, edge| self.takes(id, edge))
    }

    /// Whether nobody is asked to confirm on a way, and the values stay as they are.
    fn takes(&self, id: PointId, edge: &Edge) -> bool {
        let Some(point) = self.ways.points.get(id) else { return false };
        let is_one = |place: &Place| self.slots.contains(place);
        let changes = || match point.op {
            Op::Call { flow, .. } => {
                let called = self.ways.called.get(flow.index());
                called.is_some_and(|called| called.writes.iter().any(is_one))
            }
            _ => written(self.flow(), &point.op, edge.way).iter().any(is_one),
        };
        self.ways.takes(Along::Unconfirmed, id, edge) && !changes()
    }

    /// A point where the flow waits and does not take these wishes for its own.
    fn waits(&self, id: PointId, wishes: &[IntentId]) -> Option<FileSpan> {
        let point = self.ways.points.get(id).filter(|point| point.waits())?;
        let handles =
            |wish: &IntentId| point.next.iter().any(|edge| edge.way == Way::Intent(*wish));
        (!wishes.iter().all(handles)).then_some(point.at)
    }
}

/// The finding, where one effect and then the other is carried out.
fn twice(
    project: &Project,
    waiting: &Remembered<'_, '_>,
    begun: &Remembered<'_, '_>,
) -> Option<Diagnostic> {
    let wishes = &begun.flow().triggers;
    let after = match of(waiting.one.to_end, Along::Unconfirmed) {
        true => waiting.reached(waiting.one.point),
        false => BTreeSet::new(),
    };
    let wait_after = after.iter().find_map(|id| waiting.waits(*id, wishes));
    let (at, begun_first) = match wait_after {
        Some(at) => (at, false),
        None => (wait_before(waiting, begun)?, true),
    };
    let action = project.actions.get(waiting.one.action.index());
    let name = action.map_or("", |action| action.name.as_str());
    let (flow, other) = (&waiting.flow().name, &begun.flow().name);
    let (first, second) = match begun_first {
        true => (&begun.one, &waiting.one),
        false => (&waiting.one, &begun.one),
    };
    let message = format!("`{name}` can be carried out twice with the same values");
    let finding = Diagnostic::new(Code::W0405, second.place(), message).label("the second time");
    let waits = format!("here `{flow}` waits, and the customer can ask for `{other}`");
    let help = "let the customer `confirm` in both flows, or `clear` what it was carried out with";
    Some(with_both(finding.related(at, waits), first, second).help(help))
}

/// Where the flow waits before its effect, when the other's effect leaves it to come.
fn wait_before(waiting: &Remembered<'_, '_>, begun: &Remembered<'_, '_>) -> Option<FileSpan> {
    let goes_on = of(begun.one.to_end, Along::Unconfirmed);
    if !goes_on || !of(waiting.one.from_start, Along::Unconfirmed) {
        return None;
    }
    // What the other flow does afterwards may make the values others.
    let rest = begun.reached(begun.one.point);
    let points = begun.ways.points;
    let ends = |id: &PointId| points.get(*id).is_some_and(|p| matches!(p.op, Op::End(_)));
    if !rest.iter().any(ends) {
        return None;
    }
    let wishes = &begun.flow().triggers;
    waiting.before().into_iter().find_map(|id| waiting.waits(id, wishes))
}
