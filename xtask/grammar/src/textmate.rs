//! The grammar for TextMate, which VS Code and most other editors read. A declaration ends where
//! the next one begins, in the first column, whatever its braces say: as the compiler cuts a file.

use flowright_compiler::syntax::token::{DECLARATION_KEYWORDS, STEP_KEYWORDS};
use serde_json::{Map, Value, json};

use crate::strings;
use crate::words::{CONSTANTS, LABELS, OPERATORS, words_in};

/// A name. Spelt with general categories: not every editor's expressions know `XID_Start`.
pub(crate) const NAME: &str = r"[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*";

/// A name of several parts.
pub(crate) fn dotted() -> String {
    format!(r"{NAME}(?:\.{NAME})*")
}

/// The whole grammar, as it is in the extension.
pub(crate) fn grammar() -> String {
    let mut repository = Map::new();
    let mut patterns = vec![include("comments")];
    for keyword in DECLARATION_KEYWORDS {
        let name = format!("declaration-{keyword}");
        patterns.push(include(&name));
        repository.insert(name, declaration(keyword));
    }
    // What stands before the first declaration, or alone in a fenced block of Markdown.
    patterns.push(include("declaration-body-flow"));
    for keyword in DECLARATION_KEYWORDS {
        repository.insert(format!("declaration-body-{keyword}"), body(keyword));
    }
    repository.insert("comments".to_owned(), comments());
    repository.insert("values".to_owned(), values());
    repository.insert("paths".to_owned(), paths());
    repository.extend(strings::repository());
    let grammar = json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "information_for_contributors": [
            "Written by `cargo grammar` from the compiler's table of tokens: change xtask/grammar."
        ],
        "name": "Flowright",
        "scopeName": "source.flowright",
        "fileTypes": ["flow"],
        "patterns": patterns,
        "repository": repository,
    });
    format!("{grammar:#}\n")
}

pub(crate) fn include(name: &str) -> Value {
    json!({ "include": format!("#{name}") })
}

/// A scope of this language.
pub(crate) fn scope(name: &str) -> Value {
    json!({ "name": format!("{name}.flowright") })
}

fn matches(expression: impl Into<String>, name: &str) -> Value {
    json!({ "match": expression.into(), "name": format!("{name}.flowright") })
}

/// An expression whose groups have scopes, in order.
fn groups(expression: impl Into<String>, names: &[&str]) -> Value {
    let captures: Map<String, Value> =
        names.iter().enumerate().map(|(i, name)| ((i + 1).to_string(), scope(name))).collect();
    json!({ "match": expression.into(), "captures": captures })
}

/// One of some words, whole; not as part of `a.word`, and not where it names a field: `word: …`.
fn any_of(words: &[&str]) -> String {
    format!(r"(?<![\w.])(?:{})(?!\w|\.\w|\s*:)", words.join("|"))
}

fn comments() -> Value {
    json!({ "patterns": [
        matches("///.*$", "comment.line.documentation"),
        matches("//.*$", "comment.line.double-slash"),
    ] })
}

/// What the name behind a declaration's keyword is.
fn kind_of_name(keyword: &str) -> &'static str {
    match keyword {
        "flow" | "action" | "effect" | "text" => "entity.name.function",
        "slot" => "variable.other.slot",
        "use" => "entity.name.namespace",
        "intent" => "entity.name.class",
        _ => "entity.name.type",
    }
}

