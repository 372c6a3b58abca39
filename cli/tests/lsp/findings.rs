//! Findings: the same that the command prints, sent or asked for, while a text is edited.

use std::fs;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find, fresh_folder};

const BOT: &str = "bot b { languages en  timezone \"UTC\" }\nskill s\n";
const LONE: &str = "flow lone {\n  on start\n  state a {\n    say \"hello\"\n    -> b\n  }\n}\n";

/// Code, line and column of each, as both say it.
fn places(found: &[Json]) -> Vec<(String, u64, u64)> {
    let mut places: Vec<_> = found
        .iter()
        .map(|one| {
            let start = &one["range"]["start"];
            let number = |name: &str| start[name].as_u64().unwrap();
            (one["code"].as_str().unwrap().to_owned(), number("line"), number("character"))
        })
        .collect();
    places.sort();
    places
}

#[test]
fn they_are_those_of_the_command_with_links_to_their_pages() {
    let folder = fresh_folder("same");
    fs::write(folder.join("flowright.toml"), "").unwrap();
    fs::write(folder.join("main.flow"), format!("{BOT}{LONE}entity 客户: txt\n")).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_flowright"))
        .args(["check", "--format", "json"])
        .arg(&folder)
        .output()
        .unwrap();
    let printed: Json = serde_json::from_slice(&out.stdout).unwrap();
    let all = printed["diagnostics"].as_array().unwrap();
    assert!(all.len() >= 2, "{printed}");
    let mut editor = Editor::open(folder);
    editor.open_file("main.flow");
    let found = editor.findings("main.flow");
    assert_eq!(found.len(), all.len(), "{found:?} {all:?}");
    for code in all.iter().map(|one| one["code"].as_str().unwrap()) {
        let one = found.iter().find(|one| one["code"] == code).unwrap();
        let page = one["codeDescription"]["href"].as_str().unwrap();
        assert!(page.ends_with(&format!("/docs/errors/{code}.md")), "{page}");
    }
    let unknown = found.iter().find(|one| one["message"].as_str().unwrap().contains("txt"));
    assert!(unknown.unwrap()["message"].as_str().unwrap().contains("did you mean"));
}

#[test]
fn they_are_sent_to_an_editor_that_does_not_ask_and_taken_back() {
    let folder = fresh_folder("pushed");
    fs::write(folder.join("flowright.toml"), "").unwrap();
    fs::write(folder.join("main.flow"), format!("{BOT}{LONE}")).unwrap();
    let mut editor = Editor::open(folder);
    let address = editor.uri("main.flow");
    // Before any file is opened.
    let is_wrong = |params: &Json| {
        params["uri"] == address.as_str() && !params["diagnostics"].as_array().unwrap().is_empty()
    };
    let sent = editor.wait_for("textDocument/publishDiagnostics", is_wrong);
    assert_eq!(sent["diagnostics"][0]["code"], "E0203");
    let text = editor.open_file("main.flow");
    let (line, column) = find(&text, "-> b", 0);
    editor.edit("main.flow", (line, column), (line, column + 4), "end");
    let is_right = |params: &Json| params["diagnostics"].as_array().unwrap().is_empty();
    editor.wait_for("textDocument/publishDiagnostics", is_right);
    let checked = editor.wait_for("flowright/checked", |params| params["errors"] == 0);
    assert_eq!(checked["files"], 1);
}

#[test]
fn one_file_speaks_of_another() {
    let folder = fresh_folder("across");
    fs::write(folder.join("flowright.toml"), "").unwrap();
    fs::write(folder.join("main.flow"), BOT).unwrap();
    fs::write(folder.join("lone.flow"), LONE.replace("-> b", "handoff to tech")).unwrap();
    let mut editor = Editor::with(folder, json!({ "textDocument": { "diagnostic": {} } }));
    editor.open_file("lone.flow");
    assert_eq!(places(&editor.findings("lone.flow"))[0].0, "E0201");
    editor.open_file("main.flow");
    editor.replace("main.flow", &format!("{BOT}skill tech\n"));
    assert_eq!(editor.findings("lone.flow"), Vec::<Json>::new());
    // The same again is not sent again.
    let params = json!({ "textDocument": { "uri": editor.uri("lone.flow") } });
    let report = editor.request("textDocument/diagnostic", params.clone());
    let id = report["resultId"].as_str().unwrap().to_owned();
    let mut again = params;
    again["previousResultId"] = id.into();
    assert_eq!(editor.request("textDocument/diagnostic", again)["kind"], "unchanged");
    // Closing without saving goes back to the disk.
    let closed = json!({ "textDocument": { "uri": editor.uri("main.flow") } });
    editor.notify("textDocument/didClose", closed);
    assert_eq!(places(&editor.findings("lone.flow"))[0].0, "E0201");
}

