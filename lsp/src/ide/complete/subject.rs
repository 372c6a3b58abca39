//! What stands before a place and has a type: the value that `is` asks about, what an operator compares.

use flowright_compiler::syntax::TokenKind;

use super::cx::{Cx, in_rule};
use super::values::ty_of_path;
use crate::ide::expect::{Frame, Rule};
use crate::ide::symbols::{Scope, Ty};

/// The type of the value that ends before a token: a path, what is revealed, an item of a list.
pub(super) fn ty_before(cx: &Cx<'_>, scope: &Scope, end: usize) -> Option<Ty> {
    let last = end.checked_sub(1)?;
    match cx.kind_of(last)? {
        TokenKind::Word => ty_of_path(cx, scope, &cx.path_before(end)),
        TokenKind::CloseParen => {
            let inner = ty_before(cx, scope, last)?;
            match (cx.word_of(opening(cx, last)?.checked_sub(1)?), inner) {
                ("first" | "last", Ty::List(item)) => Some(*item),
                ("reveal", inner) => Some(inner),
                _ => None,
            }
        }
        // `reveal(x) because "…"`
        TokenKind::Quote => {
            let quotes = (0..last).rev().find(|at| cx.kind_of(*at) == Some(TokenKind::Quote))?;
            let because = quotes.checked_sub(1).filter(|at| cx.word_of(*at) == "because")?;
            ty_before(cx, scope, because)
        }
        _ => None,
    }
}

/// The bracket that a closing one closes.
fn opening(cx: &Cx<'_>, closing: usize) -> Option<usize> {
    let mut depth = 0_usize;
    (0..closing).rev().find(|at| match cx.kind_of(*at) {
        Some(TokenKind::CloseParen) => {
            depth += 1;
            false
        }
        Some(TokenKind::OpenParen) => match depth.checked_sub(1) {
            Some(less) => {
                depth = less;
                false
            }
            None => true,
        },
        _ => false,
    })
}

/// The type of what stands before an operator or `contains` at the end of what is written, as the
/// value behind it has it.
pub(super) fn compared(cx: &Cx<'_>, scope: &Scope) -> Option<Option<Ty>> {
    let last = cx.tokens.len().checked_sub(1)?;
    if cx.kind_of(last) == Some(TokenKind::Operator) {
        return Some(ty_before(cx, scope, last));
    }
    (cx.word_of(last) == "contains").then(|| match ty_before(cx, scope, last) {
        Some(Ty::List(item)) => Some(*item),
        _ => None,
    })
}

/// What the request for a customer's profile may name: `id` behind `from`, `address` behind `find`.
pub(super) fn of_profile(cx: &Cx<'_>, frames: &[Frame]) -> Option<&'static str> {
    if !in_rule(frames, Rule::Template) && !in_rule(frames, Rule::Lookup) {
        return None;
    }
    let members = frames.iter().find(|frame| frame.rule == Rule::CustomerMembers)?;
    let numbers = (members.start..cx.tokens.len()).rev();
    let mut begins = numbers.filter_map(|at| match (cx.word_of(at), cx.word_of(at + 1)) {
        ("from", method) if method != ":" => Some("id"),
        ("find", "on") => Some("address"),
        _ => None,
    });
    begins.next()
}
