//! Moving through the record.

use super::*;
use crate::dap::breakpoints::Asks;
use crate::dap::incidents::Trigger;
use crate::dap::motion::Motion;
use crate::dap::record::Point;
use crate::dap::run::Doing;

/// Where it is stopped.
fn here(run: &Run) -> String {
    let point = run.tape.point(run.at).unwrap();
    source_of(run, &point.what, point.at)
}

fn stops_at(run: &Run, asks: serde_json::Value) -> Stops {
    let mut stops = Stops::default();
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let asks: Vec<_> = serde_json::from_value(asks).unwrap();
    let told = stops.breaks.set_in_file(&run.target, &run.spots, file, &asks, 1);
    assert!(told.iter().all(|told| told["verified"] == true), "{told:?}");
    stops
}

#[test]
fn next_goes_over_a_called_flow_and_step_in_into_it() {
    let mut run = test_run("an order");
    let stops = stops_at(&run, serde_json::json!([{ "line": line_of("call check") }]));
    run.start(&stops, false);
    assert_eq!(here(&run), "call check(what: item)");
    run.resume(Motion::Over(run.depth()), &stops);
    assert_eq!(here(&run), "-> done");
    run.back(&stops);
    assert_eq!(here(&run), "call check(what: item)");
    run.resume(Motion::Into, &stops);
    assert_eq!(here(&run), "entered: do found = stock.count(w");
    run.resume(Motion::Out(run.depth()), &stops);
    assert_eq!(here(&run), "-> done");
    run.step_back(&stops);
    assert_eq!(here(&run), "end resolved");
    assert_eq!(run.stack()[0].name, "check.look");
}

#[test]
fn one_can_go_back_over_the_beginning_of_a_turn() {
    let mut run = test_run("an order");
    let stops = stops_at(&run, serde_json::json!([{ "line": line_of("call check") }]));
    run.start(&stops, false);
    for wanted in ["test: user \"12\"", "test: bot \"How many?\"", "test: user \"chair\""] {
        run.step_back(&stops);
        assert_eq!(here(&run), wanted);
    }
    assert_eq!(run.stack()[0].name, "test \"an order\"");
    assert_eq!(run.stack()[1].name, "order.collect");
    run.back(&Stops::default());
    assert_eq!(here(&run), "test: user \"I want to order so");
    run.step_back(&stops);
    assert_eq!(here(&run), "test: user \"I want to order so");
}

#[test]
fn a_breakpoint_counts_asks_and_speaks() {
    let mut run = test_run("an order");
    let line = line_of("say { en \"You get");
    let stops = stops_at(
        &run,
        serde_json::json!([
            { "line": line, "logMessage": "{pieces} of {item}, {pieces > 3}" },
            { "line": line_of("call check"), "condition": "pieces < 10" },
            { "line": line_of("set mood = calm"), "hitCondition": "2" },
            { "line": line_of("when pieces > 10"), "condition": "item == \"chair\" and pieces == 12" },
        ]),
    );
    run.start(&stops, false);
    assert_eq!(here(&run), "when pieces > 10 { say {");
    assert!(console(&mut run).contains(&"12 of chair, true".to_owned()));
}

#[test]
fn a_breakpoint_that_cannot_be_is_refused_in_words() {
    let run = test_run("an order");
    let mut stops = Stops::default();
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let asks = serde_json::json!([
        { "line": line_of("call check"), "condition": "piece > 3" },
        { "line": line_of("call check"), "condition": "item" },
        { "line": line_of("call check"), "condition": "pieces >" },
        { "line": line_of("call check"), "hitCondition": "often" },
        { "line": line_of("call check"), "logMessage": "{item" },
        { "line": line_of("channel web") },
        { "line": 100_000 },
        { "line": -4 },
    ]);
    let asks: Vec<_> = serde_json::from_value(asks).unwrap();
    let told = stops.breaks.set_in_file(&run.target, &run.spots, file, &asks, 1);
    let wanted = [
        "did you mean `pieces`?",
        "",
        "is no expression",
        "counts no hits",
        "without its",
        "",
        "",
        "",
    ];
    for (told, wanted) in told.iter().zip(wanted) {
        assert_eq!(told["verified"], false, "{told}");
        assert!(told["message"].as_str().unwrap().contains(wanted), "{told}");
    }
}

