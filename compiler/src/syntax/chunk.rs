//! Cuts a file into declarations, whatever state it is in, so that a fault stays where it is.
//!
//! A declaration begins at a declaration keyword that is first on its line at column 0, whatever
//! the brackets say (a missing brace loses one declaration), or at one outside all brackets.

use std::ops::Range;

use super::token::{DECLARATION_KEYWORDS, Token, TokenKind};

/// A piece of a file that should hold one declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Its tokens, trivia and the comments directly above included.
    pub(super) tokens: Range<usize>,
    /// Byte offset of its first token.
    pub(super) start: u32,
    /// Byte offset one past its last token.
    pub(super) end: u32,
}

/// The declaration being walked through.
#[derive(Default)]
struct Open<'t> {
    keyword: &'t str,
    /// Brackets open.
    depth: u32,
    /// Whether the first line of its body begins at column 0; unknown before that line.
    flush: Option<bool>,
}

/// Cuts. Tokens before the first declaration keyword, if any are code, form a chunk of their own.
pub(super) fn cut(text: &str, tokens: &[Token]) -> Vec<Chunk> {
    let mut starts = Vec::new();
    let mut open = Open::default();
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open.depth += 1,
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                open.depth = open.depth.saturating_sub(1);
            }
            TokenKind::Word if begins_declaration(text, tokens, i, &open) => {
                let keyword = text.get(token.span.range()).unwrap_or("");
                open = Open { keyword, ..Open::default() };
                starts.push(with_comments_above(text, tokens, i));
            }
            TokenKind::Word if open.depth > 0 && first_on_line(text, tokens, i) => {
                open.flush.get_or_insert_with(|| at_column_0(text, token));
            }
            _ => {}
        }
    }
    let first = starts.first().copied().unwrap_or(tokens.len());
    let leading = tokens.get(..first).is_some_and(|t| t.iter().any(|t| !t.kind.is_trivia()));
    if leading {
        starts.insert(0, 0);
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([tokens.len()]).collect();
    starts.into_iter().zip(ends).filter_map(|(start, end)| chunk(tokens, start..end)).collect()
}

fn chunk(tokens: &[Token], range: Range<usize>) -> Option<Chunk> {
    let piece = tokens.get(range.clone())?;
    let (first, last) = (piece.first()?, piece.last()?);
    Some(Chunk { tokens: range, start: first.span.start, end: last.span.end })
}

fn begins_declaration(text: &str, tokens: &[Token], i: usize, open: &Open<'_>) -> bool {
    let Some(token) = tokens.get(i) else { return false };
    let word = text.get(token.span.range()).unwrap_or("");
    if open.depth == 0 && at_column_0(text, token) && is_mistyped(text, tokens, i, word) {
        return true;
    }
    if !DECLARATION_KEYWORDS.contains(&word) || !followed_by_declaration(text, tokens, i, word) {
        return false;
    }
    match (open.depth, at_column_0(text, token)) {
        (0, true) => true,
        // `use a` and the like may share a line; a keyword in the middle of a line outside brackets
        // is a declaration only if what stands before it could have ended one.
        // A part of the open declaration whose brackets are wrong is none.
        (0, false) => {
            let is_part = first_on_line(text, tokens, i) && is_member(open.keyword, word);
            !is_part && ends_declaration(tokens, i, open.keyword)
        }
        (_, true) => !could_be_member(open, word),
        (_, false) => false,
    }
}

/// Whether a word at column 0 outside all brackets begins a declaration whose keyword is mistyped:
/// it is no part of the declaration before, and a name, text or brace follows.
fn is_mistyped(text: &str, tokens: &[Token], i: usize, word: &str) -> bool {
    if super::token::is_keyword(word) {
        return false;
    }
    let code = |t: &&Token| !t.kind.is_trivia();
    let before = tokens.get(..i).unwrap_or(&[]).iter().rposition(|t| code(&t));
    let may_end = before.is_none_or(|at| match tokens.get(at).map(|t| (t.kind, t.span)) {
        Some((TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket, _)) => true,
        Some((TokenKind::Quote | TokenKind::Literal | TokenKind::Regex, _)) => true,
        Some((TokenKind::Word, span)) => {
            let before = text.get(span.range()).unwrap_or("");
            // A keyword in the middle of a line is a type: `slot name: text`.
            let awaits_name =
                DECLARATION_KEYWORDS.contains(&before) && first_on_line(text, tokens, at);
            before != "includes" && !awaits_name
        }
        _ => false,
    });
    let next = tokens.get(i + 1..).unwrap_or(&[]).iter().find(code);
    let goes_on = next.is_some_and(|t| {
        matches!(t.kind, TokenKind::Word | TokenKind::Quote | TokenKind::OpenBrace | TokenKind::Dot)
    });
    may_end && goes_on
}

