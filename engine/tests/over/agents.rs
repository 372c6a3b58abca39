//! A human who has the conversation speaks, gives it back to the bot, or closes it.

use flowright_compiler::ir::Outcome;
use flowright_engine::model::{Command, Event, Reply, Speaker, Status, Then};
use flowright_engine::{StepError, step};

use super::{HOUR_MS, Talk, replies, text};

fn done(text: Option<&str>, then: Then) -> Event {
    Event::Agent { name: "Li Wei".to_owned(), text: text.map(str::to_owned), then, by: None }
}

fn ended(flow: &str, outcome: Outcome) -> Command {
    Command::FlowEnded { flow: flow.to_owned(), outcome }
}

/// A conversation that was handed over while a visit was asked about.
fn handed_over() -> Talk {
    let mut talk = Talk::new();
    talk.now_ms = 1_000;
    talk.say("book a visit");
    talk.say("a human please");
    assert!(matches!(talk.session.status, Status::HandedOff(_)));
    talk
}

#[test]
fn nobody_speaks_while_the_bot_has_it() {
    let mut talk = Talk::new();
    let before = talk.session.clone();
    let refused = step(&talk.program, &mut talk.session, done(Some("Hello."), Then::Stay), 1_000);
    assert_eq!((refused, talk.session), (Err(StepError::NotHandedOff), before));
}

#[test]
fn what_she_says_is_hers() {
    let mut talk = handed_over();
    let turn = talk.session.turn;
    let commands = talk.event(done(Some("Hello."), Then::Stay));
    let reply =
        Reply { text: "Hello.".to_owned(), agent: Some("Li Wei".to_owned()), ..Reply::default() };
    assert_eq!(commands, [Command::Reply(reply)]);
    assert_eq!(talk.session.turn, turn + 1);
    let line = talk.session.transcript.last().unwrap();
    assert_eq!((line.from, line.text.as_str(), line.turn), (Speaker::Agent, "Hello.", turn + 1));
    assert_eq!(talk.session.last_said, [], "the bot does not repeat it as its own");
    assert!(talk.say("thank you").is_empty(), "the bot is silent");
    let mut waiting = handed_over();
    assert_eq!(waiting.say("hello?").len(), 1, "that it was passed on is said once");
    assert!(waiting.say("hello?").is_empty());
}

#[test]
fn what_is_given_back_is_the_bots_again() {
    let mut talk = handed_over();
    talk.now_ms += HOUR_MS;
    let commands = talk.event(done(None, Then::Bot));
    let all_ended = [ended("human", Outcome::Cancelled), ended("visit", Outcome::Cancelled)];
    assert_eq!(commands.get(1..), Some(&all_ended[..]));
    let notice = "You are with the assistant again. What else can I do for you?";
    assert_eq!(replies(&commands), [notice], "she is not left to wonder who hears her");
    assert_eq!((&talk.session.status, talk.session.stack.len()), (&Status::Bot, 0));
    assert_eq!(talk.session.heard_at_ms, talk.now_ms, "her silence begins now");
    assert_eq!(talk.slot("note"), text("visits C-1 0"), "what is kept for the conversation stays");
    assert_eq!(talk.say("book a visit"), ["How many pieces?"]);
    // And can be handed over again.
    talk.say("a human please");
    assert!(matches!(talk.session.status, Status::HandedOff(_)));
    let commands = talk.event(done(Some("Our assistant goes on."), Then::Bot));
    assert_eq!(replies(&commands), ["Our assistant goes on."], "she has told it herself");
}

#[test]
fn what_is_closed_begins_anew() {
    let mut talk = handed_over();
    let commands = talk.event(done(Some("Bye."), Then::Close(Outcome::Unresolved)));
    assert_eq!((replies(&commands), &talk.session.last_said), (vec!["Bye.".to_owned()], &vec![]));
    let all_ended = [ended("human", Outcome::Unresolved), ended("visit", Outcome::Unresolved)];
    assert_eq!(commands.get(1..), Some(&all_ended[..]));
    assert_eq!((talk.slot("note"), talk.slot("owner")), (None, text("C-1")));
    assert_eq!(talk.session.status, Status::Bot);
}

#[test]
fn a_promise_of_the_bots_outlasts_her() {
    for then in [Then::Bot, Then::Close(Outcome::Resolved)] {
        let mut talk = Talk::new();
        talk.now_ms = 1_000;
        assert_eq!(talk.say("set an alarm"), ["I wake you."]);
        talk.say("a human please");
        assert_eq!(talk.session.wake_at_ms, None, "no timer while a human has it");
        let ends = talk.event(done(None, then));
        let over = ends.iter().filter(|c| matches!(c, Command::FlowEnded { .. })).count();
        assert_eq!(over, 1, "the flow that handed over is over");
        assert_eq!(talk.session.wake_at_ms, Some(1_000 + 2 * HOUR_MS), "{then:?}");
        talk.now_ms = 1_000 + 2 * HOUR_MS;
        assert_eq!(replies(&talk.event(Event::Wake)), ["Good morning!"], "{then:?}");
    }
}
