//! Setting values, and talking in the console.

use super::*;
use crate::dap::motion::Motion;
use crate::dap::run::Doing;

/// Goes on to a line of the source.
fn stop_at(run: &mut Run, text: &str) -> Stops {
    let mut stops = Stops::default();
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let asks = serde_json::json!([{ "line": line_of(text) }]);
    let asks: Vec<_> = serde_json::from_value(asks).unwrap();
    stops.breaks.set_in_file(&run.target, &run.spots, file, &asks, 1);
    stops
}

#[test]
fn a_slot_that_is_set_changes_what_follows_and_nothing_before() {
    let mut run = test_run("an order");
    let stops = stop_at(&mut run, "when pieces > 10");
    run.start(&stops, false);
    let before = scenes(&run);
    let at = run.at;
    let set = run.set_expression("pieces", "4", run.frame(None)).unwrap();
    assert_eq!(set["value"], "4");
    assert_eq!(run.at, at);
    assert_eq!(local(&mut run, "pieces"), "4");
    let after = scenes(&run);
    let number = run.tape.entries.iter().take(at.entry).map(|e| e.points.len()).sum::<usize>();
    let number = number + at.point;
    assert_eq!(before[..number], after[..number]);
    assert_ne!(before[number], after[number]);
    run.resume(Motion::Into, &stops);
    let told = console(&mut run);
    // What had been said before stays said.
    assert!(told.contains(&"bot     You get 12 of chair.".to_owned()), "{told:?}");
    run.resume(Motion::On, &stops);
    let told = console(&mut run);
    assert!(told.contains(&"bot     That is little.".to_owned()), "{told:?}");
    assert!(told.contains(&"the test failed".to_owned()), "{told:?}");
}

#[test]
fn a_slot_of_a_flow_that_waits_and_one_of_the_session_are_set_too() {
    let mut run = test_run("an order");
    let stops = stop_at(&mut run, "set mood = calm");
    run.start(&stops, false);
    // `order` has called `check`, which is on top.
    let caller = run.frame(Some(2));
    run.set_expression("pieces", "7", caller).unwrap();
    run.set_expression("found.left", "1", run.frame(None)).unwrap();
    run.set_expression("mood", "cross", run.frame(None)).unwrap();
    assert_eq!(local(&mut run, "mood"), "cross");
    assert_eq!(local(&mut run, "found.left"), "1");
    run.resume(Motion::Out(run.depth()), &stops);
    assert_eq!(local(&mut run, "pieces"), "7");
    assert_eq!(local(&mut run, "mood"), "calm");
    run.resume(Motion::On, &stops);
    assert!(console(&mut run).contains(&"bot     You get 7 of chair.".to_owned()));
}

#[test]
fn a_value_of_another_kind_is_refused() {
    let mut run = test_run("an order");
    let stops = stop_at(&mut run, "when pieces > 10");
    run.start(&stops, false);
    for (path, value) in
        [("pieces", "many"), ("mood", "glad"), ("utterance", "x"), ("nothing", "1")]
    {
        assert!(run.set_expression(path, value, run.frame(None)).is_err(), "{path} {value}");
    }
    assert_eq!(local(&mut run, "pieces"), "12");
    run.set_expression("item", "a table", run.frame(None)).unwrap();
    assert_eq!(local(&mut run, "item"), "\"a table\"");
    run.set_expression("item", "empty", run.frame(None)).unwrap();
    assert_eq!(local(&mut run, "item"), "empty");
}

#[test]
fn a_conversation_goes_on_by_what_is_typed_in() {
    let mut run = talk();
    let stops = Stops::default();
    let mut say = |line: &str| run.enter(line, &stops);
    say("I want to order something").unwrap();
    say("chair").unwrap();
    assert!(say("/answer 1").unwrap_err().contains("no action is called"));
    say("3").unwrap();
    assert!(say("hello?").unwrap_err().contains("stock.count"));
    assert!(say("/answer {\"left\": \"x\"}").unwrap_err().contains("as declared"));
    assert!(say("/error lost").unwrap_err().contains("unknown, fails"));
    assert!(say("/dance").unwrap_err().contains("/answer"));
    let told = console(&mut run);
    let prompt = "stock.count(item: \"chair\") waits: /answer {\"left\":3,\"place\":\"cellar\"}  \
                  /error unknown  /error fails";
    assert!(told.contains(&prompt.to_owned()), "{told:?}");
    run.enter("/answer {\"left\": 2, \"place\": \"attic\"}", &stops).unwrap();
    let told = console(&mut run);
    assert!(told.contains(&"bot     That is little.".to_owned()), "{told:?}");
    assert!(matches!(run.doing, Doing::Waiting(Motion::On)));
}

#[test]
fn what_is_set_in_a_turn_that_is_over_forgets_what_came_after() {
    let mut run = talk();
    let stops = Stops::default();
    for line in
        ["I want to order something", "chair", "3", "/answer {\"left\": 2, \"place\": \"b\"}"]
    {
        run.enter(line, &stops).unwrap();
    }
    let events = run.tape.entries.len();
    run.pause();
    // Back to where the item is known, before it was counted.
    while recorded_here(&run) != "call check(what: item)" {
        run.step_back(&stops);
    }
    run.set_expression("item", "\"lamp\"", run.frame(None)).unwrap();
    assert!(run.tape.entries.len() < events);
    let told = console(&mut run);
    assert!(told.iter().any(|line| line.contains("forgotten")), "{told:?}");
    run.resume(Motion::On, &stops);
    let told = console(&mut run);
    assert!(told.contains(&"call    stock.count(item: \"lamp\")".to_owned()), "{told:?}");
    run.enter("/error fails", &stops).unwrap();
    let told = console(&mut run);
    assert!(told.iter().any(|line| line.contains("the stock does not answer")), "{told:?}");
}

fn recorded_here(run: &Run) -> String {
    run.tape.point(run.at).map_or(String::new(), |p| source_of(run, &p.what, p.at))
}

#[test]
fn between_two_turns_the_session_itself_is_set() {
    let mut run = talk();
    let stops = Stops::default();
    run.enter("I want to order something", &stops).unwrap();
    run.pause();
    run.set_expression("item", "sofa", run.frame(None)).unwrap();
    run.set_expression("mood", "cross", run.frame(None)).unwrap();
    assert_eq!(local(&mut run, "item"), "\"sofa\"");
    run.enter("chair", &stops).unwrap();
    assert!(run.tape.session.slots.first().unwrap().is_some());
}

#[test]
fn a_flow_begins_by_its_intent_or_not_at_all() {
    let with = |flow: &str| {
        let wanted = Launch { flow: Some(flow.to_owned()), ..Launch::default() };
        launch(target(), &wanted, 0)
    };
    let mut run = with("order").unwrap();
    run.start(&Stops::default(), false);
    assert!(console(&mut run).contains(&"bot     Which item?".to_owned()));
    assert!(with("check").unwrap_err().contains("other flows call it"));
    assert!(with("nothing").unwrap_err().contains("there are"));
}

/// What has happened is not changed by a value that comes after it.
#[test]
fn at_what_has_happened_nothing_is_set() {
    let mut run = test_run("a wrong one");
    let mut stops = Stops::default();
    stops.filters.insert("test");
    run.start(&stops, false);
    assert_eq!(run.incident().unwrap().text, "the bot said something else");
    let why = run.set_expression("mood", "cross", run.frame(None)).unwrap_err();
    assert!(why.contains("over"), "{why}");
}
