//! A conversation that nobody went on with is over: what was under way ends, what is known of the
//! customer stays, and the next word begins anew.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::bundle;
use flowright_compiler::compile::{MemorySources, compile};
use flowright_compiler::ir::Outcome;
use flowright_engine::model::{ActionResult, Command, Event, Session};
use flowright_engine::{LoadedProgram, StepError, open_session, step};
use flowright_nlu::value::{Decimal, Value};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket
skill desk
route { otherwise -> desk }
customer { id: text }
slot owner: text { default customer.id }
slot missed: number { default misses }
slot note: text
action orders.get(id: text) -> { due: text } { get "{env.CRM}/{id}" }
intent visit { en "book a visit", "a visit please", "visit", "I want a visit", "somebody should come" }
intent alarm { en "set an alarm", "wake me up", "alarm", "wake-up call", "an alarm please" }
intent loud { en "make it loud", "louder", "a loud one", "turn the volume up", "more noise" }
intent look { en "look it up", "look up my order", "look", "find my order", "search for it" }
intent human { en "a human please", "talk to a person", "human", "agent", "somebody real" }
flow look {
  on intent look
  state start {
    do found = orders.get(customer.id) { failed -> handoff because "no answer" }
    say "Due {found.due}."
    end resolved
  }
}
flow visit {
  on intent visit
  slot pieces: number { ask "How many pieces?" }
  state start {
    set note = "visits {owner} {missed}"
    fill pieces
    say "{note} {pieces}."
    end resolved
  }
}
flow alarm {
  on intent alarm
  slot level: number { ask "How loud?" }
  state start {
    say "I wake you."
    wait 2h
    when has note { say "Good morning, {note}!"  end resolved }
    say "Good morning!"
    end resolved
    on intent loud { fill level  say "{level}." }
  }
}
flow human { on intent human  state start { handoff because "asked" } }
"#;

const HOUR_MS: i64 = 3_600_000;
/// How long a conversation lasts here.
const LASTS_MS: i64 = 12 * HOUR_MS;

struct Talk {
    program: LoadedProgram,
    session: Session,
    now_ms: i64,
}

impl Talk {
    fn new() -> Self {
        let made = compile(&MemorySources::one("a.flow", SOURCE)).unwrap();
        assert_eq!(made.analysis.diagnostics, []);
        let made = made.bundle.unwrap();
        let (read, hash) = bundle::read(&bundle::write(&made).unwrap().bytes).unwrap();
        let program = LoadedProgram::interpreted(read, hash).unwrap();
        let session = open_session(&program, "s", "web", None, 0);
        let mut talk = Self { program, session, now_ms: 0 };
        talk.knows("C-1");
        talk
    }

    fn event(&mut self, event: Event) -> Vec<Command> {
        step(&self.program, &mut self.session, event, self.now_ms).unwrap().commands
    }

    /// Who the customer is.
    fn knows(&mut self, id: &str) {
        let profile = vec![Some(Value::Text(id.to_owned()))];
        assert_eq!(self.event(Event::Customer { profile }), []);
    }

    fn say(&mut self, text: &str) -> Vec<String> {
        let (channel, text) = ("web".to_owned(), text.to_owned());
        replies(&self.event(Event::Message { channel, text, payload: None, external: None }))
    }

    fn expires_at_ms(&self) -> Option<i64> {
        self.session.expires_at_ms(LASTS_MS)
    }

    fn slot(&self, name: &str) -> Option<Value> {
        let slots = &self.program.program.session_slots;
        let slot = slots.iter().find(|slot| slot.name == name).unwrap();
        self.session.slots.get(slot.place.index as usize).unwrap().clone()
    }
}

fn replies(commands: &[Command]) -> Vec<String> {
    let reply = |command: &Command| match command {
        Command::Reply(reply) => Some(reply.text.clone()),
        _ => None,
    };
    commands.iter().filter_map(reply).collect()
}

fn text(words: &str) -> Option<Value> {
    Some(Value::Text(words.to_owned()))
}

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