#[test]
fn a_breakpoint_slides_to_the_next_step_of_its_flow() {
    let run = test_run("an order");
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let at = |text: &str| {
        let line = u32::try_from(line_of(text)).unwrap() - 1;
        run.spots.at(file, line).map(|found| i64::from(found.line) + 1)
    };
    assert_eq!(at("slot pieces"), Some(line_of("state collect {")));
    assert_eq!(at("state done {"), Some(line_of("state done {")));
    assert_eq!(at("failed  -> handoff"), Some(line_of("failed  -> handoff")));
    assert_eq!(at("skill help"), None);
    assert_eq!(
        at("given stock.count -> unknown"),
        Some(line_of("given stock.count -> unknown") + 1)
    );
}

#[test]
fn incidents_are_stopped_at_where_wanted() {
    let mut run = test_run("a wrong one");
    let mut stops = Stops::default();
    stops.filters.insert(Trigger::Error.name());
    stops.filters.insert(Trigger::Test.name());
    run.start(&stops, false);
    assert_eq!(here(&run), "(`stock.count` answered `unknown`)");
    assert_eq!(run.stack()[0].name, "check.look");
    run.resume(Motion::On, &stops);
    assert_eq!(here(&run), "(the bot said something else)");
    let incident = run.incident().unwrap();
    let details = incident.details.clone().unwrap();
    assert!(details.contains("You get 2 of chair.") && details.contains("We have no chair."));
    run.resume(Motion::On, &stops);
    assert_eq!(run.doing, Doing::Over);
    assert_eq!(run.told.last(), Some(&Told::Terminated { exit_code: 1 }));
}

/// A walk at random over the record, forward and back, sees at every moment what a record made anew
/// has there.
#[test]
fn a_random_walk_sees_what_a_fresh_record_has() {
    let fresh = {
        let mut run = test_run("an order");
        run.start(&Stops::default(), false);
        run
    };
    let points: Vec<&Point> = fresh.tape.entries.iter().flat_map(|entry| &entry.points).collect();
    let mut run = test_run("an order");
    let stops = Stops::default();
    run.start(&stops, true);
    let (mut number, mut seed) = (0_usize, 7_u64);
    for _ in 0..2_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if seed >> 63 == 0 && number + 1 < points.len() {
            run.resume(Motion::Into, &stops);
            number += 1;
        } else {
            run.step_back(&stops);
            number = number.saturating_sub(1);
        }
        assert_eq!(run.tape.point(run.at), Some(points[number]), "moment {number}");
        assert_eq!(run.scene(), points[number].scene);
    }
}

/// Back to the hit before, counted from the beginning.
#[test]
fn hits_are_counted_backwards_too() {
    let mut run = test_run("an order");
    let file = run.target.file_at(std::path::Path::new("/project/shop.flow")).unwrap();
    let asks = serde_json::json!([
        { "line": line_of("fill item, pieces"), "hitCondition": "2" },
        { "line": line_of("when pieces > 10") },
    ]);
    let mut asks: Vec<Asks> = serde_json::from_value(asks).unwrap();
    (asks[0].id, asks[1].id) = (7, 8);
    let mut stops = Stops::default();
    stops.breaks.set_in_file(&run.target, &run.spots, file, &asks, 1);
    run.start(&stops, false);
    let hits = |run: &Run| match &run.doing {
        Doing::Stopped(stop) => (stop.reason, stop.hits.clone()),
        _ => ("", Vec::new()),
    };
    let mut forward = vec![(hits(&run), run.at)];
    while hits(&run).1 != [8] {
        run.resume(Motion::On, &stops);
        forward.push((hits(&run), run.at));
    }
    forward.pop();
    while let Some(there) = forward.pop() {
        run.back(&stops);
        assert_eq!((hits(&run), run.at), there);
    }
    run.back(&stops);
    assert_eq!(hits(&run).0, "entry");
}
