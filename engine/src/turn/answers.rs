//! Answers to what was asked: what counts as one, and what becomes of it.

use flowright_compiler::ir::{FuncId, SlotIndex};
use flowright_nlu::value::Value;

use crate::corrections::Corrected;
use crate::drive::Next;
use crate::fill::Accepted;
use crate::menus::{ordinal, place_left};
use crate::model::{Status, Wait};
use crate::stepper::Stepper;

/// An intent this sure wins over a value that is only a part of what was said, and over an answer in
/// any words. Answers often name what the bot is about: of texts about the same things that mean no
/// intent, one in twenty is surer than 0.85.
const MUCH_SURER: f32 = 0.95;

impl Stepper<'_> {
    /// Whether a button was pressed that was not shown since the customer's last word.
    pub(super) fn is_of_an_older_reply(&self, payload: Option<&str>) -> bool {
        let shown = |payload: &str| {
            let choices = self.said_before.iter().flat_map(|reply| &reply.choices);
            choices.into_iter().any(|choice| choice.payload == payload)
        };
        payload.is_some_and(|payload| payload.contains(':') && !shown(payload))
    }

    /// "no, I mean 54321" and "不是…,是…" hold a yes or a no, and any text at all would do for a
    /// slot of plain text: where a value given before is put right, they are no answer.
    pub(super) fn corrects_rather_than_answers(&self, wait: &Wait, text: &str) -> bool {
        if !self.understanding.as_ref().is_some_and(|u| u.correction) || !self.can_correct() {
            return false;
        }
        match wait {
            Wait::Confirm { .. } => true,
            // The 1 of "不要第二个,要第一个" is a place in the menu.
            Wait::Choose { .. } | Wait::ChooseFrom { .. } => place_left(text).is_none(),
            Wait::Slot { slot, .. } => self.value_for(*slot, text).is_none_or(|found| {
                matches!(found.value, Value::Text(_))
                    && found.end - found.start == text.trim().len()
            }),
            _ => false,
        }
    }

    pub(crate) fn go_on(&mut self, function: FuncId) -> bool {
        self.set_waiting_nothing();
        self.drive(function);
        true
    }

    pub(super) fn numbers(&self, text: &str) -> Vec<Value> {
        if let Some(place) = ordinal(text) {
            return vec![place];
        }
        let mut numbers = flowright_nlu::entities::numbers_in(text);
        numbers.truncate(2);
        numbers
    }

    /// The value that the waiting slot wants. A button of a choice slot counts too.
    pub(super) fn answer_slot(
        &mut self,
        text: &str,
        payload: Option<&str>,
        slot: SlotIndex,
        rest: Vec<SlotIndex>,
        then: FuncId,
    ) -> bool {
        let Some(found) = self.value_for(slot, text) else { return false };
        if payload.is_none() && self.means_another_intent(&found, text) {
            return false;
        }
        let place = (found.start, found.end);
        match self.accept(slot, found.value) {
            Accepted::HandedOff => return true,
            Accepted::No => {
                self.ask_again();
                return true;
            }
            Accepted::Yes => {}
        }
        if self.fill_from_utterance(&[], &[place]) == Accepted::HandedOff {
            return true;
        }
        self.set_waiting_nothing();
        match self.ask_slots(rest, then) {
            Ok(Next::Run(function)) => self.drive(function),
            Ok(Next::Wait) => {}
            Err(trouble) => self.trouble(&trouble),
        }
        true
    }

    /// Whether another intent is so sure that a value found beside it is not the answer.
    fn means_another_intent(&self, found: &flowright_nlu::EntityMatch, text: &str) -> bool {
        let Some(best) = self.understanding.as_ref().and_then(|u| u.intents.first()) else {
            return false;
        };
        if best.confidence < MUCH_SURER || self.starts_here(best.intent) {
            return false;
        }
        let Some(intent) = self.program.program.intents.get(usize::from(best.intent)) else {
            return false;
        };
        let is_text =
            matches!(found.value, Value::Text(_)) && found.end - found.start == text.trim().len();
        let covers = (found.end - found.start) * 2 >= text.trim().len();
        intent.starts.is_some() && (is_text || !covers)
    }

    /// Step 3. Only what sounds like a correction is one.
    pub(super) fn answer_correction(&mut self) -> bool {
        if !self.understanding.as_ref().is_some_and(|u| u.correction) {
            return false;
        }
        match self.correct() {
            Corrected::NotOne => false,
            Corrected::GoOn(state) => {
                self.enter(state);
                true
            }
            Corrected::Answered => {
                if self.session.status == Status::Bot {
                    self.ask_again();
                }
                true
            }
        }
    }
}
