//! What no editor should send.

use serde_json::json;

use super::client::Debugger;

#[test]
fn what_is_no_protocol_ends_it_with_a_word() {
    for bytes in [
        "this is no header\r\n\r\n".to_owned(),
        "Content-Length: 99999999999999\r\n\r\n".to_owned(),
        "Content-Length: -1\r\n\r\n{}".to_owned(),
        "Content-Type: json\r\n\r\n{}".to_owned(),
        "x".repeat(100_000),
    ] {
        let mut debugger = Debugger::silent();
        // It may be gone before all of it is written.
        let written = {
            use std::io::Write as _;
            let input = debugger.input.as_mut().unwrap();
            input.write_all(bytes.as_bytes()).and_then(|()| input.flush())
        };
        if written.is_ok() {
            let said = debugger.event("output");
            assert_eq!(said["category"], "stderr", "{said}");
        }
        assert!(!debugger.ended());
    }
}

#[test]
fn what_is_no_request_is_said_and_the_next_one_answered() {
    let mut debugger = Debugger::start();
    for text in
        ["{broken", "[]", "7", "{\"seq\":1,\"type\":\"event\"}", "{\"command\":\"threads\"}"]
    {
        debugger.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
        assert_eq!(debugger.event("output")["category"], "stderr");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    debugger.write(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    assert_eq!(debugger.event("output")["category"], "stderr");
    assert!(debugger.refused("dance", &json!({})).contains("dance"));
    for command in [
        "stackTrace",
        "scopes",
        "variables",
        "continue",
        "next",
        "stepBack",
        "setVariable",
        "evaluate",
        "completions",
        "exceptionInfo",
        "restart",
        "source",
        "loadedSources",
        "pause",
        "setBreakpoints",
        "configurationDone",
    ] {
        debugger.refused(command, &json!({}));
    }
    assert!(debugger.refused("launch", &json!({ "project": 7 })).contains("arguments"));
    assert!(
        debugger.refused("launch", &json!({ "project": "/nowhere/at/all" })).contains("nowhere")
    );
    let there = super::order_change();
    let unknown = json!({ "project": there, "test": "no such test" });
    assert!(debugger.refused("launch", &unknown).contains("there are"));
    for wrong in [
        json!({ "project": there, "flow": "nothing" }),
        json!({ "project": there, "language": "xx" }),
        json!({ "project": there, "channel": "pigeon" }),
        json!({ "project": there, "at": "tomorrow" }),
        json!({ "project": there, "customer": { "tier": "wooden" } }),
    ] {
        debugger.refused("launch", &wrong);
    }

    // And a conversation all the same.
    debugger.launch(&json!({ "test": "change a delivery date", "stopOnEntry": true }));
    debugger.ask("configurationDone", &json!({}));
    assert_eq!(debugger.stopped()["reason"], "entry");
    for (command, arguments) in [
        ("variables", json!({ "variablesReference": 99 })),
        ("variables", json!({ "variablesReference": -1 })),
        ("setVariable", json!({ "variablesReference": 0, "name": "x", "value": "y" })),
        ("evaluate", json!({ "expression": "1 +", "context": "watch" })),
        ("evaluate", json!({ "expression": "(".repeat(4_000), "context": "watch" })),
        ("evaluate", json!({ "expression": "x".repeat(100_000), "context": "hover" })),
        ("evaluate", json!({ "expression": "/answer 1", "context": "repl" })),
        ("source", json!({ "sourceReference": 4_000_000_000_i64 })),
    ] {
        debugger.refused(command, &arguments);
    }
    debugger.ask("stackTrace", &json!({ "startFrame": 1_000_000, "levels": 5 }));
    let nowhere = json!({ "source": { "path": "/x.flow" }, "breakpoints": [{ "line": 1 }] });
    assert_eq!(debugger.ask("setBreakpoints", &nowhere)["breakpoints"][0]["verified"], false);
    debugger.ask("next", &json!({}));
    debugger.stopped();
}
