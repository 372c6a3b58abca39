//! What is possible at every point of a flow: cases, each with where it came from, so that a case
//! that should not be can be told as a conversation.
//!
//! Actions return any result that is declared for them, fail in any declared way and in any other;
//! customers say anything; other flows do what they do to the session wherever the customer is
//! waited for. What the analysis finds impossible is impossible; what it finds possible may not be.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::boxes::{Case, Cases, Var, Vocabulary, within};
use super::sets::Set;
use crate::graph::points::{Op, Point, PointId, Points, Way};
use crate::ir::{FieldType, Place, RecordCells, Space, Type};
use crate::sema::hir::{Expr, ExprKind, Slot};

/// Cases kept apart at one point; beyond, they are joined into one.
const CASES_MAX: usize = 24;
/// Cases followed in one flow.
const STEPS_MAX: usize = 60_000;

/// A case at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Here {
    pub(crate) point: PointId,
    pub(crate) case: usize,
}

/// A case with where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) case: Case,
    /// The case before, and the way taken from there.
    pub(crate) from: Option<(Here, Way)>,
}

/// All that is possible in a flow.
#[derive(Debug)]
pub(crate) struct Possible {
    at: Vec<Vec<Found>>,
    /// Every way from case to case.
    ways: BTreeMap<Here, Vec<(Way, Here)>>,
    /// There was more than could be followed: nothing is certain then.
    pub(crate) too_much: bool,
}

impl Possible {
    /// Everything that is possible at a point.
    pub(crate) fn at(&self, point: PointId) -> &[Found] {
        self.at.get(point.index()).map_or(&[], Vec::as_slice)
    }

    /// Every case of every point, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Here, &Found)> {
        (0..).map(PointId).zip(&self.at).flat_map(|(point, cases)| {
            cases.iter().enumerate().map(move |(case, found)| (Here { point, case }, found))
        })
    }

    /// The ways out of a case.
    pub(crate) fn ways(&self, here: Here) -> &[(Way, Here)] {
        self.ways.get(&here).map_or(&[], Vec::as_slice)
    }

    /// The way from the flow's beginning to a case, oldest first.
    pub(crate) fn way_to(&self, here: Here) -> Vec<(Here, Option<Way>)> {
        let mut way = vec![(here, None)];
        let mut at = here;
        let mut seen = BTreeSet::from([here]);
        while let Some((before, taken)) = self.at(at.point).get(at.case).and_then(|f| f.from) {
            if !seen.insert(before) {
                break;
            }
            way.push((before, Some(taken)));
            at = before;
        }
        way.reverse();
        way
    }
}

/// Follows one flow.
pub(crate) struct Explorer<'e, 'p> {
    pub(crate) words: &'e mut Vocabulary<'p>,
    pub(crate) points: &'e Points<'p>,
    /// Session slots that other flows write.
    pub(crate) shared: &'e BTreeSet<Place>,
}

impl Explorer<'_, '_> {
    /// Everything that is possible, from the flow's beginning.
    pub(crate) fn run(&mut self) -> Possible {
        let mut possible = Possible {
            at: vec![Vec::new(); self.points.all.len()],
            ways: BTreeMap::new(),
            too_much: self.points.too_many,
        };
        let start = Here { point: self.points.start, case: 0 };
        if let Some(at) = possible.at.get_mut(start.point.index()) {
            at.push(Found { case: Case::new(), from: None });
        }
        let mut open = VecDeque::from([start]);
        let mut steps = 0_usize;
        while let Some(here) = open.pop_front() {
            steps += 1;
            if steps > STEPS_MAX {
                possible.too_much = true;
                break;
            }
            let Some(found) = possible.at(here.point).get(here.case).cloned() else { continue };
            let Some(point) = self.points.get(here.point) else { continue };
            for edge in &point.next {
                let Some(after) = self.take(point, edge.way, &found.case) else {
                    possible.too_much = true;
                    continue;
                };
                for case in after {
                    let Some((next, is_new)) =
                        self.add(&mut possible, edge.to, case, (here, edge.way))
                    else {
                        continue;
                    };
                    possible.ways.entry(here).or_default().push((edge.way, next));
                    if is_new {
                        open.push_back(next);
                    }
                }
            }
        }
        possible
    }

