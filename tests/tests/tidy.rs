//! The house rules that a machine can check: layering, module headers, docs of every code.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use flowright_compiler::diag::Code;
use flowright_runtime::codes;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every `.rs` file below `folder`, sorted, with its path relative to the workspace.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let label = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((label, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// Lines that are code, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn violations(folder: &str, forbidden: &[&str], allowed_in: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (label, text) in sources(folder) {
        if allowed_in(&label) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let is_comment = line.trim_start().starts_with("//");
            if let Some(word) = forbidden.iter().find(|word| !is_comment && line.contains(**word)) {
                found.push(format!("{label}:{}: `{word}`", number + 1));
            }
        }
    }
    found
}

/// The folders of crates.
const CRATES: &[&str] = &[
    "nlu",
    "nlu-encoder",
    "knowledge",
    "compiler",
    "engine",
    "routing",
    "access",
    "runtime",
    "lsp",
    "cli",
    "tests",
    "bench",
    "flows",
    "fuzz",
    "xtask",
];

#[test]
fn every_module_begins_with_a_header() {
    let bare: Vec<_> = CRATES
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#!/"))
        .map(|(label, _)| label)
        .collect();
    assert!(bare.is_empty(), "no `//!` header on the first line: {bare:#?}");
}

/// Longer ones are not read at once: they hold more than one idea.
const LINES_MAX: usize = 400;

#[test]
fn every_file_is_read_at_once() {
    let long: Vec<String> = CRATES
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(label, text)| format!("{label}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "more than {LINES_MAX} lines: {long:#?}");
}

/// What is the machine's or the world's, and no pure crate's.
const MACHINE: &[&str] =
    &["tokio", "hyper", "rusqlite", "std::net", "std::env", "SystemTime", "Instant::now"];

/// Pure crates, each with what else it may not know.
const PURE: [(&str, &[&str]); 7] = [
    (
        "compiler/src",
        &[
            "flowright_engine",
            "flowright_runtime",
            "flowright_codegen",
            "cranelift",
            "std::fs",
            "std::thread",
        ],
    ),
    ("nlu/src", &["flowright_compiler", "flowright_engine", "std::fs"]),
    // It reads a folder that it is given.
    ("nlu-encoder/src", &["flowright_compiler", "flowright_engine", "flowright_runtime"]),
    // What is searched in is the caller's.
    ("knowledge/src", &["flowright_compiler", "flowright_engine", "flowright_runtime", "std::fs"]),
    ("engine/src", &["flowright_runtime", "flowright_codegen", "std::fs", "std::thread"]),
    // Who takes a conversation follows from numbers alone.
    ("routing/src", &["flowright_", "std::fs", "std::thread", "HashMap"]),
    // Protocols are bytes in, data out: what carries the bytes is in the runtime.
    (
        "access/src",
        &["flowright_compiler", "flowright_engine", "flowright_runtime", "std::fs", "std::thread"],
    ),
];

#[test]
fn layers_do_not_reach_past_each_other() {
    let never = |_: &str| false;
    let in_tests = |label: &str| label.starts_with("compiler/") && label.ends_with("tests.rs");
    let mut found = Vec::new();
    for (folder, besides) in PURE {
        found.extend(violations(folder, MACHINE, in_tests));
        found.extend(violations(folder, besides, in_tests));
    }
    found.extend(violations(
        "compiler/src/syntax",
        &["crate::sema", "crate::graph", "crate::ir"],
        never,
    ));
    found.extend(violations("compiler/src", &["pest::", "pest_derive"], |label| {
        label.starts_with("compiler/src/syntax/")
    }));
    found.extend(violations("compiler/src", &["logos::"], |label| {
        label.starts_with("compiler/src/syntax/token")
            || label.starts_with("compiler/src/syntax/lexer")
    }));
    found.extend(violations("compiler/src", &["codespan_reporting"], |label| {
        label == "compiler/src/diag/render.rs"
    }));
    found.extend(violations("compiler/src", &["petgraph"], |label| {
        label.starts_with("compiler/src/graph/")
    }));
    // What it shares among processors comes out the same however many there are.
    found.extend(violations("nlu/src", &["std::thread"], |label| label == "nlu/src/parallel.rs"));
    // The compiler reads articles without the search engine.
    for folder in ["compiler", "engine", "runtime", "cli"] {
        found.extend(violations(folder, &["tantivy"], never));
    }
    // What runs the weights is large: one module of one crate knows it.
    for folder in
        ["nlu", "nlu-encoder", "compiler", "engine", "access", "runtime", "cli", "bench", "fuzz"]
    {
        found.extend(violations(folder, &["candle_core", "candle_nn"], |label| {
            label == "nlu-encoder/src/bert.rs"
        }));
    }
    found.extend(violations("runtime/src", &["cranelift"], never));
    for folder in ["runtime/src/http", "runtime/src/grpc"] {
        found.extend(violations(folder, &["rusqlite", "crate::store::"], |label| {
            label.ends_with("tests.rs")
        }));
    }
    // What an editor shows knows nothing of the protocol that it is shown by.
    for folder in ["lsp/src/ide", "lsp/src/talk", "lsp/src/dap"] {
        found.extend(violations(folder, &["tower_lsp_server", "ls_types"], never));
    }
    found.extend(violations("lsp/src", &["flowright_runtime"], never));
    // What speaks gRPC is one module's affair.
    found.extend(violations("runtime/src", &["tonic"], |label| {
        label.starts_with("runtime/src/grpc/")
    }));
    assert!(found.is_empty(), "layering: {found:#?}");
}

#[test]
fn only_codegen_is_unsafe() {
    let folders = [
        "nlu",
        "nlu-encoder",
        "knowledge",
        "compiler/src",
        "engine",
        "routing",
        "access",
        "runtime",
        "lsp",
        "cli",
        "flows",
    ];
    let mut found = Vec::new();
    for folder in folders {
        for (label, text) in sources(folder) {
            if code_lines(&text).any(|line| line.contains("unsafe {") || line.contains("unsafe fn"))
            {
                found.push(label);
            }
        }
    }
    assert!(found.is_empty(), "unsafe outside codegen: {found:#?}");
}

#[test]
fn every_code_has_its_page() {
    for code in Code::ALL {
        let (page, title) = (code.page(), format!("# {code}: {}", code.slug()));
        assert!(page.starts_with(&title), "docs/errors/{code}.md must begin with `{title}`");
        for section in ["## Wrong", "## Right", "## Why"] {
            assert!(page.contains(section), "docs/errors/{code}.md has no `{section}`");
        }
    }
    for known in codes::ALL {
        let title = format!("# {}: {}\n", known.code, known.slug);
        assert!(known.page.starts_with(&title), "docs/errors/{}.md", known.code);
        assert!(known.page.contains("## What to do"), "docs/errors/{}.md", known.code);
    }
    let compiler = Code::ALL.iter().map(|code| code.as_str());
    let runtime = codes::ALL.iter().map(|known| known.code);
    let known: Vec<String> = compiler.chain(runtime).map(|code| format!("{code}.md")).collect();
    for entry in fs::read_dir(root().join("docs/errors")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "docs/errors/{name} is no code's page");
    }
}
