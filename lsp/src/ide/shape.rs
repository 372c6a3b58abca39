//! The shape of a text, told by its tokens alone: what folds, what is selected next, links.

use flowright_compiler::base::Span;
use flowright_compiler::syntax::{Token, TokenKind, lex};

/// What folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the opening bracket to the closing one, or all lines of a comment.
    pub span: Span,
    /// It is a comment.
    pub is_comment: bool,
}

/// Everything that folds: brackets, and comments of several lines.
#[must_use]
pub fn folds(text: &str) -> Vec<Fold> {
    let mut folds = Vec::new();
    let mut open = Vec::new();
    let mut comment: Option<Span> = None;
    for token in lex(text) {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen => {
                open.push(token.span)
            }
            TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => {
                if let Some(start) = open.pop() {
                    folds.push(Fold { span: start.cover(token.span), is_comment: false });
                }
            }
            _ => {}
        }
        match token.kind {
            TokenKind::Comment | TokenKind::DocComment => {
                comment = Some(comment.map_or(token.span, |before| before.cover(token.span)));
            }
            // A blank line ends a comment.
            TokenKind::Whitespace if !is_blank_line(text, token) => {}
            _ => folds.extend(comment.take().map(|span| Fold { span, is_comment: true })),
        }
    }
    folds.extend(comment.map(|span| Fold { span, is_comment: true }));
    let lines = |fold: &Fold| text.get(fold.span.range()).is_some_and(|text| text.contains('\n'));
    folds.retain(lines);
    folds.sort_by_key(|fold| (fold.span.start, fold.span.end));
    folds
}

fn is_blank_line(text: &str, token: Token) -> bool {
    text.get(token.span.range()).is_some_and(|text| text.matches('\n').count() > 1)
}

/// What is selected one after the other around an offset: the word, what is in the brackets, the
/// brackets with it, what stands before them, and so on to the whole text.
#[must_use]
pub fn selections(text: &str, offset: u32) -> Vec<Span> {
    let tokens = lex(text);
    let mut spans: Vec<Span> = Vec::new();
    let touching = |token: &&Token| {
        token.kind != TokenKind::Whitespace
            && token.span.start <= offset
            && offset <= token.span.end
    };
    spans.extend(tokens.iter().rfind(touching).map(|token| token.span));
    let mut open: Vec<(usize, Span)> = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen => {
                open.push((number, token.span));
            }
            TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => {
                let Some((first, start)) = open.pop() else { continue };
                let whole = start.cover(token.span);
                if whole.start <= offset && offset <= whole.end {
                    spans.push(Span::new(start.end, token.span.start));
                    spans.push(whole);
                    spans.push(Span::new(head(text, &tokens, first), token.span.end));
                }
            }
            _ => {}
        }
    }
    spans.push(Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)));
    spans.sort_by_key(|span| (span.len(), span.start));
    let mut nested: Vec<Span> = Vec::new();
    for span in spans {
        let holds = |inner: &Span| span.start <= inner.start && inner.end <= span.end;
        if nested.last().is_none_or(|inner| holds(inner) && *inner != span) {
            nested.push(span);
        }
    }
    nested
}

/// Where what a bracket belongs to begins: the first token of its line.
fn head(text: &str, tokens: &[Token], bracket: usize) -> u32 {
    let before = tokens.get(..bracket).unwrap_or(&[]);
    let mut start = tokens.get(bracket).map_or(0, |token| token.span.start);
    for token in before.iter().rev() {
        let is_line_end = matches!(token.kind, TokenKind::Whitespace)
            && text.get(token.span.range()).is_some_and(|text| text.contains('\n'));
        if is_line_end || matches!(token.kind, TokenKind::OpenBrace | TokenKind::CloseBrace) {
            break;
        }
        if token.kind != TokenKind::Whitespace {
            start = token.span.start;
        }
    }
    start
}
