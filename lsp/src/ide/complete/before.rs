//! What stands right before a place: the word that is being written, and the tokens before it.

use flowright_compiler::syntax::{Token, TokenKind, lex};

/// What stands before a place.
pub(super) struct Before<'t> {
    pub(super) tokens: Vec<Token>,
    pub(super) head: Vec<&'t str>,
    pub(super) typed: &'t str,
}

impl<'t> Before<'t> {
    pub(super) fn of(piece: &'t str, in_values: bool) -> Option<Self> {
        let mut tokens = lex(piece);
        if tokens.last().is_some_and(|token| token.kind == TokenKind::Unclosed) {
            tokens.pop();
        }
        let at_end = |token: &&Token| token.span.end as usize == piece.len();
        let text = |token: &Token| piece.get(token.span.range()).unwrap_or_default();
        let last = tokens.last().filter(at_end).copied();
        match last.map(|token| token.kind) {
            Some(TokenKind::Comment | TokenKind::DocComment) => return None,
            Some(TokenKind::Literal | TokenKind::Regex) if !in_values => return None,
            _ => {}
        }
        let typed = last.filter(|token| token.kind == TokenKind::Word);
        if typed.is_some() {
            tokens.pop();
        }
        let mut head = Vec::new();
        while let [.., name, dot] = tokens.as_slice()
            && dot.kind == TokenKind::Dot
        {
            if name.kind != TokenKind::Word {
                return None;
            }
            head.push(text(name));
            tokens.truncate(tokens.len() - 2);
        }
        head.reverse();
        tokens.retain(|token| !token.kind.is_trivia());
        Some(Self { tokens, head, typed: typed.as_ref().map_or("", text) })
    }
}

/// The word at the end of a text.
pub(super) fn last_word(text: &str) -> &str {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last();
    start.and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

/// The word at the beginning of a text.
pub(super) fn first_word(text: &str) -> &str {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    text.find(|c| !is_part(c)).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Bytes of further names behind a word of a dotted name.
pub(super) fn more_names(text: &str, word: u32) -> usize {
    let behind = text.get(word as usize..).unwrap_or_default();
    let mut rest = behind;
    while let Some(name) = rest.strip_prefix('.').map(first_word).filter(|name| !name.is_empty()) {
        rest = rest.get(name.len() + 1..).unwrap_or_default();
    }
    behind.len() - rest.len()
}

/// What stands behind the word at the beginning of a text.
pub(super) fn behind_word(text: &str) -> &str {
    text.get(first_word(text).len()..).unwrap_or_default()
}
