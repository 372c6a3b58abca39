//! Sessions that begin with one program and go on with another.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::upgrade::{Class, Diff, MigrationPlan, Version, diff};
use flowright_engine::compare::{Limits, compare, places};
use flowright_engine::model::{ActionResult, Command, Event, Session, Status};
use flowright_engine::upgrade::{Stays, move_session};
use flowright_engine::{LoadedProgram, open_session, step};
use serde_json::json;

const COMMON: [(&str, &str); 4] = [
    ("bot ", "bot example {\n  languages en\n  timezone \"Asia/Shanghai\"\n}\n"),
    ("channel ", "channel web: websocket\n"),
    ("skill ", "skill frontline\n"),
    ("route ", "route { otherwise -> frontline }\n"),
];

/// 2026-06-01 09:00 in Shanghai.
const NOW_MS: i64 = 1_780_275_600_000;

fn load(text: &str) -> LoadedProgram {
    let mut text = text.to_owned();
    for (word, common) in COMMON {
        if !text.lines().any(|line| line.starts_with(word)) {
            text.push_str(common);
        }
    }
    let analysis = flowright_compiler::analyse(&MemorySources::one("bot.flow", &text)).unwrap();
    // A new version may read what it never fills: that is one of the changes told apart here.
    let made = flowright_compiler::compile::build(&analysis)
        .unwrap_or_else(|e| panic!("{e}: {:?}", analysis.diagnostics));
    let encoded = bundle::write(&made).unwrap();
    let (read, hash) = bundle::read(&encoded.bytes).unwrap();
    LoadedProgram::interpreted(read, hash).unwrap()
}

fn version(loaded: &LoadedProgram) -> Version<'_> {
    Version { program: &loaded.program, hash: loaded.bundle }
}

fn between(old: &LoadedProgram, new: &LoadedProgram) -> Diff {
    diff(version(old), version(new))
}

/// A conversation that can change its program.
struct Talk {
    program: LoadedProgram,
    session: Session,
    now_ms: i64,
    called: Vec<String>,
}

impl Talk {
    fn new(source: &str) -> Self {
        let program = load(source);
        let session = open_session(&program, "s", "web", None, NOW_MS);
        Self { program, session, now_ms: NOW_MS, called: Vec::new() }
    }

    fn event(&mut self, event: Event) -> Vec<String> {
        let (mut event, mut said) = (event, Vec::new());
        loop {
            let done = step(&self.program, &mut self.session, event, self.now_ms).unwrap();
            for command in done.commands {
                match command {
                    Command::Reply(reply) => said.push(reply.text),
                    Command::Note { code, text } => panic!("{code}: {text}"),
                    _ => {}
                }
            }
            let Some(call) = self.session.pending_call().cloned() else { return said };
            let action = &self.program.program.actions[call.action.index()];
            self.called.push(format!("{} {:?}", action.name, call.args));
            let body = match action.name.as_str() {
                "orders.all" => json!({ "items": [
                    { "title": "Pump", "price": 3, "stock": 1 },
                    { "title": "Pipe", "price": 4, "stock": 2 },
                ] }),
                _ => json!({ "due": "2026-06-10", "owner": "C-1" }),
            };
            let result = ActionResult::Answer { status: 200, body };
            event = Event::ActionResult { key: call.key, result };
        }
    }

    fn say(&mut self, text: &str) -> Vec<String> {
        let (channel, payload) = ("web".to_owned(), None);
        self.event(Event::Message { channel, text: text.to_owned(), payload })
    }

    /// The new program takes over; what is said at once.
    fn upgrade(&mut self, source: &str) -> Result<Vec<String>, Stays> {
        let new = load(source);
        let plan = between(&self.program, &new).plan;
        // As a runtime would keep it.
        let plan: MigrationPlan =
            serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        self.session = move_session(&plan, &self.session, &new.program)?;
        self.program = new;
        match self.session.wake_at_ms {
            Some(due) if due <= self.now_ms => Ok(self.event(Event::Wake)),
            _ => Ok(Vec::new()),
        }
    }
}

const MOVE: &str = r#"
action orders.get(order: text) -> { due: date, owner: text } { get "{env.CRM}/orders/{order}" }
effect orders.move(order: text, day: date) { put "{env.CRM}/orders/{order}" body { day } }
entity order_number: text { pattern r"\d{5,10}" }
intent move { pattern r"^move$"  en "move my order", "another day", "change the date", "deliver later", "later please" }
intent prices { pattern r"^prices$"  en "what does it cost", "your prices", "how much is it", "price list", "costs" }

