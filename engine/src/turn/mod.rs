//! A turn, in order. This is the one place that decides what an utterance is taken for:
//!
//! 1. an exact payload (a pressed button) decides;
//! 2. the value that the waiting slot wants, if the utterance holds it, unless a much surer other
//!    intent was meant; an answer to the waiting question;
//! 3. a correction of a value given before (before 2 where nearly anything would be an answer:
//!    yes and no, menus, plain text);
//! 4. a repair (cancel, repeat, help, human, correct);
//! 5. an intent that the state or flow handles, or that starts another flow: a digression;
//! 6. two close intents, or one half sure: a clarifying question;
//! 7. a miss: said so, asked again; after too many in a row, a human.

use flowright_compiler::ir::{Exit, FlowId, FuncId, IntentId, SlotIndex, StateId, turn};
use flowright_nlu::ScoredIntent;
use flowright_nlu::value::{Decimal, Value};

use crate::corrections::Corrected;
use crate::drive::Next;
use crate::fill::Accepted;
use crate::limits::CLARIFY_OPTIONS_MAX;
use crate::menus::{ordinal, pick, pick_exactly};
use crate::model::{Clarifying, Reason, Speaker, Status, Wait};
use crate::stepper::{Stepper, Taken};

/// An intent this sure wins over a value that is only a part of what was said.
const MUCH_SURER: f32 = 0.85;

/// A clarifying question offers what is at least this share as likely as the likeliest.
const CLARIFY_SHARE: f32 = 0.4;

/// What the thresholds make of the best intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Clarify,
    Miss,
}

