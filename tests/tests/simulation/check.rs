//! What must be so when everything is over: the store is whole, every session is what its journal
//! makes of it, every message was carried out once and in order, every key asked for one thing, and
//! everything was sent in order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flowright_engine::model::{Command, Event, Session, Status, Then};
use flowright_engine::{open_session, step};
use flowright_runtime::store::verify;
use rusqlite::Connection;
use serde_json::Value as Json;

use crate::network::Requests;
use crate::{Bot, World};

pub(crate) fn all(bot: &Bot, store: &Path, world: &World) {
    let report = verify(store).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
    assert_eq!((report.calling, report.outbox), (0, (0, 0)), "something is under way for ever");
    let db = Connection::open(store).unwrap();
    let mut said = BTreeMap::new();
    for customer in &world.customers {
        let customer = customer.lock().unwrap();
        let heard = fold(bot, &db, &customer.session);
        let expected: Vec<String> =
            (0..customer.lines).map(|number| customer.line(number).text).collect();
        assert_eq!(heard.messages, expected, "{} was not heard in order", customer.session);
        let moves = customer.moves.iter().map(|(done, _)| (done.text.clone(), done.then));
        assert!(heard.moves.iter().cloned().eq(moves), "{}: {:?}", customer.session, heard.moves);
        said.insert(customer.session.clone(), heard);
    }
    let desk = world.desk.lock().unwrap();
    let booked = firsts(&desk.booked);
    for (session, heard) in &said {
        let of = |keys: &[String]| -> BTreeSet<String> {
            let prefix = format!("{session}/");
            keys.iter().filter(|key| key.starts_with(&prefix)).cloned().collect()
        };
        let calls: BTreeSet<String> = heard.calls.iter().cloned().collect();
        assert!(of(&booked).is_subset(&calls), "{session} booked what it did not ask for");
    }
    let sent = firsts(&desk.sent);
    for (session, heard) in &said {
        let prefix = format!("{session}/");
        let replies: Vec<&String> = sent
            .iter()
            .filter(|key| key.starts_with(&prefix))
            .filter(|key| !key.contains("/handoff/") && !key.contains("/desk/"))
            .collect();
        let expected: Vec<String> =
            (1..=heard.replies).map(|seq| format!("{session}/{seq}")).collect();
        assert_eq!(replies, expected.iter().collect::<Vec<_>>(), "{session}");
        let handoffs = sent.iter().filter(|key| key.starts_with(&format!("{session}/handoff/")));
        assert_eq!(handoffs.count(), heard.handoffs, "{session}");
        elsewhere(&desk.sent, session, heard);
    }
}

/// A desk elsewhere was told every step of a conversation with a human, in order, and knows by that who
/// has it now.
fn elsewhere(sent: &Requests, session: &str, heard: &Heard) {
    let of_session = firsts(sent)
        .into_iter()
        .filter(|key| key.strip_prefix(session).is_some_and(|rest| rest.starts_with("/desk/")));
    let expected = heard.held_steps.iter().map(|seq| format!("{session}/desk/{seq}"));
    assert!(of_session.clone().eq(expected), "{session}: {:?}", heard.held_steps);
    let bodies: BTreeMap<&String, &String> = sent.iter().map(|(key, body)| (key, body)).collect();
    let mut has: Option<Option<String>> = None;
    for key in of_session {
        let event: Json = serde_json::from_str(bodies[&key]).unwrap();
        has = match event["type"].as_str().unwrap() {
            "handed_over" | "waiting" => Some(None),
            "claimed" => Some(event["by"]["agent"].as_str().map(str::to_owned)),
            "returned" | "closed" => None,
            "message" | "note" => has,
            other => panic!("{session}: {other}"),
        };
    }
    assert_eq!(has, heard.has, "{session}");
}

/// Keys in the order in which they came first; every further time they asked for the same.
fn firsts(requests: &Requests) -> Vec<String> {
    let mut bodies: BTreeMap<&String, &String> = BTreeMap::new();
    let mut order = Vec::new();
    for (key, body) in requests {
        match bodies.insert(key, body) {
            None => order.push(key.clone()),
            Some(before) => assert_eq!(before, body, "{key} asks for something else"),
        }
    }
    order
}

/// What a session's journal says.
#[derive(Debug, Default)]
struct Heard {
    messages: Vec<String>,
    moves: Vec<(Option<String>, Then)>,
    calls: Vec<String>,
    replies: usize,
    handoffs: usize,
    /// Steps in which a human had the conversation, or it waited for one, before or after.
    held_steps: Vec<u64>,
    /// Whether it is so in the end, and which human.
    has: Option<Option<String>>,
}

/// Who has a conversation that was handed over; nothing where the bot has it.
fn held(session: &Session) -> Option<Option<String>> {
    match &session.status {
        Status::HandedOff(handoff) => Some(handoff.owner.as_ref().map(|o| o.agent.clone())),
        Status::Bot => None,
    }
}

/// Plays a session's journal: every step says again what was stored of it, and the last one leaves the
/// session as it is stored.
fn fold(bot: &Bot, db: &Connection, id: &str) -> Heard {
    let stored: String =
        db.query_row("SELECT record FROM sessions WHERE id = ?1", [id], |row| row.get(0)).unwrap();
    let stored: Session = serde_json::from_str(&stored).unwrap();
    let mut rows = db
        .prepare("SELECT seq, at_ms, event, commands FROM journal WHERE session = ?1 ORDER BY seq")
        .unwrap();
    let rows = rows.query_map([id], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    });
    let mut heard = Heard::default();
    let mut session: Option<Session> = None;
    for (row, expected) in rows.unwrap().zip(1_u64..) {
        let (seq, at_ms, event, commands): (u64, i64, String, String) = row.unwrap();
        assert_eq!(seq, expected, "{id}");
        let event: Event = serde_json::from_str(&event).unwrap();
        if let Event::Message { text, .. } = &event {
            heard.messages.push(text.clone());
        }
        if let Event::Agent { text, then, .. } = &event {
            heard.moves.push((text.clone(), *then));
        }
        let session = session.get_or_insert_with(|| {
            let mut session = open_session(&bot.program, id, "api", None, at_ms);
            // It was opened a moment before its first step.
            session.heard_at_ms = stored.heard_at_ms.min(at_ms);
            session
        });
        let before = held(session);
        // What is learned of the customer, and what a clock says, is no news to a human.
        let is_told = matches!(event, Event::Message { .. } | Event::Agent { .. })
            || matches!(event, Event::Desk { .. } | Event::Note { .. });
        let done = step(&bot.program, session, event, at_ms).unwrap();
        heard.has = held(session);
        let is_new = before.is_none() && heard.has.is_some();
        if is_new || (is_told && before.is_some()) {
            heard.held_steps.push(seq);
        }
        let expected: Vec<Command> = serde_json::from_str(&commands).unwrap();
        assert_eq!(done.commands, expected, "{id} step {seq}");
        for command in &done.commands {
            match command {
                Command::Reply(_) => heard.replies += 1,
                Command::Call(call) => heard.calls.push(call.key.clone()),
                Command::Handoff(_) => heard.handoffs += 1,
                _ => {}
            }
        }
    }
    assert_eq!(session.as_ref(), Some(&stored), "{id}");
    heard
}
