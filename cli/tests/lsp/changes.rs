//! What an editor can change, and what it shows between and above the lines.

use std::fs;

use serde_json::{Value as Json, json};

use crate::client::{Editor, find, fresh_folder, range};

const TEXT: &str = "bot b {\n  languages en\n  timezone  \"UTC\"\n}\n\n\
    action get_it(id: text) -> { due: date } { get \"https://x/{id}\" }\n\n\
    flow f {\n  on start\n\n  state a {\n    do found = get_it(\"1\") { failed -> handoff }\n    \
    say \"{found.due}\"\n    -> there\n  }\n}\n\n\
    test \"t\" {\n  bot \"x\"\n}\n";

fn opened(test: &str, capabilities: Json) -> Editor {
    let folder = fresh_folder(test);
    fs::write(folder.join("main.flow"), TEXT).unwrap();
    let mut editor = Editor::with(folder, capabilities);
    editor.open_file("main.flow");
    editor
}

/// The action that creates the missing state.
fn create_state(editor: &mut Editor) -> Json {
    let at = find(TEXT, "there", 0);
    let document = json!({ "uri": editor.uri("main.flow") });
    let params = json!({ "textDocument": document, "range": range(at, at),
        "context": { "diagnostics": [] } });
    let all = editor.request("textDocument/codeAction", params);
    let all = all.as_array().unwrap();
    let found = all.iter().find(|action| action["title"] == "create the state `there`");
    found.unwrap().clone()
}

fn assert_creates(editor: &Editor, action: &Json) {
    let edits = &action["edit"]["changes"][editor.uri("main.flow")];
    let text = edits[0]["newText"].as_str().unwrap();
    assert!(text.contains("  state there {\n    end unresolved\n  }"), "{text}");
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["diagnostics"][0]["code"], "E0203");
}

#[test]
fn an_editor_that_cannot_ask_later_gets_the_edits_at_once() {
    let mut editor = opened("actions_at_once", json!({}));
    let action = create_state(&mut editor);
    assert_creates(&editor, &action);
    editor.quit();
}

#[test]
fn an_editor_that_can_gets_them_when_one_is_chosen() {
    let capabilities = json!({ "textDocument": { "codeAction": {
        "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } } });
    let mut editor = opened("actions_later", capabilities);
    let action = create_state(&mut editor);
    assert!(action.get("edit").is_none(), "{action}");
    let whole = editor.request("codeAction/resolve", action.clone());
    assert_creates(&editor, &whole);
    // Once the text is another, the edits would be wrong.
    editor.replace("main.flow", &TEXT.replace("-> there", "end"));
    let refused = editor.try_request("codeAction/resolve", action).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("changed"), "{refused}");
    editor.quit();
}

#[test]
fn changes_of_a_whole_file_are_asked_for_by_name() {
    let mut editor = opened("actions_whole", json!({}));
    let text = format!("use std.smalltalk\nuse std.repair\n\n{}", TEXT.replace("-> there", "-> b"))
        .replace("state a", "state bb { end }\n\n  state a");
    editor.replace("main.flow", &text);
    let document = json!({ "uri": editor.uri("main.flow") });
    for (only, expected) in [("source.organizeImports", "use std.repair"), ("source.fixAll", "a")] {
        let params = json!({ "textDocument": document, "range": range((0, 0), (0, 0)),
            "context": { "diagnostics": [], "only": [only] } });
        let all = editor.request("textDocument/codeAction", params);
        assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
        let edits = all[0]["edit"]["changes"][editor.uri("main.flow")].to_string();
        let expected = serde_json::to_string(expected).unwrap();
        assert!(edits.contains(expected.trim_matches('"')), "{edits}");
    }
    editor.quit();
}

#[test]
fn hints_stand_between_words_and_lead_to_declarations() {
    let mut editor = opened("hints", json!({}));
    let document = json!({ "uri": editor.uri("main.flow") });
    let params = json!({ "textDocument": document, "range": range((0, 0), (30, 0)) });
    let all = editor.request("textDocument/inlayHint", params);
    let all = all.as_array().unwrap();
    let (line, column) = find(TEXT, " = get_it", 0);
    let bound = all.iter().find(|hint| hint["label"][0]["value"] == ": { due: date }").unwrap();
    assert_eq!(bound["position"], json!({ "line": line, "character": column }));
    let (line, _) = find(TEXT, "action get_it", 0);
    assert_eq!(bound["label"][0]["location"]["range"]["start"]["line"], line);
    editor.quit();
}

#[test]
fn lenses_count_references_and_run_tests() {
    let mut editor = opened("lenses", json!({}));
    let uri = editor.uri("main.flow");
    let params = json!({ "textDocument": { "uri": uri } });
    let all = editor.request("textDocument/codeLens", params);
    let all = all.as_array().unwrap();
    let waiting = all.iter().find(|lens| lens.get("command").is_none()).unwrap();
    let counted = editor.request("codeLens/resolve", waiting.clone());
    assert_eq!(counted["command"]["title"], "1 reference");
    assert_eq!(counted["command"]["command"], "flowright.showReferences");
    assert_eq!(counted["command"]["arguments"][2].as_array().unwrap().len(), 1);
    let commands: Vec<(&str, &Json)> = all
        .iter()
        .filter_map(|lens| {
            Some((lens["command"]["command"].as_str()?, &lens["command"]["arguments"]))
        })
        .collect();
    let id = json!([uri, "main.flow#t"]);
    let flow = json!([uri, "f"]);
    let expected = [
        ("flowright.talk", &flow),
        ("flowright.showGraph", &flow),
        ("flowright.runTest", &id),
        ("flowright.debugTest", &id),
    ];
    assert_eq!(commands, expected);
    editor.quit();
}
