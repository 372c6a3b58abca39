//! Conversations over edits of the sources.

use std::sync::Arc;

use flowright_lsp::talk::conversation::{Answer, Kept};
use flowright_lsp::talk::program::Ready;

use crate::{answers, ready, said, slot, small, talk};

const FLOW: &str = "intent go { en \"go on\", \"start it\", \"begin\" }\n\
    action stock.level(item: text) -> { left: number } { get \"https://x.example/{item}\" }\n\
    flow f {\n  on intent go\n  slot item: text { ask { en \"Which item?\" } }\n  \
    slot n: number { ask { en \"How many?\" } }\n  \
    state first { fill item  -> second }\n  \
    state second { fill n  -> third }\n  \
    state third {\n    do level = stock.level(item) { failed -> { clear item  -> first } }\n    \
    say { en \"{level.left} left\" }\n    end resolved\n  }\n}\n";

fn edited(from: &str, to: &str) -> Arc<Ready> {
    let text = FLOW.replace(from, to);
    assert_ne!(text, FLOW);
    ready(&small(&text))
}

#[test]
fn it_goes_on_in_the_new_program_where_it_fits() {
    let mut talk = talk(&ready(&small(FLOW)), Some("f"));
    talk.say("bolts", None).unwrap();
    let before = talk.view();
    talk.survive(edited("state second { fill n", "// Moved.\n  state second { fill n")).unwrap();
    talk.survive(edited("\"{level.left} left\"", "\"There are {level.left}.\"")).unwrap();
    let view = talk.view();
    assert_eq!(view.kept, Some(Kept { kept: true, why: None }));
    assert_eq!(
        (slot(&view, "item").as_deref(), view.lines.len()),
        (Some("bolts"), before.lines.len())
    );
    assert!(view.revision > before.revision);
    talk.say("3", None).unwrap();
    answers(&mut talk, "stock.level", &Answer::Value(Some(serde_json::json!({ "left": 7 }))));
    assert!(said(&talk.view()).contains(&"bot There are 7.".to_owned()), "{:?}", talk.view().lines);
    let test = talk.record("after an edit").unwrap();
    assert!(test.contains("There are 7."), "{test}");
}

#[test]
fn it_stays_where_it_does_not_fit_and_says_why() {
    let mut talk = talk(&ready(&small(FLOW)), Some("f"));
    talk.say("bolts", None).unwrap();
    // What it waits for is asked no more, and its state is gone.
    let gone = FLOW
        .replace("-> second", "-> third")
        .replace("  state second { fill n  -> third }\n", "")
        .replace("  slot n: number { ask { en \"How many?\" } }\n", "");
    let gone = ready(&small(&format!("{gone}migrate {{ slot f.n dropped }}\n")));
    talk.survive(Arc::clone(&gone)).unwrap();
    let view = talk.view();
    let kept = view.kept.clone().unwrap();
    let why = kept.why.unwrap();
    assert!(!kept.kept && why.contains("`f.second`"), "{why}");
    let place = view.path.last().unwrap();
    assert_eq!((place.state.as_str(), place.location), ("second", None));
    // A test is of the sources as they are now.
    let why = talk.record("x").unwrap_err().0;
    assert!(why.contains("sources as they were") && why.contains("`f.second`"), "{why}");
    // It goes on as it was: the next state is where both versions have a place.
    talk.say("3", None).unwrap();
    assert_eq!(talk.view().call.map(|call| call.action), Some("stock.level".to_owned()));
    answers(&mut talk, "stock.level", &Answer::Error("fails".to_owned()));
    assert_eq!(talk.view().kept, Some(Kept { kept: true, why: None }));
    talk.restart().unwrap();
    assert_eq!(talk.view().kept, None);
    talk.say("bolts", None).unwrap();
    assert_eq!(talk.view().call.map(|call| call.action), Some("stock.level".to_owned()));
}

#[test]
fn a_call_under_way_is_answered_first() {
    let mut talk = talk(&ready(&small(FLOW)), Some("f"));
    talk.say("bolts", None).unwrap();
    talk.say("3", None).unwrap();
    talk.survive(edited("\"{level.left} left\"", "\"There are {level.left}.\"")).unwrap();
    let kept = talk.view().kept.unwrap();
    assert!(!kept.kept && kept.why.unwrap().contains("answer it first"));
    answers(&mut talk, "stock.level", &Answer::Value(Some(serde_json::json!({ "left": 7 }))));
    let view = talk.view();
    assert!(
        said(&view).contains(&"bot 7 left".to_owned()),
        "the version that called takes the answer"
    );
    assert_eq!(view.kept, Some(Kept { kept: true, why: None }));
    let why = talk.record("x").unwrap_err().0;
    assert!(why.contains("goes otherwise now"), "{why}");
}

#[test]
fn migrate_sends_it_on_at_once() {
    let mut talk = talk(&ready(&small(FLOW)), Some("f"));
    talk.say("bolts", None).unwrap();
    let gone = FLOW
        .replace("-> second", "-> third")
        .replace("  state second { fill n  -> third }\n", "")
        .replace("  slot n: number { ask { en \"How many?\" } }\n", "");
    let gone = format!("{gone}migrate {{\n  state f.second -> third\n  slot f.n dropped\n}}\n");
    talk.survive(ready(&small(&gone))).unwrap();
    let view = talk.view();
    assert_eq!(view.kept, Some(Kept { kept: true, why: None }), "{:?}", said(&view));
    assert_eq!(view.call.map(|call| call.action), Some("stock.level".to_owned()));
}