#[test]
fn all_files_of_a_workspace_can_be_asked_about() {
    let mut editor = Editor::open(example("order_change", "workspace"));
    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = report["items"].as_array().unwrap();
    assert!(items.len() >= 3, "{report}");
    assert!(items.iter().all(|item| item["items"].as_array().unwrap().is_empty()), "{report}");
}

#[test]
fn files_that_change_on_the_disk_are_read_again() {
    let folder = fresh_folder("watched");
    fs::write(folder.join("flowright.toml"), "").unwrap();
    fs::write(folder.join("main.flow"), BOT).unwrap();
    let mut editor = Editor::open(folder);
    editor.open_file("main.flow");
    assert_eq!(editor.findings("main.flow"), Vec::<Json>::new());
    fs::write(editor.folder.join("lone.flow"), LONE).unwrap();
    let change = |editor: &Editor, kind: u8| json!({ "changes": [{ "uri": editor.uri("lone.flow"), "type": kind }] });
    let created = change(&editor, 1);
    editor.notify("workspace/didChangeWatchedFiles", created);
    editor.open_file("lone.flow");
    assert_eq!(places(&editor.findings("lone.flow"))[0].0, "E0203");
    let closed = json!({ "textDocument": { "uri": editor.uri("lone.flow") } });
    editor.notify("textDocument/didClose", closed);
    fs::remove_file(editor.folder.join("lone.flow")).unwrap();
    let deleted = change(&editor, 3);
    editor.notify("workspace/didChangeWatchedFiles", deleted);
    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert_eq!(report["items"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn a_lone_file_and_an_unsaved_text_are_projects_by_themselves() {
    let folder = fresh_folder("alone");
    fs::write(folder.join("one.flow"), format!("{BOT}{LONE}")).unwrap();
    let mut editor = Editor::open(folder);
    editor.open_file("one.flow");
    assert_eq!(places(&editor.findings("one.flow"))[0].0, "E0203");
    let item = json!({
        "uri": "untitled:Untitled-1", "languageId": "flow", "version": 1,
        "text": format!("{BOT}{LONE}"),
    });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let params = json!({ "textDocument": { "uri": "untitled:Untitled-1" } });
    let report = editor.request("textDocument/diagnostic", params);
    assert_eq!(report["items"][0]["code"], "E0203");
}

#[test]
fn columns_are_counted_as_the_editor_counts_them() {
    let text = format!("{BOT}text 问候 {{ en \"😀 你好\" }} entity x: txt\n");
    let mut counted_so = Vec::new();
    for encoding in ["utf-8", "utf-16"] {
        let folder = fresh_folder(encoding);
        fs::write(folder.join("main.flow"), &text).unwrap();
        let general = json!({ "general": { "positionEncodings": [encoding] } });
        let mut editor = Editor::with(folder, general);
        editor.open_file("main.flow");
        let found = editor.findings("main.flow");
        let one = found.iter().find(|one| one["message"].as_str().unwrap().contains("txt"));
        let column = one.unwrap()["range"]["start"]["character"].as_u64().unwrap();
        let line = text.lines().nth(2).unwrap();
        let before = &line[..line.find("txt").unwrap()];
        let counted = match encoding {
            "utf-8" => before.len(),
            _ => before.encode_utf16().count(),
        };
        assert_eq!(column, counted as u64, "{encoding}");
        counted_so.push(column);
    }
    assert!(counted_so[0] > counted_so[1], "{counted_so:?}");
}
