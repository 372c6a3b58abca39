//! From where a conversation can come to an end, and from where a human is near.

use std::collections::{BTreeMap, BTreeSet};

use super::asking::Asking;
use super::back::Meanwhile;
use super::boxes::{Case, Cases, Var, Vocabulary};
use super::cases::{merged, minus, within};
use super::explore::{Pending, Possible, WORK_MAX};
use super::follow::Follower;
use super::properties::waits;
use crate::graph::points::{Edge, Op, PointId, Points, Way};
use crate::ir::{Place, Space};

/// Cases kept for one point.
const CASES_MAX: usize = 96;

/// From where something can be reached: only what is sure to.
#[derive(Debug, Default)]
pub(super) struct Good {
    /// By point.
    pub(super) cases: Vec<Cases>,
    /// More may lead there than is told.
    pub(super) doubtful: bool,
}

/// Cases from which some answers of the customer and of the systems lead to an end.
pub(super) fn to_an_end(
    follower: &mut Follower<'_, '_>,
    back: &BTreeMap<PointId, Vec<(PointId, Edge)>>,
) -> Good {
    let points = follower.points;
    let mut good = Good { cases: vec![Vec::new(); points.all.len()], doubtful: false };
    let mut pending = Pending::backward(points);
    for (id, point) in points.ids() {
        if matches!(point.op, Op::End(_) | Op::Handoff(_) | Op::Resume) {
            pending.bring(id, Case::new());
        }
    }
    let mut work = 0_usize;
    while let Some((id, came)) = pending.next() {
        for case in add(follower.words, &mut good, id, came) {
            for (from, edge) in back.get(&id).into_iter().flatten() {
                work += 1 + case.len();
                if work > WORK_MAX {
                    good.doubtful = true;
                    return good;
                }
                match follower.before(*from, edge.way, &case, Meanwhile::Time) {
                    Some(before) if !before.doubtful => {
                        let known = good.cases.get(from.index()).map_or(&[][..], Vec::as_slice);
                        let new = |case: &Case| !known.iter().any(|known| within(case, known));
                        let fresh: Cases = before.cases.into_iter().filter(new).collect();
                        fresh.into_iter().for_each(|case| pending.bring(*from, case));
                    }
                    _ => good.doubtful = true,
                }
            }
        }
    }
    good
}

/// Adds what came to a point; gives what is new.
fn add(words: &Vocabulary<'_>, good: &mut Good, id: PointId, came: Cases) -> Cases {
    let Some(known) = good.cases.get_mut(id.index()) else { return Vec::new() };
    let mut fresh = merged(words, came);
    fresh.retain(|case| !known.iter().any(|known| within(case, known)));
    let mut more = known.clone();
    more.extend(fresh.iter().cloned());
    let more = merged(words, more);
    if more.len() > CASES_MAX {
        good.doubtful = true;
        return Vec::new();
    }
    *known = more;
    fresh
}

/// Those cases that are not among the good ones of their points.
pub(super) fn not_in(
    words: &Vocabulary<'_>,
    cases: Vec<(PointId, Case)>,
    good: &[Cases],
) -> Option<Vec<(PointId, Case)>> {
    let mut wrong = Vec::new();
    for (point, case) in cases {
        let good = good.get(point.index()).map_or(&[][..], Vec::as_slice);
        wrong.extend(minus(words, &case, good)?.into_iter().map(|case| (point, case)));
    }
    Some(wrong)
}

/// Those of a point's cases in which the customer is waited for.
pub(super) fn waiting(follower: &mut Follower<'_, '_>, id: PointId, case: &Case) -> Option<Cases> {
    let points = follower.points;
    match points.get(id).map(|point| point.op) {
        Some(Op::Ask(slot)) => {
            let asked = follower.asked(slot)?;
            let case = std::slice::from_ref(case);
            match follower.is_asked_anew(id) {
                true => Some(case.to_vec()),
                false => follower.words.meet(case, &asked),
            }
        }
        Some(_) if points.get(id).is_some_and(|point| point.waits()) => Some(vec![case.clone()]),
        _ => Some(Vec::new()),
    }
}

/// By point: cases from which the customer comes to a human within some turns, whatever the systems
/// answer. Nothing when there are too many.
pub(super) fn to_a_human(
    follower: &mut Follower<'_, '_>,
    possible: &Possible,
    flows: &[Points<'_>],
    asking: Asking,
    turns: u32,
) -> Option<Vec<Cases>> {
    let back = possible.ways_back(follower.points);
    let count = follower.points.all.len();
    let mut within_fewer: Option<Vec<Cases>> = None;
    for so_many in 0..=turns {
        let mut level = Level {
            possible,
            flows,
            asking,
            turns: so_many,
            fewer: within_fewer.as_deref(),
            good: vec![Vec::new(); count],
        };
        level.run(follower, &back)?;
        let good = level.good;
        // With as many turns as one likes nothing more is reached: further rounds change nothing
        // unless more misses count.
        let same = within_fewer.as_ref() == Some(&good);
        within_fewer = Some(good);
        if same && asking.by_misses.is_none_or(|needed| needed <= so_many || needed > turns) {
            break;
        }
    }
    within_fewer
}

/// What leads to a human within so many turns.
struct Level<'l, 'p> {
    possible: &'l Possible,
    flows: &'l [Points<'p>],
    asking: Asking,
    turns: u32,
    /// The same with one turn less.
    fewer: Option<&'l [Cases]>,
    good: Vec<Cases>,
}

