//! From where a way can lead into a case: what must be so before a step so that something may be so
//! after it.

use std::collections::BTreeSet;

use super::boxes::{Case, Cases, Var};
use super::follow::Follower;
use super::sets::Set;
use crate::graph::points::{Op, Point, PointId, Way};
use crate::ir::{Place, SlotIndex, Space, turn};
use crate::sema::hir::item_type;

/// What may change of itself while the customer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meanwhile {
    /// Nothing but what is said: a conversation that a test can play.
    Nothing,
    /// Time passes, and other flows do what they do to the session.
    Time,
    /// The customer's profile changes as well.
    Anything,
}

/// Where a step can come from.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) cases: Cases,
    /// Cases of a question that is asked anew: only a handler leads back into them.
    pub(super) anew: Cases,
    /// Some of it was computed in a way that is not followed: not all of the cases may lead there.
    pub(super) doubtful: bool,
}

impl Before {
    pub(super) fn none() -> Self {
        Self::default()
    }

    fn just(case: Case) -> Self {
        Self { cases: vec![case], ..Self::default() }
    }
}

impl Follower<'_, '_> {
    /// The cases from which a way can lead into `after`; nothing when there are too many.
    pub(super) fn before(
        &mut self,
        id: PointId,
        way: Way,
        after: &Case,
        meanwhile: Meanwhile,
    ) -> Option<Before> {
        let Some(turns) = self.cost(id, way) else { return Some(Before::none()) };
        let mut after = after.clone();
        if turns > 0
            && let Some(known) = after.remove(&Var::Turns)
        {
            // What is counted up to a limit stands for all beyond it, too.
            let most = i64::from(self.counted.unwrap_or(0)) + 1;
            let over = known.has(Some(most));
            let mut counted = known.plus(-i64::from(turns));
            if over {
                counted = counted.or(&Set::between(most.saturating_sub(turns.into()), most));
            }
            let counted = counted.and(&Set::between(0, most));
            if counted.is_none() {
                return Some(Before::none());
            }
            after.insert(Var::Turns, counted);
        }
        self.came_from(id, way, after, meanwhile)
    }

    fn came_from(
        &mut self,
        id: PointId,
        way: Way,
        after: Case,
        meanwhile: Meanwhile,
    ) -> Option<Before> {
        let points = self.points;
        let Some(point) = points.get(id) else { return Some(Before::none()) };
        let mut before = self.undone(id, point, way, after, meanwhile)?;
        if let Op::Ask(slot) = point.op
            && way != Way::Known
        {
            // All that the customer does at a question needs the question.
            let first = self.come_to(slot, &before.cases)?;
            let waiting = std::mem::replace(&mut before.cases, first);
            if self.is_asked_anew(id) {
                before.anew = waiting;
            }
        }
        Some(before)
    }

    fn undone(
        &mut self,
        id: PointId,
        point: &Point<'_>,
        way: Way,
        after: Case,
        meanwhile: Meanwhile,
    ) -> Option<Before> {
        match (point.op, way) {
            (Op::Branch(cond), Way::Holds | Way::Fails) => {
                let cases = self.outcome(id, cond, way == Way::Holds);
                let cases = self.words.meet(&[after], &cases)?;
                Some(Before { cases, ..Before::default() })
            }
            (Op::Ask(slot), Way::Known) => {
                let filled = self.place_of(slot).and_then(|place| self.not_empty(after, place));
                let Some(filled) = filled else { return Some(Before::none()) };
                let passing = self.passing(slot)?;
                let cases = self.words.meet(&[filled], &passing)?;
                Some(Before { cases, ..Before::default() })
            }
            (Op::Ask(slot), Way::Answer) => {
                let before = self.answered(slot, &after)?;
                self.each(before, |me, case| me.unturned(case, meanwhile, way, Some(slot)))
            }
            (_, Way::Correction(place)) => {
                let Some(slot) = self.slot_at(place) else { return Some(Before::none()) };
                let before = self.answered(slot, &after)?;
                let mut before =
                    self.each(before, |me, case| me.unturned(case, meanwhile, way, Some(slot)))?;
                let filled = |case| self.not_empty(case, place);
                before.cases = before.cases.into_iter().filter_map(filled).collect();
                Some(before)
            }
            (Op::Set { place, value }, _) => Some(self.unassigned(after, place, value)),
            (Op::Clear(places), _) => {
                let mut places = places.iter();
                let cleared = places.try_fold(after, |case, place| self.before_empty(case, *place));
                Some(cleared.map(Before::just).unwrap_or_default())
            }
            (Op::Do { bind: Some(bind), action, .. }, Way::Done) => {
                let project = self.words.project();
                let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
                Some(self.unbound(after, &bind.filled(result)))
            }
            (Op::ChooseFrom { item, list, .. }, Way::Chosen) => {
                let before = self.unbound(after, &item.filled(item_type(list)));
                self.each(before, |me, case| me.unturned(case, meanwhile, way, None))
            }
            (Op::ChooseFrom { .. }, Way::NoneThere) => Some(Before::just(after)),
            (Op::Call { .. }, _) => {
                // What the called flow does to the session is not followed.
                let others = meanwhile.max_with_time();
                self.unturned(after, others, way, None)
            }
            _ if way.is_turn() || point.waits() => self.unturned(after, meanwhile, way, None),
            _ => Some(Before::just(after)),
        }
    }

