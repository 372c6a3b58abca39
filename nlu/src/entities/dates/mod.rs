//! Calendar days as people say them, resolved against today.

mod english;
mod guards;
mod han;
mod holidays;
mod relative;
mod rules;

use std::ops::{Range, RangeInclusive};

use jiff::civil;
use jiff::{Span, ToSpan as _};
use regex::Captures;

use super::{Found, MATCHES_MAX, numbers, ranges, spellings};
use crate::fold::{is_cjk, stands_alone};
use crate::lang::Lang;
use crate::understand::Context;
use crate::value::{Date, Value};

/// Years that somebody may mean.
const YEARS: RangeInclusive<i64> = 1900..=2199;

/// Every day named in a folded text.
pub(super) fn find(folded: &str, cx: &Context) -> Vec<Found> {
    let month_first = cx.lang == Lang::ZH || folded.contains(is_cjk);
    let moment = Moment { today: cx.today.to_civil(), month_first };
    let mut found: Vec<Named> = Vec::new();
    let mut impossible = Vec::new();
    for (regex, rule) in rules::RULES.iter() {
        for captures in regex.captures_iter(folded) {
            let Some(whole) = captures.get(0) else { continue };
            let place = whole.range();
            let alone = stands_alone(folded, place.start, place.end);
            if (!alone && !time_follows(folded, place.end))
                || guards::is_no_day(folded, place.start, place.end)
            {
                continue;
            }
            if let Some(range) = range(folded, &place) {
                impossible.push(range);
                continue;
            }
            let day = (rule.resolve)(&captures, &moment);
            match day.filter(|day| YEARS.contains(&day.year().into())) {
                Some(day) => found.push(Named { place, day, weekday: rule.weekday }),
                None => impossible.push(place),
            }
        }
    }
    // "2月30日" is no day at all, not the 30th of some month. What is only a part of a day does no
    // harm: "1/6" in "2031/6/15".
    let spoils = |place: &Range<usize>, bad: &Range<usize>| {
        let overlaps = bad.start < place.end && place.start < bad.end;
        let is_part = place.start <= bad.start && bad.end <= place.end && bad.len() < place.len();
        overlaps && !is_part
    };
    found.retain(|f| !impossible.iter().any(|bad| spoils(&f.place, bad)));
    impossible
        .retain(|bad| !found.iter().any(|f| f.place.start <= bad.start && bad.end <= f.place.end));
    impossible.sort_by_key(|bad| bad.start);
    impossible.truncate(MATCHES_MAX);
    let value = |day: civil::Date| Value::Date(Date::from_civil(day));
    let days = joined(folded, found).into_iter();
    let days = days.map(|f| Found { start: f.place.start, end: f.place.end, value: value(f.day) });
    without_halves(folded, days.collect(), &impossible)
}

/// Days without those that are one end of a range whose other end is none, and without what is a part
/// of one.
fn without_halves(folded: &str, mut days: Vec<Found>, bad: &[Range<usize>]) -> Vec<Found> {
    let is_half = |day: &&Found| bad.iter().any(|bad| ranges::is_half(folded, bad, day));
    let halves: Vec<Range<usize>> = days.iter().filter(is_half).map(|d| d.start..d.end).collect();
    days.retain(|day| !halves.iter().any(|half| half.start < day.end && day.start < half.end));
    days
}

/// A day with what named it.
#[derive(Debug, Clone)]
struct Named {
    place: Range<usize>,
    day: civil::Date,
    weekday: bool,
}

/// `Friday, 5 June` and `6月15日(周一)` are one day each; `Friday, 6 June` is none where the 6th is no
/// Friday.
fn joined(folded: &str, found: Vec<Named>) -> Vec<Named> {
    let (weekdays, mut dates): (Vec<Named>, Vec<Named>) =
        found.into_iter().partition(|named| named.weekday);
    let mut kept = Vec::new();
    for weekday in weekdays {
        let beside = |date: &Named| {
            let (a, b) = (&weekday.place, &date.place);
            let between = if a.end <= b.start { a.end..b.start } else { b.end..a.start };
            let gap = folded.get(between).map(str::trim);
            let said = folded.get(b.clone()).unwrap_or("");
            // `tomorrow` beside a weekday is another day.
            let numbered = said.contains(|c: char| c.is_ascii_digit() || "月号日".contains(c))
                || said.starts_with("the ");
            numbered && matches!(gap, Some("" | "," | "." | "(" | "the" | ", the"))
        };
        // The longest: `12 June`, not `June` or the `12`.
        let date = dates.iter_mut().filter(|date| beside(date)).max_by_key(|d| d.place.len());
        match date {
            None => kept.push(weekday),
            Some(date) if date.day.weekday() == weekday.day.weekday() => {
                date.place = date.place.start.min(weekday.place.start)
                    ..date.place.end.max(weekday.place.end);
            }
            Some(date) => {
                let bad = date.place.clone();
                dates.retain(|date| date.place.end <= bad.start || bad.end <= date.place.start);
            }
        }
    }
    kept.append(&mut dates);
    kept
}

