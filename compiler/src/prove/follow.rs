//! What a way from a point does to a case.
//!
//! Actions return any result that is declared for them, fail in any declared way and in any other;
//! customers say anything; other flows do what they do to the session wherever the customer is
//! waited for. What comes out holds at least all that is possible.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::boxes::{Case, Cases, Var, Vocabulary};
use super::sets::Set;
use super::terms::linear;
use crate::graph::points::{Op, Point, PointId, Points, Way};
use crate::graph::{Needs, has_value, is_always_there, reads};
use crate::ir::{Helper, Place, SlotIndex, Space, Type};
use crate::sema::hir::{Bind, Expr, ExprKind, item_type};

/// What a flow can expect of the others.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// Session slots that other flows write.
    pub(super) writes: BTreeSet<Place>,
    /// Those of them that they may leave empty.
    pub(super) empties: BTreeSet<Place>,
    /// Slots of the flow that some call of it gives.
    pub(super) gives: BTreeSet<SlotIndex>,
    /// The flow is called.
    pub(super) calls_it: bool,
}

/// Follows the ways of one flow.
pub(super) struct Follower<'e, 'p> {
    pub(super) words: &'e mut Vocabulary<'p>,
    pub(super) points: &'e Points<'p>,
    pub(super) others: &'e Others,
    /// Where turns are counted: up to how many. Detours are not taken then.
    pub(super) counted: Option<u32>,
    /// Slots that whatever the customer says may fill.
    pub(super) mentioned: BTreeSet<Place>,
    /// Outcomes of branches, looked at once.
    branches: BTreeMap<(PointId, bool), Rc<Cases>>,
    /// What the checks of slots let through.
    pub(super) passing: BTreeMap<SlotIndex, Option<Rc<Cases>>>,
    /// When slots are asked for.
    pub(super) asked: BTreeMap<SlotIndex, Option<Rc<Cases>>>,
    /// Questions that may be asked anew though their slots are filled, looked for once.
    pub(super) anew: Option<BTreeSet<PointId>>,
    /// Nobody can ask for the flow: it begins without a word, and what is said for its slots is said
    /// along with an answer or a correction.
    pub(super) unasked: bool,
}

