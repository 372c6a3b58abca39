//! How a conversation begins: when, on which channel, in which language, with whom.

use flowright_compiler::ir::{ChannelId, FieldDef, Program};
use flowright_engine::json::value_from_json;
use flowright_engine::model::{Event, Session};
use flowright_engine::transcript::{contacts_on, instant};
use flowright_engine::{begin_flow, open_session, writes_elsewhere};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Example, Piece};
use flowright_nlu::value::{Date, Value};
use serde_json::Value as Json;

use super::Conversation;
use super::script::Scripted;
use crate::talk::Refused;
use crate::talk::limits::{JSON_BYTES_MAX, WORDS_TRIED_MAX};
use crate::talk::program::Ready;
use flowright_engine::Taken;

/// When a conversation begins where nothing is said: as a test that does not say it.
const DEFAULT_AT: (i16, i8, i8, u32) = (2026, 1, 1, 9 * 3_600);

/// How a conversation begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Begin {
    /// The project that it is of, as whoever keeps conversations knows it.
    pub project: String,
    /// The file that it was asked for from, as a label: where its test goes.
    pub file: String,
    /// The flow that begins with it; none: a session as a customer opens it.
    pub flow: Option<String>,
    /// The channel; none: the bot's first.
    pub channel: Option<String>,
    /// The language; none: the bot's first.
    pub language: Option<String>,
    /// What is known of the customer, by the names of its fields.
    pub customer: Option<Json>,
    /// When it begins, in the bot's timezone, to the minute: `2026-06-01T09:30`.
    pub at: Option<String>,
}

/// What is changed of a conversation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    /// Another channel.
    pub channel: Option<String>,
    /// Another language.
    pub language: Option<String>,
    /// Another customer.
    pub customer: Option<Json>,
}

impl Begin {
    /// The day and time of day.
    pub(super) fn today(&self) -> Result<(Date, u32), Refused> {
        let Some(at) = &self.at else {
            let (y, m, d, time_s) = DEFAULT_AT;
            return Ok((Date::from_ymd(y, m, d).unwrap_or(Date(0)), time_s));
        };
        let at: jiff::civil::DateTime = at
            .parse()
            .map_err(|_| Refused::new(format!("`{at}` is no time such as `2026-06-01T09:30`")))?;
        let part = |n: i8| u32::try_from(n).unwrap_or(0);
        Ok((Date::from_civil(at.date()), part(at.hour()) * 3_600 + part(at.minute()) * 60))
    }

    /// The channel's number; none where the bot has none and none is named.
    pub(super) fn channel(&self, program: &Program) -> Result<Option<ChannelId>, Refused> {
        let numbers = (0..).map(ChannelId).zip(&program.channels);
        let Some(name) = &self.channel else {
            return Ok(numbers.map(|(id, _)| id).next());
        };
        let found = numbers.clone().find(|(_, channel)| channel.name == *name);
        let known = || numbers.map(|(_, channel)| channel.name.clone()).collect();
        found.map(|(id, _)| Some(id)).ok_or_else(|| unknown("channel", name, known()))
    }

    pub(super) fn language(&self, program: &Program) -> Result<Option<Lang>, Refused> {
        let Some(name) = &self.language else { return Ok(None) };
        let languages = &program.bot.languages;
        let found = Lang::parse(name).filter(|lang| languages.contains(lang));
        let known = || languages.iter().map(ToString::to_string).collect();
        found.map(Some).ok_or_else(|| unknown("language", name, known()))
    }

    pub(crate) fn profile(&self, program: &Program) -> Result<Vec<Option<Value>>, Refused> {
        match &self.customer {
            Some(customer) => profile(program, customer),
            None => Ok(vec![None; program.customer.len()]),
        }
    }

    /// Where the customer can be written to, beside where she writes: everywhere, for a bot that writes
    /// elsewhere.
    pub(super) fn reachable(program: &Program) -> Vec<ChannelId> {
        let all = (0..).map(ChannelId).take(program.channels.len());
        if writes_elsewhere(program) { all.collect() } else { Vec::new() }
    }

    /// A session in which nothing has happened, and what time it is.
    pub(super) fn session(&self, ready: &Ready) -> Result<(Session, i64), Refused> {
        let program = ready.program();
        let (day, time_s) = self.today()?;
        let now_ms = instant(&ready.loaded, day, time_s);
        let channel = self.channel(program)?;
        let channel = channel.and_then(|id| program.channels.get(id.index()));
        // As a test of a bot without channels.
        let channel = channel.map_or("test", |channel| channel.name.as_str());
        let lang = self.language(program)?;
        let mut session = open_session(&ready.loaded, "talk", channel, lang, now_ms);
        session.customer = self.profile(program)?;
        session.contacts = contacts_on(&ready.loaded, &Self::reachable(program), now_ms);
        Ok((session, now_ms))
    }
}

