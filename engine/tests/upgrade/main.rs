//! Sessions that begin with one program and go on with another.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod pairs;
mod talk;

use flowright_engine::compare::{Limits, compare, places};
use flowright_engine::model::{Event, Status};
use flowright_engine::upgrade::{Stays, move_session};
use flowright_engine::{StepError, open_session, step};

use self::talk::{Talk, between, load};

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

/// What a journal keeps of a move is no step: nobody can move a session by one.
#[test]
fn a_move_is_no_step() {
    let program = load(MOVE);
    let mut session = open_session(&program, "s", "web", None, 0);
    let before = session.clone();
    let event = Event::Upgraded { from: program.bundle, to: [7; 32] };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    assert_eq!(step(&program, &mut session, event, 0), Err(StepError::NotAStep));
    assert_eq!(session, before);
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
