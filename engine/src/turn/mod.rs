//! A turn, in order. This is the one place that decides what an utterance is taken for:
//!
//! 1. an exact payload (a pressed button) decides;
//! 2. the value that the waiting slot wants, if the utterance holds it, unless a much surer other
//!    intent was meant; an answer to the waiting question;
//! 3. a correction of a value given before (before 2 where nearly anything would be an answer:
//!    yes and no, menus, plain text);
//! 4. a repair (cancel, repeat, help, human, correct);
//! 5. an intent that the state or flow handles, or that starts another flow: a digression. One
//!    that is under way already is gone on with;
//! 6. an article of the knowledge base, sure enough;
//! 7. two close intents, or one half sure: a clarifying question;
//! 8. a miss: said so, asked again; after too many in a row, a human.

mod agent;
mod answers;
mod attachments;
mod clarify;
pub(crate) mod desk;
mod intents;
mod join;
pub(crate) mod knowledge;
mod under_way;

use flowright_compiler::ir::{Exit, FlowId, IntentId, turn};
use flowright_nlu::value::{Decimal, Value};

use crate::menus::{pick, pick_exactly};
use crate::model::{Attachment, Command, Handoff, Reason, Speaker, Status, Wait};
use crate::step::Taken;
use crate::stepper::Stepper;

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

    /// The customer wrote, pressed a button, or sent files.
    pub(crate) fn message(&mut self, text: &str, payload: Option<&str>, files: &[Attachment]) {
        self.session.record(Speaker::Customer, text, self.now_ms);
        self.session.attach(files);
        if let Status::HandedOff(handoff) = &self.session.status {
            let first = self.is_first_since(handoff);
            return self.hold(text, first);
        }
        if let Some(frame) = self.session.stack.last_mut() {
            frame.silences = 0;
        }
        self.tell_of_refused(files);
        if text.trim().is_empty() && payload.is_none() && !files.is_empty() {
            return self.files_alone(files);
        }
        self.understand(text);
        self.learn_session_slots();
        if self.handed_off_by_rule() {
            return;
        }
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

    /// Whether the customer had written nothing since a human got the conversation, nor she said anything:
    /// whoever talks to a human knows that she hears.
    fn is_first_since(&self, handoff: &Handoff) -> bool {
        let handed_over = handoff.summary.transcript.last().map_or(0, |line| line.turn);
        let before = self.session.transcript.iter().rev().skip(1);
        !before.into_iter().any(|line| line.from != Speaker::Bot && line.turn > handed_over)
    }

    /// A human has the conversation: that her message was passed on is said once, in her language.
    fn hold(&mut self, text: &str, first: bool) {
        if let Some(lang) = self.program.understander.language(text) {
            self.session.lang = lang;
            self.set_turn(turn::LANGUAGE, Some(Value::Text(lang.to_string())));
        }
        if first {
            let text = self.phrase(self.program.program.phrases.held, &[]);
            self.reply_text(text);
        }
    }

    fn understand(&mut self, text: &str) {
        let (understander, external) = (&self.program.understander, self.external.as_deref());
        let understanding = understander.understand_with(text, &self.context(), external);
        if let Some(lang) = understanding.lang {
            self.session.lang = lang;
            self.set_turn(turn::LANGUAGE, Some(Value::Text(lang.to_string())));
        }
        self.set_turn(turn::UTTERANCE, Some(Value::Text(text.to_owned())));
        self.session.sentiment_percent = Some((understanding.sentiment * 100.0).round() as i8);
        self.set_sentiment();
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
        if let Some(fault) = &understanding.fault {
            let text = format!("an utterance was not understood: {fault}");
            self.commands.push(Command::Note { code: "R0105".to_owned(), text });
        }
        self.set_turn(turn::RUNNER_UP, intents.next().and_then(|next| share(next.confidence)));
        self.understanding = Some(understanding);
    }

    /// Whether a rule of `fallback` hands the conversation over, whatever was written: the flow's own come
    /// first, the bot's hold everywhere.
    fn handed_off_by_rule(&mut self) -> bool {
        let program = self.program;
        let own = self.flow().and_then(|flow| flow.fallback.as_ref());
        let all = own.into_iter().chain([&program.program.fallback]);
        for rule in all.flat_map(|fallback| &fallback.handoff_when) {
            let Ok(exited) = self.run(rule.when) else { continue };
            if exited.args.first() == Some(&Some(Value::Bool(true))) {
                self.hand_off(Reason::Rule, rule.skill, rule.text.clone());
                return true;
            }
        }
        false
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

    /// Steps 4 to 8.
    fn intent_or_miss(&mut self, text: &str) {
        let best = self.understanding.as_ref().and_then(|u| u.intents.first()).cloned();
        match (self.decide(), best) {
            (Decision::Accept, Some(best)) if self.follow_intent(&best) => self.session.misses = 0,
            _ if self.answer_from_knowledge() => self.session.misses = 0,
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

    /// Step 8.
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
