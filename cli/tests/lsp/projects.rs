//! Which projects there are, and what of the disk belongs to them.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find, fresh_folder};

const BOT: &str = "bot b { languages en  timezone \"UTC\" }\nskill s\n";
const LONE: &str =
    "flow lone {\n  on start\n  state a {\n    say \"hello\"\n    end resolved\n  }\n}\n";

/// A project of one file.
fn project(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("flowright.toml"), "").unwrap();
    fs::write(folder.join("main.flow"), format!("{BOT}{LONE}")).unwrap();
}

fn told(editor: &mut Editor, files: &[&str]) {
    let change = |file: &&str| json!({ "uri": editor.uri(file), "type": 2 });
    let changes: Vec<Json> = files.iter().map(change).collect();
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

/// The projects by their folders' names, with how many errors they have.
fn projects(editor: &mut Editor) -> Vec<(String, u64)> {
    // Findings are of all edits so far.
    editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let status = editor.request("flowright/status", json!({}));
    let one = |project: &Json| {
        let address = project["project"].as_str().unwrap();
        let name = address.trim_end_matches('/').rsplit('/').next().unwrap().to_owned();
        (name, project["errors"].as_u64().unwrap())
    };
    let mut all: Vec<_> = status["projects"].as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// Files whose bytes are no text are said, and are read as soon as they can be; one that no knowledge
/// base names is nobody's business.
#[test]
fn what_cannot_be_read_is_said_until_it_can_be() {
    let folder = fresh_folder("unread");
    project(&folder);
    fs::write(folder.join("NOTES.md"), b"caf\xe9").unwrap();
    fs::write(folder.join("other.flow"), b"// caf\xe9\nskill t\n").unwrap();
    let mut editor = Editor::open(folder);
    let said = editor.wait_for("window/showMessage", |params| params["type"] == 1);
    let said = said["message"].as_str().unwrap();
    assert!(said.contains("other.flow") && said.contains("not UTF-8"), "{said}");
    editor.open_file("main.flow");
    let params = json!({ "textDocument": { "uri": editor.uri("main.flow") } });
    assert_eq!(editor.request("textDocument/documentSymbol", params.clone()), Json::Null);
    fs::write(editor.folder.join("other.flow"), "// café\nskill t\n").unwrap();
    told(&mut editor, &["other.flow"]);
    assert_ne!(editor.request("textDocument/documentSymbol", params), Json::Null);
    assert_eq!(editor.findings("main.flow"), Vec::<Json>::new());
}

/// What the command does not read, an editor's watching does not bring in: hidden folders, links.
#[test]
fn what_is_hidden_is_not_the_projects() {
    let folder = fresh_folder("hidden");
    project(&folder);
    let mut editor = Editor::open(folder);
    editor.open_file("main.flow");
    for hidden in [".history/main_2026.flow", ".copy.flow"] {
        let path = editor.folder.join(hidden);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{BOT}{LONE}")).unwrap();
        told(&mut editor, &[hidden]);
        assert_eq!(editor.findings("main.flow"), Vec::<Json>::new(), "{hidden}");
    }
    // The same in the open is one declaration too many.
    fs::write(editor.folder.join("copy.flow"), LONE).unwrap();
    told(&mut editor, &["copy.flow"]);
    assert!(!editor.findings("copy.flow").is_empty() || !editor.findings("main.flow").is_empty());
}

/// A folder of projects: those in it are looked at before a file of theirs is opened.
#[test]
fn projects_in_a_folder_are_found() {
    let folder = fresh_folder("nested");
    project(&folder.join("bots/one"));
    project(&folder.join("bots/two"));
    project(&folder.join("node_modules/three"));
    let mut editor = Editor::open(folder);
    assert_eq!(projects(&mut editor), [("one".to_owned(), 0), ("two".to_owned(), 0)]);
    // One more, while it is open.
    project(&editor.folder.join("bots/four"));
    told(&mut editor, &["bots/four/flowright.toml"]);
    assert_eq!(projects(&mut editor).len(), 3);
}

/// A text goes where it belongs when that becomes another project.
#[test]
fn a_text_changes_its_project() {
    let folder = fresh_folder("moved");
    fs::create_dir_all(folder.join("sub")).unwrap();
    fs::write(folder.join("sub/lone.flow"), LONE).unwrap();
    let mut editor = Editor::open(folder);
    editor.open_file("sub/lone.flow");
    assert!(!editor.findings("sub/lone.flow").is_empty(), "there is no bot");
    let sub = editor.uri("sub/lone.flow");
    editor.wait_for("textDocument/publishDiagnostics", |params| params["uri"] == sub);
    fs::write(editor.folder.join("main.flow"), BOT).unwrap();
    fs::write(editor.folder.join("flowright.toml"), "").unwrap();
    told(&mut editor, &["main.flow", "flowright.toml"]);
    assert_eq!(editor.findings("sub/lone.flow"), Vec::<Json>::new());
    // What was said of it in the project that it was is taken back.
    editor.wait_for("textDocument/publishDiagnostics", |params| {
        params["uri"] == sub && params["diagnostics"].as_array().is_some_and(Vec::is_empty)
    });
    let closed = editor.wait_for("flowright/closed", |_| true);
    assert!(closed["project"].as_str().unwrap().ends_with("/sub"), "{closed}");
    assert_eq!(projects(&mut editor).len(), 1);
}

/// An editor says of a folder that is deleted that it is, and nothing of its files.
#[test]
fn a_folder_that_is_deleted_takes_its_files_along() {
    let folder = fresh_folder("deleted");
    project(&folder);
    fs::create_dir_all(folder.join("more")).unwrap();
    fs::write(folder.join("more/other.flow"), LONE.replace("lone", "other")).unwrap();
    let mut editor = Editor::open(folder);
    let symbols = |editor: &mut Editor| {
        let found = editor.request("workspace/symbol", json!({ "query": "other" }));
        found.as_array().map_or(0, Vec::len)
    };
    assert_ne!(symbols(&mut editor), 0);
    fs::remove_dir_all(editor.folder.join("more")).unwrap();
    told(&mut editor, &["more"]);
    assert_eq!(symbols(&mut editor), 0);
}

/// Editors keep what they are not told otherwise.
#[test]
fn findings_of_a_file_that_is_gone_are_taken_back() {
    let folder = fresh_folder("gone");
    project(&folder);
    fs::write(folder.join("wrong.flow"), "flow {").unwrap();
    let mut editor = Editor::open(folder);
    let ask = |editor: &mut Editor, before: Json| {
        let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": before }));
        let uri = editor.uri("wrong.flow");
        let mut items = report["items"].as_array().unwrap().iter();
        items.find(|item| item["uri"] == uri).unwrap().clone()
    };
    let wrong = ask(&mut editor, json!([]));
    assert_ne!(wrong["items"], json!([]));
    fs::remove_file(editor.folder.join("wrong.flow")).unwrap();
    told(&mut editor, &["wrong.flow"]);
    let known = json!([{ "uri": wrong["uri"], "value": wrong["resultId"] }]);
    assert_eq!(ask(&mut editor, known)["items"], json!([]));
}

/// What is asked between two edits is answered for the text that it was asked of, or not at all.
#[test]
fn a_place_is_of_the_text_that_it_was_said_of() {
    const FLOW: &str = "change_delivery_date.flow";
    let versions = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut editor = Editor::with(example("order_change", "versions"), versions);
    let text = editor.open_file(FLOW);
    let (line, column) = find(&text, "slot new_date", 0);
    for round in 0..10 {
        editor.edit(FLOW, (0, 0), (0, 0), "\n");
        let asked_at = editor.version;
        let mut params = editor.place(FLOW, (line + 1 + 2 * round, column + 5));
        params["newName"] = "due_date".into();
        let id = editor.ask("textDocument/rename", params);
        editor.edit(FLOW, (0, 0), (0, 0), "\n");
        match editor.answer(id) {
            Ok(edit) => {
                let changes = edit["documentChanges"].as_array().unwrap();
                assert_eq!(changes.len(), 1, "{edit}");
                assert_eq!(changes[0]["textDocument"]["version"], asked_at, "{edit}");
            }
            Err(error) => assert_eq!(error["code"], -32801, "{error}"),
        }
    }
}
