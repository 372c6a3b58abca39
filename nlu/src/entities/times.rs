//! Times of day, and days with a time.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Found, dates, numbers};
use crate::fold::stands_alone;
use crate::understand::Context;
use crate::value::{Date, Value};

type Resolve = fn(&Captures<'_>) -> Option<u32>;

const N: &str = "[0-9一二三四五六七八九十两]+";

static RULES: LazyLock<Vec<(Regex, Resolve)>> = LazyLock::new(|| {
    let part = "(凌晨|早上|上午|中午|下午|傍晚|晚上|夜里|今晚|明晚|昨晚|今早|明早)?";
    let half = r"(?:\s*([ap])\.?m\.?)?";
    let rules: Vec<(String, Resolve)> = vec![
        (format!("{part}({N})[点點时時](半|一刻|三刻|整|(?:{N})分?)?"), |c| {
            let hour = num(c, 2)?;
            let minute = match c.get(3).map_or("", |m| m.as_str()) {
                "" | "整" => 0,
                "半" => 30,
                "一刻" => 15,
                "三刻" => 45,
                minutes => u32::try_from(numbers::whole(minutes.trim_end_matches('分'))?).ok()?,
            };
            clock(half_day(c.get(1).map_or("", |m| m.as_str()), hour), minute)
        }),
        (format!(r"{part}(\d{{1,2}}):(\d{{2}})(?::\d{{2}})?{half}"), |c| {
            let hour = num(c, 2)?;
            let part = c.get(1).map_or("", |m| m.as_str());
            let hour = if part.is_empty() { halved(hour, c, 4)? } else { half_day(part, hour) };
            clock(hour, num(c, 3)?)
        }),
        (r"(\w+)\s*([ap])\.?m\.?".to_owned(), |c| {
            clock(twelve(num(c, 1)?, c.get(2)?.as_str())?, 0)
        }),
        (r"(\w+)\s+(?:in the (morning|afternoon|evening)|at (night))".to_owned(), |c| {
            let part = c.get(2).or(c.get(3))?.as_str();
            clock(twelve(num(c, 1)?, if part == "morning" { "a" } else { "p" })?, 0)
        }),
        (format!(r"half past (\w+){half}"), |c| clock(halved(num(c, 1)?, c, 2)?, 30)),
        (format!(r"(?:a )?quarter past (\w+){half}"), |c| clock(halved(num(c, 1)?, c, 2)?, 15)),
        (format!(r"(?:a )?quarter to (\w+){half}"), |c| {
            let hour = halved(num(c, 1)?, c, 2)?;
            // A quarter to one is 12:45, a quarter to midnight 23:45.
            clock(
                match hour {
                    0 => 23,
                    1 if c.get(2).is_none() => 12,
                    hour => hour - 1,
                },
                45,
            )
        }),
        (format!(r"(\w+) o'?clock{half}"), |c| clock(halved(num(c, 1)?, c, 2)?, 0)),
        ("noon|midday|正午".to_owned(), |_| clock(12, 0)),
        ("midnight|午夜".to_owned(), |_| clock(0, 0)),
    ];
    rules.into_iter().filter_map(|(p, resolve)| Some((Regex::new(&p).ok()?, resolve))).collect()
});

/// Every time of day in a folded text.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (regex, resolve) in RULES.iter() {
        for captures in regex.captures_iter(folded) {
            let Some(whole) = captures.get(0) else { continue };
            let end = whole.start() + whole.as_str().trim_end().len();
            if !stands_alone(folded, whole.start(), end) {
                continue;
            }
            if let Some(seconds) = resolve(&captures) {
                found.push(Found { start: whole.start(), end, value: Value::Time(seconds) });
            }
        }
    }
    found
}

/// A day and a time with at most a few signs between them.
pub(super) fn find_datetime(folded: &str, cx: &Context) -> Vec<Found> {
    let Ok(zone) = jiff::tz::TimeZone::get(&cx.timezone) else { return Vec::new() };
    let times = find(folded);
    let mut found = Vec::new();
    for day in dates::find(folded, cx) {
        let near = times.iter().filter(|time| {
            // `今晚8点`
            if day.start == time.start {
                return true;
            }
            let (a, b) =
                if day.end <= time.start { (day.end, time.start) } else { (time.end, day.start) };
            let between = folded.get(a..b).map(str::trim);
            between.is_some_and(|b| matches!(b, "" | "," | "at" | "on" | "的" | "t" | ", at"))
        });
        for time in near {
            let (Value::Date(date), Value::Time(seconds)) = (&day.value, &time.value) else {
                continue;
            };
            // Twelve in the evening is when the next day begins.
            let late = folded.get(time.start..time.end).is_some_and(|t| t.contains(['晚', '夜']));
            let date = Date(date.0 + i32::from(late && *seconds < 3600));
            let Some(instant) = instant(date, *seconds, &zone) else { continue };
            let (start, end) = (day.start.min(time.start), day.end.max(time.end));
            found.push(Found { start, end, value: Value::DateTime(instant) });
        }
    }
    found
}

fn instant(date: Date, seconds: u32, zone: &jiff::tz::TimeZone) -> Option<i64> {
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    let at = date.to_civil().at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
    Some(at.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
}

fn num(captures: &Captures<'_>, i: usize) -> Option<u32> {
    u32::try_from(numbers::whole(captures.get(i)?.as_str())?).ok()
}

/// An hour that group `i` may say the half of the day of.
fn halved(hour: u32, captures: &Captures<'_>, i: usize) -> Option<u32> {
    captures.get(i).map_or(Some(hour), |half| twelve(hour, half.as_str()))
}

fn half_day(part: &str, hour: u32) -> u32 {
    match part {
        "下午" | "傍晚" if hour < 12 => hour + 12,
        "晚上" | "夜里" | "今晚" | "明晚" | "昨晚" if hour < 12 => hour + 12,
        "晚上" | "夜里" | "今晚" | "明晚" | "昨晚" | "凌晨" if hour == 12 => 0,
        "中午" if hour < 11 => hour + 12,
        _ => hour,
    }
}

fn twelve(hour: u32, half: &str) -> Option<u32> {
    let morning = (1..=12).contains(&hour).then_some(hour % 12)?;
    Some(if half == "p" { morning + 12 } else { morning })
}

fn clock(hour: u32, minute: u32) -> Option<u32> {
    (hour < 24 && minute < 60).then_some(hour * 3600 + minute * 60)
}