impl Level<'_, '_> {
    fn run(
        &mut self,
        follower: &mut Follower<'_, '_>,
        back: &BTreeMap<PointId, Vec<(PointId, Edge)>>,
    ) -> Option<()> {
        let mut open: BTreeSet<PointId> = follower.points.ids().map(|(id, _)| id).collect();
        while let Some(id) = open.pop_last() {
            let cases = self.at(follower, id)?;
            let cases = merged(follower.words, cases);
            let known = self.good.get_mut(id.index())?;
            if cases.iter().all(|case| known.iter().any(|known| within(case, known))) {
                continue;
            }
            if cases.len() > CASES_MAX {
                return None;
            }
            *known = cases;
            open.extend(back.get(&id).into_iter().flatten().map(|(from, _)| *from));
        }
        Some(())
    }

    fn at(&self, follower: &mut Follower<'_, '_>, id: PointId) -> Option<Cases> {
        let points = follower.points;
        let Some(point) = points.get(id) else { return Some(Vec::new()) };
        let ways: Vec<Edge> = self.possible.ways(points, id).copied().collect();
        match point.op {
            Op::Handoff(_) => Some(vec![Case::new()]),
            Op::End(_) | Op::Resume => {
                let project = follower.words.project();
                let (flow, first) = (points.flow, follower.unasked);
                let helps = self.asking.helps_behind(project, flow, first, self.turns);
                Some(if helps { vec![Case::new()] } else { Vec::new() })
            }
            Op::Branch(_) => {
                let mut cases = Vec::new();
                for edge in ways {
                    cases.extend(self.from(follower, id, edge)?);
                }
                Some(cases)
            }
            Op::Ask(slot) => {
                let mut cases = Vec::new();
                for edge in ways.iter().filter(|edge| edge.way == Way::Known) {
                    cases.extend(self.from(follower, id, *edge)?);
                }
                let turned = self.by_a_turn(follower, id, &point.op, &ways)?;
                let asked = follower.asked(slot)?;
                cases.extend(follower.words.meet(&turned, &asked)?);
                Some(cases)
            }
            Op::ChooseFrom { .. } => {
                let turned = self.by_a_turn(follower, id, &point.op, &ways)?;
                match ways.iter().find(|edge| edge.way == Way::NoneThere) {
                    Some(none) => {
                        let without = self.from(follower, id, *none)?;
                        follower.words.meet(&turned, &without)
                    }
                    None => Some(turned),
                }
            }
            Op::Confirm(_) | Op::Choose { .. } => self.by_a_turn(follower, id, &point.op, &ways),
            Op::Wait(_) => {
                let mut cases = self.by_a_turn(follower, id, &point.op, &ways)?;
                for edge in ways.iter().filter(|edge| !edge.way.is_turn()) {
                    cases.extend(self.from(follower, id, *edge)?);
                }
                Some(cases)
            }
            // How long a called flow talks is not known.
            Op::Call { flow, .. } if waits(self.flows, flow) => Some(Vec::new()),
            _ => {
                // Whatever the systems answer.
                let mut cases = vec![Case::new()];
                if ways.is_empty() {
                    return Some(Vec::new());
                }
                for edge in ways {
                    let from = self.from(follower, id, edge)?;
                    cases = merged(follower.words, follower.words.meet(&cases, &from)?);
                }
                Some(cases)
            }
        }
    }

    /// Where the customer's turn, or asking for a human, leads on.
    fn by_a_turn(
        &self,
        follower: &mut Follower<'_, '_>,
        id: PointId,
        op: &Op<'_>,
        ways: &[Edge],
    ) -> Option<Cases> {
        if self.asking.helps(follower.words.project(), follower.points.flow, op, self.turns) {
            return Some(vec![Case::new()]);
        }
        let mut cases = Vec::new();
        let Some(fewer) = self.fewer else { return Some(cases) };
        for edge in ways.iter().filter(|edge| edge.way.is_turn()) {
            for case in fewer.get(edge.to.index()).into_iter().flatten() {
                let before = follower.before(id, edge.way, case, Meanwhile::Nothing)?;
                if !before.doubtful {
                    cases.extend(before.cases);
                }
            }
        }
        Some(merged(follower.words, cases))
    }

    /// From where a way leads to what is good, whatever it brings.
    fn from(&self, follower: &mut Follower<'_, '_>, id: PointId, edge: Edge) -> Option<Cases> {
        let mut cases = Vec::new();
        let op = follower.points.get(id).map(|point| point.op);
        for case in self.good.get(edge.to.index()).into_iter().flatten() {
            if let (Some(Op::Do { bind: Some(bind), action, .. }), Way::Done) = (op, edge.way) {
                let project = follower.words.project();
                let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
                let mut whatever = true;
                for (place, optional) in bind.filled(result) {
                    let all = follower.words.all(&Var::Cell(place));
                    let all = if optional { all } else { all.filled() };
                    let reads = |var: &&Var| follower.words.reads(var, place);
                    whatever &= case
                        .iter()
                        .filter(|(var, _)| reads(var))
                        .all(|(var, set)| *var == Var::Cell(place) && all.is_in(set));
                }
                if !whatever {
                    continue;
                }
            }
            // Whatever a called flow leaves in the session.
            let left = |place: &Place| {
                place.space == Space::Session && follower.others.writes.contains(place)
            };
            let reads = |var: &Var| follower.words.cells_of(var).iter().any(left);
            if matches!(op, Some(Op::Call { .. })) && case.keys().any(reads) {
                continue;
            }
            let before = follower.before(id, edge.way, case, Meanwhile::Nothing)?;
            if !before.doubtful {
                cases.extend(before.cases);
            }
        }
        Some(cases)
    }
}
