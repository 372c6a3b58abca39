//! From names to declarations, to every place that names them, and to other names.

use std::fs;

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find};

/// File and line, from 1, of locations.
fn lines(locations: &Json) -> Vec<String> {
    let one = |location: &Json| {
        let uri = location["uri"].as_str().unwrap();
        let line = location["range"]["start"]["line"].as_u64().unwrap() + 1;
        format!("{}:{line}", uri.rsplit('/').next().unwrap())
    };
    locations.as_array().unwrap().iter().map(one).collect()
}

fn line_of(text: &str, what: &str) -> usize {
    text[..text.find(what).unwrap()].matches('\n').count() + 1
}

/// The file of the example that has the flow.
const FLOW: &str = "change_delivery_date.flow";

fn opened(test: &str) -> (Editor, String) {
    let mut editor = Editor::open(example("order_change", test));
    let text = editor.open_file(FLOW);
    (editor, text)
}

#[test]
fn a_name_leads_to_its_declaration() {
    let (mut editor, text) = opened("definition");
    let cases = [
        ("-> collect", 4, "state collect"),
        ("fill order", 6, "slot order"),
        ("{found.due}", 2, "do found"),
        ("on intent change", 11, "intent change_delivery_date"),
    ];
    for (use_, skip, declared) in cases {
        let (line, column) = find(&text, use_, 0);
        let found = editor.at("textDocument/definition", FLOW, (line, column + skip));
        assert_eq!(lines(&found), [format!("{FLOW}:{}", line_of(&text, declared))], "{use_}");
    }
    // In another file, and in the standard library.
    let (line, column) = find(&text, "orders.get(order)", 0);
    let found = editor.at("textDocument/definition", FLOW, (line, column + 3));
    let crm = lines(&found);
    assert!(crm[0].ends_with(".flow:3"), "{crm:?}");
    let bot = editor.open_file("bot.flow");
    let (line, column) = find(&bot, "std.repair", 0);
    let found = editor.at("textDocument/definition", "bot.flow", (line, column + 6));
    let module = found[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    assert!(fs::read_to_string(module).unwrap().contains("flow"), "{module}");
    // There, too, it goes on.
    let standard = fs::read_to_string(module).unwrap();
    let item =
        json!({ "uri": found[0]["uri"], "languageId": "flow", "version": 1, "text": standard });
    editor.notify("textDocument/didOpen", json!({ "textDocument": item }));
    let params = json!({ "textDocument": { "uri": found[0]["uri"] } });
    let symbols = editor.request("textDocument/documentSymbol", params);
    assert!(symbols.as_array().unwrap().len() > 3, "{symbols}");
}

#[test]
fn a_type_leads_to_its_entity() {
    let (mut editor, text) = opened("type");
    let (line, column) = find(&text, "fill order", 0);
    let found = editor.at("textDocument/typeDefinition", FLOW, (line, column + 6));
    let bot = fs::read_to_string(editor.folder.join("bot.flow")).unwrap();
    assert_eq!(lines(&found), [format!("bot.flow:{}", line_of(&bot, "entity order_number"))]);
}

#[test]
fn every_place_that_names_it_is_found() {
    let (mut editor, text) = opened("references");
    let (line, column) = find(&text, "slot new_date", 0);
    let mut params = editor.place(FLOW, (line, column + 5));
    params["context"] = json!({ "includeDeclaration": true });
    let found = editor.request("textDocument/references", params.clone());
    // In the text: the declaration, annotations of examples, and every use.
    let all = text.matches("new_date").count();
    let here = lines(&found).iter().filter(|place| place.starts_with(FLOW)).count();
    assert_eq!(here, all, "{:?}", lines(&found));
    params["context"]["includeDeclaration"] = false.into();
    let without = editor.request("textDocument/references", params);
    assert_eq!(lines(&without).len() + 1, lines(&found).len());
    let marked = editor.at("textDocument/documentHighlight", FLOW, (line, column + 5));
    assert_eq!(marked.as_array().unwrap().len(), all);
}

/// The files of a folder with edits of the protocol applied.
fn apply(editor: &Editor, edit: &Json) {
    for (uri, edits) in edit["changes"].as_object().unwrap() {
        let path = uri.strip_prefix("file://").unwrap();
        assert!(path.starts_with(editor.folder.to_str().unwrap()), "{path}");
        let text = fs::read_to_string(path).unwrap();
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let offset = |at: &Json| {
            let start = starts[usize::try_from(at["line"].as_u64().unwrap()).unwrap()];
            let mut units = at["character"].as_u64().unwrap();
            let mut offset = start;
            for c in text[start..].chars() {
                if units == 0 {
                    break;
                }
                units -= c.len_utf16() as u64;
                offset += c.len_utf8();
            }
            offset
        };
        let mut all: Vec<(usize, usize, &str)> = edits
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let range = &one["range"];
                (offset(&range["start"]), offset(&range["end"]), one["newText"].as_str().unwrap())
            })
            .collect();
        all.sort();
        let mut changed = text.clone();
        for (start, end, new) in all.into_iter().rev() {
            changed.replace_range(start..end, new);
        }
        fs::write(path, changed).unwrap();
    }
}

