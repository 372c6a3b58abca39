//! What the form of the language lets stand at a place, and its meaning does not.

use flowright_compiler::syntax::TokenKind;
use flowright_compiler::syntax::ast::{Flow, Trigger};
use flowright_compiler::syntax::token::STEP_KEYWORDS;

use super::cx::{Cx, in_rule};
use crate::ide::expect::{Frame, Rule};

/// Whether a keyword may stand at the place.
pub(super) fn keyword(cx: &Cx<'_>, word: &str, frames: &[Frame]) -> bool {
    let Some(frame) = frames.first() else { return true };
    match (frame.rule, word) {
        (Rule::Step, "resume" | "repeat" | "abandon" | "correct") => {
            cx.flow(frames).is_none_or(is_repair)
        }
        (Rule::Otherwise, "otherwise") => follows_when(cx, frames),
        // Inside the `when` before it, it follows none.
        (Rule::Guard, "otherwise") => false,
        (Rule::Primary | Rule::Expr | Rule::IsTail, word) if is_constant(frames) => {
            matches!(word, "true" | "false")
        }
        _ => true,
    }
}

/// Whether a flow acts on the one that waits below it.
fn is_repair(flow: &Flow) -> bool {
    flow.triggers.iter().any(|trigger| matches!(trigger, Trigger::Repair { .. }))
}

/// Whether only a value that is written out may stand at the place: what is given in tests, and what
/// slots hold in sessions that bring nothing.
pub(super) fn is_constant(frames: &[Frame]) -> bool {
    let is_in = |rule| in_rule(frames, rule);
    let in_test = is_in(Rule::Given)
        || is_in(Rule::ProfileSettings)
        || (is_in(Rule::Expect) && is_in(Rule::ActionArgs));
    (in_test || is_in(Rule::MigrateLines)) && !is_in(Rule::Template)
}

/// Whether the step before the place, in the same list of steps, is a `when`.
fn follows_when(cx: &Cx<'_>, frames: &[Frame]) -> bool {
    let Some(list) = frames.get(2).filter(|frame| frame.rule.is_list()) else { return false };
    let mut after_when = false;
    // A `when` or a handler has no body yet.
    let mut open = false;
    let mut depth = 0_usize;
    for number in list.start..cx.tokens.len() {
        let before = number.checked_sub(1).and_then(|before| cx.kind_of(before));
        match cx.kind_of(number) {
            Some(TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket) => {
                if depth == 0 && cx.kind_of(number) == Some(TokenKind::OpenBrace) {
                    open = false;
                }
                depth += 1;
            }
            Some(TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket) => {
                depth = depth.saturating_sub(1);
            }
            Some(TokenKind::Arrow) if depth == 0 => {
                // An arrow that is nothing's body is a step of its own.
                after_when &= open;
                open = false;
            }
            Some(TokenKind::Word) if depth == 0 && before != Some(TokenKind::Dot) => {
                match cx.word_of(number) {
                    "allow" => {}
                    "when" => (after_when, open) = (true, true),
                    "on" if is_handler(cx.word_of(number + 1)) => {
                        (after_when, open) = (false, true);
                    }
                    "otherwise" => (after_when, open) = (false, true),
                    word if STEP_KEYWORDS.contains(&word) => match open {
                        // The only step of what stands before it.
                        true => open = false,
                        false => after_when &= before == Some(TokenKind::Arrow),
                    },
                    _ => {}
                }
            }
            _ => {}
        }
    }
    after_when && !open
}

fn is_handler(word: &str) -> bool {
    matches!(word, "intent" | "silence" | "failure")
}
