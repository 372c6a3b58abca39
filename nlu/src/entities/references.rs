//! References: numbers of orders, tickets, parcels, invoices, as customers write them.

mod words;

use std::sync::LazyLock;

use regex::Regex;

use super::negation::{strip_end, strip_start};
use super::{Found, codes, money};
use crate::fold::stands_alone;
use crate::lang::Lang;
use crate::value::Value;
use words::{
    ABOUT, COUNTED, COUNTED_WORDS, LINKS, LINKS_MAX, LOOKED_BACK, NAMES_BEHIND, NAMES_BESIDE,
    NAMES_CALL, NAMES_ONE, NAMES_OTHER, NAMES_THING, VAGUE,
};

/// Fewest digits of a reference that is digits only; of one that has letters; and behind a `#`.
const DIGITS_ALONE: usize = 5;
const DIGITS_WITH_LETTERS: usize = 3;
const DIGITS_BEHIND_SIGN: usize = 2;
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
    let unit = r"\d+(?:p|fps|dpi|px|mbps|kbps|gbps|mp|in|inch|ft|pcs|rpm|ppm|kcal|cal|st|nd|rd|th|am|pm|kg|g|mg|km|m|cm|mm|ml|l|lb|oz|h|hr|hrs|min|mins|s|sec|secs|ms|gb|mb|kb|tb|k|kw|kwh|w|v|mah|hz|mhz|ghz|usd|cny|rmb|eur|gbp|days?|weeks?|months?|years?|hours?|minutes?|x)";
    let range = r"\d{1,6}-\d{1,6}(?:[a-z]{1,2})?";
    let hex = r"0x[0-9a-f]+";
    let size = r"\d+x\d+(?:x\d+)?(?:cm|mm|m|px)?";
    let time = r"\d{1,2}h\d{2}|\d{8}t\d{4,6}z?";
    Regex::new(&format!("^(?:{day}|{month}|{unit}|{range}|{size}|{time}|{hex})$")).ok()
});

/// References in a folded text, without a `#` before them.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let Some(parts) = PARTS.as_ref() else { return Vec::new() };
    let others: Vec<Found> = codes::find_url(folded)
        .into_iter()
        .chain(codes::find_email(folded))
        .chain(money::find(folded, Lang::EN))
        .chain(codes::find_phone(folded).into_iter().filter(|found| is_to_call(folded, found)))
        .collect();
    let overlaps = |start: usize, end: usize| {
        others.iter().any(|other| other.start < end && start < other.end)
    };
    let of = |found: regex::Match<'_>| {
        let (start, end) = (found.start(), found.end());
        let is_one = is_reference(found.as_str())
            && stands_alone(folded, start, end)
            && !is_part_of_more(folded, start, end)
            && (found.as_str().starts_with('#') || is_said_to_be_one(folded, start, end))
            && !overlaps(start, end);
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
        true => digits >= DIGITS_BEHIND_SIGN,
        false if has_letters => digits >= DIGITS_WITH_LETTERS,
        false => digits >= DIGITS_ALONE,
    }
}

/// Whether a telephone number is written as one: with a `+`, or in groups that are no single word of
/// letters and digits (`SO-2024-1187`).
fn is_to_call(folded: &str, found: &Found) -> bool {
    let said = folded.get(found.start..found.end).unwrap_or("");
    let before = folded.get(..found.start).unwrap_or("");
    said.contains(|c: char| !c.is_ascii_digit()) && !before.ends_with(['-', '_', '/', '#'])
}

/// Whether the words around it let it be one.
fn is_said_to_be_one(folded: &str, start: usize, end: usize) -> bool {
    match named_before(folded, start) {
        Some(Named::Thing) => false,
        // `订单1002345多久能到`; one may order 15000 pieces.
        Some(Named::Reference { surely: true }) => !is_named_otherwise(folded, start, end),
        _ => {
            !is_named_otherwise(folded, start, end)
                && !is_named_behind(folded, end)
                && !is_counted(folded, start, end)
        }
    }
}

/// Whether it is said to be something else: `my phone number is`, `验证码`. A mobile number of China
/// that is not all of an utterance is one unless it is said to be a reference.
fn is_named_otherwise(folded: &str, start: usize, end: usize) -> bool {
    let before = folded.get(..start).unwrap_or("");
    let from = before.char_indices().rev().nth(LOOKED_BACK).map_or(0, |(at, _)| at);
    let near = before.get(from..).unwrap_or("");
    let last = |words: &[&str]| {
        let places = words.iter().flat_map(|word| {
            near.match_indices(word)
                .filter(|(at, _)| stands_alone(near, *at, at + word.len()))
                .map(|(at, _)| at)
        });
        places.max()
    };
    let (other, one) = (last(NAMES_OTHER), last(NAMES_ONE));
    let call = last(NAMES_CALL).filter(|call| last(ABOUT).is_none_or(|about| about < *call));
    let said = folded.get(start..end).unwrap_or("");
    let is_mobile = said.len() == 11
        && said.bytes().all(|b| b.is_ascii_digit())
        && said.starts_with('1')
        && said.as_bytes().get(1).is_some_and(|b| *b >= b'3');
    let is_all = folded.trim().len() == said.len();
    other.max(call) > one || (is_mobile && !is_all && one.is_none())
}

/// What the word right before a number says that it is.
enum Named {
    /// An order or the like; surely, where that is no verb.
    Reference { surely: bool },
    /// A flight, a product, a place.
    Thing,
}

fn named_before(folded: &str, start: usize) -> Option<Named> {
    let mut before = folded.get(..start).unwrap_or("").trim_end();
    let last = |before: &str, words: &[&'static str]| {
        words.iter().find(|word| strip_end(before, word).is_some()).copied()
    };
    for links in 0..LINKS_MAX {
        if let Some(word) = last(before, NAMES_ONE) {
            return Some(Named::Reference { surely: word != "order" || links > 0 });
        }
        if last(before, NAMES_BESIDE).or_else(|| last(before, NAMES_THING)).is_some() {
            return Some(Named::Thing);
        }
        before = strip_end(before, last(before, LINKS)?)?.trim_end();
    }
    None
}

/// Whether the word right behind it says that it is the number of a flight or a product.
fn is_named_behind(folded: &str, end: usize) -> bool {
    let after = folded.get(end..).unwrap_or("").trim_start();
    let mut names = NAMES_BEHIND.iter().chain(NAMES_THING);
    names.any(|word| strip_start(after, word).is_some())
}

/// Whether digits alone count what follows.
fn is_counted(folded: &str, start: usize, end: usize) -> bool {
    let digits = folded.get(start..end).is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit()));
    let after = folded.get(end..).unwrap_or("").trim_start_matches(' ');
    let word = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let vague = VAGUE.iter().any(|words| strip_start(after, words).is_some());
    digits && (vague || after.starts_with(|c| COUNTED.contains(c)) || COUNTED_WORDS.contains(&word))
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
