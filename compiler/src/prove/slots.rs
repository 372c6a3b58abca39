//! What a flow's slots take, and when they are asked for.

use std::rc::Rc;

use super::boxes::{Case, Cases, Var};
use super::cases::{merged, minus};
use super::follow::Follower;
use super::sets::Set;
use crate::ir::{Place, SlotIndex};

impl Follower<'_, '_> {
    /// Whether whatever the customer says may fill a slot.
    pub(super) fn is_mentioned(&self, place: Place) -> bool {
        self.mentioned.contains(&place)
    }

    /// The slots before a slot that are filled with the same kind of value.
    pub(super) fn rivals(&self, slot: SlotIndex) -> Vec<SlotIndex> {
        let slots = &self.points.flow.slots;
        let Some(own) = slots.get(slot.index()) else { return Vec::new() };
        let before = (0..).map(SlotIndex).zip(slots).take(slot.index());
        before.filter(|(_, other)| other.entity == own.entity).map(|(number, _)| number).collect()
    }

    /// Whether whatever is said answers the question for a slot.
    pub(super) fn takes_any_text(&self, slot: SlotIndex) -> bool {
        let slot = self.points.flow.slots.get(slot.index());
        slot.is_some_and(|slot| self.words.project().takes_any_text(slot))
    }

    pub(super) fn place_of(&self, slot: SlotIndex) -> Option<Place> {
        self.points.flow.slots.get(slot.index()).map(|slot| slot.place)
    }

    pub(super) fn slot_at(&self, place: Place) -> Option<SlotIndex> {
        let mut slots = (0..).map(SlotIndex).zip(&self.points.flow.slots);
        slots.find(|(_, slot)| slot.place == place).map(|(number, _)| number)
    }

    /// The cases that all checks of a slot let through.
    pub(super) fn passing(&mut self, slot: SlotIndex) -> Option<Rc<Cases>> {
        if let Some(known) = self.passing.get(&slot) {
            return known.clone();
        }
        let checks = self.points.flow.slots.get(slot.index()).map_or(&[][..], |slot| &slot.checks);
        let mut cases = Some(vec![Case::new()]);
        for (cond, _) in checks {
            let good = self.words.followed(cond, true);
            cases = cases.and_then(|cases| self.words.meet(&cases, &good));
        }
        let cases = cases.map(Rc::new);
        self.passing.insert(slot, cases.clone());
        cases
    }

    /// The cases in which a slot is asked for: it is empty, or its checks do not let it through.
    pub(super) fn asked(&mut self, slot: SlotIndex) -> Option<Rc<Cases>> {
        if let Some(known) = self.asked.get(&slot) {
            return known.clone();
        }
        let asked = self.when_asked(slot).map(Rc::new);
        self.asked.insert(slot, asked.clone());
        asked
    }

    fn when_asked(&mut self, slot: SlotIndex) -> Option<Cases> {
        let place = self.place_of(slot)?;
        if !self.words.knows(place) {
            return Some(vec![Case::new()]);
        }
        let passing = self.passing(slot)?;
        let mut asked = vec![Case::from([(Var::Cell(place), Set::only_empty())])];
        asked.extend(minus(self.words, &Case::new(), &passing)?);
        Some(merged(self.words, asked))
    }
}
