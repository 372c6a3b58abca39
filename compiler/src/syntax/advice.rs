//! What helps with a failure whose message says only what could have stood there: the whole form of
//! the line, or where something may stand.

use super::explain::Lost;
use super::lower::forms;
use super::pest_bridge::Rule;
use super::token::{DECLARATION_KEYWORDS, Token, TokenKind};

/// The lines of `fallback` by what they begin with, in their forms.
const FALLBACK: [(&str, &str); 5] = [
    ("accept", "write `accept above 70%`, or `accept at 5% false rejects`"),
    ("clarify", "write `clarify above 40%`"),
    ("margin", "write `margin 10%`"),
    (
        "handoff",
        "write `handoff after 2 misses`, or `handoff when sentiment < -0.7`; `… to SKILL` may follow",
    ),
    ("answer", "write `answer from knowledge at 70%`"),
];

/// Words besides the keywords of declarations that only a name follows.
const BEFORE_NAMES: [&str; 6] = ["state", "fill", "set", "clear", "call", "->"];

/// Tokens before a failure that are looked at for what it stands in: a body may be long, and full of
/// failures.
const LOOKED_BACK_MAX: usize = 512;
/// The same for the beginning of a line.
const LINE_MAX: usize = 8;

/// Help for a failure. `expected` is what could have stood there, in words.
pub(super) fn help(lost: &Lost<'_>, expected: &[String]) -> Option<String> {
    let next = lost.next();
    // What was lost may begin in the middle of a line.
    let here = next.map_or(lost.piece.end, |next| next.span.start);
    let code = lost.code;
    let before = code.get(..code.partition_point(|token| token.span.start < here))?;
    let found = next.map_or("", |next| lost.word(next));
    let last = before.last().map_or("", |token| lost.word(token));
    let said = matches!(last, "bot" | "user") && lost.keywords.contains(&"given");
    if said && !found.is_empty() {
        let form = "what is said stands in quotes; `expect called ACTION` asks what was called";
        return Some(form.to_owned());
    }
    if found == "allow" || last == "allow" {
        return Some(where_allow_stands(lost, before).to_owned());
    }
    let line = line_of_fallback(lost, before).map(str::to_owned);
    line.or_else(|| next.and_then(|next| name_with_a_digit(lost, next, last, expected)))
}

/// Where `allow` may stand, by what it stands in.
fn where_allow_stands(lost: &Lost<'_>, before: &[Token]) -> &'static str {
    match opener(lost, before) {
        Some("one_of") => {
            "write `allow(CODE, \"reason\")` above the declaration, part or step that the choices \
             belong to: among them it cannot stand"
        }
        _ => {
            "write `allow(CODE, \"reason\")` before a declaration, a step, or what else has a line \
             of its own"
        }
    }
}

/// The form of the line of `fallback` that the grammar stopped in.
fn line_of_fallback(lost: &Lost<'_>, before: &[Token]) -> Option<&'static str> {
    // Behind a whole line, something else is wrong.
    if lost.failure.expected.contains(&Rule::fallback_member) {
        return None;
    }
    let line = before.iter().rev().take(LINE_MAX);
    let mut line = line.take_while(|token| token.kind != TokenKind::OpenBrace);
    let (_, form) = line.find_map(|token| {
        let word = lost.word(token);
        FALLBACK.iter().find(|(head, _)| *head == word)
    })?;
    (opener(lost, before) == Some("fallback")).then_some(*form)
}

/// The word before the innermost brace that is open, if it is not far away.
fn opener<'t>(lost: &Lost<'t>, before: &[Token]) -> Option<&'t str> {
    let from = before.len().saturating_sub(LOOKED_BACK_MAX);
    let before = before.get(from..)?;
    let mut depth = 0_u32;
    let open = before.iter().rposition(|token| match token.kind {
        TokenKind::CloseBrace => {
            depth += 1;
            false
        }
        TokenKind::OpenBrace if depth == 0 => true,
        TokenKind::OpenBrace => {
            depth -= 1;
            false
        }
        _ => false,
    })?;
    before.get(open.checked_sub(1)?).map(|token| lost.word(token))
}

/// `flow 3d_print`
fn name_with_a_digit(
    lost: &Lost<'_>,
    next: &Token,
    last: &str,
    expected: &[String],
) -> Option<String> {
    let word = lost.word(next);
    let is_name = |word: &String| word == "a name" || word == "a choice" || word.contains("name:");
    let takes_digits =
        [Rule::number, Rule::percent, Rule::duration, Rule::date, Rule::time, Rule::expr];
    let wanted = expected.iter().any(is_name)
        && !lost.failure.expected.iter().any(|rule| takes_digits.contains(rule));
    if !wanted || !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let named = DECLARATION_KEYWORDS.contains(&last) || BEFORE_NAMES.contains(&last);
    // A span or a time is in the wrong place, and no name.
    let is_value = forms::duration(word).is_some() || forms::time(word).is_some();
    let is_word = word.contains(|c: char| c.is_alphabetic() || c == '_') && !is_value;
    (named || is_word).then(|| "names begin with a letter; digits may follow".to_owned())
}
