//! The text's shape: formatting, folding, selection, colours, links, words that are edited together.

use std::fs;

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find, fresh_folder, range};

const BOT: &str = "bot b { languages en  timezone \"UTC\" }\nskill s\n";

fn alone(test: &str, text: &str) -> Editor {
    let folder = fresh_folder(test);
    fs::write(folder.join("main.flow"), text).unwrap();
    let mut editor = Editor::open(folder);
    editor.open_file("main.flow");
    editor
}

/// A text of short lines with edits applied.
fn applied(text: &str, edits: &Json) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    lines.push(String::new());
    let mut text = text.to_owned();
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |at: &Json| {
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        starts[line] + usize::try_from(at["character"].as_u64().unwrap()).unwrap()
    };
    let mut all: Vec<_> = edits.as_array().unwrap().iter().collect();
    all.sort_by_key(|edit| offset(&edit["range"]["start"]));
    for edit in all.into_iter().rev() {
        let (from, to) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        text.replace_range(from..to, edit["newText"].as_str().unwrap());
    }
    text
}

#[test]
fn a_document_a_part_of_it_and_what_was_typed_are_formatted() {
    let text = format!(
        "{BOT}flow a {{\non start\nstate b {{\n  say \"x\"\nend\n}}\n}}\ntext  c   \"d\"\n"
    );
    let mut editor = alone("format", &text);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let document = json!({ "uri": editor.uri("main.flow") });
    let params = json!({ "textDocument": document, "options": options });
    let edits = editor.request("textDocument/formatting", params);
    let whole = applied(&text, &edits);
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_flowright"))
        .arg("fmt")
        .arg(editor.folder.join("main.flow"))
        .output()
        .unwrap();
    assert!(printed.status.success());
    assert_eq!(whole, fs::read_to_string(editor.folder.join("main.flow")).unwrap());
    assert_ne!(whole, text);
    // One line of it.
    let (line, _) = find(&text, "text  c", 0);
    let lone = json!({ "textDocument": document, "options": options,
        "range": range((line, 0), (line, 3)) });
    let edits = editor.request("textDocument/rangeFormatting", lone);
    let part = applied(&text, &edits);
    assert!(part.contains("text c \"d\"") && part.contains("\nstate b {"), "{part}");
    // What the bracket closes.
    let (line, _) = find(&text, "}\n}", 0);
    let typed = json!({ "textDocument": document, "options": options, "ch": "}",
        "position": { "line": line, "character": 1 } });
    let edits = editor.request("textDocument/onTypeFormatting", typed);
    let part = applied(&text, &edits);
    assert!(part.contains("\n  state b {\n    say \"x\"") && part.contains("text  c"), "{part}");
}

#[test]
fn brackets_and_comments_fold() {
    let text =
        format!("// one\n// two\n{BOT}flow a {{\n  on start\n  state b {{\n    end\n  }}\n}}\n");
    let mut editor = alone("fold", &text);
    let params = json!({ "textDocument": { "uri": editor.uri("main.flow") } });
    let folds = editor.request("textDocument/foldingRange", params);
    let lines: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(0, 1), (4, 8), (6, 7)]);
    assert_eq!(folds[0]["kind"], "comment");
}

#[test]
fn what_is_selected_grows_from_the_word_to_the_text() {
    let text = format!("{BOT}flow a {{\n  on start\n  state b {{\n    end resolved\n  }}\n}}\n");
    let mut editor = alone("select", &text);
    let (line, column) = find(&text, "resolved", 0);
    let params = json!({ "textDocument": { "uri": editor.uri("main.flow") },
        "positions": [{ "line": line, "character": column + 2 }] });
    let mut one = &editor.request("textDocument/selectionRange", params)[0];
    let mut sizes = Vec::new();
    while !one.is_null() {
        let start = one["range"]["start"]["line"].as_u64().unwrap();
        let end = one["range"]["end"]["line"].as_u64().unwrap();
        sizes.push(end - start);
        one = &one["parent"];
    }
    assert!(sizes.len() >= 6 && sizes[0] == 0 && sizes.is_sorted(), "{sizes:?}");
    assert_eq!(sizes.last(), Some(&8));
}

#[test]
fn words_have_colours_by_what_they_mean_and_changes_are_small() {
    let mut editor = Editor::open(example("order_change", "tokens"));
    let file = "change_delivery_date.flow";
    let text = editor.open_file(file);
    let params = json!({ "textDocument": { "uri": editor.uri(file) } });
    let all = editor.request("textDocument/semanticTokens/full", params.clone());
    let data = |tokens: &Json| -> Vec<u64> {
        tokens["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
    };
    let numbers = data(&all);
    assert_eq!(numbers.len() % 5, 0);
    // Every token lies within its line, in order; a state where it is declared.
    let (mut line, mut column, mut state) = (0, 0, None);
    let lines: Vec<&str> = text.lines().collect();
    for token in numbers.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let units = lines[usize::try_from(line).unwrap()].encode_utf16().count() as u64;
        assert!(column + token[2] <= units && token[2] > 0, "{line}:{column}");
        if (line, column) == (u64::from(find(&text, "state locate", 0).0), 8) {
            state = Some((token[2], token[3], token[4]));
        }
    }
    assert_eq!(state, Some((6, 15, 1)));
    // A letter more in a comment at the beginning: everything else stays.
    editor.edit(file, (0, 0), (0, 0), "// x\n");
    let mut since = params.clone();
    since["previousResultId"] = all["resultId"].clone();
    let delta = editor.request("textDocument/semanticTokens/full/delta", since);
    let edits = delta["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1);
    let mut patched = numbers.clone();
    let at = usize::try_from(edits[0]["start"].as_u64().unwrap()).unwrap();
    let gone = usize::try_from(edits[0]["deleteCount"].as_u64().unwrap()).unwrap();
    patched.splice(at..at + gone, data(&edits[0]));
    assert!(gone <= 10, "{gone} numbers");
    let now = editor.request("textDocument/semanticTokens/full", params.clone());
    assert_eq!(patched, data(&now));
    let mut part = params;
    part["range"] = range((0, 0), (1, 0));
    let part = editor.request("textDocument/semanticTokens/range", part);
    assert!(data(&part).len() < 60 && !data(&part).is_empty());
}

#[test]
fn addresses_and_modules_are_links() {
    let text = format!("// see https://example.com/a, or ask\n{BOT}use std.dates\n");
    let mut editor = alone("links", &text);
    let params = json!({ "textDocument": { "uri": editor.uri("main.flow") } });
    let links = editor.request("textDocument/documentLink", params);
    assert_eq!(links[0]["target"], "https://example.com/a");
    let module = links[1]["target"].as_str().unwrap();
    assert!(module.ends_with("/std.dates.flow"), "{module}");
}

#[test]
fn a_state_is_edited_where_it_is_named_together() {
    let text =
        format!("{BOT}flow a {{\n  on start\n  state b {{ -> c }}\n  state c {{ end }}\n}}\n");
    let mut editor = alone("linked", &text);
    let (line, column) = find(&text, "state c", 0);
    let found = editor.at("textDocument/linkedEditingRange", "main.flow", (line, column + 6));
    assert_eq!(found["ranges"].as_array().unwrap().len(), 2, "{found}");
}
