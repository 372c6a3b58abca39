//! Whether a cell can really be empty where it is read. What is certain is told without the
//! conditions first; where that does not do, the flow is followed with the cell in view.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Var, Vocabulary};
use super::explore::explore;
use super::follow::{Follower, Others};
use super::sets::Set;
use super::witness::{self, Effort};
use crate::graph::Doubt;
use crate::graph::points::{Op, PointId, Points};
use crate::graph::reads;
use crate::ir::{Helper, Place, StateId};
use crate::sema::hir::Project;

/// Where a doubt would be borne out, and by what.
fn wanted(doubt: Doubt) -> (PointId, Case) {
    let place = doubt.place();
    let (var, set) = match doubt {
        Doubt::Empty(..) => (Var::Cell(place), Set::only_empty()),
        Doubt::Zero(..) => (Var::Cell(place), Set::one(0)),
        Doubt::NoItem(..) => (Var::Of(Helper::ListCount, place), Set::one(0)),
    };
    (doubt.point(), Case::from([(var, set)]))
}

/// Those doubts that some conversation bears out, each with the states on the way there where one
/// could be followed.
pub(super) fn borne_out(
    project: &Project,
    points: &Points<'_>,
    others: &Others,
    doubts: &BTreeSet<Doubt>,
) -> BTreeMap<Doubt, Vec<StateId>> {
    let mut words = Vocabulary::new(project);
    super::learn(&mut words, points);
    let cells = doubts.iter().map(|doubt| doubt.place()).collect();
    for place in sources(points, cells) {
        words.learn_place(place);
    }
    for doubt in doubts.iter().filter(|doubt| matches!(doubt, Doubt::NoItem(..))) {
        words.learn_function(Helper::ListCount, doubt.place());
    }
    let mut follower = Follower::new(&mut words, points, others, None);
    let possible = explore(&mut follower);
    let (mut found, mut effort) = (BTreeMap::new(), Effort::new());
    for doubt in doubts {
        let (point, wanted) = wanted(*doubt);
        if possible.too_much {
            found.insert(*doubt, Vec::new());
            continue;
        }
        let met = follower.words.meet(possible.at(point), &[wanted]);
        let met: Vec<(PointId, Case)> = match met {
            Some(met) => met.into_iter().map(|case| (point, case)).collect(),
            None => {
                found.insert(*doubt, Vec::new());
                continue;
            }
        };
        if met.is_empty() {
            continue;
        }
        let mut states: Vec<StateId> = Vec::new();
        let way = witness::find(&mut follower, &possible, &met, &mut effort);
        for step in way.iter().flat_map(|way| &way.steps) {
            let state = points.get(step.point).map(|point| point.state);
            states.extend(state.filter(|state| states.last() != Some(state)));
        }
        found.insert(*doubt, states);
    }
    found
}

/// Cells, and those that their values are computed from.
fn sources(points: &Points<'_>, cells: BTreeSet<Place>) -> BTreeSet<Place> {
    let mut all = cells.clone();
    let mut open: Vec<Place> = cells.into_iter().collect();
    while let Some(cell) = open.pop() {
        for point in &points.all {
            let Op::Set { place, value } = point.op else { continue };
            if place == cell {
                reads::places(value, &mut |from, _| {
                    if all.insert(from) {
                        open.push(from);
                    }
                });
            }
        }
    }
    all
}
