//! The debugger as an editor uses it: the binary, spoken to over standard input and output.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod attach;
mod client;
mod hostile;

use serde_json::json;

use client::{Debugger, order_change};

/// The line, from 1, on which a text stands first in a file of the example.
fn line_of(file: &str, text: &str) -> u64 {
    let source = std::fs::read_to_string(order_change().join(file)).unwrap();
    let number = source.lines().position(|line| line.contains(text)).unwrap();
    number as u64 + 1
}

#[test]
fn a_test_is_stepped_through_forward_and_back() {
    let mut debugger = Debugger::start();
    let file = order_change().join("change_delivery_date.flow");
    debugger.launch(&json!({ "test": "change a delivery date" }));
    let lines = [
        line_of("change_delivery_date.flow", "state collect {"),
        line_of("change_delivery_date.flow", "do permit = crm.permission"),
    ];
    let told = debugger.ask(
        "setBreakpoints",
        &json!({
            "source": { "path": file },
            "breakpoints": [{ "line": lines[0] }, { "line": lines[1], "condition": "order == \"12345\"" }],
        }),
    );
    assert_eq!(told["breakpoints"][0]["line"], lines[0]);
    assert_eq!(told["breakpoints"][1]["verified"], true, "{told}");
    debugger.ask("configurationDone", &json!({}));

    // The state is entered.
    assert_eq!(debugger.stopped()["reason"], "breakpoint");
    let top = debugger.top();
    assert_eq!(top["name"], "change_delivery_date.collect");
    assert_eq!(top["line"], line_of("change_delivery_date.flow", "fill new_date"));
    assert_eq!(top["source"]["path"], file.to_str().unwrap());
    assert_eq!(debugger.variable("Slots", "order"), "\"12345\"");
    assert_eq!(debugger.variable("Slots", "new_date"), "empty");
    assert_eq!(debugger.variable("Results", "found"), "{…}");
    assert_eq!(debugger.variable("Customer", "tier"), "gold");
    assert_eq!(debugger.variable("Turn", "language"), "\"en\"");
    assert_eq!(debugger.evaluate("found.due"), "2026-06-10");
    assert_eq!(debugger.evaluate("found.due + 3d > today"), "true");

    // A turn later it asks for the permission.
    debugger.ask("continue", &json!({ "threadId": 1 }));
    assert_eq!(debugger.stopped()["reason"], "breakpoint");
    assert_eq!(debugger.top()["name"], "change_delivery_date.authorise");
    assert_eq!(debugger.variable("Slots", "new_date"), "2026-06-15");

    // Step, and back again: all is as it was, the turn before too.
    debugger.ask("next", &json!({ "threadId": 1 }));
    assert_eq!(debugger.stopped()["reason"], "step");
    assert_eq!(debugger.evaluate("permit.granted"), "true");
    debugger.ask("stepBack", &json!({ "threadId": 1 }));
    debugger.stopped();
    assert_eq!(debugger.evaluate("has permit"), "false");
    debugger.ask("reverseContinue", &json!({ "threadId": 1 }));
    debugger.stopped();
    assert_eq!(debugger.top()["name"], "change_delivery_date.collect");
    assert_eq!(debugger.variable("Slots", "new_date"), "empty");

    let output = debugger.output();
    assert!(output.contains("It is due on 10 June."), "{output}");
    assert!(output.contains("call    crm.permission(customer_id: \"C-1001\""), "{output}");

    debugger.ask("disconnect", &json!({}));
    assert!(debugger.ended());
}

#[test]
fn a_slot_that_is_set_changes_what_follows() {
    let mut debugger = Debugger::start();
    debugger.launch(&json!({ "test": "change a delivery date" }));
    let states = json!({ "breakpoints": [
        { "name": "change_delivery_date.update" }, { "name": "nothing" },
    ] });
    let told = debugger.ask("setFunctionBreakpoints", &states);
    assert_eq!(told["breakpoints"][0]["verified"], true);
    assert_eq!(told["breakpoints"][1]["verified"], false);
    debugger.ask("configurationDone", &json!({}));
    debugger.stopped();
    let scope = debugger.scope("Slots");
    let set = json!({ "variablesReference": scope, "name": "new_date", "value": "2026-06-20" });
    assert_eq!(debugger.ask("setVariable", &set)["value"], "2026-06-20");
    let wrong = json!({ "variablesReference": scope, "name": "new_date", "value": "soon" });
    assert!(debugger.refused("setVariable", &wrong).contains("soon"));
    assert_eq!(debugger.evaluate("new_date"), "2026-06-20");

    // The test does not go as written any more: it is stopped at the line that is not so.
    debugger.ask("continue", &json!({ "threadId": 1 }));
    let stopped = debugger.stopped();
    assert_eq!(stopped["reason"], "exception");
    let text = stopped["text"].as_str().unwrap();
    assert!(text.contains("20 June") && text.contains("15 June"), "{text}");
    let top = debugger.top();
    assert_eq!(top["name"], "test \"change a delivery date\"");
    let line = line_of("tests.flow", "Done. The new delivery date is 15 June.");
    assert_eq!(top["line"], line);
    assert_eq!(debugger.ask("exceptionInfo", &json!({ "threadId": 1 }))["exceptionId"], "test");

    debugger.ask("continue", &json!({ "threadId": 1 }));
    assert_eq!(debugger.event("exited")["exitCode"], 1);
    debugger.event("terminated");

    // Again, it goes as written.
    debugger.ask("restart", &json!({}));
    debugger.stopped();
    assert_eq!(debugger.evaluate("new_date"), "2026-06-15");
    debugger.ask("continue", &json!({ "threadId": 1 }));
    assert_eq!(debugger.event("exited")["exitCode"], 0);
}

