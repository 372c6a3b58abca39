//! Conversations that are over: nobody went on with them, or a human is done with them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod agents;
mod expired;
mod joined;
mod owners;
mod rules;
mod waiting;

use flowright_compiler::bundle;
use flowright_compiler::compile::{MemorySources, compile};
use flowright_engine::model::{Command, Event, Session};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::value::Value;

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket
skill desk
skill billing
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
        Self::of(SOURCE)
    }

    fn of(source: &str) -> Self {
        let made = compile(&MemorySources::one("a.flow", source)).unwrap();
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
        replies(&self.event(Event::Message {
            channel,
            text,
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        }))
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
