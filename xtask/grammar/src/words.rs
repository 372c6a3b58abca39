//! Which words mean something where: the compiler's tables, and what of its other words each
//! declaration has.

use flowright_compiler::syntax::token::{
    DECLARATION_MEMBERS, LOOKUP_MEMBERS, METHODS, STEP_KEYWORDS,
};

/// Words of conditions and values; they stand wherever an expression does.
pub(crate) const OPERATORS: &[&str] =
    &["and", "or", "not", "is", "in", "contains", "matches", "has", "reachable", "reveal"];

/// Values with a word.
pub(crate) const CONSTANTS: &[&str] = &["true", "false"];

/// What is said of a field or slot behind its type.
pub(crate) const LABELS: &[&str] = &["personal", "visible", "optional"];

/// What a text may hold besides its words.
const TEXT_WORDS: &[&str] =
    &["on", "choices", "link", "image", "card", "title", "body", "because", "else"];

/// The words of a declaration that do not begin a part of it.
const PHRASES: &[(&str, &[&str])] = &[
    ("bot", &["to"]),
    ("role", &["includes"]),
    ("customer", &["on", "to", "one_of", "list", "of"]),
    ("entity", &["one_of", "list", "of"]),
    ("intent", &["on"]),
    ("slot", &["to", "one_of", "list", "of", "on", "else"]),
    ("action", &["header", "body", "when", "to", "one_of", "list", "of"]),
    ("effect", &["header", "body", "when", "to", "one_of", "list", "of"]),
    ("skill", &["after"]),
    ("route", &["because"]),
    ("fallback", FALLBACK_PHRASES),
    ("knowledge", &["when"]),
    ("experiment", &["mark"]),
    ("text", &["on", "to", "one_of", "list", "of"]),
    ("flow", FLOW_PHRASES),
    (
        "test",
        &["presses", "on", "knowledge", "called", "ended", "handoff", "state", "to", "because"],
    ),
    ("migrate", &["from", "dropped", "default", "handoff", "end", "to", "because"]),
];

const FALLBACK_PHRASES: &[&str] = &[
    "above",
    "at",
    "false",
    "rejects",
    "after",
    "misses",
    "miss",
    "to",
    "when",
    "from",
    "knowledge",
];

const FLOW_PHRASES: &[&str] = &[
    // Handlers.
    "intent",
    "repair",
    "start",
    "silence",
    "failure", //
    // Steps.
    "to",
    "yes",
    "no",
    "in", //
    // Slots and their types.
    "ask",
    "check",
    "tries",
    "default",
    "one_of",
    "list",
    "of", //
    // Properties.
    "before",
    "always",
    "reaches",
    "end",
    "at",
    "most",
    "turns",
    "turn",
    "a",
    "human",
    "within",
    "from",
    "anywhere", //
    // A fallback of the flow's own.
    "accept",
    "above",
    "false",
    "rejects",
    "clarify",
    "margin",
    "after",
    "misses",
    "miss",
    "answer",
    "knowledge",
];

/// The words of a declaration that have a colour of their own in it, without those of [`OPERATORS`],
/// [`CONSTANTS`] and [`LABELS`]. Steps are apart.
pub(crate) fn words_in(declaration: &str) -> Vec<&'static str> {
    let of = |table: &[(&str, &'static [&'static str])]| {
        let row = table.iter().find(|(keyword, _)| *keyword == declaration);
        row.map_or(&[][..], |(_, words)| *words)
    };
    let more: &[&[&str]] = match declaration {
        "flow" => &[TEXT_WORDS],
        "customer" => &[LOOKUP_MEMBERS, METHODS],
        _ => &[],
    };
    let lists = [of(DECLARATION_MEMBERS), of(PHRASES)].into_iter().chain(more.iter().copied());
    let mut words: Vec<&str> = lists.flatten().copied().collect();
    words.sort_unstable();
    words.dedup();
    words.retain(|word| !is_of_expressions(word));
    if declaration == "flow" {
        words.retain(|word| !STEP_KEYWORDS.contains(word));
    }
    words
}

fn is_of_expressions(word: &str) -> bool {
    [OPERATORS, CONSTANTS, LABELS].iter().any(|table| table.contains(&word))
}

#[cfg(test)]
mod tests {
    use flowright_compiler::syntax::token::{
        DECLARATION_KEYWORDS, MEMBER_KEYWORDS, OTHER_KEYWORDS, TEST_KEYWORDS, is_keyword,
    };

    use super::*;

    /// A keyword that comes to the language gets a colour, or this fails.
    #[test]
    fn every_keyword_has_a_place() {
        let placed: Vec<&str> = DECLARATION_KEYWORDS
            .iter()
            .flat_map(|declaration| words_in(declaration))
            .chain(STEP_KEYWORDS.iter().copied())
            .collect();
        let tables = [
            DECLARATION_KEYWORDS,
            MEMBER_KEYWORDS,
            STEP_KEYWORDS,
            TEST_KEYWORDS,
            OTHER_KEYWORDS,
            LOOKUP_MEMBERS,
            METHODS,
        ];
        let members = DECLARATION_MEMBERS.iter().map(|(_, words)| *words);
        let without: Vec<&str> = tables
            .into_iter()
            .chain(members)
            .flatten()
            .copied()
            .filter(|word| {
                !placed.contains(word)
                    && !is_of_expressions(word)
                    && !DECLARATION_KEYWORDS.contains(word)
                    // It stands in placeholders alone, which have a rule of their own.
                    && *word != "plural"
            })
            .collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn no_word_is_coloured_that_is_no_keyword() {
        let phrases = PHRASES.iter().flat_map(|(_, words)| *words);
        let all = phrases.chain(TEXT_WORDS).chain(OPERATORS).chain(CONSTANTS).chain(LABELS);
        let unknown: Vec<&&str> = all.filter(|word| !is_keyword(word)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let declarations = PHRASES.iter().map(|(keyword, _)| keyword);
        assert!(declarations.into_iter().all(|word| DECLARATION_KEYWORDS.contains(word)));
    }
}
