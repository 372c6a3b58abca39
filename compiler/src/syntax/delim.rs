//! Bracket matching over the tokens of one chunk, and the limit on nesting. Runs before the
//! grammar: what is nested too deep never reaches a recursive parser.

use super::token::{Token, TokenKind};
use crate::base::Span;
use crate::base::limits::NESTING_MAX;

/// What is wrong with a chunk's brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BracketFault {
    /// Opened here, never closed.
    Unclosed(Span),
    /// Closed here, never opened; or opened as another bracket.
    Unmatched { close: Span, open: Option<Span> },
    /// More brackets open here than may be.
    TooDeep(Span),
    /// A string that its line did not close, from its quote.
    UnclosedText(Span),
    /// The same, because a placeholder in it was not closed before its end.
    UnclosedPlaceholder(Span),
}

/// The first bracket fault of a chunk, if there is one. Later ones are mostly its echoes, but for a
/// nesting too deep: behind a text that is not closed brackets are as they were.
pub(super) fn check(tokens: &[Token]) -> Option<BracketFault> {
    let fault = first_fault(tokens);
    match fault {
        Some(BracketFault::UnclosedText(_)) => too_deep(tokens).or(fault),
        _ => fault,
    }
}

/// Where too many brackets are open, whatever they match.
fn too_deep(tokens: &[Token]) -> Option<BracketFault> {
    let mut depth = 0_usize;
    for token in tokens {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if depth > NESTING_MAX {
            return Some(BracketFault::TooDeep(token.span));
        }
    }
    None
}

fn first_fault(tokens: &[Token]) -> Option<BracketFault> {
    let mut open: Vec<(TokenKind, Span)> = Vec::new();
    let mut quote: Option<Span> = None;
    for token in tokens {
        match token.kind {
            // Strings do not nest here: a quote inside a placeholder is rare and closes its string.
            TokenKind::Quote if quote.is_some() => quote = None,
            TokenKind::Quote => quote = Some(token.span),
            TokenKind::Unclosed => {
                return Some(BracketFault::UnclosedText(quote.unwrap_or(token.span)));
            }
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => {
                open.push((token.kind, token.span));
                if open.len() > NESTING_MAX {
                    return Some(BracketFault::TooDeep(token.span));
                }
            }
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                let opened = open.pop();
                if opened.is_none_or(|(kind, _)| closing(kind) != token.kind) {
                    let open = opened.map(|(_, span)| span);
                    return Some(BracketFault::Unmatched { close: token.span, open });
                }
            }
            _ => {}
        }
    }
    if let Some((_, span)) = open.first() {
        return Some(BracketFault::Unclosed(*span));
    }
    quote.map(BracketFault::UnclosedText)
}

const fn closing(open: TokenKind) -> TokenKind {
    match open {
        TokenKind::OpenBrace => TokenKind::CloseBrace,
        TokenKind::OpenParen => TokenKind::CloseParen,
        _ => TokenKind::CloseBracket,
    }
}

/// The placeholder that is open at a quote, in a text of the same line: the quote was to end the text
/// and begins another one.
pub(super) fn placeholder_at(text: &str, tokens: &[Token], quote: Span) -> Option<Span> {
    let before = text.get(..quote.start as usize).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let mut open: Vec<(TokenKind, Span)> = Vec::new();
    let first = tokens.partition_point(|token| (token.span.start as usize) < line);
    let end = tokens.partition_point(|token| token.span.start < quote.start);
    for token in tokens.get(first..end).unwrap_or(&[]) {
        let top = open.last().map(|(kind, _)| *kind);
        match token.kind {
            TokenKind::Quote if top == Some(TokenKind::Quote) => {
                open.pop();
            }
            TokenKind::Quote | TokenKind::OpenBrace => open.push((token.kind, token.span)),
            TokenKind::CloseBrace if top == Some(TokenKind::OpenBrace) => {
                open.pop();
            }
            _ => {}
        }
    }
    match open.as_slice() {
        [.., (TokenKind::Quote, _), (TokenKind::OpenBrace, hole)] => Some(*hole),
        _ => None,
    }
}
