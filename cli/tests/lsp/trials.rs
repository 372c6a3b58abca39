//! Conversations, tests and drawings in the editor.

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find};

const FLOW: &str = "change_delivery_date.flow";

fn say(editor: &mut Editor, talk: &Json, text: &str) -> Json {
    editor.request("flowright/conversation/say", json!({ "id": talk["id"], "text": text }))
}

/// Answers the call under way with what is suggested.
fn answer(editor: &mut Editor, talk: &Json, value: Json) -> Json {
    let params = json!({ "id": talk["id"], "key": talk["call"]["key"], "value": value });
    editor.request("flowright/conversation/answer", params)
}

fn said(talk: &Json) -> Vec<String> {
    let bot = talk["lines"].as_array().unwrap().iter().filter(|line| line["who"] == "bot");
    bot.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_flow_is_talked_to_goes_on_over_an_edit_and_becomes_a_test() {
    let mut editor = Editor::open(example("order_change", "talk"));
    let text = editor.open_file(FLOW);
    let start = json!({ "textDocument": { "uri": editor.uri(FLOW) },
        "flow": "change_delivery_date", "language": "en", "at": "2026-06-01T09:00",
        "customer": { "id": "C-1001", "tier": "gold" } });
    let talk = editor.request("flowright/conversation/start", start);
    let talk = say(&mut editor, &talk, "12345");
    assert_eq!(talk["call"]["action"], "orders.get", "{talk}");
    assert!(!talk["call"]["suggestions"].as_array().unwrap().is_empty());
    let due = json!({ "due": "2026-06-10", "owner": "C-1001" });
    let talk = answer(&mut editor, &talk, due);
    assert!(said(&talk).last().unwrap().contains("new date"), "{talk}");
    let slot =
        talk["slots"].as_array().unwrap().iter().find(|slot| slot["name"] == "order").unwrap();
    assert_eq!(slot["value"], "12345");
    let line = u64::from(find(&text, "slot order", 0).0);
    assert_eq!(slot["location"]["range"]["start"]["line"], line);
    assert!(
        talk["lines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["understanding"][0]["confidence"].is_number())
    );
    // An edit while it waits: what is said next is said in the new program, whoever was told first.
    let (line, column) = find(&text, "Permission verified, updating…", 0);
    editor.edit(FLOW, (line, column), (line, column + 10), "You may");
    let talk = say(&mut editor, &talk, "June 15");
    assert_eq!(talk["kept"], json!({ "kept": true }), "{talk}");
    let id = talk["id"].clone();
    let changed = editor
        .wait_for("flowright/conversation/changed", |params| params["conversation"]["id"] == id);
    assert_eq!(changed["conversation"]["status"], "bot", "{changed}");
    let talk = answer(&mut editor, &talk, json!({ "granted": true }));
    assert!(said(&talk).iter().any(|said| said.starts_with("You may verified")), "{talk}");
    assert_eq!(talk["call"]["action"], "orders.reschedule", "{talk}");
    let talk = answer(&mut editor, &talk, Json::Null);
    assert_eq!(talk["status"], "ended", "{talk}");
    let record = json!({ "id": talk["id"], "name": "moved to the fifteenth" });
    let recorded = editor.request("flowright/conversation/record", record);
    let test = recorded["test"].as_str().unwrap();
    assert!(test.contains("expect ended resolved"), "{test}");
    // It passes.
    let edit = &recorded["edit"]["changes"][editor.uri(FLOW)][0];
    let change = json!([{ "range": edit["range"], "text": edit["newText"] }]);
    editor.changed(FLOW, change);
    let ids = json!({ "ids": [format!("{FLOW}#moved to the fifteenth")] });
    let ran = editor.request("flowright/tests/run", ids);
    assert_eq!(ran["results"][0]["passed"], true, "{ran}");
    editor.request("flowright/conversation/stop", json!({ "id": talk["id"] }));
    let error = editor.try_request("flowright/conversation/restart", json!({ "id": talk["id"] }));
    assert!(error.unwrap_err()["message"].as_str().unwrap().contains("closed"));
}

#[test]
fn what_is_wrong_is_said_before_anybody_talks() {
    let mut editor = Editor::open(example("order_change", "wrong"));
    let text = editor.open_file(FLOW);
    let (line, column) = find(&text, "-> collect", 0);
    editor.edit(FLOW, (line, column + 3), (line, column + 10), "nowhere");
    let start =
        json!({ "textDocument": { "uri": editor.uri(FLOW) }, "flow": "change_delivery_date" });
    let error = editor.try_request("flowright/conversation/start", start).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("nowhere"), "{error}");
}

#[test]
fn tests_are_listed_run_and_cover() {
    let mut editor = Editor::open(example("order_change", "tests"));
    let tests = editor.request("flowright/tests", json!({}));
    let all = tests.as_array().unwrap();
    assert!(all.len() >= 3, "{tests}");
    assert!(all.iter().all(|test| test["location"]["uri"].as_str().unwrap().ends_with(".flow")));
    let ran = editor.request("flowright/tests/run", json!({ "coverage": true }));
    let results = ran["results"].as_array().unwrap();
    assert_eq!(results.len(), all.len());
    assert!(results.iter().all(|result| result["passed"] == true), "{ran}");
    let covered = ran["coverage"].as_array().unwrap();
    let file = covered.iter().find(|f| f["uri"].as_str().unwrap().ends_with(FLOW)).unwrap();
    let entered = file["states"].as_array().unwrap().iter();
    assert!(entered.clone().any(|s| s["name"] == "locate" && s["entered"].as_u64() > Some(0)));
    // The drawing has it, too.
    let drawn = json!({ "textDocument": { "uri": editor.uri(FLOW) } });
    let graph = editor.request("flowright/graph", drawn);
    let nodes = graph["flows"][0]["nodes"].as_array().unwrap();
    let locate = nodes.iter().find(|node| node["label"] == "locate").unwrap();
    assert_eq!(locate["coverage"], "entered");
    assert!(graph["svg"].as_str().unwrap().starts_with("<svg"), "{graph}");
    assert!(graph["mermaid"].as_str().unwrap().contains("locate"));
}

#[test]
fn a_test_that_fails_says_what_was_said_instead() {
    let mut editor = Editor::open(example("order_change", "fails"));
    let text = editor.open_file(FLOW);
    let (line, column) = find(&text, "更新成功", 0);
    editor.edit(FLOW, (line, column), (line, column + 2), "改");
    let ran = editor.request("flowright/tests/run", json!({}));
    let failed = ran["results"].as_array().unwrap().iter().find(|r| r["passed"] == false).unwrap();
    assert!(failed["expected"].as_str().unwrap().contains("更新成功"), "{failed}");
    assert!(failed["actual"].as_str().unwrap().contains("改成功"), "{failed}");
    assert!(failed["location"]["uri"].as_str().unwrap().ends_with("tests.flow"), "{failed}");
}

#[test]
fn a_flow_is_drawn_while_the_text_is_wrong_as_it_was() {
    let mut editor = Editor::open(example("order_change", "stale"));
    let text = editor.open_file(FLOW);
    let params =
        json!({ "textDocument": { "uri": editor.uri(FLOW) }, "flow": "change_delivery_date" });
    let graph = editor.request("flowright/graph", params.clone());
    assert_eq!(graph["flows"][0]["stale"], false);
    let (line, column) = find(&text, "state locate", 0);
    editor.edit(FLOW, (line, column), (line, column + 5), "stat");
    let graph = editor.request("flowright/graph", params);
    assert_eq!(graph["flows"][0]["stale"], true);
    let unknown = json!({ "textDocument": { "uri": editor.uri(FLOW) }, "flow": "nothing" });
    let error = editor.try_request("flowright/graph", unknown).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("no flow `nothing`"));
}
