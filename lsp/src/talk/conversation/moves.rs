//! What can be done in a conversation: words, answers of actions, time that passes.

use std::sync::Arc;

use flowright_compiler::ir::ActionDef;
use flowright_compiler::syntax::write::duration;
use flowright_engine::json::{value_from_json, value_to_json};
use flowright_engine::model::{ActionResult, Event, PendingCall, Status};
use flowright_engine::{Step, step};
use serde_json::{Map, Value as Json};

use super::begin::{Set, profile};
use super::lines::{Guess, Line, Who};
use super::script::{Answered, Scripted};
use super::{Conversation, words};
use crate::talk::Refused;
use crate::talk::limits::{JSON_BYTES_MAX, MOVES_MAX, PASS_MS_MAX, TEXT_CHARS_MAX, WAKES_MAX};

/// How an action that is not answered is told of.
const NO_ANSWER: &str = "no answer in time";
/// What an answer is called that does not come.
pub(super) const FAILS: &str = "fails";

/// What an action answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// What it gives back; nothing for one that gives nothing back.
    Value(Option<Json>),
    /// An error that it declares, or `fails`.
    Error(String),
}

impl Conversation {
    /// The customer writes, or presses a button: then `payload` is the button's.
    ///
    /// # Errors
    /// Why she cannot.
    pub fn say(&mut self, text: &str, payload: Option<&str>) -> Result<(), Refused> {
        if text.trim().is_empty() && payload.is_none() {
            return Err(Refused::new("a customer who writes writes something"));
        }
        if [text, payload.unwrap_or("")].iter().any(|text| text.chars().count() > TEXT_CHARS_MAX) {
            return Err(Refused::new(format!("a text of more than {TEXT_CHARS_MAX} characters")));
        }
        self.may_move()?;
        self.catch_up()?;
        self.may_move()?;
        self.hear(text, payload)?;
        self.moves += 1;
        Ok(())
    }

    /// The call under way is answered.
    ///
    /// # Errors
    /// Why that is no answer to it.
    pub fn answer(&mut self, key: &str, answer: &Answer) -> Result<(), Refused> {
        let Some(call) = self.session.pending_call().filter(|call| call.key == key).cloned() else {
            return Err(Refused::new("that call is not under way any more"));
        };
        if self.moves >= MOVES_MAX {
            return Err(too_long());
        }
        let ready = Arc::clone(&self.ready);
        let action = ready.program().actions.get(call.action.index());
        let action = action.ok_or_else(|| Refused::new("there is no such action"))?;
        let (result, answered) = self.result(action, answer)?;
        let args = self.arguments(&call);
        self.push(called(action, &args, &answered));
        self.keep(Scripted::Called { action: action.name.clone(), args, answer: answered });
        self.take(Event::ActionResult { key: call.key, result })?;
        self.moves += 1;
        self.go_on_passing()?;
        self.catch_up()
    }

    fn result(
        &self,
        action: &ActionDef,
        answer: &Answer,
    ) -> Result<(ActionResult, Answered), Refused> {
        let name = &action.name;
        Ok(match (answer, &action.result) {
            (Answer::Error(error), _) if error == FAILS => {
                (ActionResult::Failed(NO_ANSWER.to_owned()), Answered::Fails)
            }
            (Answer::Error(error), _) => {
                let number = (0..).zip(&action.errors).find(|(_, known)| known.name == *error);
                let Some((number, _)) = number else {
                    let known = action.errors.iter().map(|error| error.name.as_str());
                    let known: Vec<&str> = known.chain([FAILS]).collect();
                    let known = known.join(", ");
                    let why = format!("`{name}` has no error `{error}`; it has: {known}");
                    return Err(Refused::new(why));
                };
                (ActionResult::Error(number), Answered::Error(error.clone()))
            }
            (Answer::Value(None | Some(Json::Null)), None) => {
                (ActionResult::Value(None), Answered::Value(None))
            }
            (Answer::Value(Some(_)), None) => {
                return Err(Refused::new(format!("`{name}` gives nothing back")));
            }
            (Answer::Value(json), Some(ty)) => {
                let json = json.as_ref().unwrap_or(&Json::Null);
                if json.to_string().len() > JSON_BYTES_MAX {
                    return Err(Refused::new("that answer is too long"));
                }
                let program = self.ready.program();
                let value = value_from_json(program, ty, json)
                    .map_err(|e| Refused::new(format!("`{name}` does not answer so: {e}")))?;
                let Some(value) = value else {
                    return Err(Refused::new(format!("`{name}` gives something back: what?")));
                };
                let json = value_to_json(program, ty, &value);
                (ActionResult::Value(Some(value)), Answered::Value(Some(json)))
            }
        })
    }