flow move {
  on intent move
  slot order: order_number { ask "Which order?" }
  slot day: date           { ask "It is due on {found.due}. Which day?" }
  state collect {
    fill order
    do found = orders.get(order) { failed -> handoff }
    -> ask_day
  }
  state ask_day {
    fill day
    confirm "Move {order} to {day}?" { yes -> save  no -> ask_day }
  }
  state save {
    do orders.move(order, day) { failed -> handoff }
    say "Moved {order} to {day}."
    end resolved
  }
}

flow prices {
  on intent prices
  slot part: order_number { ask "Of which part?" }
  state start { fill part  say "Part {part} costs 3."  end resolved }
}
"#;

/// The old program's conversation up to the question for the day.
fn asked_for_the_day() -> Talk {
    let mut talk = Talk::new(MOVE);
    assert_eq!(talk.say("move"), ["Which order?"]);
    assert_eq!(talk.say("12345"), ["It is due on 10 June. Which day?"]);
    talk
}

#[test]
fn what_has_not_changed_goes_on() {
    let mut talk = asked_for_the_day();
    let plain = talk.session.clone();
    assert_eq!(talk.upgrade(MOVE).unwrap(), Vec::<String>::new());
    assert_eq!(talk.session, plain);
    assert_eq!(talk.say("2026-06-15"), ["Move 12345 to 15 June?"]);
    assert_eq!(talk.say("yes"), ["Moved 12345 to 15 June."]);
}

#[test]
fn a_renamed_state_goes_on() {
    let renamed = MOVE.replace("ask_day", "choose_day");
    let mut talk = asked_for_the_day();
    assert!(matches!(talk.upgrade(&renamed), Err(Stays::Wait { .. })));
    let said = format!("{renamed}migrate {{ state move.ask_day is move.choose_day }}\n");
    assert_eq!(talk.upgrade(&said).unwrap(), Vec::<String>::new());
    assert_eq!(talk.say("2026-06-15"), ["Move 12345 to 15 June?"]);
    assert_eq!(talk.say("no"), ["Move 12345 to 15 June?"]);
    assert_eq!(talk.say("yes"), ["Moved 12345 to 15 June."]);
}

#[test]
fn a_renamed_slot_keeps_its_value() {
    let renamed = MOVE
        .replace("slot order:", "slot number:")
        .replace("fill order", "fill number")
        .replace("(order)", "(number)")
        .replace("(order, day)", "(number, day)")
        .replace("{order}", "{number}")
        .replace("{env.CRM}/orders/{number}", "{env.CRM}/orders/{order}");
    let mut talk = asked_for_the_day();
    assert!(talk.upgrade(&renamed).is_err());
    talk.upgrade(&format!("{renamed}migrate {{ slot move.order is move.number }}\n")).unwrap();
    assert_eq!(talk.say("2026-06-15"), ["Move 12345 to 15 June?"]);
    assert_eq!(talk.say("yes"), ["Moved 12345 to 15 June."]);
    assert!(talk.called.last().unwrap().contains("12345"), "{:?}", talk.called);
}

#[test]
fn a_new_slot_has_its_default() {
    let more = MOVE
        .replace("  slot day:", "  slot reason: text { ask \"Why?\" }\n  slot day:")
        .replace("fill order", "fill order, reason")
        .replace("say \"Moved", "say \"Reason: {reason}.\"\n    say \"Moved");
    let mut talk = asked_for_the_day();
    assert!(matches!(talk.upgrade(&more), Err(Stays::Wait { .. })));
    talk.upgrade(&format!("{more}migrate {{ slot move.reason default \"not given\" }}\n")).unwrap();
    talk.say("2026-06-15");
    assert_eq!(talk.say("yes"), ["Reason: not given.", "Moved 12345 to 15 June."]);
    // Whoever is asked before the new question gets it.
    let mut early = Talk::new(MOVE);
    early.say("move");
    early.upgrade(&more).unwrap();
    assert_eq!(early.say("12345"), ["Why?"]);
}