impl<'e, 'p> Follower<'e, 'p> {
    pub(super) fn new(
        words: &'e mut Vocabulary<'p>,
        points: &'e Points<'p>,
        others: &'e Others,
        counted: Option<u32>,
    ) -> Self {
        let project = words.project();
        let mentioned = points.flow.slots.iter().filter(|slot| project.can_be_mentioned(slot));
        let mentioned = mentioned.map(|slot| slot.place).collect();
        let (branches, passing, asked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let flow = points.flow;
        let unasked = flow.on_start && flow.triggers.is_empty() && !others.calls_it;
        let anew = None;
        Self { words, points, others, counted, mentioned, branches, passing, asked, anew, unasked }
    }

    /// Whether values for other slots may be said on a way out of a point.
    pub(super) fn is_said_along(&self, op: &Op<'_>, way: Way) -> bool {
        match (op, way) {
            // All of an answer in plain text is that text.
            (Op::Ask(slot), Way::Answer) => !self.takes_any_text(*slot) || !self.unasked,
            (_, Way::Correction(_)) => true,
            _ => !self.unasked,
        }
    }

    /// What is so where the flow begins: only what was said, given or set beforehand is there.
    pub(super) fn beginning(&mut self) -> Case {
        let mut case = Case::new();
        let flow = self.points.flow;
        for (number, slot) in (0..).map(SlotIndex).zip(&flow.slots) {
            let place = slot.place;
            let given = self.others.gives.contains(&number);
            if given || !self.words.knows(place) || place.space != Space::Flow {
                continue;
            }
            let var = Var::Cell(place);
            let known = match slot.default.as_ref().map(|default| &default.kind) {
                None if self.is_mentioned(place) && !self.unasked => None,
                None => Some(Set::only_empty()),
                Some(ExprKind::Const(value)) => self.words.number(&var, value).map(Set::one),
                Some(_) => None,
            };
            case.extend(known.map(|set| (var, set)));
        }
        let slots: BTreeSet<Place> = flow.slots.iter().map(|slot| slot.place).collect();
        for index in 0..flow.cells {
            let place = Place { space: Space::Flow, index };
            if !slots.contains(&place) && self.words.knows(place) {
                case.insert(Var::Cell(place), Set::only_empty());
            }
        }
        if self.counted.is_some() {
            case.insert(Var::Turns, Set::one(1));
        }
        case
    }

    /// The cases after a way out of a point; no case when it cannot be taken, nothing when there
    /// are too many.
    pub(super) fn after(&mut self, id: PointId, way: Way, case: &Case) -> Option<Cases> {
        let Some(turns) = self.cost(id, way) else { return Some(Vec::new()) };
        let mut cases = self.taken(id, way, case)?;
        if let Some(most) = self.counted {
            let most = i64::from(most) + 1;
            for case in &mut cases {
                let Some(known) = case.get_mut(&Var::Turns) else { continue };
                let counted = known.plus(turns.into());
                let over = counted.ranges().iter().any(|(_, high)| *high > most);
                let counted = counted.and(&Set::between(0, most));
                *known = if over { counted.or(&Set::one(most)) } else { counted };
            }
        }
        Some(cases)
    }

    /// Whether more turns than counted may be over.
    pub(super) fn is_over(&self, case: &Case) -> bool {
        let Some(most) = self.counted else { return false };
        case.get(&Var::Turns).is_none_or(|turns| turns.has(Some(i64::from(most) + 1)))
    }

    /// Turns that a way takes; nothing for detours of the customer where turns are counted.
    pub(super) fn cost(&self, from: PointId, way: Way) -> Option<u32> {
        if self.counted.is_none() {
            return Some(0);
        }
        match way {
            // Once for each wrong answer that the slot allows, and once for the right one.
            Way::Answer => {
                let tries = match self.points.get(from).map(|point| point.op) {
                    Some(Op::Ask(slot)) => self.points.flow.slots.get(slot.index()),
                    _ => None,
                };
                Some(tries.filter(|slot| !slot.checks.is_empty()).map_or(1, |s| s.tries.max(1)))
            }
            Way::Yes | Way::No | Way::Arm(_) | Way::Chosen => Some(1),
            Way::Intent(_) | Way::Silence(_) | Way::Correction(_) => None,
            _ => Some(0),
        }
    }

    /// Whether a correction is sure to lead into a known case, told without following it: there are
    /// as many corrections as slots wherever the customer is waited for.
    pub(super) fn corrects_into(
        &self,
        op: &Op<'_>,
        place: Place,
        case: &Case,
        known: &Case,
    ) -> bool {
        // What a question asks for may have been emptied.
        let asked = match op {
            Op::Ask(slot) => self.place_of(*slot),
            _ => None,
        };
        let stays = |cell: &Place| {
            let own = || case.get(&Var::Cell(*cell)).is_some_and(|set| !set.may_be_empty());
            cell.space == Space::Flow
                && *cell != place
                && Some(*cell) != asked
                && (!self.is_mentioned(*cell) || own())
        };
        known.iter().all(|(var, set)| match var {
            Var::Cell(cell) if *cell == place => self.words.all(var).filled().is_in(set),
            _ => {
                self.words.cells_of(var).iter().all(stays)
                    && case.get(var).is_some_and(|own| own.is_in(set))
            }
        })
    }

    fn taken(&mut self, id: PointId, way: Way, case: &Case) -> Option<Cases> {
        let points = self.points;
        let Some(point) = points.get(id) else { return Some(Vec::new()) };
        match point.op {
            // All that the customer does at a question needs the question.
            Op::Ask(slot) if way != Way::Known => {
                let mut all = Vec::new();
                for case in self.waiting(id, slot, case)? {
                    all.extend(self.gone_on(id, point, way, &case)?);
                }
                Some(all)
            }
            _ => self.gone_on(id, point, way, case),
        }
    }

    fn gone_on(&mut self, id: PointId, point: &Point<'p>, way: Way, case: &Case) -> Option<Cases> {
        let mut after = case.clone();
        match (point.op, way) {
            (Op::Branch(cond), Way::Holds | Way::Fails) => {
                let cases = self.outcome(id, cond, way == Way::Holds);
                return self.words.meet(std::slice::from_ref(case), &cases);
            }
            (Op::Ask(slot), Way::Known) => {
                let Some(place) = self.place_of(slot) else { return Some(Vec::new()) };
                // Its checks are looked at again.
                let Some(known) = self.not_empty(after, place) else { return Some(Vec::new()) };
                let passing = self.passing(slot)?;
                return self.words.meet(&[known], &passing);
            }
            (Op::Ask(slot), Way::Answer) => {
                self.turn(&mut after, self.is_said_along(&point.op, way));
                return self.filled(after, slot);
            }
            (_, Way::Correction(place)) => {
                let Some(slot) = self.slot_at(place) else { return Some(Vec::new()) };
                let Some(mut after) = self.not_empty(after, place) else { return Some(Vec::new()) };
                self.turn(&mut after, true);
                return self.filled(after, slot);
            }
            (Op::Set { place, value }, _) => self.assign(&mut after, place, value),
            (Op::Clear(places), _) => {
                places.iter().for_each(|place| self.empty(&mut after, *place));
            }
            (Op::Do { bind: Some(bind), action, .. }, Way::Done) => {
                let project = self.words.project();
                let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
                self.bind(&mut after, bind, result);
            }
            (Op::ChooseFrom { item, list, .. }, Way::Chosen) => {
                self.turn(&mut after, self.is_said_along(&point.op, way));
                self.bind(&mut after, item, item_type(list));
            }
            (Op::ChooseFrom { .. }, Way::NoneThere) => {}
            (Op::Call { .. }, _) => self.turn(&mut after, self.is_said_along(&point.op, way)),
            _ if way.is_turn() || point.waits() => {
                self.turn(&mut after, self.is_said_along(&point.op, way));
            }
            _ => {}
        }
        Some(vec![after])
    }

    /// The cases of a branch's outcome.
    pub(super) fn outcome(&mut self, id: PointId, cond: &Expr, holds: bool) -> Rc<Cases> {
        let words = &mut *self.words;
        let known = self.branches.entry((id, holds));
        Rc::clone(known.or_insert_with(|| Rc::new(words.followed(cond, holds))))
    }

    /// A slot with a new value that its checks let through.
    fn filled(&mut self, mut case: Case, slot: SlotIndex) -> Option<Cases> {
        let Some(place) = self.place_of(slot) else { return Some(Vec::new()) };
        self.forget(&mut case, place);
        let cases: Cases = self.not_empty(case, place).into_iter().collect();
        let passing = self.passing(slot)?;
        self.words.meet(&cases, &passing)
    }

    /// The case with the cell filled; nothing where it is empty.
    pub(super) fn not_empty(&self, case: Case, place: Place) -> Option<Case> {
        if !self.words.knows(place) {
            return Some(case);
        }
        self.words.meet_case(&case, &self.words.filled(place))
    }

    /// The customer had a turn: time has passed, other flows may have run, the profile may be new.
    fn turn(&self, case: &mut Case, said_along: bool) {
        if case.len() == 0 {
            return;
        }
        let may_be_empty = |place: &Place| {
            let known = case.get(&Var::Cell(*place));
            said_along && self.is_mentioned(*place) && known.is_none_or(Set::may_be_empty)
        };
        let cells = case.keys().flat_map(|var| self.words.cells_of(var));
        let empties: Vec<Place> = cells.filter(may_be_empty).collect();
        let mut kept = Vec::new();
        // Choices that the session remembers are learned from whatever is said; nothing but a flow
        // ever empties them.
        for (var, set) in case.iter().filter(|(_, set)| !set.may_be_empty()) {
            if let Var::Cell(place) = var
                && place.space == Space::Session
                && !self.others.empties.contains(place)
            {
                let learned = matches!(self.words.type_of(*place), Some(Type::Choice(_)) | None);
                let set = match learned || self.others.writes.contains(place) {
                    true => self.words.all(var).filled(),
                    false => set.clone(),
                };
                kept.push((var.clone(), set));
            }
        }
        let stays = |place: &Place| place.space == Space::Flow && !empties.contains(place);
        case.retain(|var, _| match var {
            Var::Cell(place) | Var::Of(_, place) => stays(place),
            Var::Diff(left, right) => stays(left) && stays(right),
            Var::Opaque(_) => self.words.cells_of(var).iter().all(stays),
            Var::Turns => true,
        });
        case.extend(kept);
    }

    /// Nothing that depends on a cell is known any more.
    pub(super) fn forget(&self, case: &mut Case, place: Place) {
        case.retain(|var, _| !self.words.reads(var, place));
    }

    fn assign(&mut self, case: &mut Case, place: Place, value: &Expr) {
        let to = Var::Cell(place);
        let known = match &value.kind {
            ExprKind::Const(value) => self.words.number(&to, value).map(Set::one),
            ExprKind::Empty => Some(Set::only_empty()),
            _ => self
                .copied(place, value)
                .and_then(|(from, by)| case.get(&Var::Cell(from)).map(|set| set.plus(by))),
        };
        let filled = || {
            let known = |cell| {
                self.words.knows(cell) && !self.may(case, &Var::Cell(cell), &Set::only_empty())
            };
            let holds = |needs| match needs {
                Needs::NotZero(cell) => !self.may(case, &Var::Cell(cell), &Set::one(0)),
                Needs::AnItem(list) => {
                    !self.may(case, &Var::Of(Helper::ListCount, list), &Set::one(0))
                }
            };
            // What nobody said, and what the profile leaves out, is not there.
            let mut given = true;
            reads::places(value, &mut |place, _| {
                let comes_with_it = matches!(place.space, Space::Turn | Space::Customer);
                given &= !comes_with_it || is_always_there(place) || known(place);
            });
            let is_sure = given && has_value(value, &known, &holds);
            is_sure.then(|| self.words.all(&to).filled())
        };
        let known = known.or_else(filled);
        self.forget(case, place);
        if let Some(known) = known.filter(|_| self.words.knows(place)) {
            case.insert(to, known);
        }
    }

    /// Whether a variable may be something of a set.
    fn may(&self, case: &Case, var: &Var, set: &Set) -> bool {
        case.get(var).is_none_or(|own| !own.and(set).is_none())
    }

    /// The cell whose value, with a number added, an expression is; for amounts only where both are
    /// compared in one currency, as their sets are counted in it.
    pub(super) fn copied(&self, place: Place, value: &Expr) -> Option<(Place, i64)> {
        let (from, by) = match &value.kind {
            ExprKind::Load(from) => (*from, 0),
            _ => linear(value)?,
        };
        let currency = |place| self.words.currency(&Var::Cell(place));
        (currency(from) == currency(place)).then_some((from, by))
    }

    fn bind(&self, case: &mut Case, bind: &Bind, ty: Option<&Type>) {
        for (place, optional) in bind.filled(ty) {
            self.forget(case, place);
            if !optional && self.words.knows(place) {
                case.extend(self.words.filled(place));
            }
        }
    }
}
