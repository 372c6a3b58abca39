//! Times of day, and days with a time.

mod english;
mod han;
mod moments;
mod parts;

use std::sync::LazyLock;

use regex::{Captures, Regex};

pub(super) use moments::find_with_day;

use super::{Found, MATCHES_MAX, numbers, ranges, without_overlaps};
use crate::fold::stands_alone;
use crate::value::Value;

type Resolve = fn(&Captures<'_>) -> Option<u32>;
type Rule = (String, Resolve);

/// Half of the day and hour as English and Chinese both write them.
const HALF: &str = r"(?:\s*([ap])\.?\s?m\.?)?";
/// Other clocks than the bot's: a time with one of these is none that we can tell.
const ZONES: &[&str] = &[
    "utc", "gmt", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest", "bst",
    "ist", "jst", "eastern", "pacific", "central",
];

static RULES: LazyLock<Vec<(Regex, Resolve)>> = LazyLock::new(|| {
    let rules = [han::rules(), english::rules()].concat();
    rules.into_iter().filter_map(|(p, resolve)| Some((Regex::new(&p).ok()?, resolve))).collect()
});

/// Every time of day in a folded text.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut impossible = Vec::new();
    for (regex, resolve) in RULES.iter() {
        for captures in regex.captures_iter(folded) {
            let Some(whole) = captures.get(0) else { continue };
            let start = whole.start();
            let end = start + whole.as_str().trim_end().len();
            if !stands_alone(folded, start, end) && !is_written_instant(folded, start, end) {
                continue;
            }
            match resolve(&captures).filter(|_| !is_other(folded, start, end)) {
                Some(seconds) => found.push(Found { start, end, value: Value::Time(seconds) }),
                None => impossible.push(start..end),
            }
        }
    }
    // Within what could not be read nothing is read: the `60` of `10:60`, the `11am` of `9-11am`.
    found.retain(|f| {
        !impossible
            .iter()
            .any(|bad| bad.start <= f.start && f.end <= bad.end && bad.len() > f.end - f.start)
    });
    let mut found = without_overlaps(found);
    found.truncate(MATCHES_MAX);
    impossible.retain(|bad| !found.iter().any(|f| f.start <= bad.start && bad.end <= f.end));
    impossible.sort_by_key(|bad| bad.start);
    impossible.truncate(MATCHES_MAX);
    found.retain(|f| !impossible.iter().any(|bad| ranges::is_half(folded, bad, f)));
    parts::carry(folded, &mut found);
    found
}

/// Whether a time is one end of a range (`9-11am`, `9到11点`), vague (`5点多`) or by another clock (`3pm EST`).
fn is_other(folded: &str, start: usize, end: usize) -> bool {
    let before = folded.get(..start).unwrap_or("");
    let mut signs = before.chars().rev();
    let ranges = matches!(signs.next(), Some('-' | '–' | '~' | '/' | '.' | ':'))
        && signs.next().is_some_and(|c| c.is_ascii_digit());
    let ranges = ranges || ranges::is_begun(before) || begins_range(folded, start, end);
    let after = folded.get(end..).unwrap_or("");
    let word = after.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let fraction =
        after.strip_prefix([':', '.']).is_some_and(|a| a.starts_with(|c: char| c.is_ascii_digit()));
    ranges || fraction || ZONES.contains(&word) || after.starts_with(['多', '几'])
}

/// `15:00-17:00`
fn begins_range(folded: &str, start: usize, end: usize) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let after = folded.get(end..).and_then(|after| after.strip_prefix(['-', '–', '~']));
    folded.get(start..end).is_some_and(|said| said.ends_with(digit))
        && after.is_some_and(|after| after.starts_with(digit))
}

/// `T10:00` and `10:00Z`.
fn is_written_instant(folded: &str, start: usize, end: usize) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let before = folded.get(..start).unwrap_or("");
    let led = before.strip_suffix('t').is_some_and(|b| b.ends_with(digit));
    let clean = folded.get(end..).unwrap_or("");
    let behind = clean.strip_prefix('z').unwrap_or(clean);
    led && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn num(captures: &Captures<'_>, i: usize) -> Option<u32> {
    u32::try_from(numbers::whole(captures.get(i)?.as_str())?).ok()
}

/// An hour that group `i` may say the half of the day of.
fn halved(hour: u32, captures: &Captures<'_>, i: usize) -> Option<u32> {
    captures.get(i).map_or(Some(hour), |half| twelve(hour, half.as_str()))
}

/// An hour of a clock with twelve, in the morning or after noon (`p`).
fn twelve(hour: u32, half: &str) -> Option<u32> {
    let morning = (1..=12).contains(&hour).then_some(hour % 12)?;
    Some(if half == "p" { morning + 12 } else { morning })
}

fn clock(hour: u32, minute: u32) -> Option<u32> {
    (hour < 24 && minute < 60).then_some(hour * 3600 + minute * 60)
}

/// So many minutes before or after an hour; a quarter to one is 12:45 on the same half of the day.
fn about(hour: u32, minutes: i64) -> Option<u32> {
    let seconds = i64::from(clock(hour, 0)?) + minutes * 60;
    // Before midnight is the evening.
    u32::try_from(seconds.rem_euclid(86_400)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(RULES.len(), [han::rules(), english::rules()].concat().len());
    }
}
