//! What is possible at every point of a flow, as cases, and which ways can be taken at all. What
//! the analysis finds impossible is impossible; what it finds possible may not be.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Cases, Vocabulary};
use super::cases::{joined, merged, within};
use super::follow::Follower;
use crate::graph::points::{Edge, PointId, Points, Way};

/// Cases kept apart at one point; beyond, they are joined into one.
const CASES_MAX: usize = 24;
/// Visits of one point beyond which what still grows there is no longer told.
const VISITS_MAX: usize = 64;
/// Work for one flow, in variables of cases that were followed along a way.
pub(super) const WORK_MAX: usize = 4_000_000;

/// All that is possible in a flow.
#[derive(Debug, Default)]
pub(super) struct Possible {
    at: Vec<Cases>,
    /// Ways that some case takes, by point and place among the point's ways.
    taken: BTreeSet<(PointId, usize)>,
    /// There was more than could be followed: nothing is certain then.
    pub(super) too_much: bool,
}

impl Possible {
    /// Everything that is possible at a point.
    pub(super) fn at(&self, point: PointId) -> &[Case] {
        self.at.get(point.index()).map_or(&[], Vec::as_slice)
    }

    /// Every case of every point, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (PointId, &Case)> {
        let points = (0..).map(PointId).zip(&self.at);
        points.flat_map(|(point, cases)| cases.iter().map(move |case| (point, case)))
    }

    /// The ways out of a point that some case takes.
    pub(super) fn ways<'w>(
        &'w self,
        points: &'w Points<'_>,
        id: PointId,
    ) -> impl Iterator<Item = &'w Edge> {
        let next = points.get(id).map_or(&[][..], |point| &point.next);
        let taken = next.iter().enumerate().filter(move |(n, _)| self.taken.contains(&(id, *n)));
        taken.map(|(_, edge)| edge)
    }

    /// By point: where it is come from, and how.
    pub(super) fn ways_back(&self, points: &Points<'_>) -> BTreeMap<PointId, Vec<(PointId, Edge)>> {
        let mut back: BTreeMap<PointId, Vec<(PointId, Edge)>> = BTreeMap::new();
        for (id, _) in points.ids() {
            for edge in self.ways(points, id) {
                back.entry(edge.to).or_default().push((id, *edge));
            }
        }
        back
    }
}

/// Follows a flow from its beginning; where turns are counted, until there are too many.
pub(super) fn explore(follower: &mut Follower<'_, '_>) -> Possible {
    let points = follower.points;
    let count = points.all.len();
    let mut search = Search {
        possible: Possible {
            at: vec![Vec::new(); count],
            taken: BTreeSet::new(),
            too_much: points.too_many,
        },
        pending: Pending::forward(points),
        visits: vec![0; count],
    };
    let beginning = follower.beginning();
    search.bring(points.start, beginning);
    let mut work = 0_usize;
    while let Some((id, came)) = search.pending.next() {
        let Some(point) = points.get(id) else { continue };
        for case in search.settle(follower.words, id, came) {
            if follower.is_over(&case) {
                return search.possible;
            }
            for (number, edge) in point.next.iter().enumerate() {
                work += 1 + case.len() / 8;
                if work > WORK_MAX {
                    search.possible.too_much = true;
                    return search.possible;
                }
                if let Way::Correction(place) = edge.way {
                    let mut known = search.possible.at(edge.to).iter();
                    if known.any(|known| follower.corrects_into(&point.op, place, &case, known)) {
                        search.possible.taken.insert((id, number));
                        continue;
                    }
                }
                match follower.after(id, edge.way, &case) {
                    Some(after) => {
                        if !after.is_empty() {
                            search.possible.taken.insert((id, number));
                        }
                        after.into_iter().for_each(|case| search.bring(edge.to, case));
                    }
                    None => search.possible.too_much = true,
                }
            }
        }
    }
    search.possible
}

