//! Values in the examples of an intent whose form is not `{slot: entity = "words"}`.

use super::{Around, at};
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::syntax::token::{Token, TokenKind};

/// Words of a value that are shown in a form; longer ones are not repeated.
const SHOWN_MAX: usize = 60;

/// Tokens that the braces of an example may have; an intent may be long, and full of failures.
const TOKENS_MAX: usize = 64;

/// What somebody wrote in the braces of an example.
struct Written<'t> {
    slot: Span,
    colon: bool,
    entity: Option<Span>,
    /// From the first sign between the names and the value on.
    value: &'t [Token],
    signs: usize,
}

impl<'t> Around<'_, 't> {
    /// `{place = "La Scala"}`, `{place: "La Scala"}`, `{place: venue "La Scala"}`
    pub(super) fn value_of_an_example(&self) -> Option<Diagnostic> {
        let written = self.in_an_example()?;
        let Written { slot, colon, entity, value, signs } = written;
        let behind = value.get(signs..)?;
        let first = behind.first()?;
        // What is wrong stands behind a value that has its form.
        if self.next.span.start > first.span.start {
            return None;
        }
        let name = self.text(slot);
        let (words, end) = match first.kind {
            TokenKind::Quote => self.quoted(behind)?,
            // `{place = venue}`
            TokenKind::Word if !colon && signs > 0 => {
                let (named, rest) = self.dotted(behind)?;
                rest.first().filter(|token| token.kind == TokenKind::CloseBrace)?;
                let meant = format!("{name}: {}", self.text(named));
                let message = "a slot of an example has its entity behind `:`";
                return Some(self.instead(slot.cover(named), message, &meant));
            }
            // `{place: venue = La Scala}`
            TokenKind::Word if entity.is_some() && signs > 0 => self.unquoted(behind)?,
            _ => return None,
        };
        let words = if words.chars().count() > SHOWN_MAX { "…" } else { words };
        let message = "this is not the form of a value in an example";
        let Some(entity) = entity else {
            let found = self.found(slot.cover(end), message);
            return Some(found.help(format!(
                "write `{{{name}: ENTITY = \"{words}\"}}` with the name of a `learned` entity for \
                 ENTITY"
            )));
        };
        let form = format!("{name}: {} = \"{words}\"", self.text(entity));
        let found = self.found(slot.cover(end), message).help(format!("write `{{{form}}}`"));
        Some(match words {
            "…" => found,
            _ => found.fix(format!("write `{{{form}}}`"), at(slot.cover(end)), &form),
        })
    }

    /// The names at the beginning of the braces of an example that are open at the place.
    fn in_an_example(&self) -> Option<Written<'t>> {
        let code = self.lost.code;
        if self.word(code.first()?) != "intent" {
            return None;
        }
        let brace =
            |token: &Token| matches!(token.kind, TokenKind::OpenBrace | TokenKind::CloseBrace);
        let far = self.before.len().saturating_sub(TOKENS_MAX);
        let open = far + self.before.get(far..)?.iter().rposition(brace)?;
        let in_text = |token: &Token| {
            use TokenKind::{CloseBrace, Escape, Quote, StringText};
            matches!(token.kind, Quote | StringText | Escape | CloseBrace)
        };
        let is_open = self.before.get(open)?.kind == TokenKind::OpenBrace;
        if !is_open || !in_text(self.before.get(open.checked_sub(1)?)?) {
            return None;
        }
        let behind = code.get(open + 1..)?;
        let (slot, rest) = self.dotted(behind.get(..TOKENS_MAX).unwrap_or(behind))?;
        let (colon, rest) = match rest.split_first() {
            Some((sign, rest)) if sign.kind == TokenKind::Colon => (true, rest),
            _ => (false, rest),
        };
        let named = self.dotted(rest).filter(|_| colon);
        let (entity, value) = named.map_or((None, rest), |(name, rest)| (Some(name), rest));
        let sign = |token: &&Token| {
            matches!(token.kind, TokenKind::Equals | TokenKind::Operator | TokenKind::Colon)
        };
        let signs = value.iter().take_while(sign).count();
        Some(Written { slot, colon, entity, value, signs })
    }

    /// The name that tokens begin with, and what is behind it.
    fn dotted(&self, tokens: &'t [Token]) -> Option<(Span, &'t [Token])> {
        let is_part = |token: &&Token| matches!(token.kind, TokenKind::Word | TokenKind::Dot);
        let (first, mut span) = tokens.first().map(|token| (token, token.span))?;
        if first.kind != TokenKind::Word {
            return None;
        }
        let mut count = 1;
        for token in tokens.iter().skip(1).take_while(is_part) {
            if token.span.start != span.end {
                break;
            }
            span = span.cover(token.span);
            count += 1;
        }
        Some((span, tokens.get(count..)?))
    }

    /// What stands in the quotes that tokens begin with, and where they end.
    fn quoted(&self, tokens: &'t [Token]) -> Option<(&'t str, Span)> {
        let (open, rest) = tokens.split_first()?;
        let close = rest.iter().find(|token| token.kind == TokenKind::Quote)?;
        Some((self.text(Span::new(open.span.end, close.span.start)), close.span))
    }

    /// The words up to the closing brace.
    fn unquoted(&self, tokens: &'t [Token]) -> Option<(&'t str, Span)> {
        let close = tokens.iter().position(|token| token.kind == TokenKind::CloseBrace)?;
        let (first, last) = (tokens.first()?, tokens.get(close.checked_sub(1)?)?);
        let words = first.span.cover(last.span);
        Some((self.text(words), words)).filter(|(words, _)| !words.contains(['\n', '"']))
    }
}