    /// Keeps a case unless a known one holds it; gives which it is, and whether it is new.
    fn add(
        &self,
        possible: &mut Possible,
        point: PointId,
        case: Case,
        from: (Here, Way),
    ) -> Option<(Here, bool)> {
        let at = possible.at.get_mut(point.index())?;
        if let Some(known) = at.iter().position(|known| within(&case, &known.case)) {
            return Some((Here { point, case: known }, false));
        }
        let case = if at.len() >= CASES_MAX {
            let all = at.iter().map(|found| &found.case).chain([&case]);
            joined(all.cloned().collect())
        } else {
            case
        };
        at.push(Found { case, from: Some(from) });
        Some((Here { point, case: at.len() - 1 }, true))
    }

    /// The cases after a way out of a point; no case when it cannot be taken.
    fn take(&mut self, point: &Point<'_>, way: Way, case: &Case) -> Option<Cases> {
        let mut after = case.clone();
        match (&point.op, way) {
            (Op::Branch(cond), Way::Holds | Way::Fails) => {
                let cases = self.words.cases(cond, way == Way::Holds)?;
                return self.words.meet(std::slice::from_ref(case), &cases);
            }
            (Op::Ask(slot), Way::Known) => {
                // Its checks are looked at again.
                let slot = self.points.flow.slots.get(slot.index())?;
                let Some(known) = self.not_empty(after, slot.place) else {
                    return Some(Vec::new());
                };
                return self.checked(vec![known], slot);
            }
            (Op::Ask(slot), Way::Answer) => {
                let slot = self.points.flow.slots.get(slot.index())?;
                // With checks, a filled slot may be asked for as well.
                if self.words.knows(slot.place) && slot.checks.is_empty() {
                    let empty = Case::from([(Var::Cell(slot.place), Set::only_empty())]);
                    let Some(asked) = self.words.meet_case(&after, &empty) else {
                        return Some(Vec::new());
                    };
                    after = asked;
                }
                self.turn(&mut after);
                return self.filled(after, slot);
            }
            (_, Way::Correction(place)) => {
                let slots = &self.points.flow.slots;
                let slot = slots.iter().find(|slot| slot.place == place)?;
                let Some(mut after) = self.not_empty(after, place) else { return Some(Vec::new()) };
                self.turn(&mut after);
                return self.filled(after, slot);
            }
            (Op::Set { place, value }, _) => self.assign(&mut after, *place, value),
            (Op::Clear(places), _) => {
                for place in *places {
                    self.forget(&mut after, *place);
                    if self.words.knows(*place) {
                        after.insert(Var::Cell(*place), Set::only_empty());
                    }
                }
            }
            (Op::Do { bind: Some(bind), action, .. }, Way::Done) => {
                let project = self.words.project();
                let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
                self.bind(&mut after, bind, result, false);
            }
            (Op::ChooseFrom { item, list, .. }, Way::Chosen) => {
                self.turn(&mut after);
                let ty = match &list.ty {
                    Type::List(item) => Some(&**item),
                    _ => None,
                };
                self.bind(&mut after, item, ty, false);
            }
            (Op::Call { .. }, _) => self.turn(&mut after),
            _ if way.is_turn() || point.waits() => self.turn(&mut after),
            _ => {}
        }
        Some(vec![after])
    }

    /// A slot with a new value that its checks let through.
    fn filled(&mut self, mut case: Case, slot: &Slot) -> Option<Cases> {
        self.forget(&mut case, slot.place);
        let cases: Cases = self.not_empty(case, slot.place).into_iter().collect();
        self.checked(cases, slot)
    }

    /// The cases that a slot's checks let through.
    fn checked(&mut self, mut cases: Cases, slot: &Slot) -> Option<Cases> {
        for (cond, _) in &slot.checks {
            let good = self.words.cases(cond, true)?;
            cases = self.words.meet(&cases, &good)?;
        }
        Some(cases)
    }

