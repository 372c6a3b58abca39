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
    /// A string of several lines that is open at the end of the file: its quotes.
    UnclosedLong(Span),
    /// The same, because a placeholder in it was not closed before its end.
    UnclosedPlaceholder(Span),
}

/// The first bracket fault of a chunk, if there is one. Later ones are mostly its echoes, but for a
/// nesting too deep: behind a text that is not closed brackets are as they were. A text that is open
/// at the end of the file comes first: it holds the brackets that would have closed the others.
pub(super) fn check(tokens: &[Token]) -> Option<BracketFault> {
    let fault = first_fault(tokens);
    match fault {
        Some(BracketFault::UnclosedText(_) | BracketFault::UnclosedLong(_)) => {
            too_deep(tokens).or(fault)
        }
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
    if let Some(quote) = long_text(tokens) {
        return Some(BracketFault::UnclosedLong(quote));
    }
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

/// The quotes of a text of several lines that is open at the end of the file.
fn long_text(tokens: &[Token]) -> Option<Span> {
    let (end, before) = tokens.split_last()?;
    if end.kind != TokenKind::Unclosed {
        return None;
    }
    let mut open = OpenTexts::default();
    before.iter().for_each(|token| open.pass(token));
    open.0.first().map(|(_, span)| *span).filter(|quote| is_long(*quote))
}

const fn is_long(quote: Span) -> bool {
    quote.end - quote.start == 3
}

/// Every text that is not closed where it should be: what is wrong, and from there to its end.
pub(super) fn unclosed(tokens: &[Token]) -> Vec<(BracketFault, Span)> {
    let mut open = OpenTexts::default();
    let mut found = Vec::new();
    for token in tokens {
        if token.kind == TokenKind::Unclosed {
            let (fault, from) = open.fault(token.span);
            found.push((fault, from.cover(token.span)));
        }
        open.pass(token);
    }
    found
}

/// The quotes and braces of texts and placeholders that are open at a place.
#[derive(Default)]
struct OpenTexts(Vec<(TokenKind, Span)>);

impl OpenTexts {
    fn pass(&mut self, token: &Token) {
        let Self(open) = self;
        let top = open.last().map(|(kind, _)| *kind);
        match token.kind {
            TokenKind::Quote if top == Some(TokenKind::Quote) => {
                open.pop();
            }
            TokenKind::Quote => open.push((token.kind, token.span)),
            // Outside of texts braces do not count here.
            TokenKind::OpenBrace if top.is_some() => open.push((token.kind, token.span)),
            TokenKind::CloseBrace if top == Some(TokenKind::OpenBrace) => {
                open.pop();
            }
            // A line ends the texts on it, and what is open in them.
            TokenKind::Unclosed => {
                let short =
                    |(kind, span): &(TokenKind, Span)| *kind == TokenKind::Quote && !is_long(*span);
                if let Some(first) = open.iter().position(short) {
                    open.truncate(first);
                }
            }
            _ => {}
        }
    }

    /// Why a text ends at a place without its quotes, and where that begins. A quote in an open
    /// placeholder was to end the text, and began another one.
    fn fault(&self, end: Span) -> (BracketFault, Span) {
        let Self(open) = self;
        if let [.., (TokenKind::Quote, _), (TokenKind::OpenBrace, hole), (TokenKind::Quote, _)]
        | [.., (TokenKind::Quote, _), (TokenKind::OpenBrace, hole)] = open.as_slice()
        {
            return (BracketFault::UnclosedPlaceholder(*hole), *hole);
        }
        let mut quotes = open.iter().rev().filter(|(kind, _)| *kind == TokenKind::Quote);
        match quotes.next().map(|(_, span)| *span) {
            Some(quote) if is_long(quote) => (BracketFault::UnclosedLong(quote), quote),
            quote => {
                let quote = quote.unwrap_or(end);
                (BracketFault::UnclosedText(quote.cover(end)), quote)
            }
        }
    }
}
