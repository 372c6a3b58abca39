//! A day with a time, and what is counted from now: `tomorrow at 3pm`, `明天下午三点`, `in 2 hours`.

use jiff::tz::TimeZone;

use super::find;
use crate::entities::negation::strip_end;
use crate::entities::{Found, MATCHES_MAX, dates, durations, gaps, ranges, without_overlaps};
use crate::fold::stands_alone;
use crate::understand::Context;
use crate::value::{Date, Value};

/// What names this moment.
const NOW: &[&str] = &["now", "right now", "现在", "此刻", "马上", "立刻"];
/// Words behind which `now` names no moment: `what now`, `for now`.
const NOT_NOW: &[&str] = &["what", "for", "by", "until", "till", "up to", "到"];
/// What behind a span of time counts it from now, and which way.
const BEHIND: &[(&str, i64)] = &[
    ("以后", 1),
    ("之后", 1),
    ("后", 1),
    ("以前", -1),
    ("之前", -1),
    ("前", -1),
    (" from now", 1),
    (" later", 1),
    (" ago", -1),
];
/// Words of a span by the clock. Spans of whole days name a day, and no time of it.
const BY_THE_CLOCK: &[&str] = &["时", "钟", "分", "秒", "hour", "hr", "min", "sec", "h", "m"];

/// What stands between a day and its time is no longer.
const BETWEEN_BYTES_MAX: usize = 32;

/// A day and a time with at most a few signs between them.
pub(in crate::entities) fn find_with_day(folded: &str, cx: &Context) -> Vec<Found> {
    let Ok(zone) = TimeZone::get(&cx.timezone) else { return Vec::new() };
    let mut found = from_now(folded, cx);
    let alone = |found: Vec<Found>| {
        let ends = ranges::ends(folded, &found, &[], gaps::written);
        let alone = found.into_iter().zip(ends).filter(|(_, end)| !end);
        alone.map(|(found, _)| found).take(MATCHES_MAX).collect::<Vec<Found>>()
    };
    let times = alone(find(folded));
    for day in alone(without_overlaps(dates::find(folded, cx))) {
        for time in times.iter().filter(|time| belongs(folded, &day, time)) {
            let (Value::Date(date), Value::Time(seconds)) = (&day.value, &time.value) else {
                continue;
            };
            // Twelve in the evening is when the next day begins.
            let late = folded.get(time.start..time.end).is_some_and(|t| t.contains(['晚', '夜']));
            let date = Date(date.0.saturating_add(i32::from(late && *seconds < 3600)));
            let zulu = folded.get(time.end..).and_then(|after| after.strip_prefix('z'));
            let zulu = zulu.is_some_and(|after| !after.starts_with(char::is_alphanumeric));
            let zone = if zulu { &TimeZone::UTC } else { &zone };
            let Some(instant) = instant(date, *seconds, zone) else { continue };
            let (start, end) = (day.start.min(time.start), day.end.max(time.end));
            found.push(Found {
                start,
                end: end + usize::from(zulu),
                value: Value::DateTime(instant),
            });
        }
    }
    found
}

/// Whether a day and a time stand together: `今晚8点`, `3 June, 10:30`.
fn belongs(folded: &str, day: &Found, time: &Found) -> bool {
    // `今晚8点`, `this evening at 7`: a word for both.
    if day.start < time.end && time.start < day.end {
        return true;
    }
    let (a, b) = if day.end <= time.start { (day.end, time.start) } else { (time.end, day.start) };
    let Some(between) = folded.get(a..b).filter(|b| b.len() <= BETWEEN_BYTES_MAX) else {
        return false;
    };
    let said: String = between.chars().filter(|c| !is_picture(*c)).collect();
    matches!(said.trim(), "" | "," | "at" | "on" | "的" | "t" | ", at" | "by" | "before" | "after")
}

const fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{200d}')
}

/// `in 2 hours`, `半小时后`, `now`.
fn from_now(folded: &str, cx: &Context) -> Vec<Found> {
    let mut found = Vec::new();
    for span in durations::find(folded, cx.lang) {
        let (Value::Duration(ms), Some(before)) = (&span.value, folded.get(..span.start)) else {
            continue;
        };
        let said = folded.get(span.start..span.end).unwrap_or("");
        if !BY_THE_CLOCK.iter().any(|word| said.contains(word)) {
            continue;
        }
        let after = folded.get(span.end..).unwrap_or("");
        let counted = BEHIND.iter().find(|(word, _)| after.starts_with(word));
        let lead = before.strip_suffix("in ").filter(|b| !b.ends_with(char::is_alphabetic));
        let (start, end, way) = match (counted, lead) {
            (Some((word, way)), _) => (span.start, span.end + word.len(), *way),
            (None, Some(lead)) => (lead.len(), span.end, 1),
            _ => continue,
        };
        let Some(instant) = ms.checked_mul(way).and_then(|ms| cx.now_ms.checked_add(ms)) else {
            continue;
        };
        found.push(Found { start, end, value: Value::DateTime(instant) });
    }
    for word in NOW {
        for (start, _) in folded.match_indices(word) {
            let end = start + word.len();
            let before = folded.get(..start).unwrap_or("").trim_end();
            let is_saying = NOT_NOW.iter().any(|word| strip_end(before, word).is_some());
            if stands_alone(folded, start, end) && !is_saying {
                found.push(Found { start, end, value: Value::DateTime(cx.now_ms) });
            }
        }
    }
    found
}

fn instant(date: Date, seconds: u32, zone: &TimeZone) -> Option<i64> {
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    let second = i8::try_from(seconds % 60).ok()?;
    let at = date.to_civil().at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, second, 0);
    Some(at.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
}
