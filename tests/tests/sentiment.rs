//! How customers feel, from what they write to who gets the conversation: `sentiment.flow`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use flowright_engine::model::{ActionResult, Command, Event, Handoff, Session};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::lang::Lang;
use flowright_tests::{bundle_of_text, load, run_tests};

const BOT: &str = include_str!("sentiment.flow");
const NOW_MS: i64 = 1_780_000_000_000;

#[test]
fn the_angry_go_to_the_managers_in_both_executors() {
    let (count, failed) = run_tests("sentiment", &bundle_of_text(BOT));
    assert_eq!(count, 8);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The session after `texts`, stored and read again before each step; the handoff at its end.
fn handed_over(program: &LoadedProgram, texts: &[&str]) -> (Session, Handoff) {
    let mut session = open_session(program, "s", "web", Some(Lang::EN), NOW_MS);
    assert_eq!(session.sentiment_percent, None);
    for text in texts {
        let text = (*text).to_owned();
        let mut event = Event::Message {
            channel: "web".to_owned(),
            text,
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        };
        loop {
            session = serde_json::from_str(&serde_json::to_string(&session).unwrap()).unwrap();
            let commands = step(program, &mut session, event, NOW_MS).unwrap().commands;
            let handoff = commands.into_iter().find_map(|command| match command {
                Command::Handoff(handoff) => Some(*handoff),
                _ => None,
            });
            if let Some(handoff) = handoff {
                return (session, handoff);
            }
            let Some(call) = session.pending_call() else { break };
            let result = ActionResult::Failed("no answer".to_owned());
            event = Event::ActionResult { key: call.key.clone(), result };
        }
    }
    panic!("no human was called: {:?}", session.transcript);
}

#[test]
fn urgency_is_that_of_the_last_utterance_also_when_a_call_failed_after_it() {
    let bytes = bundle_of_text(BOT);
    for jit in [false, true] {
        let program = load(&bytes, jit).unwrap();
        for (answer, urgency, skill) in [
            ("77", 1, "desk"),
            ("77, and this is very annoying and confusing", 2, "managers"),
            ("77!!! I am furious, you are thieves and liars!", 3, "managers"),
        ] {
            let (session, handoff) = handed_over(&program, &["where is my parcel", answer]);
            assert_eq!((handoff.urgency, handoff.skill_name.as_deref()), (urgency, Some(skill)));
            assert_eq!(handoff.summary.sentiment_percent, session.sentiment_percent);
        }
        // She was angry, and is no more.
        let texts = ["where is my parcel, this is the worst service ever!", "77"];
        let (session, handoff) = handed_over(&program, &texts);
        assert_eq!((session.sentiment_percent, handoff.urgency), (Some(0), 1));
    }
}

#[test]
fn sessions_stored_before_there_was_a_sentiment_are_read() {
    let program = load(&bundle_of_text(BOT), false).unwrap();
    let (session, _) = handed_over(&program, &["where is my parcel", "77"]);
    let mut json = serde_json::to_value(&session).unwrap();
    json.as_object_mut().unwrap().remove("sentiment_percent").unwrap();
    let summary = json.pointer_mut("/status/handed_off/summary").unwrap();
    summary.as_object_mut().unwrap().remove("sentiment_percent").unwrap();
    let read: Session = serde_json::from_value(json).unwrap();
    assert_eq!(read.sentiment_percent, None);
}