#[test]
fn a_renamed_flow_goes_on_below_a_digression() {
    let renamed = MOVE.replace("flow move {", "flow shift {");
    let said = format!("{renamed}migrate {{ flow move is shift }}\n");
    let mut talk = asked_for_the_day();
    assert_eq!(talk.say("prices"), ["Of which part?"]);
    assert_eq!(talk.session.stack.len(), 2);
    let before = talk.session.clone();
    assert!(matches!(talk.upgrade(&renamed), Err(Stays::Flow(_))));
    assert_eq!(talk.session, before);
    talk.upgrade(&said).unwrap();
    let back = talk.say("77777");
    assert_eq!(back.first().unwrap(), "Part 77777 costs 3.");
    assert_eq!(back.last().unwrap(), "It is due on 10 June. Which day?");
    talk.say("2026-06-15");
    assert_eq!(talk.say("yes"), ["Moved 12345 to 15 June."]);
}

#[test]
fn a_called_flow_returns_to_its_renamed_caller() {
    let calls = format!(
        "{MOVE}{}",
        r#"
intent both { pattern r"^both$"  en "do both", "both please", "two things", "all of it", "everything" }
flow both {
  on intent both
  state start { call prices()  -> after }
  state after { say "Both done."  end resolved }
}
"#
    );
    let renamed = calls
        .replace("state start { call prices()", "state first { call costs()")
        .replace("flow prices {", "flow costs {")
        .replace("flow both {", "flow two {");
    let said = format!(
        "{renamed}migrate {{\n  flow both is two\n  flow prices is costs\n  \
         state both.start is two.first\n}}\n"
    );
    let mut talk = Talk::new(&calls);
    assert_eq!(talk.say("both"), ["Of which part?"]);
    talk.upgrade(&said).unwrap();
    assert_eq!(talk.say("77777"), ["Part 77777 costs 3.", "Both done."]);
    // A caller that is sent on goes there when what it called returns.
    let sent = format!(
        "{renamed}migrate {{\n  flow both is two\n  flow prices is costs\n  \
         state both.start -> end cancelled\n}}\n"
    );
    let mut talk = Talk::new(&calls);
    talk.say("both");
    talk.upgrade(&sent).unwrap();
    assert_eq!(talk.say("77777"), ["Part 77777 costs 3."]);
    assert!(talk.session.stack.is_empty());
}

#[test]
fn migrate_sends_sessions_on() {
    let gone = MOVE.replace("ask_day", "choose_day");
    let with = |line: &str| format!("{gone}migrate {{ {line} }}\n");
    let mut talk = asked_for_the_day();
    let said = talk.upgrade(&with("state move.ask_day -> choose_day")).unwrap();
    assert_eq!(said, ["It is due on 10 June. Which day?"]);
    assert_eq!(talk.say("2026-06-15"), ["Move 12345 to 15 June?"]);

    let mut talk = asked_for_the_day();
    talk.upgrade(&with("state move.ask_day -> handoff because \"changed under way\"")).unwrap();
    let Status::HandedOff(handoff) = &talk.session.status else { panic!("not handed over") };
    assert_eq!(handoff.because, "changed under way");

    let mut talk = asked_for_the_day();
    talk.upgrade(&with("flow move -> end unresolved")).unwrap();
    assert!(talk.session.stack.is_empty());

    // Below a digression it comes when the digression is over.
    let mut talk = asked_for_the_day();
    talk.say("prices");
    let said = talk.upgrade(&with("state move.ask_day -> choose_day")).unwrap();
    assert_eq!(said, Vec::<String>::new());
    let back = talk.say("77777");
    assert_eq!(back.last().unwrap(), "It is due on 10 June. Which day?");
}

#[test]
fn a_correction_does_not_cross_an_effect_in_a_state_that_is_gone() {
    let old = MOVE.replace(
        "    say \"Moved {order} to {day}.\"\n    end resolved\n",
        "    -> more\n  }\n  state more {\n    confirm \"More for {order}?\" { yes -> collect  no -> done }\n  }\n  state done {\n    end resolved\n",
    );
    let new = old
        .replace("  state save {\n    do orders.move(order, day) { failed -> handoff }\n    -> more\n  }\n", "")
        .replace("yes -> save", "yes -> more");
    let mut talk = Talk::new(&old);
    talk.say("move");
    talk.say("12345");
    talk.say("2026-06-15");
    assert_eq!(talk.say("yes"), ["More for 12345?"]);
    let mut stayed = talk.session.clone();
    let too_late = talk.say("no, I mean 54321");
    assert_eq!(too_late.len(), 2, "{too_late:?}");
    std::mem::swap(&mut talk.session, &mut stayed);
    talk.upgrade(&new).unwrap();
    assert_eq!(talk.say("no, I mean 54321"), too_late);
}

