//! The server never dies, and what it knows is what a fresh look at the text gives.

use std::fs;

use serde_json::{Value as Json, json};

use crate::client::{Editor, example, fresh_folder};

/// Edits in CI; many more by hand: `FLOWRIGHT_LONG=1`.
fn rounds(short: u64, long: u64) -> u64 {
    if std::env::var_os("FLOWRIGHT_LONG").is_some() { long } else { short }
}

/// A small random number generator: the same row every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// What edits put into a text.
const PIECES: &[&str] = &[
    "",
    "",
    " ",
    "\n",
    "\r\n",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "修改订单",
    "😀",
    "state x {",
    "-> ",
    "fill ",
    "{order",
    "say \"",
    "// ",
    "slot y: date { ask \"?\" }\n",
    "}\n}\n",
    "flow 流程 {",
    "on intent ",
    "\u{feff}",
    "\t",
    "when ",
    "end",
    "r\"(",
    "12_000",
    "é́",
    "\r",
];

/// Line and UTF-16 column of a byte offset, counted as the protocol does.
fn position(text: &str, offset: usize) -> Json {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").trim_end_matches('\r');
    json!({ "line": line, "character": column.encode_utf16().count() })
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    // A `\r` before a `\n` belongs to the line's end: no place lies between them.
    if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\r') {
        at -= 1;
    }
    at
}

/// What the server knows of a text, in full.
fn known(editor: &mut Editor, file: &str) -> Vec<Json> {
    let params = json!({ "textDocument": { "uri": editor.uri(file) } });
    let tokens = editor.request("textDocument/semanticTokens/full", params.clone());
    let symbols = editor.request("textDocument/documentSymbol", params.clone());
    let folds = editor.request("textDocument/foldingRange", params);
    vec![editor.findings(file).into(), tokens["data"].clone(), symbols, folds]
}

#[test]
fn after_random_edits_it_knows_what_a_fresh_look_gives() {
    const FILE: &str = "change_delivery_date.flow";
    let mut editor = Editor::open(example("order_change", "random"));
    let original = editor.open_file(FILE);
    let mut text = original.clone();
    let mut random = Random(0x5eed);
    for round in 0..rounds(1_500, 100_000) {
        if text.len() > 3 * original.len() || random.below(400) == 0 {
            text.clone_from(&original);
            editor.replace(FILE, &text);
        }
        let from = boundary(&text, random.below(text.len() + 1));
        let reach = match random.below(60) {
            0 => text.len() / 2,
            1..20 => 12,
            _ => 0,
        };
        let to = boundary(&text, (from + random.below(reach + 1)).min(text.len())).max(from);
        let new = PIECES[random.below(PIECES.len())];
        let range = json!({ "start": position(&text, from), "end": position(&text, to) });
        editor.changed(FILE, json!([{ "range": range, "text": new }]));
        text.replace_range(from..to, new);
        // Some requests between the edits; what they say is not looked at here.
        if round % 7 == 0 {
            let at = position(&text, boundary(&text, random.below(text.len() + 1)));
            let params = json!({ "textDocument": { "uri": editor.uri(FILE) }, "position": at });
            let methods =
                ["hover", "definition", "completion", "documentHighlight", "signatureHelp"];
            let method = format!("textDocument/{}", methods[random.below(methods.len())]);
            let id = editor.ask(&method, params);
            if random.below(3) == 0 {
                editor.notify("$/cancelRequest", json!({ "id": id }));
            }
            match editor.answer(id) {
                Ok(_) => {}
                Err(error) => assert_eq!(error["code"], -32800, "{method}: {error}"),
            }
        }
        if round % 500 == 499 {
            let now = known(&mut editor, FILE);
            fs::write(editor.folder.join(FILE), &text).unwrap();
            let copy = fresh_folder("fresh");
            for entry in fs::read_dir(&editor.folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
                }
            }
            let mut fresh = Editor::open(copy);
            fresh.open_file(FILE);
            let anew = known(&mut fresh, FILE);
            for (now, anew) in now.iter().zip(&anew) {
                let told = |json: &Json| {
                    json.to_string().replace("flowright-lsp-fresh", "flowright-lsp-random")
                };
                assert_eq!(told(now), told(anew), "round {round}");
            }
        }
    }
    assert_eq!(editor.quit(), Some(0));
}

#[test]
fn what_is_no_request_is_answered_with_an_error() {
    let mut editor = Editor::open(example("order_change", "garbage"));
    let error = editor.try_request("flowright/nonsense", json!({})).unwrap_err();
    assert_eq!(error["code"], -32601);
    let error = editor.try_request("textDocument/hover", json!({ "position": 7 })).unwrap_err();
    assert_eq!(error["code"], -32602);
    // A text that was never opened, and a place that is not in it.
    let params = editor.place("nowhere.flow", (9_999, 9_999));
    assert_eq!(editor.request("textDocument/hover", params), Json::Null);
    let text = editor.open_file("bot.flow");
    let params = editor.place("bot.flow", (u32::MAX, u32::MAX));
    editor.request("textDocument/hover", params);
    editor.edit("bot.flow", (u32::MAX, 0), (u32::MAX, 5), "\nskill further\n");
    let params = json!({ "textDocument": { "uri": editor.uri("bot.flow") } });
    let symbols = editor.request("textDocument/documentSymbol", params).to_string();
    assert!(symbols.contains("further"), "{symbols} {text}");
    // Bodies that are no JSON.
    editor.raw(b"Content-Length: 3\r\n\r\n{{{");
    editor.raw(b"Content-Length: 2\r\n\r\n[]");
    editor.raw(b"Content-Length: nine\r\n\r\n");
    editor.raw(b"nothing like it\r\n\r\n\xff\xfe\r\n");
    assert_eq!(editor.request("flowright/status", json!({}))["projects"][0]["errors"], 0);
    assert_eq!(editor.quit(), Some(0));
}

#[test]
fn a_text_that_is_too_large_is_refused_and_the_rest_goes_on() {
    let mut editor = Editor::open(example("order_change", "large"));
    editor.open_file("bot.flow");
    let large = "// x\n".repeat(2_000_000);
    editor.replace("bot.flow", &large);
    let said = editor.wait_for("window/showMessage", |params| params["type"] == 2);
    assert!(said["message"].as_str().unwrap().contains("has more than"), "{said}");
    // Nothing is said of a text that is not known, and an edit of it changes nothing that is.
    editor.edit("bot.flow", (0, 0), (1, 0), "");
    let params = json!({ "textDocument": { "uri": editor.uri("bot.flow") } });
    let nothing = editor.request(
        "textDocument/formatting",
        json!({
        "textDocument": { "uri": editor.uri("bot.flow") }, "options": { "tabSize": 2, "insertSpaces": true } }),
    );
    assert_eq!(nothing, Json::Null);
    assert_eq!(editor.request("textDocument/documentSymbol", params.clone()), Json::Null);
    // Sent whole, it is known again.
    let text = fs::read_to_string(editor.folder.join("bot.flow")).unwrap();
    editor.replace("bot.flow", &text);
    let symbols = editor.request("textDocument/documentSymbol", params).to_string();
    assert!(symbols.contains("acme_support"), "{symbols}");
}

#[test]
fn it_ends_when_it_is_told_to_and_when_the_editor_is_gone() {
    let mut editor = Editor::open(example("order_change", "quit"));
    assert_eq!(editor.quit(), Some(0));
    let mut editor = Editor::open(example("order_change", "gone"));
    editor.close_input();
    assert!(editor.child.wait().unwrap().code().is_some());
}
