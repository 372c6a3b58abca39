//! What an editor shows while somebody writes: what may come next, what a call takes, what is known of
//! a word.

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, find};

const FLOW: &str = "change_delivery_date.flow";

/// The example with `instead` in place of `what`, and the position of `|` in it.
fn written(test: &str, what: &str, instead: &str) -> (Editor, (u32, u32)) {
    let mut editor = Editor::open(example("order_change", test));
    let text = editor.open_file(FLOW);
    // As it was, it is right.
    assert_eq!(editor.findings(FLOW), Vec::<Json>::new());
    let text = text.replacen(what, instead, 1);
    let at = find(&text, "|", 0);
    editor.replace(FLOW, &text.replacen('|', "", 1));
    (editor, at)
}

fn offered(editor: &mut Editor, at: (u32, u32)) -> Vec<Json> {
    let list = editor.at("textDocument/completion", FLOW, at);
    list["items"].as_array().unwrap_or_else(|| panic!("{list}")).clone()
}

fn labels(items: &[Json]) -> Vec<&str> {
    items.iter().map(|item| item["label"].as_str().unwrap()).collect()
}

/// Its name, what stands there, what is being written instead, what is offered, what is not.
type Case = (&'static str, &'static str, &'static str, Words, Words);
type Words = &'static [&'static str];

#[test]
fn what_is_offered_fits_the_place() {
    // The text is broken in each of them: somebody is writing.
    let cases: [Case; 5] = [
        ("states", "-> authorise", "-> |", &["collect", "update", "authorise"], &["new_date"]),
        (
            "placeholders",
            "I can't find order {order}.",
            "I can't find order {|",
            &["order", "customer"],
            &["collect"],
        ),
        ("fields", "when permit.granted", "when permit.|", &["granted"], &["order"]),
        (
            "actions",
            "do permit = crm.permission",
            "do permit = crm.|",
            &["crm.permission"],
            &["get"],
        ),
        ("types", "slot new_date: date", "slot new_date: |", &["date", "order_number"], &["state"]),
    ];
    for (test, what, instead, has, has_not) in cases {
        let (mut editor, at) = written(&format!("complete-{test}"), what, instead);
        let items = offered(&mut editor, at);
        let labels = labels(&items);
        for label in has {
            assert!(labels.contains(label), "{test}: `{label}` is not among {labels:?}");
        }
        for label in has_not {
            assert!(!labels.contains(label), "{test}: `{label}` is among {labels:?}");
        }
    }
}

/// A slot that is certainly filled comes before one that is not: the date is asked for later.
#[test]
fn what_is_filled_comes_first() {
    let (mut editor, at) =
        written("complete-filled", "I can't find order {order}.", "I can't find order {|");
    let items = offered(&mut editor, at);
    let sort = |label: &str| {
        let item = items.iter().find(|item| item["label"] == label);
        item.unwrap()["sortText"].as_str().unwrap().to_owned()
    };
    assert!(sort("order") < sort("new_date"), "{items:?}");
}

#[test]
fn what_is_taken_stands_where_the_word_stood() {
    let (mut editor, (line, column)) = written("complete-edit", "-> authorise", "-> aut|");
    let items = offered(&mut editor, (line, column));
    let item = items.iter().find(|item| item["label"] == "authorise").unwrap();
    let edit = &item["textEdit"];
    assert_eq!(edit["range"]["start"], json!({ "line": line, "character": column - 3 }));
    assert_eq!(edit["range"]["end"], json!({ "line": line, "character": column }));
    let range = &edit["range"];
    editor.changed(FLOW, json!([{ "range": range, "text": edit["newText"] }]));
    assert_eq!(editor.findings(FLOW), Vec::<Json>::new());
}

/// An editor that knows no snippets gets none.
#[test]
fn snippets_are_for_editors_that_know_them() {
    let support = json!({ "textDocument": { "completion": { "completionItem": {
        "snippetSupport": true } } } });
    for (capabilities, has_snippets) in [(json!({}), false), (support, true)] {
        let mut editor = Editor::with(example("order_change", "snippets"), capabilities);
        let text = editor.open_file(FLOW);
        let end = text.matches('\n').count().try_into().unwrap();
        let items = offered(&mut editor, (end, 0));
        assert!(labels(&items).contains(&"flow"), "{items:?}");
        let is_snippet = |item: &Json| item["insertTextFormat"] == 2;
        assert_eq!(items.iter().any(is_snippet), has_snippets, "{items:?}");
    }
}

#[test]
fn a_call_says_what_it_takes() {
    let (mut editor, at) =
        written("signature", "orders.reschedule(order, new_date) {", "orders.reschedule(order, |");
    let help = editor.at("textDocument/signatureHelp", FLOW, at);
    let signature = &help["signatures"][0];
    let label: Vec<u16> = signature["label"].as_str().unwrap().encode_utf16().collect();
    assert_eq!(help["activeParameter"], 1, "{help}");
    let place = |number: usize| {
        let place = &signature["parameters"][1]["label"][number];
        usize::try_from(place.as_u64().unwrap()).unwrap()
    };
    let active = String::from_utf16(&label[place(0)..place(1)]).unwrap();
    assert!(active.starts_with("due"), "{active}: {help}");
}

#[test]
fn what_is_known_of_a_word_is_shown() {
    let mut editor = Editor::open(example("order_change", "hover"));
    let text = editor.open_file(FLOW);
    let cases: [(&str, u32, &[&str]); 5] = [
        // Its docs.
        ("flow change_delivery_date", 6, &["Changing a delivery date"]),
        // Its type and what is asked, in both languages.
        ("fill order", 6, &["order_number", "Which order is it?", "请问订单号是多少?"]),
        // What it waits for.
        ("-> collect", 4, &["asks new_date"]),
        ("orders.reschedule(order", 8, &["order", "due"]),
        ("customer.id", 10, &["text"]),
    ];
    for (word, skip, shown) in cases {
        let (line, column) = find(&text, word, 0);
        let hover = editor.at("textDocument/hover", FLOW, (line, column + skip));
        let value =
            hover["contents"]["value"].as_str().unwrap_or_else(|| panic!("{word}: {hover}"));
        for part in shown {
            assert!(value.contains(part), "{word}: `{part}` is not in {value}");
        }
        assert_eq!(hover["range"]["start"]["line"], line, "{word}");
    }
    // Of a blank line nothing is known.
    let (line, _) = find(&text, "\n\n", 0);
    assert_eq!(editor.at("textDocument/hover", FLOW, (line + 1, 0)), Json::Null);
}
