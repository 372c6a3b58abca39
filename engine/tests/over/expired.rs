//! A conversation that nobody went on with is over: what was under way ends, what is known of the
//! customer stays, and the next word begins anew.

use flowright_compiler::ir::Outcome;
use flowright_engine::model::{ActionResult, Command, Event, Session};
use flowright_engine::{StepError, step};
use flowright_nlu::value::{Decimal, Value};

use super::{HOUR_MS, LASTS_MS, Talk, replies, text};

#[test]
fn what_was_under_way_is_over_and_what_is_known_stays() {
    let mut talk = Talk::new();
    talk.now_ms = 1_000;
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    assert_eq!(talk.say("qwerty uiop"), ["Sorry, I did not understand that.", "How many pieces?"]);
    assert_eq!((talk.slot("note"), talk.session.misses), (text("visits C-1 0"), 1));
    assert_eq!(talk.expires_at_ms(), Some(1_000 + LASTS_MS));
    // Whose the session is was learned after it had begun.
    talk.knows("C-2");
    let before = talk.session.clone();
    talk.now_ms = 1_000 + LASTS_MS;
    let commands = talk.event(Event::Expired);
    let ended = Command::FlowEnded { flow: "visit".to_owned(), outcome: Outcome::Cancelled };
    assert_eq!(commands, [ended]);
    let after = talk.session.clone();
    let kept = |session: Session| {
        let Session { id, lang, channel, customer, turn, transcript, tried, heard_at_ms, .. } =
            session;
        (id, lang, channel, customer, turn, transcript, tried, heard_at_ms)
    };
    assert!(!before.transcript.is_empty());
    assert_eq!(kept(before), kept(after.clone()));
    assert_eq!((after.stack, after.clarifying, after.last_said), (vec![], None, vec![]));
    assert_eq!((after.misses, after.last_intent, after.sentiment_percent), (0, None, None));
    assert_eq!(after.wake_at_ms, None);
    // As in a session that begins: by who the customer is now, and nothing was misunderstood yet.
    assert_eq!((talk.slot("owner"), talk.slot("note")), (text("C-2"), None));
    assert_eq!(talk.slot("missed"), Some(Value::Number(Decimal::ZERO)));
    // It is over once, and a word that only the old question asked for is no answer.
    assert_eq!(talk.expires_at_ms(), None);
    assert_eq!(talk.say("3"), ["Sorry, I did not understand that."]);
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    assert_eq!(talk.say("3"), ["visits C-2 0 3."]);
}

#[test]
fn a_session_that_holds_nothing_and_one_of_a_human_are_never_over() {
    let mut talk = Talk::new();
    assert_eq!(talk.expires_at_ms(), None);
    talk.say("a human please");
    assert_eq!(talk.expires_at_ms(), None);
    // Nor is what a human has touched by an end that comes all the same.
    let before = talk.session.clone();
    assert_eq!(talk.event(Event::Expired), []);
    assert_eq!(talk.session, before);
}

#[test]
fn a_call_under_way_is_answered_first() {
    let mut talk = Talk::new();
    assert_eq!(talk.say("look it up"), Vec::<String>::new());
    assert_eq!(talk.expires_at_ms(), None);
    let before = talk.session.clone();
    let refused = step(&talk.program, &mut talk.session, Event::Expired, LASTS_MS);
    assert_eq!((refused, &talk.session), (Err(StepError::Busy), &before));
    let key = talk.session.pending_call().unwrap().key.clone();
    let result = ActionResult::Answer { status: 200, body: serde_json::json!({ "due": "soon" }) };
    assert_eq!(replies(&talk.event(Event::ActionResult { key, result })), ["Due soon."]);
    assert_eq!(talk.expires_at_ms(), Some(LASTS_MS));
}

#[test]
fn what_the_bot_comes_back_for_is_kept_and_what_was_asked_meanwhile_is_over() {
    let mut talk = Talk::new();
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    assert_eq!(talk.say("3"), ["visits C-1 0 3."]);
    assert_eq!(talk.say("set an alarm"), ["I wake you."]);
    assert_eq!((talk.expires_at_ms(), talk.session.wake_at_ms), (None, Some(2 * HOUR_MS)));
    // A question on top of it is waited for no longer than any other.
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    assert_eq!((talk.expires_at_ms(), talk.session.wake_at_ms), (Some(LASTS_MS), None));
    talk.now_ms = LASTS_MS;
    let ended = Command::FlowEnded { flow: "visit".to_owned(), outcome: Outcome::Cancelled };
    assert_eq!(talk.event(Event::Expired), [ended]);
    // Its time has come meanwhile. What it has to say is of this conversation.
    assert_eq!((talk.expires_at_ms(), talk.session.wake_at_ms), (None, Some(2 * HOUR_MS)));
    assert_eq!(replies(&talk.event(Event::Wake)), ["Good morning, visits C-1 0!"]);
    assert_eq!(talk.expires_at_ms(), Some(2 * LASTS_MS));
    talk.now_ms = 2 * LASTS_MS;
    assert_eq!(talk.event(Event::Expired), []);
    assert_eq!(talk.slot("note"), None);
}

#[test]
fn a_question_of_a_handler_is_over_and_the_wait_goes_on() {
    let mut talk = Talk::new();
    assert_eq!(talk.say("set an alarm"), ["I wake you."]);
    assert_eq!(talk.say("make it loud"), ["How loud?"]);
    assert_eq!((talk.expires_at_ms(), talk.session.wake_at_ms), (Some(LASTS_MS), None));
    talk.now_ms = LASTS_MS;
    assert_eq!(talk.event(Event::Expired), []);
    assert_eq!((talk.expires_at_ms(), talk.session.wake_at_ms), (None, Some(2 * HOUR_MS)));
    assert_eq!(replies(&talk.event(Event::Wake)), ["Good morning!"]);
}

#[test]
fn a_clock_that_is_set_moves_what_is_reckoned_from_it() {
    const BY_MS: i64 = -5 * HOUR_MS;
    let mut talk = Talk::new();
    assert_eq!(talk.say("set an alarm"), ["I wake you."]);
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    talk.session.shift_timers(BY_MS);
    assert_eq!(talk.expires_at_ms(), Some(LASTS_MS + BY_MS));
    talk.now_ms = BY_MS;
    // The alarm that waits below goes off two hours after it was set by this clock too.
    assert_eq!(talk.say("3"), ["visits C-1 0 3."]);
    assert_eq!(talk.session.wake_at_ms, Some(2 * HOUR_MS + BY_MS));
    talk.session.shift_timers(HOUR_MS);
    let due = 3 * HOUR_MS + BY_MS;
    assert_eq!(talk.session.wake_at_ms, Some(due));
    talk.now_ms = due - 1;
    assert_eq!(replies(&talk.event(Event::Wake)), Vec::<String>::new());
    talk.now_ms = due;
    assert_eq!(replies(&talk.event(Event::Wake)), ["Good morning, visits C-1 0!"]);
}
