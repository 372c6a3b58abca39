//! Values in the forms of other languages: `9 am`, `.5`, a choice in quotes, a full stop behind a
//! text.

use super::{Around, at, forms, sums};
use crate::diag::Diagnostic;
use crate::syntax::pest_bridge::Rule;
use crate::syntax::token::TokenKind;

impl Around<'_, '_> {
    /// `9 am`
    pub(super) fn time_in_halves(&self) -> Option<Diagnostic> {
        let before = self.before.last()?;
        let meant = time_in_halves(self.word(before), self.word(self.next))?;
        let message = "a time of day is written in 24 hours";
        Some(self.instead(before.span.cover(self.next.span), message, &meant))
    }

    /// `.5`
    pub(super) fn bare_fraction(&self) -> Option<Diagnostic> {
        let digits = self.from.get(1).filter(|_| self.next.kind == TokenKind::Dot)?;
        let behind = self.before.last().is_some_and(|token| token.span.end == self.next.span.start);
        let touches = digits.span.start == self.next.span.end;
        if behind || !touches || !sums::is_number(self.word(digits)) {
            return None;
        }
        let span = self.next.span.cover(digits.span);
        let meant = format!("0{}", self.text(span));
        Some(self.instead(span, "a number begins with a digit", &meant))
    }

    /// `say "Hello".`
    pub(super) fn end_of_a_step(&self) -> Option<Diagnostic> {
        let ends = matches!(self.next.kind, TokenKind::Dot | TokenKind::Comma);
        if !ends || !(self.expects(Rule::step) || self.expects(Rule::state_part)) {
            return None;
        }
        let sign = self.word(self.next);
        let found = self.found(self.next.span, format!("no `{sign}` stands behind a step"));
        Some(found.help("remove it").fix(format!("remove `{sign}`"), at(self.next.span), ""))
    }

    /// `size is "small"`
    pub(super) fn text_for_a_choice(&self) -> Option<Diagnostic> {
        let [.., is, last] = self.before else { return None };
        let (denied, is) = match self.word(last) {
            "not" => (true, is),
            _ => (false, last),
        };
        if self.word(is) != "is" || self.next.kind != TokenKind::Quote {
            return None;
        }
        let sign = if denied { "!=" } else { "==" };
        // Right for a text; of a choice, it is said behind that it has no quotes.
        let message = "`is` compares with a choice, not with a text";
        let found = self.instead(is.span.cover(last.span), message, sign);
        let content = self.from.get(1).map(|token| self.word(token)).unwrap_or_default();
        Some(match is_name(content) {
            true => found.help(format!("or, if it is a choice, `{content}` without quotes")),
            false => found,
        })
    }
}

/// The time of day that was meant by a number and `am` or `pm` apart from it.
pub(super) fn time_in_halves(before: &str, next: &str) -> Option<String> {
    let is_half = next.eq_ignore_ascii_case("am") || next.eq_ignore_ascii_case("pm");
    is_half.then(|| forms::time(&format!("{before}{next}")))?
}

/// Whether a text could be the name of a choice.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