fn declaration(keyword: &str) -> Value {
    let next = DECLARATION_KEYWORDS.join("|");
    let name = dotted();
    let begin = match keyword {
        // `allow(CODE, "…")` stands before a declaration, and ends with its bracket.
        "allow" => {
            return json!({
                "begin": r"^(allow)(?=\s*\()",
                "beginCaptures": { "1": scope("keyword.other") },
                "end": r"(?<=\))|^(?=\S)",
                "patterns": [include("comments"), include("values")],
            });
        }
        // Text follows, not a name.
        "test" | "migrate" | "customer" | "route" | "fallback" => {
            format!(r"^({keyword})(?![\w.]|\s*:)")
        }
        _ => format!(r"^({keyword})(?![\w.]|\s*:)(?:[ \t]+({name}))?"),
    };
    json!({
        "name": format!("meta.{keyword}.flowright"),
        "begin": begin,
        "beginCaptures": { "1": scope("storage.type"), "2": scope(kind_of_name(keyword)) },
        "end": format!(r"(?=^(?:{next})(?!\w))"),
        "patterns": [include(&format!("declaration-body-{keyword}"))],
    })
}

/// What a declaration holds.
fn body(keyword: &str) -> Value {
    let mut patterns = vec![include("comments"), strings::language()];
    match keyword {
        "flow" => patterns.extend(flow()),
        "test" => patterns.extend(test()),
        "slot" | "customer" | "entity" | "action" | "effect" | "text" => patterns.push(typed()),
        "channel" => patterns.push(groups(
            format!(r"(:)\s*({NAME})"),
            &["punctuation.separator", "entity.name.type"],
        )),
        _ => {}
    }
    // Behind an arrow stands what is gone to: a state, a skill; or what a call gives.
    let kind = match keyword {
        "action" | "effect" => "entity.name.type",
        "test" => "constant.other",
        _ => "entity.name.type.state",
    };
    let steps = STEP_KEYWORDS.join("|");
    patterns.push(groups(
        format!(r"(->)\s*(?!(?:{steps})(?!\w))({NAME})"),
        &["keyword.operator.arrow", kind],
    ));
    patterns.push(include("values"));
    if keyword == "flow" {
        patterns.push(matches(any_of(STEP_KEYWORDS), "keyword.control"));
    }
    let words = words_in(keyword);
    if !words.is_empty() {
        patterns.push(matches(any_of(&words), "keyword.other"));
    }
    patterns.push(include("paths"));
    json!({ "patterns": patterns })
}

/// `: type`, also `: list of type`.
fn typed() -> Value {
    groups(
        format!(r"(:)\s*((?:list\s+of\s+)*)(?:(one_of)(?!\w)|({}))", dotted()),
        &["punctuation.separator", "keyword.other", "keyword.other", "entity.name.type"],
    )
}

/// Members and steps that name something.
fn flow() -> Vec<Value> {
    let name = dotted();
    let types = format!(r"((?:list\s+of\s+)*)(?:(one_of)(?!\w)|({name}))?");
    let control = "keyword.control";
    vec![
        groups(
            format!(r"(?<![\w.])(slot)\s+({NAME})\s*(:)\s*{types}"),
            &[
                "storage.type",
                "variable.other.slot",
                "punctuation.separator",
                "keyword.other",
                "keyword.other",
                "entity.name.type",
            ],
        ),
        groups(
            format!(r"(?<![\w.])(state)\s+({NAME})"),
            &["storage.type", "entity.name.type.state"],
        ),
        groups(
            format!(r"(?<![\w.])(on)\s+(intent|repair)\s+({name})"),
            &["storage.type", "keyword.other", "entity.name.class"],
        ),
        groups(
            r"(?<![\w.])(on)\s+(start|silence|failure)(?!\w)",
            &["storage.type", "keyword.other"],
        ),
        groups(
            format!(r"(?<![\w.])(handoff)\s+(to)\s+({NAME})"),
            &[control, "keyword.other", "entity.name.type"],
        ),
        groups(format!(r"(?<![\w.])(call)\s+({name})"), &[control, "entity.name.function"]),
        groups(
            format!(r"(?<![\w.])(do)\s+(?:({NAME})\s*(=)\s*)?({name})"),
            &[control, "variable.other", "keyword.operator.assignment", "entity.name.function"],
        ),
        groups(
            format!(r"(?<![\w.])(set|clear|fill)\s+({name})"),
            &[control, "variable.other.slot"],
        ),
        groups(
            r"(?<![\w.])(end)\s+(resolved|unresolved|cancelled)(?!\w)",
            &[control, "constant.other"],
        ),
        // What may fail of a call, on the left of its arrow.
        groups(
            format!(r"(?<=\{{|\}}|^)\s*(?:(yes|no)(?!\w)|({NAME}))\s*(?=->)"),
            &["keyword.other", "constant.other"],
        ),
    ]
}