struct Search {
    possible: Possible,
    /// What came to a point and was not gone on from.
    pending: Pending,
    visits: Vec<usize>,
}

impl Search {
    fn bring(&mut self, id: PointId, case: Case) {
        if !self.possible.at(id).iter().any(|known| within(&case, known)) {
            self.pending.bring(id, case);
        }
    }

    /// Adds what came to a point to what is known there; gives what is new.
    fn settle(&mut self, words: &Vocabulary<'_>, id: PointId, came: Cases) -> Cases {
        let Some(known) = self.possible.at.get_mut(id.index()) else { return Vec::new() };
        let mut fresh = merged(words, came);
        fresh.retain(|case| !known.iter().any(|known| within(case, known)));
        if fresh.is_empty() {
            return fresh;
        }
        let visits = self.visits.get_mut(id.index());
        let often = visits.is_some_and(|visits| {
            *visits += 1;
            *visits > VISITS_MAX
        });
        let before = if often { known.clone() } else { Vec::new() };
        let is_first = known.is_empty();
        known.extend(fresh.iter().cloned());
        if !is_first {
            *known = merged(words, std::mem::take(known));
        }
        if often || known.len() > CASES_MAX {
            let mut all = joined(words, known);
            if often {
                // What still grows after so many visits may be anything.
                let old = joined(words, &before);
                all.retain(|var, set| old.get(var) == Some(set));
            }
            *known = vec![all.clone()];
            return vec![all];
        }
        fresh
    }
}

/// What came to points and was not gone on from yet. A point that several ways lead to comes when
/// all of them have come in, so that what they bring can be put together first.
pub(super) struct Pending {
    at: Vec<Cases>,
    /// By point: its place in the order.
    order: Vec<u32>,
    open: BTreeSet<(u32, PointId)>,
}

impl Pending {
    /// In the direction of the flow.
    pub(super) fn forward(points: &Points<'_>) -> Self {
        Self { at: vec![Vec::new(); points.all.len()], order: order(points), open: BTreeSet::new() }
    }

    /// Against it.
    pub(super) fn backward(points: &Points<'_>) -> Self {
        let order = order(points).into_iter().map(|place| u32::MAX - place).collect();
        Self { at: vec![Vec::new(); points.all.len()], order, open: BTreeSet::new() }
    }

    pub(super) fn bring(&mut self, id: PointId, case: Case) {
        if let Some(pending) = self.at.get_mut(id.index()) {
            pending.push(case);
            self.open.insert((self.order.get(id.index()).copied().unwrap_or(u32::MAX), id));
        }
    }

    /// The next point, and what came to it.
    pub(super) fn next(&mut self) -> Option<(PointId, Cases)> {
        let (_, id) = self.open.pop_first()?;
        Some((id, self.at.get_mut(id.index()).map(std::mem::take).unwrap_or_default()))
    }
}

/// Points in an order in which what leads to a point comes before it, loops left out.
fn order(points: &Points<'_>) -> Vec<u32> {
    let count = points.all.len();
    let mut order = vec![u32::MAX; count];
    let mut seen = vec![false; count];
    let mut next = u32::try_from(count).unwrap_or(u32::MAX);
    // Depth first without recursion: a point is numbered, last first, when all behind it are.
    let mut open = vec![(points.start, 0_usize)];
    if let Some(seen) = seen.get_mut(points.start.index()) {
        *seen = true;
    }
    while let Some((id, taken)) = open.last_mut() {
        let edge = points.get(*id).and_then(|point| point.next.get(*taken));
        *taken += 1;
        match edge {
            Some(edge) => {
                if let Some(seen) = seen.get_mut(edge.to.index()).filter(|seen| !**seen) {
                    *seen = true;
                    open.push((edge.to, 0));
                }
            }
            None => {
                next = next.saturating_sub(1);
                if let Some(order) = order.get_mut(id.index()) {
                    *order = next;
                }
                open.pop();
            }
        }
    }
    order
}