/// `2026-06-15T10:00`
fn time_follows(folded: &str, end: usize) -> bool {
    let after = folded.get(end..).and_then(|rest| rest.strip_prefix('t'));
    after.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The range of which a day is one end and a mere number the other: `15-17` June, `June 3 to 5`,
/// `1到5号`. Neither end is what is meant.
fn range(folded: &str, place: &Range<usize>) -> Option<Range<usize>> {
    let (before, said) = (folded.get(..place.start)?, folded.get(place.clone())?);
    let numeral = |c: char| c.is_ascii_digit() || numbers::whole(c.to_string().as_str()).is_some();
    if said.ends_with(|c: char| c.is_ascii_digit())
        && let Some(length) = ranges::goes_on(before, folded.get(place.end..)?)
    {
        return Some(place.start..place.end + length);
    }
    (said.starts_with(numeral) && ranges::is_begun(before)).then_some(place.clone())
}

/// How the names of the months begin.
pub(super) const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What a day depends on.
struct Moment {
    today: civil::Date,
    /// Whether `6/5` is the fifth of June, as it is in Chinese. In English it may be either.
    month_first: bool,
}

impl Moment {
    /// Which of two numbers is the month, and which the day; nothing when both could be.
    fn month_and_day(&self, first: i64, second: i64) -> Option<(i64, i64)> {
        let is_month = |number: i64| (1..=12).contains(&number);
        match (is_month(first), is_month(second)) {
            _ if self.month_first || first == second => Some((first, second)),
            (true, true) => None,
            (false, true) => Some((second, first)),
            _ => Some((first, second)),
        }
    }
}

/// Group `i` as a number, in digits or Chinese.
fn num(captures: &Captures<'_>, i: usize) -> Option<i64> {
    numbers::whole(captures.get(i)?.as_str())
}

/// `26年` is 2026.
const fn year(written: i64) -> i64 {
    if written < 100 { 2000 + written } else { written }
}

/// The day so many of a unit away; nothing when there is no such day.
fn away(
    from: civil::Date,
    count: i64,
    unit: fn(Span, i64) -> Result<Span, jiff::Error>,
) -> Option<civil::Date> {
    from.checked_add(unit(Span::new(), count).ok()?).ok()
}

fn ymd(year: i64, month: i64, day: i64) -> Option<civil::Date> {
    civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// A day without its year: the next one, today included.
fn month_day(month: i64, day: i64, today: civil::Date) -> Option<civil::Date> {
    // 29 February may be up to eight years away.
    (0..=8)
        .find_map(|ahead| ymd(i64::from(today.year()) + ahead, month, day).filter(|d| *d >= today))
}

/// A day without its month: the next one, today included.
fn day_of_month(day: i64, today: civil::Date) -> Option<civil::Date> {
    (0..=12).find_map(|ahead| in_month(today, ahead, day).filter(|d| *d >= today))
}

fn in_month(today: civil::Date, months: i64, day: i64) -> Option<civil::Date> {
    let month = today.first_of_month().checked_add(months.months()).ok()?;
    ymd(month.year().into(), month.month().into(), day)
}

/// The last day of the next such month, this one included.
fn month_end(month: i64, today: civil::Date) -> Option<civil::Date> {
    let first = |ahead| ymd(i64::from(today.year()) + ahead, month, 1);
    (0..=1).find_map(|ahead| Some(first(ahead)?.last_of_month()).filter(|day| *day >= today))
}

/// The first day of the next such month.
fn month_start(month: i64, today: civil::Date) -> Option<civil::Date> {
    month_day(month, 1, today)
}

/// Weekday 0 (Monday) to 6 of this (`本`), the next (`下`), the one after (`下下`), the last (`上`) or
/// the one before (`上上`) week; with no word, the next such day after today.
fn week_day(which: &str, day: i64, today: civil::Date) -> Option<civil::Date> {
    let now = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(now.days()).ok()?;
    let weeks = match which {
        "下下" => 2,
        "下" => 1,
        "上" => -1,
        "上上" => -2,
        "本" | "这" => 0,
        _ => i64::from(day <= now),
    };
    monday.checked_add((weeks * 7 + day).days()).ok()
}

fn month_number(month: &str) -> Option<i64> {
    let month = spellings::meant(month);
    let number = MONTHS.iter().position(|m| month.starts_with(m))?;
    Some(i64::try_from(number).ok()? + 1)
}

fn named(month: &str, day: i64, year: Option<i64>, today: civil::Date) -> Option<civil::Date> {
    let month = month_number(month)?;
    match year {
        Some(year) => ymd(year, month, day),
        None => month_day(month, day, today),
    }
}

fn weekday_number(day: &str) -> Option<i64> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = spellings::meant(day);
    DAYS.iter().position(|d| day.starts_with(d)).and_then(|d| i64::try_from(d).ok())
}