    /// Time passes, in milliseconds, and timers go off.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn pass(&mut self, ms: i64) -> Result<(), Refused> {
        if !(1..=PASS_MS_MAX).contains(&ms) {
            let most = duration(PASS_MS_MAX);
            return Err(Refused::new(format!("time passes by 1ms to {most} at once")));
        }
        self.may_move()?;
        self.catch_up()?;
        self.may_move()?;
        self.push(Line::new(Who::Time, duration(ms)));
        self.keep(Scripted::Passed(ms));
        self.passing = Some((self.now_ms.saturating_add(ms), 0));
        self.moves += 1;
        self.revision += 1;
        self.go_on_passing()
    }

    /// Timers go off until the time that passes is over, or one of them leads to a call.
    fn go_on_passing(&mut self) -> Result<(), Refused> {
        while let Some((until, wakes)) = self.passing.filter(|_| !self.session.is_calling()) {
            let due = self.session.wake_at_ms.filter(|due| *due <= until && wakes < WAKES_MAX);
            let Some(due) = due else {
                self.now_ms = until;
                self.passing = None;
                break;
            };
            self.now_ms = due.max(self.now_ms);
            self.passing = Some((until, wakes + 1));
            self.take(Event::Wake)?;
        }
        Ok(())
    }

    /// Changes the channel, the language or the customer: from the beginning, where nothing was done
    /// yet, else from here on.
    ///
    /// # Errors
    /// What there is no such thing of.
    pub fn set(&mut self, set: Set) -> Result<(), Refused> {
        let mut begin = self.begin.clone();
        begin.channel = set.channel.clone().or(begin.channel);
        begin.language = set.language.clone().or(begin.language);
        begin.customer = set.customer.clone().or(begin.customer);
        let program = self.ready.program();
        let lang = begin.language(program)?;
        let channel = begin.channel(program)?;
        let channel = channel.and_then(|id| program.channels.get(id.index()));
        let channel = channel.map(|channel| channel.name.clone());
        let profile = set.customer.as_ref().map(|json| profile(program, json)).transpose()?;
        if self.moves == 0 && !self.session.is_calling() {
            let before = std::mem::replace(&mut self.begin, begin);
            return self.restart().inspect_err(|_| self.begin = before);
        }
        self.begin = begin;
        if let Some(channel) = channel.filter(|channel| *channel != self.session.channel) {
            self.note(&format!("the customer writes on `{channel}` from here on"));
            self.lost.insert("that the channel changes".to_owned());
            self.session.channel = channel;
        }
        if let Some(lang) = lang.filter(|lang| set.language.is_some() && *lang != self.session.lang)
        {
            self.note(&format!("the conversation is in `{lang}` from here on"));
            self.lost.insert("that the language changes".to_owned());
            self.session.lang = lang;
        }
        if let Some(profile) = profile.filter(|profile| *profile != self.session.customer) {
            self.note("what is known of the customer has changed");
            self.lost.insert("that what is known of the customer changes".to_owned());
            self.take(Event::Customer { profile })?;
        }
        self.revision += 1;
        Ok(())
    }

    /// Whether the customer may write now, or time pass.
    fn may_move(&self) -> Result<(), Refused> {
        if let Some(call) = self.session.pending_call() {
            let action = self.ready.program().actions.get(call.action.index());
            let name = action.map_or("", |action| action.name.as_str());
            return Err(Refused::new(format!("`{name}` is called: answer it first")));
        }
        if self.moves >= MOVES_MAX { Err(too_long()) } else { Ok(()) }
    }

    /// A message, with the articles that may answer it.
    pub(super) fn message(&self, text: &str, payload: Option<&str>) -> Event {
        let looks = payload.is_none() && self.session.status == Status::Bot;
        let knowledge = if looks { self.ready.find(&self.session, text) } else { Vec::new() };
        Event::Message {
            channel: self.session.channel.clone(),
            text: text.to_owned(),
            payload: payload.map(str::to_owned),
            external: None,
            knowledge,
            attachments: Vec::new(),
            from: None,
        }
    }

    /// The customer's line, and what follows from it.
    pub(super) fn hear(&mut self, text: &str, payload: Option<&str>) -> Result<(), Refused> {
        let pressed = payload.map(|payload| {
            let mut own = self.buttons.iter().filter(|button| button.payload == payload);
            own.find(|button| text.is_empty() || button.label == text).cloned()
        });
        let (line, event) = match pressed {
            None => {
                self.keep(Scripted::User(text.to_owned()));
                (text.to_owned(), self.message(text, None))
            }
            Some(Some(button)) => {
                self.keep(Scripted::Pressed(button.label.clone()));
                // A button that only says its label sends it as words.
                let payload = Some(button.payload.as_str()).filter(|payload| *payload != "say");
                (format!("[{}]", button.label), self.message(&button.label, payload))
            }
            Some(None) => {
                self.lost.insert("that a button of an earlier reply is pressed".to_owned());
                (format!("[{text}]"), self.message(text, payload))
            }
        };
        let waited = words::waited_for(self);
        self.push(Line::new(Who::User, line));
        let number = self.lines.len().saturating_sub(1);
        let step = self.stepped(event)?;
        let understanding = step.0.understood.iter().filter_map(|(intent, thousandths)| {
            let intent = self.ready.program().intents.get(intent.index())?;
            let confidence = f64::from(*thousandths) / 1_000.0;
            Some(Guess { intent: intent.name.clone(), confidence })
        });
        let understanding = understanding.collect();
        let taken = words::taken(self, &step.0.taken, waited);
        if let Some(line) = self.lines.get_mut(number) {
            line.understanding = understanding;
            line.taken = taken;
        }
        self.show(step.0, step.1);
        Ok(())
    }

    /// Takes an event and shows what comes of it.
    pub(super) fn take(&mut self, event: Event) -> Result<(), Refused> {
        let (step, before) = self.stepped(event)?;
        self.show(step, before);
        Ok(())
    }

    /// Takes an event.
    fn stepped(&mut self, event: Event) -> Result<(Step, Places), Refused> {
        let (before, slots) = (self.places(), self.session.slots.clone());
        let step = step(&self.ready.loaded, &mut self.session, event, self.now_ms);
        let step = step.map_err(|e| Refused::new(e.to_string()))?;
        let defs = &self.ready.program().session_slots;
        for ((def, was), is) in defs.iter().zip(slots).zip(&self.session.slots) {
            if was != *is {
                self.filled.insert(def.name.clone(), self.session.turn);
            }
        }
        Ok((step, before))
    }

    /// The arguments of a call by their names; those that are empty are left out.
    pub(super) fn arguments(&self, call: &PendingCall) -> Map<String, Json> {
        let program = self.ready.program();
        let Some(action) = program.actions.get(call.action.index()) else { return Map::new() };
        let args = action.params.iter().zip(&call.args).filter_map(|(param, value)| {
            Some((param.name.clone(), value_to_json(program, &param.ty, value.as_ref()?)))
        });
        args.collect()
    }
}

type Places = Vec<(flowright_compiler::ir::FlowId, flowright_compiler::ir::StateId)>;

fn too_long() -> Refused {
    Refused::new(format!("the conversation has {MOVES_MAX} moves: begin it again"))
}

/// `orders.get(order: "12345") -> not_found`
fn called(action: &ActionDef, args: &Map<String, Json>, answer: &Answered) -> Line {
    let args: Vec<String> = args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let answer = match answer {
        Answered::Value(Some(json)) => json.to_string(),
        Answered::Value(None) => "done".to_owned(),
        Answered::Error(error) => error.clone(),
        Answered::Fails => FAILS.to_owned(),
    };
    Line::new(Who::Call, format!("{}({}) -> {answer}", action.name, args.join(", ")))
}