/// Lines of a test that name something.
fn test() -> Vec<Value> {
    let name = dotted();
    vec![
        groups(
            format!(r"(?<![\w.])(given)\s+({name})"),
            &["keyword.other", "entity.name.function"],
        ),
        groups(
            format!(r"(?<![\w.])(expect)\s+(?:(not)\s+)?(called)\s+({name})"),
            &["keyword.other", "keyword.operator.word", "keyword.other", "entity.name.function"],
        ),
        groups(
            format!(r"(?<![\w.])(expect)\s+(state)\s+({name})"),
            &["keyword.other", "keyword.other", "entity.name.type.state"],
        ),
        groups(
            format!(r"(?<![\w.])(expect)\s+(ended)\s+({NAME})"),
            &["keyword.other", "keyword.other", "constant.other"],
        ),
    ]
}

/// What stands in expressions: literals, operators, texts.
fn values() -> Value {
    let number = r"(?<![\w.])[0-9][0-9_]*(?:\.[0-9]+)?";
    json!({ "patterns": [
        include("regex"),
        include("long-string"),
        include("string"),
        matches(
            r"(?<![\w.])[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:T[0-9][0-9:]*)?(?!\w)",
            "constant.numeric.date",
        ),
        matches(r"(?<![\w.])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?!\w)", "constant.numeric.time"),
        groups(
            r"(?<![\w.])([A-Z]{3})\s+([0-9][0-9_]*(?:\.[0-9]+)?)(?!\w)",
            &["keyword.other.unit.currency", "constant.numeric.money"],
        ),
        groups(format!(r"({number})(%)"), &["constant.numeric.percent", "keyword.other.unit"]),
        groups(
            format!(r"({number})(ms|s|m|h|d|w)(?!\w)"),
            &["constant.numeric.duration", "keyword.other.unit"],
        ),
        matches(format!(r"{number}(?!\w)"), "constant.numeric"),
        groups(
            format!(r"(?<![\w.])(is)\s+(?:(not)\s+)?({})", dotted()),
            &["keyword.operator.word", "keyword.operator.word", "variable.other.enummember"],
        ),
        groups(r"(?<![\w.])(visible)\s+(to)(?!\w)", &["storage.modifier", "storage.modifier"]),
        matches(any_of(LABELS), "storage.modifier"),
        matches(any_of(CONSTANTS), "constant.language"),
        matches(any_of(OPERATORS), "keyword.operator.word"),
        matches("->", "keyword.operator.arrow"),
        matches("==|!=|<=|>=|<|>", "keyword.operator.comparison"),
        matches("=", "keyword.operator.assignment"),
        matches(r"\+|-|\*|/", "keyword.operator.arithmetic"),
        matches(r"[{}]", "punctuation.section.braces"),
        matches(r"[()]", "punctuation.section.parens"),
        matches(r"[\[\]]", "punctuation.section.brackets"),
        matches(",", "punctuation.separator"),
    ] })
}

/// Names that are no keyword where they stand.
fn paths() -> Value {
    json!({ "patterns": [
        matches(format!(r"{NAME}(?=\s*:)"), "variable.other.property"),
        matches(format!(r"{}(?=\()", dotted()), "entity.name.function"),
        groups(
            format!(r"({NAME})((?:\.{NAME})+)"),
            &["variable.other", "variable.other.property"],
        ),
        matches(NAME, "variable.other"),
        matches(":", "punctuation.separator"),
    ] })
}