    fn each(
        &mut self,
        before: Before,
        mut step: impl FnMut(&mut Self, Case) -> Option<Before>,
    ) -> Option<Before> {
        let mut all = Before { doubtful: before.doubtful, ..Before::default() };
        for case in before.cases {
            let one = step(self, case)?;
            all.cases.extend(one.cases);
            all.doubtful |= one.doubtful;
        }
        Some(all)
    }

    /// What must be so for an answer that fills a slot as `after` wants it.
    fn answered(&mut self, slot: SlotIndex, after: &Case) -> Option<Before> {
        let Some(place) = self.place_of(slot) else { return Some(Before::none()) };
        let Some(filled) = self.not_empty(after.clone(), place) else {
            return Some(Before::none());
        };
        let passing = self.passing(slot)?;
        let mut before = Before::default();
        for mut case in self.words.meet(&[filled], &passing)? {
            before.doubtful |= self.is_entangled(&case, place);
            self.forget(&mut case, place);
            before.cases.push(case);
        }
        Some(before)
    }

    /// Whether a cell is wanted in more ways than one (its own values, how far it is from others, a
    /// function of it): there may be no value that is all of it.
    fn is_entangled(&self, case: &Case, place: Place) -> bool {
        let wanted = |(var, set): &(&Var, &Set)| {
            self.words.reads(var, place) && **set != self.words.all(var).filled()
        };
        case.iter().filter(wanted).count() > 1
    }

    fn unbound(&self, mut after: Case, cells: &[(Place, bool)]) -> Before {
        let mut before = Before::default();
        let mut possible = true;
        for (place, optional) in cells {
            let known = after.get(&Var::Cell(*place));
            // An empty cell is not what the action answered.
            possible &= *optional || known.is_none_or(|set| !set.clone().filled().is_none());
            before.doubtful |= self.is_entangled(&after, *place);
            self.forget(&mut after, *place);
        }
        if possible {
            before.cases.push(after);
        }
        before
    }

    /// What must be so before the customer's turn, in which a slot may be answered.
    fn unturned(
        &mut self,
        mut case: Case,
        meanwhile: Meanwhile,
        way: Way,
        answered: Option<SlotIndex>,
    ) -> Option<Before> {
        let others = self.others;
        let changes = |place: &Place| match place.space {
            Space::Flow => false,
            Space::Session => meanwhile != Meanwhile::Nothing && others.writes.contains(place),
            Space::Customer => meanwhile == Meanwhile::Anything,
            Space::Turn => match place.index {
                turn::TODAY | turn::NOW | turn::BUSINESS_HOURS => meanwhile != Meanwhile::Nothing,
                turn::CHANNEL | turn::LANGUAGE => meanwhile == Meanwhile::Anything,
                _ => true,
            },
        };
        case.retain(|var, _| !self.words.cells_of(var).iter().any(&changes));
        let mut before = Before::just(case);
        // To say more along with a yes, a choice, plain text or a correction is not understood.
        let is_text = answered.is_some_and(|slot| self.takes_any_text(slot));
        let alone = is_text || !matches!(way, Way::Answer | Way::Intent(_));
        let detours = meanwhile != Meanwhile::Nothing && !self.unasked;
        if alone && !detours {
            return Some(before);
        }
        let wanted = |case: &Case, place: Place| {
            case.get(&Var::Cell(place)).is_some_and(|set| !set.clone().filled().is_none())
        };
        let mentioned: BTreeSet<Place> = before
            .cases
            .iter()
            .flat_map(|case| case.keys().flat_map(|var| self.words.cells_of(var)))
            .filter(|place| self.is_mentioned(*place))
            .collect();
        for place in mentioned {
            let Some(slot) = self.slot_at(place) else { continue };
            // Said now, where it was empty.
            let mut said = Before::default();
            for case in &before.cases {
                if !wanted(case, place) && case.contains_key(&Var::Cell(place)) {
                    continue;
                }
                let filled = self.answered(slot, case)?;
                said.doubtful |= filled.doubtful;
                for mut case in filled.cases {
                    case.insert(Var::Cell(place), Set::only_empty());
                    // A value goes to the first slot that it could be for.
                    let firsts = self.rivals(slot).into_iter().filter(|s| Some(*s) != answered);
                    let places: Vec<Place> = firsts.filter_map(|s| self.place_of(s)).collect();
                    let taken = |case, place: &Place| self.not_empty(case?, *place);
                    said.cases.extend(places.iter().fold(Some(case), taken));
                }
            }
            before.cases.extend(said.cases);
            before.doubtful |= said.doubtful;
            before.cases = super::cases::merged(self.words, std::mem::take(&mut before.cases));
        }
        Some(before)
    }
}

impl Meanwhile {
    const fn max_with_time(self) -> Self {
        match self {
            Self::Nothing | Self::Time => Self::Time,
            Self::Anything => Self::Anything,
        }
    }
}
