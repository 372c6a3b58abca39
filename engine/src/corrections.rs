//! Corrections: a new value for a slot that is filled, and the way back to where it is first read.
//! Never across an effect that may have been carried out.

use flowright_compiler::ir::{FuncId, Outcome, SlotIndex, StateId};
use flowright_nlu::EntityMatch;

use crate::drive::Next;
use crate::fill::Accepted;
use crate::model::{Visited, Wait};
use crate::step::Taken;
use crate::stepper::{Stepper, Trouble};

/// What became of a correction.
pub(crate) enum Corrected {
    /// Nothing in the utterance corrects anything.
    NotOne,
    /// The flow goes on at this state.
    GoOn(StateId),
    /// It was answered: refused, or too late.
    Answered,
}

impl Stepper<'_> {
    /// `correct`: the utterance as a correction of the flow below the one on top.
    pub(crate) fn correct_below(&mut self, then: FuncId) -> Result<Next, Trouble> {
        let Some(top) = self.session.stack.pop() else {
            return Err(Trouble::Unsound("nothing on top"));
        };
        let corrected = match self.session.stack.last() {
            Some(_) => self.correct(),
            None => Corrected::NotOne,
        };
        self.session.stack.push(top);
        match corrected {
            Corrected::NotOne => Ok(Next::Run(then)),
            Corrected::GoOn(state) => {
                self.pop(Outcome::Resolved);
                self.enter(state);
                Ok(Next::Wait)
            }
            Corrected::Answered => {
                self.pop(Outcome::Resolved);
                Ok(self.ask_again())
            }
        }
    }

    /// Takes the utterance as a correction of the frame on top.
    pub(crate) fn correct(&mut self) -> Corrected {
        let Some((slot, found)) = self.corrected_slot() else { return Corrected::NotOne };
        let Some(frame) = self.session.stack.last() else { return Corrected::NotOne };
        let reads = |visited: &Visited| self.state_reads(visited.state, slot);
        let Some(first) = frame.path.iter().position(reads) else { return Corrected::NotOne };
        if frame.path.iter().skip(first).any(|visited| visited.effect) {
            let text = self.phrase(self.program.program.phrases.too_late, &[]);
            self.reply_text(text);
            self.taken.push(Taken::TooLate);
            return Corrected::Answered;
        }
        let state = frame.path.get(first).map(|visited| visited.state);
        match (self.accept(slot, found.value), state) {
            (Accepted::Yes, Some(state)) => {
                self.taken.push(Taken::Corrected(slot));
                if let Some(frame) = self.session.stack.last_mut() {
                    frame.path.truncate(first);
                    frame.wait = Wait::Nothing;
                }
                Corrected::GoOn(state)
            }
            _ => Corrected::Answered,
        }
    }

    /// Whether the utterance has another value for a filled slot of the frame on top.
    pub(crate) fn can_correct(&self) -> bool {
        self.corrected_slot().is_some()
    }

    /// The filled slot of the frame on top that the utterance has another value for.
    fn corrected_slot(&self) -> Option<(SlotIndex, EntityMatch)> {
        let flow = self.flow()?;
        let understanding = self.understanding.as_ref()?;
        for (number, slot) in flow.slots.iter().enumerate() {
            let (Some(current), Some(entity)) = (self.read(slot.place), slot.entity) else {
                continue;
            };
            let fits = |found: &&EntityMatch| {
                u32::from(found.entity.0) == entity.0 && found.is_meant() && found.value != *current
            };
            if let Some(found) = understanding.entities.iter().find(fits) {
                return Some((SlotIndex(u32::try_from(number).ok()?), found.clone()));
            }
        }
        None
    }

    fn state_reads(&self, state: StateId, slot: SlotIndex) -> bool {
        let state = self.flow().and_then(|flow| flow.states.get(state.index()));
        state.is_some_and(|state| state.reads.contains(&slot))
    }
}
