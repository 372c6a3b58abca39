//! How a conversation begins: as a test, with a flow, or with nothing.

use std::rc::Rc;

use flowright_compiler::ir::{FlowId, IntentDef};
use flowright_engine::model::{Event, Session};
use flowright_engine::open_session;
use flowright_engine::transcript::instant;
use flowright_nlu::external::{External, ExternalIntent};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Example, Piece};
use flowright_nlu::value::Date;

use super::arguments::Launch;
use super::run::{Driver, Run};
use super::shown::shortened;
use super::tape::Tape;
use super::target::Target;
use crate::talk::conversation::profile as customer;

/// Names of tests and flows that are told where another is wanted.
const TOLD_MAX: usize = 8;

/// Begins a conversation.
///
/// # Errors
/// Why it cannot begin so, in words.
pub(super) fn launch(target: Rc<Target>, wanted: &Launch, now_ms: i64) -> Result<Run, String> {
    if let Some(name) = &wanted.test {
        return test(target, name);
    }
    let now_ms = match &wanted.at {
        Some(at) => moment(&target, at)?,
        None => now_ms,
    };
    let session = session(&target, wanted, now_ms)?;
    let channel = session.channel.clone();
    let event = match &wanted.flow {
        Some(name) => beginning(&target, name, &session)?,
        None => Event::Opened { channel },
    };
    let mut tape = Tape::new(Rc::clone(&target), session, now_ms);
    tape.take(event).map_err(|e| e.to_string())?;
    Ok(Run::new(target, tape, Driver::Console))
}

fn test(target: Rc<Target>, name: &str) -> Result<Run, String> {
    let tests = &target.tables().tests;
    let Some(number) = tests.iter().position(|test| test.name == name) else {
        let names = tests.iter().map(|test| test.name.as_str());
        return Err(format!("there is no test `{name}`{}", known(names)));
    };
    // The test opens a session of its own; this one is there until it has.
    let session = open_session(&target.program, "test", "test", None, 0);
    let tape = Tape::new(Rc::clone(&target), session, 0);
    Ok(Run::new(target, tape, Driver::Test { number, passed: false }))
}

/// `: there are a, b`
fn known<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.take(TOLD_MAX).collect();
    if names.is_empty() { String::new() } else { format!(": there are {}", names.join(", ")) }
}

fn moment(target: &Target, at: &str) -> Result<i64, String> {
    let at: jiff::civil::DateTime = at.parse().map_err(|_| {
        format!("`{}` is no time: write 2026-06-01T09:30", shortened(at.to_owned()))
    })?;
    let time = at.time();
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60;
    let seconds = u32::try_from(seconds + i64::from(time.second())).unwrap_or(0);
    Ok(instant(&target.program, Date::from_civil(at.date()), seconds))
}

fn session(target: &Target, wanted: &Launch, now_ms: i64) -> Result<Session, String> {
    let program = target.tables();
    let channel = match &wanted.channel {
        None => program.channels.first().map_or("test", |channel| channel.name.as_str()),
        Some(name) => {
            let channel = program.channels.iter().find(|channel| channel.name == *name);
            let names = program.channels.iter().map(|channel| channel.name.as_str());
            let none = || format!("the bot has no channel `{name}`{}", known(names));
            channel.ok_or_else(none)?.name.as_str()
        }
    };
    let lang = match &wanted.language {
        None => None,
        Some(code) => {
            let spoken = Lang::parse(code).filter(|lang| program.bot.languages.contains(lang));
            Some(spoken.ok_or_else(|| format!("the bot does not speak `{code}`"))?)
        }
    };
    let mut session = open_session(&target.program, "debug", channel, lang, now_ms);
    if let Some(profile) = &wanted.customer {
        session.customer = customer(program, profile).map_err(|refused| refused.0)?;
    }
    Ok(session)
}

/// What makes a flow begin: an example of its intent, taken for that intent.
fn beginning(target: &Target, name: &str, session: &Session) -> Result<Event, String> {
    let program = target.tables();
    let channel = session.channel.clone();
    let flows = program.flows.iter().map(|flow| flow.name.as_str());
    let Some(number) = program.flows.iter().position(|flow| flow.name == name) else {
        return Err(format!("there is no flow `{name}`{}", known(flows)));
    };
    if program.flows.get(number).is_some_and(|flow| flow.on_start) {
        return Ok(Event::Opened { channel });
    }
    let flow = u32::try_from(number).ok().map(FlowId);
    let begins = |intent: &&(u16, &IntentDef)| intent.1.starts == flow;
    let intents: Vec<(u16, &IntentDef)> = (0..).zip(&program.intents).collect();
    let Some((number, _)) = intents.iter().find(begins) else {
        return Err(format!("`{name}` begins with no intent: other flows call it"));
    };
    let text = example(target, usize::from(*number), session.lang)
        .ok_or_else(|| format!("the intent of `{name}` has no example to begin with"))?;
    let intent = ExternalIntent { intent: *number, confidence_thousandths: 1_000 };
    let external = External { intents: Some(vec![intent]), ..External::default() };
    Ok(Event::Message {
        channel,
        text,
        payload: None,
        external: Some(Box::new(external)),
        knowledge: Vec::new(),
        attachments: Vec::new(),
        from: None,
    })
}

/// An example of an intent, of those without values first: what they would be is not known.
fn example(target: &Target, intent: usize, lang: Lang) -> Option<String> {
    let project = target.analysis.project.as_ref()?;
    let examples = &project.intents.get(intent)?.spec.examples;
    let rank = |example: &&Example| {
        let other = example.lang.is_some_and(|own| own != lang);
        let values = example.pieces.iter().filter(|piece| matches!(piece, Piece::Slot { .. }));
        (other, values.count())
    };
    let example = examples.iter().min_by_key(rank)?;
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Slot { said: Some(text), .. } => text.clone(),
        Piece::Slot { said: None, .. } => String::new(),
    };
    Some(example.pieces.iter().map(piece).collect())
}
