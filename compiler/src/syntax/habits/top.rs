//! Words that begin no declaration here: those of other languages, and those that stand in a flow.

use crate::syntax::token::STEP_KEYWORDS;

/// Words that begin a declaration elsewhere, and what is written here.
pub(super) const DECLARATIONS: &[(&[&str], &str)] = &[
    (&["import", "include", "require", "using"], "use"),
    (
        &["function", "def", "fn", "func", "fun", "procedure", "dialog", "story", "agent"],
        "flow name { state start { … } }",
    ),
    (&["session", "context", "memory"], "slot name: text { ask \"…\" }"),
    (&["queue", "team", "group"], "skill"),
    (&["var", "let", "const", "variable"], "slot"),
    (&["enum"], "entity name: one_of { a, b }"),
];

/// Where a word stands that begins something inside of a flow.
pub(super) fn in_a_flow(word: &str) -> Option<String> {
    Some(match word {
        "ask" => "a question stands in its slot: `slot name: text { ask \"…\" }`".to_owned(),
        "state" => "a state stands in a flow: `flow name { state start { … } }`".to_owned(),
        "on" | "ensure" => format!("`{word}` stands in a flow: `flow name {{ {word} … }}`"),
        step if STEP_KEYWORDS.contains(&step) => format!(
            "`{step}` stands in a state of a flow: `flow name {{ state start {{ {step} … }} }}`"
        ),
        _ => return None,
    })
}
