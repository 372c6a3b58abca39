//! Who sees all of the items of a list that an action gives: most flows let the customer choose one of
//! them, and name some of its fields.

use super::{code, items_of, word};
use crate::syntax::token::{Token, TokenKind};

/// A token that is more than a blank.
type Part<'p> = (TokenKind, &'p str);

/// A name for the item that is chosen from a field of a result.
#[derive(PartialEq, Eq)]
struct Chosen<'p> {
    item: &'p str,
    result: &'p str,
    list: &'p str,
}

/// The actions of which some tokens of a flow may look at all of the items of lists, as words: of a list
/// that is not only chosen from and counted, of an item that is named without a field, and where one
/// name stands for items of two lists.
pub(super) fn seen_whole(piece: &str, tokens: &[Token], results: &[(&str, String)]) -> Vec<u64> {
    let tokens: Vec<Part<'_>> = code(piece, tokens).collect();
    let chosen = chosen(&tokens);
    let is_clear = |one: &Chosen<'_>| {
        let is_other = |other: &Chosen<'_>| other.item == one.item && other != one;
        !chosen.iter().any(is_other)
            && !results.iter().any(|(name, _)| *name == one.item)
            && !is_named_alone(&tokens, one.item)
    };
    let is_seen = |result: &str| {
        is_list_named(&tokens, result)
            || chosen.iter().any(|one| one.result == result && !is_clear(one))
    };
    // What is chosen from a list that is no field of a result may be an item of any.
    let any = chosen.iter().any(|one| !results.iter().any(|(name, _)| *name == one.result));
    let seen = results.iter().filter(|(name, _)| any || is_seen(name));
    seen.map(|(_, action)| word(&items_of(action))).collect()
}

/// What `choose ITEM in RESULT.LIST` gives a name to; `choose ITEM in` anything else without a result.
fn chosen<'p>(tokens: &[Part<'p>]) -> Vec<Chosen<'p>> {
    let mut found = Vec::new();
    for (number, _) in tokens.iter().enumerate() {
        let rest = tokens.get(number..).unwrap_or_default();
        let [choose, (TokenKind::Word, item), is_in, path @ ..] = rest else { continue };
        if *choose != (TokenKind::Word, "choose") || *is_in != (TokenKind::Word, "in") {
            continue;
        }
        let (result, list) = field(path).unwrap_or_default();
        found.push(Chosen { item, result, list });
    }
    found
}

/// `RESULT.LIST` at the beginning of some tokens, with no field behind it.
fn field<'p>(tokens: &[Part<'p>]) -> Option<(&'p str, &'p str)> {
    match tokens {
        [
            (TokenKind::Word, _),
            (TokenKind::Dot, _),
            (TokenKind::Word, _),
            (TokenKind::Dot, _),
            ..,
        ] => None,
        [(TokenKind::Word, result), (TokenKind::Dot, _), (TokenKind::Word, list), ..] => {
            Some((result, list))
        }
        _ => None,
    }
}

/// Whether a name stands somewhere without a field, but for where it is given.
fn is_named_alone(tokens: &[Part<'_>], name: &str) -> bool {
    tokens.iter().enumerate().any(|(number, token)| {
        let before = |by: usize| number.checked_sub(by).and_then(|at| tokens.get(at));
        let is_given = before(1) == Some(&(TokenKind::Word, "choose"));
        let is_field = before(1).is_some_and(|(kind, _)| *kind == TokenKind::Dot);
        let has_field = tokens.get(number + 1).is_some_and(|(kind, _)| *kind == TokenKind::Dot);
        *token == (TokenKind::Word, name) && !is_given && !is_field && !has_field
    })
}

/// Whether a field of a result is named, of which it is not sure that it is no list, other than to be
/// chosen from or counted.
fn is_list_named(tokens: &[Part<'_>], result: &str) -> bool {
    tokens.iter().enumerate().any(|(number, token)| {
        let before = |by: usize| number.checked_sub(by).and_then(|at| tokens.get(at)).map(|t| t.1);
        let is_chosen = before(1) == Some("in") && before(3) == Some("choose");
        let is_counted = before(1) == Some("(") && before(2) == Some("count");
        *token == (TokenKind::Word, result)
            && before(1) != Some(".")
            && !is_chosen
            && !(is_counted && tokens.get(number + 3).is_some_and(|(_, text)| *text == ")"))
            && field(tokens.get(number..).unwrap_or_default()).is_some()
    })
}
