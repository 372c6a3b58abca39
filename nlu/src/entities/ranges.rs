//! Two values with a word between them that makes them a range: `three to five`, `2 or 3`, `三到五`,
//! `9am to 11am`, `周一至周五`. Neither is what is meant.

use super::dates::MONTHS;
use super::negation::{says_change, strip_end, strip_start};
use super::numbers::{self, Span};
use super::{Found, han};
use crate::value::Value;

/// Words between two numbers that make them one vague number.
const JOINTS: &[&str] = &["to", "or", "到", "至", "或", "或者"];

/// What between two values of another kind makes them the ends of one range.
const TILL: &[&str] = &[
    "to", "until", "till", "til", "through", "thru", "up to", "-", "–", "—", "~", "到", "至",
    "直到",
];
/// What does so where `between` stands before them, or `之间` behind.
const AND: &[&str] = &["and", "&", "和", "与", "跟"];
const BETWEEN: &[&str] = &["between", "between the", "between on"];

/// Words before two numbers that make them an old and a new one: `change 3 to 5`, `从3改到5`.
const CHANGES: &[&str] = &[
    "change", "update", "increase", "raise", "reduce", "lower", "correct", "switch", "move",
    "modify", "bump", "改", "换", "调", "变", "增", "减", "升", "降",
];

/// Characters before two numbers in which a verb says what they are.
const LOOKED_BACK: usize = 60;

/// Takes their value from numbers that are the ends of a range.
pub(super) fn blur(folded: &str, spans: &mut [Span]) {
    for i in 1..spans.len() {
        let (Some(left), Some(right)) = (spans.get(i - 1).copied(), spans.get(i).copied()) else {
            continue;
        };
        let between = folded.get(left.end..right.start).map_or("", str::trim);
        let before = lately(folded.get(..left.start).unwrap_or(""));
        if !JOINTS.contains(&between) || CHANGES.iter().any(|word| before.contains(word)) {
            continue;
        }
        for span in spans.iter_mut().skip(i - 1).take(2) {
            span.value = None;
        }
    }
}

/// The last words of a text.
fn lately(text: &str) -> &str {
    let start = text.char_indices().rev().nth(LOOKED_BACK).map_or(0, |(start, _)| start);
    text.get(start..).unwrap_or(text)
}

/// For each value, in order of place, whether it is an end of a range. Of two of which one is denied the
/// other is meant.
pub(super) fn ends(folded: &str, found: &[Found], negated: &[bool]) -> Vec<bool> {
    let mut ends = vec![false; found.len()];
    for (i, pair) in found.windows(2).enumerate() {
        let denied = negated.iter().skip(i).take(2).any(|negated| *negated);
        let [left, right] = pair else { continue };
        if !denied && joins(folded, left, right) {
            ends.iter_mut().skip(i).take(2).for_each(|end| *end = true);
        }
    }
    ends
}

/// Whether two values are the ends of one range, by what stands around them.
pub(super) fn joins(folded: &str, left: &Found, right: &Found) -> bool {
    if matches!(left.value, Value::Text(_) | Value::Choice(_) | Value::Bool(_)) {
        return false;
    }
    let Some(gap) = folded.get(left.end..right.start).map(str::trim) else { return false };
    let between = || {
        let ahead = folded.get(..left.start).unwrap_or("").trim_end();
        let behind = folded.get(right.end..).unwrap_or("").trim_start();
        BETWEEN.iter().any(|word| strip_end(ahead, word).is_some()) || behind.starts_with("之间")
    };
    TILL.contains(&gap) || (AND.contains(&gap) && between())
}

/// Whether a text ends as a range begins whose first end is a mere number: `from 3 to`, `9到`. The
/// value that follows is its other end.
pub(super) fn is_begun(text: &str) -> bool {
    let text = text.trim_end();
    let till = TILL.iter().filter_map(|word| strip_end(text, word));
    let and = AND.iter().filter_map(|word| strip_end(text, word));
    let and = and.filter(|before| lately(before).contains("between"));
    let mut first = till.chain(and).map(str::trim_end);
    first.any(ends_with_number) && !says_change(lately(text))
}

fn ends_with_number(text: &str) -> bool {
    let word = text.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    // The last part of a day or of a time is no mere number.
    if text.strip_suffix(word).is_some_and(|b| b.ends_with(['-', '/', '.', ':', '月', '点', '时']))
    {
        return false;
    }
    let plain = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
    let plain = plain.unwrap_or(word);
    let digits = plain.len() <= 2 && !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
    digits
        || numbers::whole(word).is_some_and(|_| !word.contains(|c: char| c.is_ascii_digit()))
        || text.ends_with(|c| han::digit(c).is_some() || c == '十')
}

fn begins_with_month(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    let text = text.strip_prefix("of ").unwrap_or(text);
    MONTHS.iter().any(|month| text.starts_with(month))
}

/// How long the end of a range is that a mere number behind a value is: ` to 5`, `-17日`.
pub(super) fn goes_on(before: &str, rest: &str) -> Option<usize> {
    let trimmed = rest.trim_start_matches(' ');
    let last = TILL.iter().find_map(|word| strip_start(trimmed, word))?.trim_start_matches(' ');
    let digits = last.find(|c: char| !c.is_ascii_digit()).unwrap_or(last.len());
    let behind = last.get(digits..)?;
    let unit =
        ["日", "号", "st", "nd", "rd", "th"].iter().find_map(|unit| behind.strip_prefix(unit));
    let after = unit.unwrap_or(behind);
    // `6/15 to 6/20` and `3 June to 5 July` are two days.
    let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '-' | '月');
    let ends = !after.starts_with(joined) && !begins_with_month(after);
    ((1..=2).contains(&digits) && ends && !says_change(lately(before)))
        .then_some(rest.len() - after.len())
}
