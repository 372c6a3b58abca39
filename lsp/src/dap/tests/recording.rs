//! What is recorded: every step, in order, with what is known just before it.

use super::*;

#[test]
fn every_step_is_recorded_in_order() {
    let mut run = test_run("an order");
    run.start(&Stops::default(), false);
    assert_eq!(
        recorded(&run),
        [
            "test: user \"I want to order so",
            "entered: fill item, pieces",
            "test: bot \"Which item?\"",
            "test: user \"chair\"",
            "test: bot \"How many?\"",
            "test: user \"12\"",
            "call check(what: item)",
            "entered: do found = stock.count(w",
            "set mood = calm",
            "end resolved",
            "-> done",
            "entered: say { en \"You get {piece",
            "when pieces > 10 { say {",
            "say { en \"That is a lot.",
            "end resolved",
            "test: bot \"You get 12 of chair",
            "test: bot \"That is a lot.\"",
            "test: expect ended resolved",
        ]
    );
}

#[test]
fn a_step_knows_what_was_known_before_it() {
    let mut run = test_run("an order");
    run.start(&Stops::default(), true);
    let mut stops = Stops::default();
    let line = line_of("set mood = calm");
    let asks = vec![serde_json::from_value(serde_json::json!({ "line": line })).unwrap()];
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let told = stops.breaks.set_in_file(&run.target, &run.spots, file, &asks, 1);
    assert_eq!(told[0]["verified"], true, "{told:?}");
    run.resume(crate::dap::motion::Motion::On, &stops);
    assert_eq!(run.stack()[0].name, "check.look");
    assert_eq!(run.stack()[1].name, "order.collect");
    assert_eq!(local(&mut run, "what"), "\"chair\"");
    assert_eq!(local(&mut run, "found.left"), "3");
    assert_eq!(local(&mut run, "found"), "{ left: 3, place: \"cellar\" }");
    assert_eq!(local(&mut run, "mood"), "empty");
    assert_eq!(local(&mut run, "found.left + 1"), "4");
    run.resume(crate::dap::motion::Motion::Into, &stops);
    assert_eq!(local(&mut run, "mood is calm"), "true");
    // The flow that called is where it called from.
    let caller = run.evaluate("pieces", run.frame(Some(2))).unwrap();
    assert_eq!(caller["result"], "12");
}

#[test]
fn the_engine_does_the_same_whether_or_not_it_is_watched() {
    for name in ["an order", "a wrong one"] {
        let mut run = test_run(name);
        run.start(&Stops::default(), false);
        let target = target();
        let test = target.tables().tests.iter().find(|test| test.name == name).unwrap();
        let report = flowright_engine::transcript::run_test(&target.program, test);
        assert_eq!(run.tape.session, report.session, "{name}");
    }
}

#[test]
fn what_does_not_go_as_written_is_recorded_with_its_line() {
    let mut run = test_run("a wrong one");
    run.start(&Stops::default(), false);
    let last = recorded(&run).pop().unwrap();
    assert_eq!(last, "(the bot said something else)");
    assert!(recorded(&run).contains(&"(`stock.count` answered `unknown`)".to_owned()));
    let point = run.tape.entries.last().unwrap().points.last().unwrap();
    let line = run.target.line_column(point.at.unwrap()).0 + 1;
    assert_eq!(i64::from(line), line_of("bot  \"You get 2 of chair.\""));
}

#[test]
fn the_console_shows_the_conversation_as_it_goes() {
    let mut run = test_run("an order");
    run.start(&Stops::default(), false);
    assert_eq!(
        console(&mut run),
        [
            "user    I want to order something",
            "bot     Which item?",
            "user    chair",
            "bot     How many?",
            "user    12",
            "call    stock.count(item: \"chair\")",
            "answer  a value",
            "bot     You get 12 of chair.",
            "bot     That is a lot.",
            "the test passed",
        ]
    );
}

/// Values that grow from step to step are kept up to a size; what comes then happens, and is not recorded.
#[test]
fn a_record_has_a_size() {
    use crate::dap::record::{Kept, Recorder, Trail};
    let run = test_run("an order");
    let mut session = run.tape.session.clone();
    let opened = |session: &mut flowright_engine::model::Session, room| {
        let mut trail = Trail::default();
        let target = std::rc::Rc::clone(&run.target);
        let recorder =
            Recorder::new(&target, &mut trail, Scene::default(), Default::default(), room);
        let event = flowright_engine::model::Event::Message {
            channel: "web".to_owned(),
            text: "I want to order something".to_owned(),
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        };
        let (step, points, kept) = recorder.take(session, event, 0).unwrap();
        (step.commands, points.len(), kept)
    };
    let (commands, points, kept) = opened(&mut session.clone(), usize::MAX);
    assert!(points > 0 && kept.bytes > 0 && !kept.cut, "{kept:?}");
    let (same, none, cut) = opened(&mut session, 0);
    assert_eq!((same, none, cut), (commands, 0, Kept { bytes: 0, cut: true }));
}