    fn not_empty(&self, case: Case, place: Place) -> Option<Case> {
        if !self.words.knows(place) {
            return Some(case);
        }
        let var = Var::Cell(place);
        let filled = self.words.all(&var).filled();
        self.words.meet_case(&case, &Case::from([(var, filled)]))
    }

    /// The customer had a turn: time has passed, other flows may have run, the profile may be new.
    fn turn(&self, case: &mut Case) {
        let changed = |place: &Place| place.space != Space::Flow;
        // What is said may fill any slot of the flow that is still empty.
        for slot in self.points.flow.slots.iter().filter(|slot| slot.entity.is_some()) {
            let known = case.get(&Var::Cell(slot.place));
            if known.is_none_or(Set::may_be_empty) {
                self.forget(case, slot.place);
            }
        }
        // Choices that the session remembers are learned from whatever is said; nothing but a flow
        // ever empties them.
        let mut kept = Vec::new();
        for (var, set) in case.iter().filter(|(_, set)| !set.may_be_empty()) {
            if let Var::Cell(place) = var
                && place.space == Space::Session
                && !self.shared.contains(place)
            {
                kept.push((var.clone(), self.words.all(var).and(&self.after_turn(var, set))));
            }
        }
        case.retain(|var, _| match var {
            Var::Cell(place) => !changed(place),
            Var::Diff(left, right) => !changed(left) && !changed(right),
            Var::Opaque(_) => !self.words.cells_of(var).iter().any(&changed),
        });
        case.extend(kept);
    }

    /// What is left of a slot's values that only this flow writes.
    fn after_turn(&self, var: &Var, set: &Set) -> Set {
        let Var::Cell(place) = var else { return set.clone() };
        match self.words.type_of(*place) {
            Some(Type::Choice(_)) | None => self.words.all(var).filled(),
            Some(_) => set.clone(),
        }
    }

    /// Nothing that depends on a cell is known any more.
    fn forget(&self, case: &mut Case, place: Place) {
        case.retain(|var, _| !self.words.reads(var, place));
    }

    fn assign(&mut self, case: &mut Case, place: Place, value: &Expr) {
        let known = match &value.kind {
            ExprKind::Const(value) => {
                let var = Var::Cell(place);
                self.words.number(&var, value).map(Set::one)
            }
            // The amounts of a set are in the currency in which its own cell is compared.
            ExprKind::Load(from) => {
                let (from, to) = (Var::Cell(*from), Var::Cell(place));
                let same = self.words.currency(&from) == self.words.currency(&to);
                case.get(&from).filter(|_| same).cloned()
            }
            _ => None,
        };
        self.forget(case, place);
        if let Some(known) = known.filter(|_| self.words.knows(place)) {
            case.insert(Var::Cell(place), known);
        }
    }

    fn bind(&self, case: &mut Case, cells: &RecordCells, ty: Option<&Type>, optional: bool) {
        match (cells, ty) {
            (RecordCells::One(place), _) => {
                self.forget(case, *place);
                if !optional && self.words.knows(*place) {
                    let var = Var::Cell(*place);
                    let filled = self.words.all(&var).filled();
                    case.insert(var, filled);
                }
            }
            (RecordCells::Fields(parts), Some(Type::Record(fields))) => {
                for (part, FieldType { ty, optional: own, .. }) in parts.iter().zip(fields) {
                    self.bind(case, part, Some(ty), optional || *own);
                }
            }
            (RecordCells::Fields(parts), _) => {
                parts.iter().for_each(|part| self.bind(case, part, None, true));
            }
        }
    }
}

/// One case that holds all others.
fn joined(cases: Cases) -> Case {
    let mut cases = cases.into_iter();
    let Some(first) = cases.next() else { return Case::new() };
    cases.fold(first, |all, case| {
        let mut both: BTreeMap<Var, Set> = BTreeMap::new();
        for (var, set) in all {
            if let Some(other) = case.get(&var) {
                both.insert(var, set.or(other));
            }
        }
        both
    })
}
