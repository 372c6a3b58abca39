//! What is so while a question waits. Coming to it, its slot was empty or was emptied, as its checks
//! refused what was in it; after a handler it is asked anew, whatever is in the slot by then.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Case, Cases, Var};
use super::follow::Follower;
use super::sets::Set;
use crate::graph::points::{Op, PointId, Way};
use crate::ir::{Place, SlotIndex, Space, Type};

impl Follower<'_, '_> {
    /// The cases in which a question waits that was come to in a case.
    pub(super) fn waiting(&mut self, id: PointId, slot: SlotIndex, case: &Case) -> Option<Cases> {
        let asked = self.asked(slot)?;
        let mut waiting = self.words.meet(std::slice::from_ref(case), &asked)?;
        if let Some(place) = self.place_of(slot) {
            waiting.iter_mut().for_each(|case| self.empty(case, place));
        }
        if self.is_asked_anew(id) {
            waiting.push(case.clone());
        }
        Some(waiting)
    }

    /// The cases in which a question was come to first that waits in one of some cases.
    pub(super) fn come_to(&mut self, slot: SlotIndex, waiting: &[Case]) -> Option<Cases> {
        let asked = self.asked(slot)?;
        let Some(place) = self.place_of(slot) else { return Some(Vec::new()) };
        let emptied = waiting.iter().filter_map(|case| self.before_empty(case.clone(), place));
        self.words.meet(&emptied.collect::<Cases>(), &asked)
    }

    /// Empties a cell.
    pub(super) fn empty(&self, case: &mut Case, place: Place) {
        self.forget(case, place);
        if self.words.knows(place) {
            case.extend(self.words.empty(place));
        }
    }

    /// What was so before a cell was emptied; nothing where it is not empty.
    pub(super) fn before_empty(&self, mut case: Case, place: Place) -> Option<Case> {
        let filled = |(var, set): (&Var, &Set)| {
            let has_value = !matches!(var, Var::Opaque(_)) && !set.may_be_empty();
            has_value && self.words.reads(var, place)
        };
        if case.iter().any(filled) {
            return None;
        }
        self.forget(&mut case, place);
        Some(case)
    }

    /// Whether a question may be asked anew though its slot is filled by then.
    pub(super) fn is_asked_anew(&mut self, id: PointId) -> bool {
        if self.anew.is_none() {
            self.anew = Some(self.all_asked_anew());
        }
        self.anew.as_ref().is_some_and(|anew| anew.contains(&id))
    }

    fn all_asked_anew(&self) -> BTreeSet<PointId> {
        let mut before: BTreeMap<PointId, Vec<PointId>> = BTreeMap::new();
        let mut backs = Vec::new();
        for (id, point) in self.points.ids() {
            for edge in &point.next {
                match edge.way {
                    Way::Back => backs.push((id, edge.to)),
                    _ => before.entry(edge.to).or_default().push(id),
                }
            }
        }
        let mut anew = BTreeSet::new();
        for (back, question) in backs {
            let Some(Op::Ask(slot)) = self.points.get(question).map(|point| point.op) else {
                continue;
            };
            let Some(place) = self.place_of(slot) else { continue };
            // All of the handlers of a question lies between it and the way back.
            let (mut seen, mut open) = (BTreeSet::from([question]), vec![back]);
            let mut fills = self.is_filled_elsewhere(place);
            while let Some(id) = open.pop().filter(|_| !fills) {
                if seen.insert(id) {
                    fills |= self.points.get(id).is_some_and(|point| self.fills(&point.op, place));
                    open.extend(before.get(&id).into_iter().flatten());
                }
            }
            if fills {
                anew.insert(question);
            }
        }
        anew
    }

    /// Whether a slot of the session may be filled while something else is asked.
    fn is_filled_elsewhere(&self, place: Place) -> bool {
        let learned = || matches!(self.words.type_of(place), Some(Type::Choice(_)) | None);
        place.space == Space::Session && (learned() || self.others.writes.contains(&place))
    }

    fn fills(&self, op: &Op<'_>, place: Place) -> bool {
        match op {
            Op::Set { place: set, .. } => *set == place,
            Op::Ask(slot) => self.place_of(*slot) == Some(place) || self.is_mentioned(place),
            _ => op.waits() && self.is_mentioned(place),
        }
    }
}
