//! Two values with a word between them that makes them a range or alternatives: `three to five`, `2 or
//! 3`, `三到五`, `9am to 11am`, `周一至周五`, `Monday or Tuesday`. Neither is what is meant.

use std::ops::Range;

use super::dates::MONTHS;
use super::negation::{changes, strip_end, strip_start};
use super::numbers::{self, Span};
use super::{Found, gaps, han};
use crate::value::Value;

/// Words between two numbers that make them a range, if no old one becomes a new one.
const TO: &[&str] = &["to", "到", "至"];

/// What between two values of another kind makes them the ends of one range.
const TILL: &[&str] = &[
    "to", "until", "till", "til", "through", "thru", "up to", "-", "–", "—", "~", "到", "至",
    "直到",
];
/// What does so where `between` stands before them, or `之间` behind.
const AND: &[&str] = &["and", "&", "和", "与", "跟"];
const BETWEEN: &[&str] = &["between", "between the", "between on"];
/// What makes two values alternatives.
const OR: &[&str] = &[
    "or",
    "or maybe",
    "or perhaps",
    "or possibly",
    "or even",
    "or else",
    "maybe",
    "perhaps",
    "/",
    "或",
    "或者",
    "或是",
    "还是",
    "要么",
    "要不",
    "要不就",
];
/// What may stand before those, and between the first of several alternatives.
const COMMAS: [char; 4] = [',', '、', '?', '.'];

/// Characters before two numbers in which a verb says what they are.
const LOOKED_BACK: usize = 60;
/// Bytes between a value and what does not exist and would belong to it.
const HALVES_APART_MAX: usize = 48;

/// Takes their value from numbers that are the ends of a range, or alternatives.
pub(super) fn blur(folded: &str, spans: &mut [Span]) {
    for i in 1..spans.len() {
        let (Some(left), Some(right)) = (spans.get(i - 1).copied(), spans.get(i).copied()) else {
            continue;
        };
        let between = folded.get(left.end..right.start).map_or("", str::trim);
        let before = lately(folded.get(..left.start).unwrap_or(""));
        if !OR.contains(&between) && (!TO.contains(&between) || changes(before)) {
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

/// What stands between two values, as those who ask read it.
pub(super) type Gap = fn(&str, &Found, &Found) -> Option<String>;

/// For each value, in order of place, whether it is an end of a range or one of several alternatives. Of
/// two of which one is denied the other is meant.
pub(super) fn ends(folded: &str, found: &[Found], negated: &[bool], gap: Gap) -> Vec<bool> {
    let mut ends = vec![false; found.len()];
    // From the end: "Monday, Tuesday or Wednesday".
    let mut listed = false;
    for (i, pair) in found.windows(2).enumerate().rev() {
        let denied = negated.iter().skip(i).take(2).any(|negated| *negated);
        let [left, right] = pair else { continue };
        let between = gap(folded, left, right).unwrap_or_default();
        let enumerates = listed && matches!(between.trim(), "," | "、");
        listed = !denied && left.value != right.value && (enumerates || is_or(&between, left));
        if listed || (!denied && joins(folded, left, right, &between)) {
            ends.iter_mut().skip(i).take(2).for_each(|end| *end = true);
        }
    }
    ends
}

/// Whether two values are the ends of one range, by what stands around and between them.
pub(super) fn joins(folded: &str, left: &Found, right: &Found, gap: &str) -> bool {
    // Names are no ends of a range, numbers of orders may be: `10000 to 20000`.
    let is_name = |value: &Value| match value {
        Value::Text(text) => !text.bytes().all(|b| b.is_ascii_digit()),
        Value::Choice(_) | Value::Bool(_) => true,
        _ => false,
    };
    if is_name(&left.value) || is_name(&right.value) {
        return false;
    }
    let joint = gaps::joint(gap);
    let joint = uncounted(&joint, left, false);
    let between = || {
        let ahead = folded.get(..left.start).unwrap_or("").trim_end();
        let behind = folded.get(right.end..).unwrap_or("").trim_start();
        BETWEEN.iter().any(|word| strip_end(ahead, word).is_some()) || behind.starts_with("之间")
    };
    TILL.contains(&joint) || (AND.contains(&joint) && between())
}

/// Whether a value and the next are alternatives, by what stands between them.
pub(super) fn is_or(gap: &str, left: &Found) -> bool {
    let joint = gaps::joint(gap);
    let joint = joint.trim_start_matches(COMMAS).trim_start();
    OR.contains(&joint) || OR.contains(&uncounted(joint, left, true))
}

/// What joins two numbers, without what the first one counts: `3个或5个`, `3 boxes or 5`, `第1个或第2个`.
fn uncounted<'g>(joint: &'g str, left: &Found, words: bool) -> &'g str {
    if !matches!(left.value, Value::Number(_)) {
        return joint;
    }
    let joint = joint.strip_suffix('第').unwrap_or(joint);
    let counted = joint.chars().next().filter(|c| han::is_counted(*c));
    let rest = counted.and_then(|c| joint.strip_prefix(c));
    let is_word = |word: &str| words && word.chars().all(|c| c.is_ascii_alphabetic());
    let word = joint.split_once(' ').filter(|(word, _)| is_word(word));
    rest.or(word.map(|(_, rest)| rest)).unwrap_or(joint)
}

/// Whether a value is the other end of a range one end of which does not exist, or the alternative to
/// what does not: `from 31 June to 3 July`.
pub(super) fn is_half(folded: &str, bad: &Range<usize>, found: &Found) -> bool {
    let other = Found { start: bad.start, end: bad.end, value: found.value.clone() };
    let (left, right) = if bad.end <= found.start { (&other, found) } else { (found, &other) };
    if !(left.end..=left.end + HALVES_APART_MAX).contains(&right.start) {
        return false;
    }
    let Some(gap) = gaps::between(folded, left, right) else { return false };
    let joined = joins(folded, left, right, &gap) || is_or(&gap, left);
    joined && !changes(lately(folded.get(..left.start).unwrap_or("")))
}

/// Whether a text ends as a range begins whose first end is a mere number: `from 3 to`, `9到`. The
/// value that follows is its other end.
pub(super) fn is_begun(text: &str) -> bool {
    let text = text.trim_end();
    let till = TILL.iter().filter_map(|word| strip_end(text, word));
    let and = AND.iter().filter_map(|word| strip_end(text, word));
    let and = and.filter(|before| lately(before).contains("between"));
    let mut first = till.chain(and).map(str::trim_end);
    first.any(|text| before_number(text).is_some_and(|before| !changes(lately(before))))
}

/// What stands before the mere number that a text ends with.
fn before_number(text: &str) -> Option<&str> {
    let word = text.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    let before = text.strip_suffix(word)?;
    // The last part of a day or of a time is no mere number.
    if before.ends_with(['-', '/', '.', ':', '月', '点', '时']) {
        return None;
    }
    let plain = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
    let plain = plain.unwrap_or(word);
    let digits = plain.len() <= 2 && !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
    let spelt = numbers::whole(word).is_some_and(|_| !word.contains(|c: char| c.is_ascii_digit()));
    let numeral = |c: char| han::digit(c).is_some() || c == '十';
    match digits || spelt {
        true => Some(before),
        false => text.ends_with(numeral).then(|| text.trim_end_matches(numeral)),
    }
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
    ((1..=2).contains(&digits) && ends && !changes(lately(before)))
        .then_some(rest.len() - after.len())
}
