//! Percentages and spans of time: a number with a unit.

use super::numbers::Numbers;
use super::{Found, han};
use crate::fold::stands_alone;
use crate::lang::Lang;
use crate::value::{DAY_MS, Decimal, Value};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

const DURATIONS: &[(&str, i64)] = &[
    ("milliseconds", 1),
    ("毫秒", 1),
    ("ms", 1),
    ("seconds", 1_000),
    ("second", 1_000),
    ("secs", 1_000),
    ("sec", 1_000),
    ("秒钟", 1_000),
    ("秒", 1_000),
    ("s", 1_000),
    ("minutes", MINUTE_MS),
    ("minute", MINUTE_MS),
    ("mins", MINUTE_MS),
    ("min", MINUTE_MS),
    ("分钟", MINUTE_MS),
    ("m", MINUTE_MS),
    ("hours", HOUR_MS),
    ("hour", HOUR_MS),
    ("hrs", HOUR_MS),
    ("hr", HOUR_MS),
    ("个小时", HOUR_MS),
    ("小时", HOUR_MS),
    ("个钟头", HOUR_MS),
    ("h", HOUR_MS),
    ("days", DAY_MS),
    ("day", DAY_MS),
    ("天", DAY_MS),
    ("d", DAY_MS),
    ("weeks", 7 * DAY_MS),
    ("week", 7 * DAY_MS),
    ("个星期", 7 * DAY_MS),
    ("个礼拜", 7 * DAY_MS),
    ("周", 7 * DAY_MS),
    ("w", 7 * DAY_MS),
];

/// A text in which something begins at `start`, with its numbers.
#[derive(Clone, Copy)]
pub(super) struct At<'t> {
    pub(super) text: &'t str,
    pub(super) numbers: &'t Numbers,
    pub(super) start: usize,
}

impl<'t> At<'t> {
    pub(super) fn rest(self) -> &'t str {
        self.text.get(self.start..).unwrap_or("")
    }

    /// Further on.
    pub(super) fn skip(self, bytes: usize) -> Self {
        Self { start: self.start + bytes, ..self }
    }

    /// Behind blanks.
    pub(super) fn skip_blanks(self) -> Self {
        let rest = self.rest();
        self.skip(rest.len() - rest.trim_start_matches(' ').len())
    }

    /// The number here, and what follows it.
    pub(super) fn number(self) -> Option<(Decimal, Self)> {
        let (span, value) = self.numbers.at(self.start)?;
        Some((value, Self { start: span.end, ..self }))
    }
}

/// Runs `read` at every place and keeps what stands alone, without overlaps. It gives the end of what
/// it found, with its value.
pub(super) fn scan(
    folded: &str,
    lang: Lang,
    read: impl Fn(At<'_>) -> Option<(usize, Value)>,
) -> Vec<Found> {
    let numbers = Numbers::of(folded, lang);
    let mut found = Vec::new();
    let mut skip_to = 0;
    for (start, _) in folded.char_indices().filter(|(start, _)| !numbers.is_inside(*start)) {
        if start < skip_to {
            continue;
        }
        let at = At { text: folded, numbers: &numbers, start };
        let Some((end, value)) = read(at) else { continue };
        if stands_alone(folded, start, end) {
            found.push(Found { start, end, value });
            skip_to = end;
        }
    }
    found
}

/// `20%`, `百分之二十`, `三成`, `5 percent`; a share of one.
pub(super) fn find_percent(folded: &str, lang: Lang) -> Vec<Found> {
    const PARTS: [(&str, i64); 2] = [("百分之", 100), ("千分之", 1_000)];
    const UNITS: [(&str, i64); 4] = [("%", 100), ("percent", 100), ("per cent", 100), ("成", 10)];
    let share =
        |number: Decimal, of: i64| number.checked_div(Decimal::from_int(of)?).map(Value::Number);
    scan(folded, lang, |at| {
        if let Some((word, of)) = PARTS.iter().find(|(word, _)| at.rest().starts_with(word)) {
            let (number, end) = at.skip(word.len()).number()?;
            return Some((end.start, share(number, *of)?));
        }
        let (number, end) = at.number()?;
        let unit = end.skip_blanks();
        let (word, of) = UNITS.iter().find(|(word, _)| unit.rest().starts_with(word))?;
        // `三成`, but not `三成新` or `5成功`.
        let behind = unit.skip(word.len());
        let is_tenths = *of != 10
            || (!behind.rest().starts_with(crate::fold::is_cjk)
                && at.rest().starts_with(|c| han::digit(c).is_some()));
        is_tenths.then_some((behind.start, share(number, *of)?))
    })
}

/// `两个小时`, `30分钟`, `半小时`, `2h`, `2 hours 30 minutes`, `half an hour`.
pub(super) fn find_duration(folded: &str, lang: Lang) -> Vec<Found> {
    scan(folded, lang, |at| {
        let (mut total, mut end) = one_duration(at)?;
        while let Some((ms, next)) = further_duration(end) {
            total = total.checked_add(ms)?;
            end = next;
        }
        Some((end.start, Value::Duration(total)))
    })
}

fn further_duration(at: At<'_>) -> Option<(i64, At<'_>)> {
    let rest = at.rest();
    let joint = rest.trim_start_matches([' ', ',']);
    let joint = joint.strip_prefix("and ").unwrap_or(joint);
    one_duration(at.skip(rest.len() - joint.len()))
}

fn one_duration(at: At<'_>) -> Option<(i64, At<'_>)> {
    const HALVES: &[(&str, i64)] = &[
        ("半个小时", HOUR_MS / 2),
        ("半小时", HOUR_MS / 2),
        ("半个钟头", HOUR_MS / 2),
        ("半天", DAY_MS / 2),
        ("half an hour", HOUR_MS / 2),
        ("half a day", DAY_MS / 2),
        ("an hour", HOUR_MS),
        ("a day", DAY_MS),
        ("a week", 7 * DAY_MS),
        ("a minute", MINUTE_MS),
    ];
    if let Some((word, ms)) = HALVES.iter().find(|(word, _)| at.rest().starts_with(word)) {
        return Some((*ms, at.skip(word.len())));
    }
    let (count, end) = at.number()?;
    let unit = end.skip_blanks();
    // `两个半小时`, `两天半`
    let half = unit.rest().starts_with("个半");
    let unit = unit.skip(if half { "个半".len() } else { 0 });
    let (word, ms) = DURATIONS.iter().find(|(word, _)| {
        unit.rest().strip_prefix(word).is_some_and(|after| {
            !after.starts_with(|c: char| c.is_ascii_alphabetic()) || !word.is_ascii()
        })
    })?;
    let end = unit.skip(word.len());
    let behind = !half && !word.is_ascii() && end.rest().starts_with('半');
    let whole = count.checked_mul(Decimal::from_int(*ms)?)?.trunc();
    let extra = if half || behind { ms / 2 } else { 0 };
    Some((whole.checked_add(extra)?, end.skip(if behind { '半'.len_utf8() } else { 0 })))
}
