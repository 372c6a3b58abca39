//! Cuts a braced body into the pieces that are parsed, and lost, one by one.

use super::token::{Token, TokenKind};
use crate::base::Span;

/// A chunk's text and the tokens of it that are code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cutter<'t> {
    pub(super) text: &'t str,
    pub(super) code: &'t [Token],
}

/// The tokens that lie in a span. Every piece is looked up so: a walk over all tokens for each would
/// take as long as the declaration is, times its faults.
pub(super) fn inside(code: &[Token], span: Span) -> &[Token] {
    let first = code.partition_point(|t| t.span.start < span.start);
    let last = code.partition_point(|t| t.span.end <= span.end);
    code.get(first..last).unwrap_or(&[])
}

impl<'t> Cutter<'t> {
    /// The text of a token; nothing for no token.
    pub(super) fn word(&self, token: Option<&Token>) -> &'t str {
        token.and_then(|t| self.text.get(t.span.range())).unwrap_or("")
    }

    /// The tokens that lie in a span.
    pub(super) fn inside(&self, span: Span) -> &'t [Token] {
        inside(self.code, span)
    }

    /// Splits `keyword name { … }` into the part up to the brace and what is between the braces.
    pub(super) fn split_head(&self, span: Span) -> Option<(Span, Span)> {
        let inside = self.inside(span);
        let open = inside.iter().find(|t| t.kind == TokenKind::OpenBrace)?;
        let close = inside.iter().rfind(|t| t.kind == TokenKind::CloseBrace)?;
        (open.span.end <= close.span.start).then(|| {
            (Span::new(span.start, open.span.end), Span::new(open.span.end, close.span.start))
        })
    }

    /// Splits at the first brace that closes all: what is up to it, and what is behind, if anything.
    pub(super) fn split_behind(&self, span: Span) -> Option<(Span, Span)> {
        let inside = self.inside(span);
        let mut depth = 0_u32;
        let closes = inside.iter().position(|token| {
            match token.kind {
                TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseBrace => depth = depth.saturating_sub(1),
                _ => {}
            }
            token.kind == TokenKind::CloseBrace && depth == 0
        })?;
        let (own, behind) = inside.split_at(closes + 1);
        let cover = |tokens: &[Token]| Some(tokens.first()?.span.cover(tokens.last()?.span));
        Some((cover(own)?, cover(behind)?))
    }

    /// Cuts a body at tokens that begin a line outside inner brackets and are one of `keywords`
    /// (or an arrow). What stands before the first is a piece too.
    pub(super) fn pieces(&self, body: Span, keywords: &[&str], arrows: bool) -> Vec<Span> {
        self.cut(body, |token| {
            self.begins_line(token, body)
                && (keywords.contains(&self.word(Some(token)))
                    || (arrows && token.kind == TokenKind::Arrow))
        })
    }

    /// Cuts a body at the lines outside inner brackets.
    pub(super) fn lines(&self, body: Span) -> Vec<Span> {
        self.cut(body, |token| self.begins_line(token, body))
    }

    /// Cuts a body into the smallest pieces that may be one thing each: at words and arrows that
    /// begin a line, at `keywords` wherever they stand, and at names of fields.
    pub(super) fn small_pieces(&self, body: Span, keywords: &[&str]) -> Vec<Span> {
        self.cut(body, |token| match token.kind {
            TokenKind::Arrow => self.begins_line(token, body),
            TokenKind::Word => {
                keywords.contains(&self.word(Some(token)))
                    || self.begins_line(token, body)
                    || self.is_followed_by(token, TokenKind::Colon)
                    || self.is_language(token)
            }
            _ => false,
        })
    }

    fn cut(&self, body: Span, begins: impl Fn(&Token) -> bool) -> Vec<Span> {
        let mut pieces: Vec<Span> = Vec::new();
        let mut depth = 0_i32;
        // How deep the open string stands.
        let mut string: Option<i32> = None;
        for token in self.inside(body) {
            let starts = depth == 0 && string.is_none() && begins(token);
            match pieces.last_mut() {
                Some(last) if !starts => *last = last.cover(token.span),
                _ => pieces.push(token.span),
            }
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    depth -= 1;
                }
                TokenKind::Quote => match string {
                    None => string = Some(depth),
                    Some(outside) if outside == depth => string = None,
                    Some(_) => {}
                },
                // What is open in a string ends with it.
                TokenKind::Unclosed => depth = string.take().unwrap_or(depth),
                _ => {}
            }
        }
        pieces
    }

    /// `en` in front of a text.
    fn is_language(&self, token: &Token) -> bool {
        let word = self.word(Some(token));
        word.len() == 2
            && word.bytes().all(|b| b.is_ascii_lowercase())
            && self.is_followed_by(token, TokenKind::Quote)
    }

    fn is_followed_by(&self, token: &Token, kind: TokenKind) -> bool {
        let next = self.code.partition_point(|t| t.span.start <= token.span.start);
        self.code.get(next).is_some_and(|next| next.kind == kind)
    }

    fn begins_line(&self, token: &Token, body: Span) -> bool {
        let before = self.text.get(body.start as usize..token.span.start as usize).unwrap_or("");
        before.trim_end_matches([' ', '\t', '\r']).ends_with('\n') || before.trim().is_empty()
    }
}
