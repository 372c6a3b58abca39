//! Words that begin no declaration here: those of other languages, and those that stand in a flow.

use super::Around;
use crate::diag::Diagnostic;
use crate::syntax::pest_bridge::Rule;
use crate::syntax::token::{STEP_KEYWORDS, TokenKind};

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

impl Around<'_, '_> {
    /// A word of a flow behind a declaration that could have ended before it.
    pub(super) fn flow_word_behind(&self) -> Option<Diagnostic> {
        let may_end = self.expects(Rule::EOI) && self.next.kind == TokenKind::Word;
        let begins_line = self
            .lost
            .text
            .get(..self.next.span.start as usize)
            .is_some_and(|text| text.ends_with('\n'));
        if !may_end || !(begins_line || self.lost.failure.expected == [Rule::EOI]) {
            return None;
        }
        // Inside of brackets it is at home, or another finding says that it is not.
        let depth = self.before.iter().fold(0_i32, |depth, token| match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth + 1,
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => depth - 1,
            _ => depth,
        });
        let word = self.word(self.next);
        let help = in_a_flow(word).filter(|_| depth == 0 && word != "allow")?;
        Some(self.found(self.next.span, format!("`{word}` cannot stand here")).help(help))
    }
}

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
