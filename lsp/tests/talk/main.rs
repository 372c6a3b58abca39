//! Conversations that are tried out, tests that are run, flows that are drawn: over small sources in
//! memory and over the example projects.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod conversation;
mod picture;
mod record;
mod survive;
mod tests;
mod time;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Analysis, analyse};
use flowright_lsp::talk::conversation::{Answer, Begin, Conversation, View};
use flowright_lsp::talk::program::{Programs, Ready};
use serde_json::Value as Json;

/// The sources of an example project.
fn example(name: &str) -> MemorySources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows").join(name);
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "flow" || ext == "md") {
                let label = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((label, std::fs::read_to_string(&path).unwrap().into()));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty());
    MemorySources(files)
}

fn checked(sources: &MemorySources) -> Analysis {
    analyse(sources).unwrap()
}

fn ready(sources: &MemorySources) -> Arc<Ready> {
    Programs::default().of(&checked(sources)).unwrap()
}

/// The example that most tests are about, made once.
static ORDERS: LazyLock<Arc<Ready>> = LazyLock::new(|| ready(&example("order_change")));

/// A small project.
fn small(rest: &str) -> MemorySources {
    let head = "bot b { languages en  timezone \"UTC\" }\nuse std.repair\nskill people\nroute { otherwise -> people }\n\n";
    MemorySources::one("bot.flow", &format!("{head}{rest}"))
}

fn begin(flow: Option<&str>) -> Begin {
    Begin {
        flow: flow.map(str::to_owned),
        language: Some("en".to_owned()),
        at: Some("2026-06-01T09:00".to_owned()),
        ..Begin::default()
    }
}

fn talk(ready: &Arc<Ready>, flow: Option<&str>) -> Conversation {
    Conversation::start("1", Arc::clone(ready), begin(flow)).unwrap()
}

/// The lines of a conversation, without what only explains them.
fn said(view: &View) -> Vec<String> {
    let shown = |line: &flowright_lsp::talk::conversation::Line| {
        let who = serde_json::to_value(line.who).unwrap();
        format!("{} {}", who.as_str().unwrap(), line.text)
    };
    view.lines.iter().map(shown).collect()
}

/// The value of a slot.
fn slot(view: &View, name: &str) -> Option<String> {
    let slot = view.slots.iter().find(|slot| slot.name == name);
    slot.unwrap_or_else(|| panic!("no slot {name}: {:?}", view.slots)).value.clone()
}

/// Answers the call under way.
fn answers(talk: &mut Conversation, action: &str, answer: &Answer) {
    let call = talk.view().call.unwrap_or_else(|| panic!("{:?}", said(&talk.view())));
    assert_eq!(call.action, action);
    talk.answer(&call.key, answer).unwrap();
}

fn value(json: Json) -> Answer {
    Answer::Value(Some(json))
}
