//! Time passes when it is told to, and timers go off.

use flowright_lsp::talk::conversation::Answer;

use crate::{answers, ready, said, small, talk};

#[test]
fn timers_go_off_while_time_passes_and_wait_for_answers() {
    let sources = small(
        "effect nudge.send(n: number) { post \"https://x.example/{n}\" }\n\
         intent go { en \"go on\", \"start it\", \"begin\" }\n\
         flow f {\n  on intent go\n  slot n: number { ask { en \"How many?\" } }\n  \
         state s { fill n  end resolved }\n  \
         on silence 10m { say { en \"Still there?\" } do nudge.send(1) }\n  \
         on silence 20m { say { en \"Bye.\" } end unresolved }\n}\n",
    );
    let mut talk = talk(&ready(&sources), Some("f"));
    assert_eq!(talk.view().wakes_in_ms, Some(600_000));
    talk.pass(60_000).unwrap();
    let view = talk.view();
    assert_eq!((view.now.as_str(), view.wakes_in_ms), ("2026-06-01T09:01:00", Some(540_000)));
    talk.pass(3_600_000).unwrap();
    let view = talk.view();
    assert_eq!(view.call.as_ref().map(|call| call.action.as_str()), Some("nudge.send"));
    assert_eq!(view.now, "2026-06-01T09:10:00", "time stands still while a call is under way");
    answers(&mut talk, "nudge.send", &Answer::Value(None));
    let view = talk.view();
    assert_eq!((view.now.as_str(), view.status), ("2026-06-01T10:01:00", "ended"));
    assert_eq!(
        said(&view)[1..],
        [
            "bot How many?",
            "time 1m",
            "time 1h",
            "bot Still there?",
            "call nudge.send(n: 1) -> done",
            "bot Bye.",
            "note `f` ended unresolved",
        ]
    );
    let test = talk.record("silence").unwrap();
    assert!(test.contains("silence 1h") && test.contains("expect ended unresolved"), "{test}");
    assert!(!test.contains("given"), "an effect without a result succeeds by itself: {test}");
}

#[test]
fn a_flow_that_waits_goes_on_at_its_time() {
    let sources = small(
        "intent go { en \"go on\", \"start it\", \"begin\" }\n\
         flow f {\n  on intent go\n  state s { say { en \"Later.\" } wait 2h  say { en \"Now.\" } end resolved }\n}\n",
    );
    let mut talk = talk(&ready(&sources), Some("f"));
    assert_eq!(talk.view().waits_for.as_deref(), Some("the time: 2026-06-01T11:00:00"));
    talk.pass(7_199_999).unwrap();
    assert_eq!(talk.view().status, "bot");
    talk.pass(1).unwrap();
    assert_eq!(talk.view().status, "ended");
}
