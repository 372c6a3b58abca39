//! Two conversations of one customer become one.

use flowright_engine::model::{Event, Status};
use flowright_nlu::value::Value;

use super::{Talk, replies};

/// Two conversations with what was said in them, one after the other, joined: what the first then is.
fn joined(first: &[&str], second: &[&str]) -> Talk {
    let (mut into, mut other) = (Talk::new(), Talk::new());
    let mut now_ms = 0;
    for (talk, words) in [(&mut into, first), (&mut other, second)] {
        for text in words {
            now_ms += 1_000;
            talk.now_ms = now_ms;
            talk.say(text);
        }
    }
    (into.now_ms, other.now_ms) = (now_ms, now_ms);
    assert_eq!(into.event(Event::Joined { other: Box::new(other.session.clone()) }), []);
    assert_eq!(other.event(Event::Left { into: "t".to_owned() }), []);
    assert!(other.session.stack.is_empty() && other.session.wake_at_ms.is_none());
    assert_eq!(other.session.status, Status::Bot);
    into
}

#[test]
fn what_was_under_way_goes_on_and_what_waits_below_comes_after_it() {
    // Nothing was under way in the first one.
    let mut talk = joined(&[], &["visit"]);
    assert_eq!(talk.say("7")[0], "visits C-1 0 7.");
    // Something was: it goes on when the other is done.
    let mut talk = joined(&["visit"], &["alarm", "louder"]);
    assert_eq!(talk.session.stack.len(), 2);
    let answers = talk.say("3");
    assert_eq!(answers[0], "3.", "{answers:?}");
    // The alarm comes back when its time has come, and then the visit asks again.
    talk.now_ms = talk.session.wake_at_ms.unwrap();
    let answers = replies(&talk.event(Event::Wake));
    assert!(answers.iter().any(|text| text.starts_with("Good morning")), "{answers:?}");
    assert!(answers.iter().any(|text| text == "How many pieces?"), "{answers:?}");
}

#[test]
fn a_human_who_has_one_has_both_and_reads_all_in_order() {
    for (first, second) in [(&["human"][..], &["visit"][..]), (&["visit"], &["human"])] {
        let session = joined(first, second).session;
        assert!(matches!(session.status, Status::HandedOff(_)), "{first:?} {second:?}");
        let texts: Vec<_> = session.transcript.iter().map(|line| line.text.as_str()).collect();
        let at = |text: &str| texts.iter().position(|line| *line == text).unwrap();
        assert!(at(first[0]) < at(second[0]), "{texts:?}");
    }
}

#[test]
fn what_was_said_last_counts_and_nothing_is_lost() {
    let note = |first: &[&str], second: &[&str]| joined(first, second).slot("note");
    let known = Some(Value::Text("visits C-1 0".to_owned()));
    assert_eq!(note(&["visit"], &["alarm"]), known);
    assert_eq!(note(&["alarm"], &["visit"]), known);
    // Two misses there: they count here.
    assert_eq!(joined(&[], &["visit", "qqq zzz"]).session.misses, 1);
}

#[test]
fn a_conversation_of_another_program_leaves_only_its_words() {
    let (mut talk, mut other) = (Talk::new(), Talk::new());
    other.say("visit");
    other.session.bundle = [9; 32];
    talk.event(Event::Joined { other: Box::new(other.session) });
    assert!(talk.session.stack.is_empty());
    assert_eq!(talk.session.transcript[0].text, "visit");
}
