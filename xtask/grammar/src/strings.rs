//! Texts: what is escaped in them, what is shown in their placeholders, the forms of a plural.

use flowright_compiler::syntax::token::{METHODS, OTHER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS};
use serde_json::{Map, Value, json};

use crate::textmate::{NAME, dotted, include, scope};

/// `en`, `zh on mail` before the text in that language. A keyword before a text is none, except `no`
/// and `is`, which never stand before one.
pub(crate) fn language() -> Value {
    let mut others: Vec<&str> = [STEP_KEYWORDS, TEST_KEYWORDS, METHODS, OTHER_KEYWORDS]
        .iter()
        .flat_map(|table| *table)
        .copied()
        .filter(|word| matches!(word.len(), 2 | 3) && !matches!(*word, "no" | "is"))
        .collect();
    others.sort_unstable();
    others.dedup();
    let others = others.join("|");
    json!({
        "match": format!(
            r#"(?<![\w.])(?!(?:{others})(?!\w))([a-z]{{2,3}})(?:\s+(on)\s+({NAME}))?(?=\s*")"#
        ),
        "captures": {
            "1": scope("entity.name.tag.language"),
            "2": scope("keyword.other"),
            "3": scope("entity.name.type"),
        },
    })
}

/// The rules of texts.
pub(crate) fn repository() -> Map<String, Value> {
    let escapes = [
        json!({ "match": r"\\.", "name": "constant.character.escape.flowright" }),
        json!({ "match": r"\{\{|\}\}", "name": "constant.character.escape.flowright" }),
    ];
    let [backslash, braces] = escapes;
    // A short text ends with its line at the latest; so do its placeholders, except a plural's.
    let short = json!({
        "name": "string.quoted.double.flowright",
        "begin": "\"",
        "end": "\"|$",
        "patterns": [backslash, braces, include("plural"), include("placeholder")],
    });
    let long = json!({
        "name": "string.quoted.triple.flowright",
        "begin": "\"\"\"",
        "end": "\"\"\"",
        "patterns": [backslash, braces, include("plural"), include("placeholder-long")],
    });
    let branch = json!({
        "begin": format!(r"(?:(=[0-9][0-9_]*)|({NAME}))\s*(\{{)"),
        "beginCaptures": {
            "1": scope("constant.numeric"),
            "2": scope("keyword.other.plural"),
            "3": scope("punctuation.section.embedded.begin"),
        },
        "end": r#"(\})|(?=")"#,
        "endCaptures": { "1": scope("punctuation.section.embedded.end") },
        "contentName": "string.quoted.double.flowright",
        "patterns": [
            backslash,
            { "match": r"\{\{", "name": "constant.character.escape.flowright" },
            { "match": "#", "name": "variable.language.flowright" },
            include("plural"),
            include("placeholder"),
        ],
    });
    let plural = json!({
        "name": "meta.embedded.placeholder.flowright",
        "begin": r#"(\{)(?=[^{}"]*,\s*plural\s*,)"#,
        "beginCaptures": { "1": scope("punctuation.section.embedded.begin") },
        "end": r#"(\})|(?=")"#,
        "endCaptures": { "1": scope("punctuation.section.embedded.end") },
        "patterns": [
            {
                "match": r",\s*(plural)\s*,",
                "captures": { "1": scope("keyword.other") },
            },
            include("plural-branch"),
            include("values"),
            include("paths"),
        ],
    });
    let mut rules = Map::new();
    rules.insert("string".to_owned(), short);
    rules.insert("long-string".to_owned(), long);
    rules.insert("plural".to_owned(), plural);
    rules.insert("plural-branch".to_owned(), branch);
    rules.insert("placeholder".to_owned(), placeholder(r"(\})|(?=$)"));
    rules.insert("placeholder-long".to_owned(), placeholder(r#"(\})|(?=""")"#));
    rules.insert("braces-in-placeholder".to_owned(), braces_inside());
    rules.insert("regex".to_owned(), regex());
    rules
}

/// `{name}`, `{order: order_number}`: a value, or where an example has one.
fn placeholder(end: &str) -> Value {
    json!({
        "name": "meta.embedded.placeholder.flowright",
        "begin": format!(r"(\{{)(?:\s*({NAME})\s*(:)\s*({}))?", dotted()),
        "beginCaptures": {
            "1": scope("punctuation.section.embedded.begin"),
            "2": scope("variable.parameter"),
            "3": scope("punctuation.separator"),
            "4": scope("entity.name.type"),
        },
        "end": end,
        "endCaptures": { "1": scope("punctuation.section.embedded.end") },
        "patterns": [include("braces-in-placeholder"), include("values"), include("paths")],
    })
}

/// A record in a placeholder: its brace does not end the placeholder.
fn braces_inside() -> Value {
    json!({
        "begin": r"\{",
        "end": r"\}|(?=$)",
        "patterns": [include("braces-in-placeholder"), include("values"), include("paths")],
    })
}

/// `r"…"`: ends with its first quote, also behind a backslash, and with its line at the latest. It has
/// no placeholders, and no escapes of ours.
fn regex() -> Value {
    json!({
        "name": "string.regexp.flowright",
        "begin": "(?<!\\w)(r)(\")",
        "beginCaptures": { "1": scope("storage.type.string") },
        "end": "\"|$",
        "patterns": [
            { "match": r#"\\[^"]"#, "name": "constant.character.escape.regexp.flowright" },
            { "match": r"[\[\]()|*+?^$]", "name": "keyword.operator.regexp.flowright" },
        ],
    })
}