#[test]
fn a_call_under_way_is_answered_first() {
    let program = load(MOVE);
    let called = places(&program, Limits::default()).into_iter().find(|(s, _)| s.is_calling());
    let (session, _) = called.unwrap();
    let plan = between(&program, &program).plan;
    assert_eq!(move_session(&plan, &session, &program.program), Err(Stays::Calling));
    let other = between(&load(&MOVE.replace("Which order?", "Which one?")), &program).plan;
    assert_eq!(move_session(&other, &session, &program.program), Err(Stays::OtherBundle));
}

/// The pairs of `flowright diff`'s own tests.
fn pairs() -> Vec<(String, LoadedProgram, LoadedProgram)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/upgrades");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "flow"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let (old, new) = text.split_once("// ---- then\n").unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), load(old), load(new))
    };
    paths.iter().map(read).collect()
}

/// What is called safe is: every session moves and goes on. What is not is refused to some.
#[test]
fn every_place_of_every_pair_moves_just_when_it_is_safe() {
    let limits = Limits { moves: 12, conversations: 400, customers: 3 };
    let mut moved_count = 0;
    for (name, old, new) in pairs() {
        let diff = between(&old, &new);
        let mut refused = Vec::new();
        let same = between(&old, &old).plan;
        for (session, now_ms) in places(&old, limits) {
            match move_session(&same, &session, &old.program) {
                Ok(moved) => assert_eq!(moved, session, "{name}"),
                Err(why) => assert_eq!(why, Stays::Calling, "{name}"),
            }
            match move_session(&diff.plan, &session, &new.program) {
                Ok(mut moved) => {
                    moved_count += 1;
                    goes_on(&name, &new, &mut moved, now_ms);
                }
                Err(Stays::Calling) => assert!(session.is_calling(), "{name}"),
                Err(why) => refused.push(why),
            }
        }
        // Who is on a channel or waits for a skill that the search does not come to.
        let only_tables = diff.changes.iter().filter(|change| change.class != Class::Safe);
        let unseen = only_tables.clone().all(|c| matches!(c.what, "skill" | "channel"));
        if diff.class() == Class::Safe {
            assert!(refused.is_empty(), "{name}: {refused:?} {:#?}", diff.changes);
        } else if !unseen {
            assert!(!refused.is_empty(), "{name}: {:#?}", diff.changes);
        }
    }
    assert!(moved_count > 500, "{moved_count}");
}

/// A moved session takes what comes without a fault.
fn goes_on(name: &str, program: &LoadedProgram, session: &mut Session, now_ms: i64) {
    let mut events = Vec::new();
    if session.wake_at_ms.is_some_and(|due| due <= now_ms) {
        events.push(Event::Wake);
    }
    for text in ["yes", "12345", "2026-06-15", "1"] {
        let (channel, payload) = ("web".to_owned(), None);
        events.push(Event::Message { channel, text: text.to_owned(), payload });
    }
    for event in events {
        if session.is_calling() {
            return;
        }
        for command in step(program, session, event, now_ms).unwrap().commands {
            assert!(!matches!(command, Command::Note { .. }), "{name}: {command:?}");
        }
    }
}

#[test]
fn the_shortest_different_conversation_is_found() {
    let old = load(MOVE);
    let changed = MOVE.replace("confirm", "when day > today + 30d -> save\n    confirm");
    let new = load(&changed);
    let plan = between(&old, &new).plan;
    let found = compare(&old, &new, &plan, Limits::default()).difference.unwrap();
    let moves: Vec<&str> = found.exchanges.iter().map(|e| e.what.as_str()).collect();
    assert_eq!(
        moves,
        [
            "(wants move)",
            "\"12345\"",
            "orders.get answers {\"due\":\"2026-01-12\",\"owner\":\"12345\"}",
            "\"2026-02-05\"",
        ]
    );
    assert_eq!(found.before, ["waits in move.ask_day for a yes or no"]);
    assert_eq!(
        found.now,
        [
            "calls orders.move(order: \"12345\", day: \"2026-02-05\")",
            "waits in move.save for an answer",
        ]
    );
    let same = compare(&old, &old, &between(&old, &old).plan, Limits::default());
    assert!(same.difference.is_none() && !same.limited, "{same:?}");
    let texts = load(&MOVE.replace("Which order?", "Which one?"));
    let same = compare(&old, &texts, &between(&old, &texts).plan, Limits::default());
    assert!(same.difference.is_none(), "{same:?}");
    let few = Limits { moves: 3, conversations: 10_000, customers: 4 };
    let near = compare(&old, &new, &plan, few);
    assert!(near.difference.is_none() && near.limited, "{near:?}");
}