impl Stepper<'_> {
    /// A session was opened without a word.
    pub(crate) fn opened(&mut self) {
        let program = self.program;
        let on_start = program.program.flows.iter().position(|flow| flow.on_start);
        match on_start.and_then(|n| u32::try_from(n).ok()) {
            Some(flow) if self.session.stack.is_empty() => self.begin(FlowId(flow), None),
            Some(_) => {}
            None => {
                let text = self.phrase(program.program.phrases.greeting, &[]);
                self.reply_text(text);
            }
        }
    }

    /// The customer wrote, or pressed a button.
    pub(crate) fn message(&mut self, text: &str, payload: Option<&str>) {
        self.session.record(Speaker::Customer, text, self.now_ms);
        if let Status::HandedOff(handoff) = self.session.status.clone() {
            if let Some(lang) = self.program.understander.understand(text, &self.context()).lang {
                self.session.lang = lang;
            }
            let first = !self.session.transcript.iter().rev().skip(1).any(|line| {
                line.from == Speaker::Customer
                    && line.at_ms >= handoff.at_ms
                    && line.turn > handoff_turn(&handoff)
            });
            if first {
                let text = self.phrase(self.program.program.phrases.held, &[]);
                self.reply_text(text);
            }
            return;
        }
        self.understand(text);
        if let Some(frame) = self.session.stack.last_mut() {
            frame.silences = 0;
        }
        self.learn_session_slots();
        let misses = self.session.misses;
        if self.answer(text, payload) {
            // "None of these" is an answer, and a miss.
            if self.session.misses == misses {
                self.session.misses = 0;
            }
            return;
        }
        self.intent_or_miss(text);
    }

    fn understand(&mut self, text: &str) {
        let understanding = self.program.understander.understand(text, &self.context());
        if let Some(lang) = understanding.lang {
            self.session.lang = lang;
            self.set_turn(turn::LANGUAGE, Some(Value::Text(lang.to_string())));
        }
        self.set_turn(turn::UTTERANCE, Some(Value::Text(text.to_owned())));
        let share = |confidence: f32| {
            // Confidence in whole thousandths: the same number on every machine.
            Some(Value::Number(Decimal((f64::from(confidence) * 1_000.0).round() as i64 * 1_000)))
        };
        let mut intents = understanding.intents.iter();
        if let Some(best) = intents.next() {
            self.set_turn(turn::CONFIDENCE, share(best.confidence));
            let percent = (best.confidence * 100.0).round() as u8;
            self.session.last_intent = Some((IntentId(best.intent.into()), percent));
            let name = self.program.understander.intent_name(best.intent);
            self.set_turn(turn::INTENT, name.map(|name| Value::Text(name.to_owned())));
            self.set_turn(turn::INTENT_NUMBER, Some(Value::Choice(best.intent)));
        }
        self.set_turn(turn::RUNNER_UP, intents.next().and_then(|next| share(next.confidence)));
        self.understanding = Some(understanding);
    }

    /// Steps 1 to 3: an answer to what was asked. Whether it was one.
    fn answer(&mut self, text: &str, payload: Option<&str>) -> bool {
        if let Some(clarifying) = self.session.clarifying.take() {
            if self.answer_clarifying(&clarifying, text, payload) {
                return true;
            }
            self.clarified_in_vain = true;
        }
        let Some(wait) = self.session.stack.last().map(|frame| frame.wait.clone()) else {
            return false;
        };
        if payload.is_none() && self.corrects_rather_than_answers(&wait, text) {
            return self.answer_correction();
        }
        let numbers = self.numbers(text);
        let taken = match wait {
            Wait::Slot { slot, rest, then } => self.answer_slot(text, payload, slot, rest, then),
            // The yes of one question is not the yes of the next.
            Wait::Confirm { .. } if self.is_of_an_older_reply(payload) => false,
            Wait::Confirm { yes, no, .. } => {
                let labels: Vec<String> =
                    self.yes_no_buttons().into_iter().map(|c| c.label).collect();
                let by_word = self.understanding.as_ref().and_then(|u| u.yes_no);
                let picked = pick_exactly(&labels, text, payload).map(|n| n == 0);
                match by_word.or(picked) {
                    Some(true) => self.go_on(yes),
                    Some(false) => self.go_on(no),
                    None => false,
                }
            }
            Wait::Choose { arms, .. } => {
                let labels: Vec<String> = arms.iter().map(|arm| arm.label.clone()).collect();
                match pick(&labels, text, payload, &numbers).and_then(|n| arms.get(n)) {
                    Some(arm) => self.go_on(arm.then),
                    None => false,
                }
            }
            Wait::ChooseFrom { items, item, then, .. } => {
                let labels: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
                match pick(&labels, text, payload, &numbers).and_then(|n| items.get(n)) {
                    Some(chosen) => {
                        self.spread(&item, Some(&chosen.value));
                        self.go_on(then)
                    }
                    None => false,
                }
            }
            _ => false,
        };
        taken || self.answer_correction()
    }

    /// Whether a button was pressed that was not shown since the customer's last word.
    fn is_of_an_older_reply(&self, payload: Option<&str>) -> bool {
        let shown = |payload: &str| {
            let choices = self.said_before.iter().flat_map(|reply| &reply.choices);
            choices.into_iter().any(|choice| choice.payload == payload)
        };
        payload.is_some_and(|payload| payload.contains(':') && !shown(payload))
    }

    /// "no, I mean 54321" and "不是…,是…" hold a yes or a no, and any text at all would do for a
    /// slot of plain text: where a value given before is put right, they are no answer.
    fn corrects_rather_than_answers(&self, wait: &Wait, text: &str) -> bool {
        if !self.understanding.as_ref().is_some_and(|u| u.correction) || !self.can_correct() {
            return false;
        }
        match wait {
            Wait::Confirm { .. } | Wait::Choose { .. } | Wait::ChooseFrom { .. } => true,
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

    fn numbers(&self, text: &str) -> Vec<Value> {
        if let Some(place) = ordinal(text) {
            return vec![place];
        }
        let mut numbers = flowright_nlu::entities::numbers_in(text);
        numbers.truncate(2);
        numbers
    }

    /// The value that the waiting slot wants. A button of a choice slot counts too.
    fn answer_slot(
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

    /// Whether an intent starts the flow on top.
    fn starts_here(&self, intent: u16) -> bool {
        let flow = self.session.stack.last().map(|frame| frame.flow);
        let intent = self.program.program.intents.get(usize::from(intent));
        flow.is_some() && intent.is_some_and(|intent| intent.starts == flow)
    }

    /// Step 3. Only what sounds like a correction is one.
    fn answer_correction(&mut self) -> bool {
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

    /// Steps 4 to 7.
    fn intent_or_miss(&mut self, text: &str) {
        let best = self.understanding.as_ref().and_then(|u| u.intents.first()).cloned();
        match (self.decide(), best) {
            (Decision::Accept, Some(best)) if self.follow_intent(&best) => self.session.misses = 0,
            // Asked once already, and no wiser: asking again and again would help nobody.
            (Decision::Clarify, Some(_)) if !self.clarified_in_vain && self.clarify(text) => {}
            _ => self.miss(),
        }
    }

    fn decide(&mut self) -> Decision {
        let own = self.flow().and_then(|flow| flow.fallback.as_ref());
        let decide = own.unwrap_or(&self.program.program.fallback).decide;
        match self.run(decide).map(|exited| exited.exit) {
            Ok(Exit::Accept) => Decision::Accept,
            Ok(Exit::Clarify) => Decision::Clarify,
            _ => Decision::Miss,
        }
    }

    /// Does what an accepted intent asks for; whether anything does.
    pub(crate) fn follow_intent(&mut self, intent: &ScoredIntent) -> bool {
        let id = IntentId(intent.intent.into());
        let program = self.program;
        let Some(def) = program.program.intents.get(id.index()) else { return false };
        if !def.is_repair
            && let Some(handler) = self.intent_handler(id)
        {
            self.taken.push(Taken::Handled(id));
            self.run_handler(handler);
            return true;
        }
        let Some(flow) = def.starts else { return false };
        if self.starts_here(intent.intent) {
            // Asked for what is under way: what the utterance adds is taken, and it goes on.
            if self.fill_from_utterance(&intent.slots, &[]) != Accepted::HandedOff {
                self.go_on_or_ask();
                self.answer_if_silent();
            }
            return true;
        }
        self.taken.push(Taken::Began(id));
        self.begin(flow, Some(intent));
        true
    }

    /// After slots were filled from the side: the waiting slot may be among them.
    fn go_on_or_ask(&mut self) {
        let wait = self.session.stack.last().map(|frame| frame.wait.clone());
        let Some(Wait::Slot { slot, mut rest, then }) = wait else {
            self.ask_again();
            return;
        };
        rest.insert(0, slot);
        match self.ask_slots(rest, then) {
            Ok(Next::Run(function)) => self.drive(function),
            Ok(Next::Wait) => {}
            Err(trouble) => self.trouble(&trouble),
        }
    }

    fn intent_handler(&self, intent: IntentId) -> Option<FuncId> {
        let (flow, frame) = self.flow().zip(self.session.stack.last())?;
        let state = flow.states.get(frame.state.index())?;
        let handlers = state.handlers.intents.iter().chain(&flow.handlers.intents);
        handlers.into_iter().find(|(known, _)| *known == intent).map(|(_, function)| *function)
    }

    /// Starts a flow with what the utterance says for its slots.
    fn begin(&mut self, flow: FlowId, intent: Option<&ScoredIntent>) {
        if let Err(trouble) = self.start_flow(flow) {
            return self.trouble(&trouble);
        }
        let is_repair = self.flow().is_some_and(|flow| flow.is_repair);
        if let Some(intent) = intent.filter(|_| !is_repair)
            && self.fill_from_utterance(&intent.slots, &[]) == Accepted::HandedOff
        {
            return;
        }
        self.enter(StateId(0));
    }

    /// Asks which of the best intents was meant; whether there is one to offer.
    fn clarify(&mut self, text: &str) -> bool {
        let program = self.program;
        let understood = self.understanding.as_ref().map(|u| u.intents.clone()).unwrap_or_default();
        let mut options = Vec::new();
        let best = understood.first().map_or(0.0, |best| best.confidence);
        let likely = understood.iter().filter(|intent| intent.confidence >= best * CLARIFY_SHARE);
        for candidate in likely.take(CLARIFY_OPTIONS_MAX) {
            let id = IntentId(candidate.intent.into());
            let Some(def) = program.program.intents.get(id.index()) else { continue };
            if def.starts.is_none() && self.intent_handler(id).is_none() {
                continue;
            }
            let title = match def.title {
                Some(title) => self.text_of(title),
                None => def.name.clone(),
            };
            options.push((title, Some(id)));
        }
        if options.is_empty() {
            return false;
        }
        options.push((self.phrase(program.program.phrases.none_of_these, &[]), None));
        let labels: Vec<String> = options.iter().map(|(label, _)| label.clone()).collect();
        self.session.clarifying = Some(Clarifying { options, utterance: text.to_owned() });
        let question = self.phrase(program.program.phrases.clarify, &[]);
        self.reply_menu(Some(question), &labels);
        self.taken.push(Taken::Clarified);
        true
    }

    fn answer_clarifying(
        &mut self,
        clarifying: &Clarifying,
        text: &str,
        payload: Option<&str>,
    ) -> bool {
        let labels: Vec<String> =
            clarifying.options.iter().map(|(label, _)| label.clone()).collect();
        let numbers = self.numbers(text);
        let only_one = clarifying.options.len() == 2;
        let yes = self.understanding.as_ref().and_then(|u| u.yes_no);
        let picked = pick(&labels, text, payload, &numbers).or(match yes {
            Some(true) if only_one => Some(0),
            Some(false) => Some(labels.len() - 1),
            _ => None,
        });
        match picked.and_then(|n| clarifying.options.get(n)) {
            Some((_, Some(intent))) => {
                let meant =
                    self.program.understander.understand(&clarifying.utterance, &self.context());
                let chosen =
                    meant.intents.iter().find(|i| u32::from(i.intent) == intent.0).cloned();
                self.understanding = Some(meant);
                let number = u16::try_from(intent.0).unwrap_or(u16::MAX);
                let chosen = chosen.unwrap_or(ScoredIntent {
                    intent: number,
                    confidence: 1.0,
                    slots: Vec::new(),
                });
                self.session.last_intent = Some((*intent, 100));
                self.follow_intent(&chosen)
            }
            Some((_, None)) => {
                self.miss();
                true
            }
            None => false,
        }
    }

    /// Step 7.
    fn miss(&mut self) {
        self.taken.push(Taken::Missed);
        self.session.misses += 1;
        let misses = Decimal::from_int(self.session.misses.into()).map(Value::Number);
        self.set_turn(turn::MISSES, misses);
        let own = self.flow().and_then(|flow| flow.fallback.as_ref());
        let on_miss = own.unwrap_or(&self.program.program.fallback).on_miss;
        if let Ok(Exit::MissHandoff { skill }) = self.run(on_miss).map(|exited| exited.exit) {
            let because = format!("not understood {} times in a row", self.session.misses);
            return self.hand_off(Reason::Misses, skill, because);
        }
        let text = self.phrase(self.program.program.phrases.miss, &[]);
        self.reply_text(text);
        self.ask_again();
    }
}

/// The turn in which a conversation was handed over.
fn handoff_turn(handoff: &crate::model::Handoff) -> u64 {
    handoff.summary.transcript.last().map_or(0, |line| line.turn)
}