/// Whether a column-0 keyword inside brackets may be a member of the open declaration: only where
/// such members exist and the author does not indent.
fn could_be_member(open: &Open<'_>, word: &str) -> bool {
    is_member(open.keyword, word) && open.flush.unwrap_or(true)
}

/// Whether a declaration's keyword is also a member of another declaration.
fn is_member(of: &str, word: &str) -> bool {
    match of {
        "use" | "role" | "entity" | "text" | "allow" => false,
        _ if word == "allow" => true,
        "flow" => matches!(word, "slot" | "fallback"),
        "test" => matches!(word, "customer" | "channel" | "bot"),
        "migrate" => matches!(word, "flow" | "slot" | "intent" | "skill" | "channel"),
        _ => false,
    }
}

fn at_column_0(text: &str, token: &Token) -> bool {
    let before = (token.span.start as usize).checked_sub(1);
    before.is_none_or(|before| text.as_bytes().get(before) == Some(&b'\n'))
}

/// Whether the next token can follow the keyword: `text` in `slot a: text` is a type, not a
/// declaration.
fn followed_by_declaration(text: &str, tokens: &[Token], i: usize, word: &str) -> bool {
    let mut rest = tokens.get(i + 1..).unwrap_or(&[]).iter().filter(|t| !t.kind.is_trivia());
    let next = rest.next().map(|t| t.kind);
    match word {
        "customer" | "route" | "fallback" | "migrate" => {
            matches!(next, Some(TokenKind::OpenBrace)) || first_on_line(text, tokens, i)
        }
        "allow" => matches!(next, Some(TokenKind::OpenParen)) || first_on_line(text, tokens, i),
        "test" => matches!(next, Some(TokenKind::Quote)) || first_on_line(text, tokens, i),
        _ => matches!(next, Some(TokenKind::Word)) || first_on_line(text, tokens, i),
    }
}

fn first_on_line(text: &str, tokens: &[Token], i: usize) -> bool {
    let Some(before) = i.checked_sub(1).and_then(|before| tokens.get(before)) else { return true };
    // A file may begin with blanks or a byte order mark.
    before.kind == TokenKind::Whitespace
        && (before.span.start == 0
            || text.get(before.span.range()).is_some_and(|blank| blank.contains('\n')))
}

/// Whether the last code before token `i` can end the declaration of that keyword.
fn ends_declaration(tokens: &[Token], i: usize, keyword: &str) -> bool {
    let before = tokens.get(..i).unwrap_or(&[]);
    match before.iter().rev().find(|t| !t.kind.is_trivia()) {
        None => true,
        Some(token) if keyword == "allow" => token.kind == TokenKind::CloseParen,
        Some(token) => token.kind == TokenKind::CloseBrace,
    }
}

/// Moves back over comments that stand directly above, without an empty line between.
fn with_comments_above(text: &str, tokens: &[Token], mut i: usize) -> usize {
    loop {
        let (Some(blank), Some(comment)) = (
            i.checked_sub(1).and_then(|at| tokens.get(at)),
            i.checked_sub(2).and_then(|at| tokens.get(at)),
        ) else {
            return i;
        };
        let one_line_end = blank.kind == TokenKind::Whitespace
            && text.get(blank.span.range()).is_some_and(|b| b.matches('\n').count() == 1);
        let is_comment = matches!(comment.kind, TokenKind::Comment | TokenKind::DocComment);
        if !one_line_end || !is_comment || !first_on_line(text, tokens, i - 2) {
            return i;
        }
        i -= 2;
    }
}