#[test]
fn it_is_called_otherwise_everywhere_and_means_the_same() {
    let cases = [
        ("slot order", 5, "单号"),
        ("slot new_date", 5, "wanted"),
        ("state locate", 6, "find_order"),
        ("do found", 3, "the_order"),
        ("flow change_delivery_date", 5, "move_delivery"),
        ("on intent change_delivery_date", 10, "orders.move"),
        ("orders.get", 3, "crm.order"),
        ("orders.reschedule", 3, "crm.reschedule"),
        ("handoff to order_ops", 11, "order_desk"),
        ("permit.granted", 8, "allowed"),
    ];
    for (number, (what, skip, new)) in cases.into_iter().enumerate() {
        let (mut editor, text) = opened(&format!("rename{number}"));
        let (line, column) = find(&text, what, 0);
        let mut params = editor.place(FLOW, (line, column + skip));
        let prepared = editor.request("textDocument/prepareRename", params.clone());
        assert!(prepared["placeholder"].is_string(), "{what}: {prepared}");
        params["newName"] = new.into();
        let edit = editor.request("textDocument/rename", params);
        let old = prepared["placeholder"].as_str().unwrap().to_owned();
        apply(&editor, &edit);
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_flowright"))
            .args(["check", "--deny", "warnings"])
            .arg(&editor.folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        // A field of an answer is called as the CRM calls it: the tests' answers follow.
        assert!(out.status.success(), "{what} ({old}) to {new}: {said}");
        let tests = std::process::Command::new(env!("CARGO_BIN_EXE_flowright"))
            .arg("test")
            .arg(&editor.folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&tests.stdout).into_owned();
        assert!(tests.status.success(), "{what} to {new}: {said}");
    }
}

#[test]
fn what_cannot_be_called_so_is_refused_with_a_reason() {
    let (mut editor, text) = opened("refused");
    let cases = [
        ("slot order", 5, "new_date", "declared already"),
        ("slot order", 5, "found", "hidden"),
        ("slot order", 5, "today", "word of the language"),
        ("slot order", 5, "2nd", "not a name"),
        ("state locate", 6, "a.b", "dot"),
        ("state locate", 6, "collect", "declared already"),
    ];
    for (what, skip, new, why) in cases {
        let (line, column) = find(&text, what, 0);
        let mut params = editor.place(FLOW, (line, column + skip));
        params["newName"] = new.into();
        let error = editor.try_request("textDocument/rename", params).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(why), "{new}: {error}");
    }
    let nothing = editor.place(FLOW, find(&text, "say", 0));
    let error = editor.try_request("textDocument/prepareRename", nothing).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("no name"), "{error}");
    let bot = editor.open_file("bot.flow");
    let module = editor.place("bot.flow", find(&bot, "std.repair", 0));
    let error = editor.try_request("textDocument/prepareRename", module).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("standard library"), "{error}");
}

#[test]
fn what_is_declared_is_an_outline_and_can_be_searched() {
    let folder = example("order_change", "outline");
    let nested = json!({ "textDocument": { "documentSymbol": {
        "hierarchicalDocumentSymbolSupport": true } } });
    let mut editor = Editor::with(folder, nested);
    let text = editor.open_file(FLOW);
    let params = json!({ "textDocument": { "uri": editor.uri(FLOW) } });
    let symbols = editor.request("textDocument/documentSymbol", params);
    let flow = symbols.as_array().unwrap().iter().find(|one| one["detail"] == "5 states").unwrap();
    let inside: Vec<_> = flow["children"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert!(
        inside.contains(&&json!("locate")) && inside.contains(&&json!("new_date")),
        "{inside:?}"
    );
    let found = editor.request("workspace/symbol", json!({ "query": "resched" }));
    assert_eq!(found[0]["name"], "orders.reschedule");
    let found = editor.request("workspace/symbol", json!({ "query": "authorise" }));
    assert_eq!(found[0]["containerName"], "change_delivery_date");
    let line = u64::from(find(&text, "state authorise", 0).0);
    assert_eq!(found[0]["location"]["range"]["start"]["line"], line);
}

#[test]
fn states_lead_to_states_and_flows_call_flows() {
    let (mut editor, text) = opened("calls");
    let (line, column) = find(&text, "state collect", 0);
    let items = editor.at("textDocument/prepareCallHierarchy", FLOW, (line, column + 7));
    let item = items[0].clone();
    assert_eq!(item["name"], "collect");
    let names = |calls: &Json, who: &str| -> Vec<String> {
        let calls = calls.as_array().unwrap().iter();
        calls.map(|call| call[who]["name"].as_str().unwrap().to_owned()).collect()
    };
    let from = editor.request("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!(names(&from, "from"), ["locate"]);
    let to = editor.request("callHierarchy/outgoingCalls", json!({ "item": item }));
    assert_eq!(names(&to, "to"), ["authorise"]);
}