/// A profile by the names of its fields; of others nothing is known.
pub(crate) fn profile(program: &Program, json: &Json) -> Result<Vec<Option<Value>>, Refused> {
    let Json::Object(fields) = json else {
        return Err(Refused::new("the customer is an object: {\"id\": \"C-1\"}"));
    };
    if json.to_string().len() > JSON_BYTES_MAX {
        return Err(Refused::new("that is too much about one customer"));
    }
    let field = |field: &FieldDef| {
        let value = fields.get(&field.name).unwrap_or(&Json::Null);
        value_from_json(program, &field.ty, value)
            .map_err(|e| Refused::new(format!("the customer's `{}`: {e}", field.name)))
    };
    program.customer.iter().map(field).collect()
}

fn unknown(what: &str, name: &str, known: Vec<String>) -> Refused {
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Refused::new(format!("the bot has no {what} `{name}`; it has: {known}"))
}

impl Conversation {
    /// What happens before the customer says something of her own.
    pub(super) fn open(&mut self) -> Result<(), Refused> {
        let program = self.ready.program();
        let Some(name) = self.begin.flow.clone() else {
            let greets = program.flows.iter().any(|flow| flow.on_start);
            return if greets { self.opened() } else { Ok(()) };
        };
        let Some(flow) = self.ready.flow(&name) else {
            let known = program.flows.iter().map(|flow| flow.name.clone()).collect();
            return Err(unknown("flow", &name, known));
        };
        if program.flows.get(flow.index()).is_some_and(|flow| flow.on_start) {
            return self.opened();
        }
        if let Some(words) = self.first_words(&name) {
            return self.hear(&words, None);
        }
        self.script.push(Scripted::Began(name.clone()));
        self.note(&format!("`{name}` begins: no words of a customer lead to it by themselves"));
        let before = self.places();
        let ready = std::sync::Arc::clone(&self.ready);
        let step = begin_flow(&ready.loaded, &mut self.session, flow, self.now_ms);
        let step = step.map_err(|e| Refused::new(e.to_string()))?;
        self.show(step, before);
        Ok(())
    }

    fn opened(&mut self) -> Result<(), Refused> {
        self.script.push(Scripted::Opened);
        let channel = self.session.channel.clone();
        self.take(Event::Opened { channel })
    }

    /// What a customer says for whom the flow begins: an example of its intent that is understood so,
    /// one without values if there is one, in the language of the session if there is one.
    fn first_words(&self, flow: &str) -> Option<String> {
        let program = self.ready.program();
        let wanted = self.ready.flow(flow)?;
        let intents = program.intents.iter().enumerate();
        let starting = intents.filter(|(_, intent)| intent.starts == Some(wanted));
        let specs = starting.filter_map(|(number, _)| self.ready.intent(number));
        let mut words: Vec<(bool, usize, String)> = specs
            .flat_map(|spec| &spec.examples)
            .filter_map(|example| {
                let (values, text) = said(example)?;
                let elsewhere = example.lang.is_some_and(|lang| lang != self.session.lang);
                Some((elsewhere, values, text))
            })
            .collect();
        words.sort_by_key(|(elsewhere, values, _)| (*elsewhere, *values));
        let begins = |text: &String| {
            let mut session = self.session.clone();
            let event = self.message(text, None);
            let step = flowright_engine::step(&self.ready.loaded, &mut session, event, self.now_ms);
            step.is_ok_and(|step| {
                let begun = step.trace.first().is_some_and(|entered| entered.flow == wanted);
                begun && step.taken.iter().any(|taken| matches!(taken, Taken::Began(_)))
            })
        };
        words.into_iter().map(|(.., text)| text).take(WORDS_TRIED_MAX).find(begins)
    }
}

/// An example as somebody says it, and how many values it has; nothing where it does not say which.
fn said(example: &Example) -> Option<(usize, String)> {
    let mut values = 0;
    let mut text = String::new();
    for piece in &example.pieces {
        match piece {
            Piece::Text(words) => text.push_str(words),
            Piece::Slot { said, .. } => {
                values += 1;
                text.push_str(said.as_deref()?);
            }
        }
    }
    Some((values, text))
}
