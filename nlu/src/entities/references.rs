//! References: numbers of orders, tickets, parcels, invoices, as customers write them.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, codes};
use crate::fold::stands_alone;
use crate::value::Value;

/// Fewest digits of a reference that is digits only; and of one that has letters or a `#`.
const DIGITS_ALONE: usize = 5;
const DIGITS_WITH_LETTERS: usize = 3;
/// Characters of the longest.
const CHARS_MAX: usize = 40;

static PARTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"#?[a-z0-9]+(?:[-_/][a-z0-9]+)*").ok());
/// What is written with digits and letters or strokes too: days, years with days, clocks, lengths,
/// weights, shares, sizes, ordinals, machines.
static OTHERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let day = r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?t?";
    let month =
        r"\d{1,2}[-/](?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*(?:[-/]\d{2,4})?";
    let unit = r"\d+(?:st|nd|rd|th|am|pm|kg|g|mg|km|m|cm|mm|ml|l|lb|oz|h|hr|hrs|min|mins|s|sec|secs|ms|gb|mb|kb|tb|k|kw|kwh|w|v|mah|hz|mhz|ghz|usd|cny|rmb|eur|gbp|days?|weeks?|months?|years?|hours?|minutes?|x)";
    let range = r"\d{1,4}-\d{1,4}(?:[a-z]{1,2})?";
    let size = r"\d+x\d+(?:x\d+)?(?:cm|mm|m|px)?";
    let time = r"\d{1,2}h\d{2}|\d{8}t\d{4,6}z?";
    Regex::new(&format!("^(?:{day}|{month}|{unit}|{range}|{size}|{time})$")).ok()
});

/// References in a folded text, without a `#` before them.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let Some(parts) = PARTS.as_ref() else { return Vec::new() };
    let addresses: Vec<Found> =
        codes::find_url(folded).into_iter().chain(codes::find_email(folded)).collect();
    let of = |found: regex::Match<'_>| {
        let (start, end) = (found.start(), found.end());
        let is_one = is_reference(found.as_str())
            && stands_alone(folded, start, end)
            && !is_part_of_more(folded, start, end)
            && !addresses.iter().any(|address| address.start < end && start < address.end);
        is_one.then(|| {
            let written = found.as_str().trim_start_matches('#');
            let value = Value::Text(written.to_owned());
            Found { start: end - written.len(), end, value }
        })
    };
    parts.find_iter(folded).filter_map(of).collect()
}

fn is_reference(part: &str) -> bool {
    if part.len() > CHARS_MAX || OTHERS.as_ref().is_none_or(|others| others.is_match(part)) {
        return false;
    }
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let has_letters = part.chars().any(|c| c.is_ascii_alphabetic());
    match part.starts_with('#') {
        true => digits > 0,
        false if has_letters => digits >= DIGITS_WITH_LETTERS,
        false => digits >= DIGITS_ALONE,
    }
}

/// Amounts, fractions, clocks and telephone numbers are no references, nor is a part of one.
fn is_part_of_more(folded: &str, start: usize, end: usize) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let joins = |c: char| matches!(c, '.' | ',' | ':' | '-' | '/');
    let sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%' | '@' | '+' | '&' | '=' | '\\');
    let mut after = folded.get(end..).unwrap_or("").chars();
    let mut before = folded.get(..start).unwrap_or("").chars().rev();
    let joined = |near: Option<char>, far: Option<char>| {
        near.is_some_and(|c| sign(c) || (joins(c) && digit(far)))
    };
    joined(after.next(), after.next()) || joined(before.next(), before.next())
}