#[test]
fn a_conversation_is_held_in_the_console() {
    let mut debugger = Debugger::start();
    debugger.launch(&json!({
        "flow": "change_delivery_date", "language": "en", "at": "2026-06-01T09:00",
        "customer": { "id": "C-1001", "tier": "gold" },
    }));
    let states = json!({ "breakpoints": [{ "name": "change_delivery_date.collect" }] });
    debugger.ask("setFunctionBreakpoints", &states);
    debugger.ask("configurationDone", &json!({}));
    debugger.output_with("Which order is it?");
    debugger.say("12345");
    debugger.output_with("orders.get(order: \"12345\") waits: /answer {\"due\":\"2026-06-10\"");
    let begun = json!({ "text": "/err", "column": 5 });
    let completions = debugger.ask("completions", &begun);
    assert_eq!(completions["targets"][0]["label"], "/error not_found");
    debugger.say("/answer {\"due\": \"2026-06-10\", \"owner\": \"C-1001\"}");
    assert_eq!(debugger.stopped()["reason"], "breakpoint");
    assert_eq!(debugger.top()["name"], "change_delivery_date.collect");
    // While it is stopped, what is typed is evaluated.
    let typed = json!({ "expression": "found.owner", "context": "repl" });
    assert_eq!(debugger.ask("evaluate", &typed)["result"], "\"C-1001\"");
    debugger.ask("stepIn", &json!({ "threadId": 1 }));
    debugger.output_with("It is due on 10 June.");
    debugger.say("15 June");
    // The step is over with the next one, in the next turn.
    assert_eq!(debugger.stopped()["reason"], "step");
    assert_eq!(debugger.evaluate("new_date"), "2026-06-15");
    debugger.ask("continue", &json!({ "threadId": 1 }));
    debugger.output_with("crm.permission");
    debugger.say("/error fails");
    // It stops where it fails, as long as nobody says otherwise.
    let stopped = debugger.stopped();
    assert_eq!(stopped["description"], "`crm.permission` failed");
    assert_eq!(debugger.top()["line"], line_of("change_delivery_date.flow", "do permit ="));
    debugger.ask("continue", &json!({ "threadId": 1 }));
    debugger.output_with("the permission system does not answer");
    debugger.ask("terminate", &json!({}));
    debugger.event("terminated");
}

#[test]
fn sources_are_listed_and_those_of_the_standard_library_read() {
    let mut debugger = Debugger::start();
    debugger.launch(&json!({ "test": "change a delivery date" }));
    let sources = debugger.ask("loadedSources", &json!({}));
    let sources = sources["sources"].as_array().unwrap().clone();
    let own = sources.iter().filter(|source| source["path"].is_string()).count();
    assert!(own >= 4, "{sources:?}");
    let module = sources.iter().find(|source| source["name"] == "std.repair").unwrap();
    let text = debugger.ask("source", &json!({ "source": module }));
    assert!(text["content"].as_str().unwrap().contains("flow "));
    // A breakpoint there is reached like any other.
    let line = text["content"].as_str().unwrap().lines();
    let line = line.take_while(|line| !line.trim_start().starts_with("state ")).count() + 1;
    let asked = json!({ "source": module, "breakpoints": [{ "line": line }] });
    assert_eq!(debugger.ask("setBreakpoints", &asked)["breakpoints"][0]["verified"], true);
    let file = order_change().join("tests.flow");
    let asked = json!({ "source": { "path": file }, "line": 1, "endLine": 12 });
    let places = debugger.ask("breakpointLocations", &asked);
    assert_eq!(places["breakpoints"].as_array().unwrap().len(), 6, "{places}");
}

/// Sources change while a conversation is stopped in them: begun again, breakpoints are looked for anew, and
/// the editor is told of each by the number that it knows.
#[test]
fn begun_again_it_says_what_became_of_breakpoints() {
    let folder = std::env::temp_dir().join(format!("flowright-dap-again-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let source = "bot b { languages en  timezone \"UTC\" }\nskill s\nroute { otherwise -> s }\n\
        flow hello {\n  on start\n  slot name: text { ask { en \"Who?\" } }\n\
        \n  state start {\n    say { en \"Hello.\" }\n    fill name\n    end resolved\n  }\n}\n";
    let file = folder.join("bot.flow");
    std::fs::write(&file, source).unwrap();
    let mut debugger = Debugger::start();
    debugger.ask("launch", &json!({ "project": folder }));
    debugger.event("initialized");
    let asked = json!({
        "source": { "path": file },
        "breakpoints": [{ "line": 9 }, { "line": 10, "condition": "has name" }],
    });
    let told = debugger.ask("setBreakpoints", &asked);
    let ids = [&told["breakpoints"][0]["id"], &told["breakpoints"][1]["id"]];
    assert!(ids[0].is_number() && ids[0] != ids[1], "{told}");
    debugger.ask("configurationDone", &json!({}));
    let stopped = debugger.stopped();
    assert_eq!(stopped["hitBreakpointIds"], json!([ids[0]]));
    // What an editor asks by itself fails in silence.
    let hover = json!({ "expression": "state", "context": "hover" });
    debugger.refused("evaluate", &hover);

    std::fs::write(&file, source.replace("name", "who").replace("\n\n", "\n")).unwrap();
    debugger.ask("restart", &json!({}));
    debugger.event("continued");
    let first = debugger.event("breakpoint")["breakpoint"].clone();
    assert_eq!((&first["id"], &first["verified"]), (ids[0], &json!(true)));
    let second = debugger.event("breakpoint")["breakpoint"].clone();
    assert_eq!((&second["id"], &second["verified"]), (ids[1], &json!(false)));
    assert!(second["message"].as_str().unwrap().contains("name"), "{second}");
    debugger.ask("disconnect", &json!({}));
    assert!(debugger.ended());
}
