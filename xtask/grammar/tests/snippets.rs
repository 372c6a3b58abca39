//! The extension's snippets are flow: each, with what it proposes left as it is, compiles where it
//! is offered.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Severity;
use serde_json::Value;

/// Where a snippet belongs: what must stand before and behind it.
fn surroundings(prefix: &str) -> (&'static str, &'static str) {
    match prefix {
        "slot" => ("flow f {\n", "\n  state s { fill order  say \"{order}\"  end resolved }\n}"),
        "state" => ("flow f {\n", "\n}"),
        "ensure" => {
            ("use std.repair\nflow f {\n  state s { say \"Hello.\"  end resolved }\n", "\n}")
        }
        "onsilence" => (
            "flow f {\n  slot a: text { ask \"A?\" }\n  state s { fill a  say \"{a}\"  end resolved }\n",
            "\n}",
        ),
        "say2" => ("flow f { state s {\n", "\n  end resolved } }"),
        "confirm" | "choose" | "handoff" => ("flow f { state s {\n", "\n} }"),
        "do" => (
            "action orders.get(order: text) -> { due: date } { get \"{env.A}/{order}\" }\n\
             flow f {\n  slot order: text { ask \"Which?\" }\n  state s {\n    fill order\n",
            "\n    say \"{found.due}\"  end resolved } }",
        ),
        "test" => (
            "intent hi { en \"hello\", \"hi\", \"good day\", \"hey\", \"hello there\" }\n\
             flow f { on intent hi  state s { say \"Hello.\"  end resolved } }\n",
            "",
        ),
        _ => ("", ""),
    }
}

/// A snippet where it belongs, in a bot that speaks its languages.
fn whole(prefix: &str, snippet: &str) -> String {
    let bot = match prefix {
        "bot" => "",
        "say2" => "bot b { languages en, zh  timezone \"UTC\" }\n",
        _ => "bot b { languages en  timezone \"UTC\" }\n",
    };
    let (before, behind) = surroundings(prefix);
    format!("{bot}{before}{snippet}{behind}\n")
}

/// A snippet's text with what its placeholders propose: `${1:name}`, `${2|a,b|}`, `$0`.
fn expand(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        if let Some(plain) = before.strip_suffix('\\') {
            out.push_str(plain);
            out.push('$');
            rest = from.strip_prefix('$').unwrap();
            continue;
        }
        out.push_str(before);
        let Some(inside) = from.strip_prefix("${") else {
            rest = from.strip_prefix('$').unwrap().trim_start_matches(|c: char| c.is_ascii_digit());
            continue;
        };
        let inside = inside.trim_start_matches(|c: char| c.is_ascii_digit());
        if let Some(choices) = inside.strip_prefix('|') {
            let (choices, behind) = choices.split_once("|}").unwrap();
            out.push_str(choices.split(',').next().unwrap());
            rest = behind;
            continue;
        }
        let end = end_of(inside);
        let (proposed, behind) = inside.split_at(end);
        let proposed = proposed.strip_prefix(':').unwrap_or("");
        out.push_str(&proposed.replace("\\}", "}").replace("\\\\", "\\"));
        rest = behind.strip_prefix('}').unwrap();
    }
    out.push_str(rest);
    out
}

/// Where the brace is that ends a placeholder: the first that is not escaped.
fn end_of(inside: &str) -> usize {
    let mut escaped = false;
    let end = inside.find(|c| {
        let ends = c == '}' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.unwrap()
}

fn errors(text: &str) -> Vec<String> {
    let files = [("example.flow".to_owned(), text.into())].into_iter().collect();
    let analysis = flowright_compiler::analyse(&MemorySources(files)).unwrap();
    let wrong = analysis.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    wrong.map(|found| format!("{}: {}", found.code, found.message)).collect()
}

#[test]
fn every_snippet_compiles_where_it_is_offered() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode/snippets/flow.json");
    let snippets: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let snippets = snippets.as_object().unwrap();
    assert!(snippets.len() > 20);
    let mut wrong = Vec::new();
    for (name, snippet) in snippets {
        let prefix = snippet["prefix"].as_str().unwrap();
        let lines = snippet["body"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let text = whole(prefix, &expand(&lines.collect::<Vec<_>>().join("\n")));
        let found = errors(&text);
        if !found.is_empty() {
            wrong.push(format!("{name}: {found:?}\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn placeholders_are_filled() {
    assert_eq!(expand("a ${1:b}\n${2|x,y|} $0${3:\\\\d\\}}!"), "a b\nx \\d}!");
}
