//! Where a corrected value leads.

use std::collections::BTreeSet;

use super::{Op, PointId, Points, Way};
use crate::graph::reads;
use crate::ir::{SlotIndex, StateId};

impl Points<'_> {
    /// A value put right leads back to the first state on the way that reads it: for each slot, a
    /// state that some way reaches past no other reader of it.
    pub(super) fn corrections(&mut self) {
        let waits: Vec<(PointId, StateId)> =
            self.ids().filter(|(_, p)| p.waits()).map(|(id, p)| (id, p.state)).collect();
        let mut corrections = BTreeSet::new();
        let reads: Vec<BTreeSet<SlotIndex>> =
            self.flow.states.iter().map(|s| reads::slots_of(self.flow, &s.body)).collect();
        for (number, slot) in (0..).map(SlotIndex).zip(&self.flow.slots) {
            if slot.entity.is_none() {
                continue;
            }
            let readers = (0..).map(StateId).zip(&reads).filter(|(_, read)| read.contains(&number));
            let readers = readers.map(|(state, _)| state).collect();
            for reader in self.first_of(&readers) {
                let reached = self.states_from(reader);
                let here = waits.iter().filter(|(_, state)| reached.contains(state));
                corrections.extend(here.map(|(wait, _)| (*wait, reader, slot.place)));
            }
        }
        for (wait, reader, place) in corrections {
            if let Some(entry) = self.states.get(reader.index()).copied() {
                self.link(wait, entry, Way::Correction(place));
            }
        }
    }

    /// Those of some states that can be entered before all others of them.
    fn first_of(&self, states: &BTreeSet<StateId>) -> BTreeSet<StateId> {
        let mut seen = BTreeSet::new();
        let mut first = BTreeSet::new();
        let mut open = vec![self.start];
        while let Some(id) = open.pop() {
            let Some(point) = self.get(id).filter(|_| seen.insert(id)) else { continue };
            match point.op {
                Op::Enter(state) if states.contains(&state) => {
                    first.insert(state);
                }
                _ => open.extend(point.next.iter().map(|edge| edge.to)),
            }
        }
        first
    }

    /// States that can follow a state, itself included.
    fn states_from(&self, from: StateId) -> BTreeSet<StateId> {
        let entry = self.states.get(from.index()).copied();
        let reached = entry.map(|entry| self.reached(entry)).unwrap_or_default();
        reached.iter().filter_map(|id| self.get(*id)).map(|point| point.state).collect()
    }
}
