//! Calendar days as people say them, resolved against today.

use std::sync::LazyLock;

use jiff::ToSpan as _;
use jiff::civil;
use regex::{Captures, Regex};

use super::{Found, numbers};
use crate::fold::stands_alone;
use crate::understand::Context;
use crate::value::{Date, Value};

type Resolve = fn(&Captures<'_>, civil::Date) -> Option<civil::Date>;

const N: &str = "[0-9一二三四五六七八九十两〇零]+";
const MONTH: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DAY: &str = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?";
const COUNT: &str = "\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve";

static RULES: LazyLock<Vec<(Regex, Resolve)>> = LazyLock::new(|| {
    let rules: Vec<(String, Resolve)> = vec![
        (r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})".to_owned(), |c, _| {
            ymd(num(c, 1)?, num(c, 2)?, num(c, 3)?)
        }),
        (format!("({N})年({N})月({N})[日号號]?"), |c, _| {
            ymd(year(num(c, 1)?), num(c, 2)?, num(c, 3)?)
        }),
        (format!("(明年|今年|后年)({N})月({N})[日号號]?"), |c, t| {
            let ahead = match c.get(1)?.as_str() {
                "明年" => 1,
                "后年" => 2,
                _ => 0,
            };
            ymd(i64::from(t.year()) + ahead, num(c, 2)?, num(c, 3)?)
        }),
        (format!("({N})月({N})[日号號]?"), |c, t| month_day(num(c, 1)?, num(c, 2)?, t)),
        (format!("(下个?月|这个?月|本月)({N})[日号號]"), |c, t| {
            let next = i64::from(c.get(1)?.as_str().starts_with('下'));
            in_month(t, next, num(c, 2)?)
        }),
        (format!("({N})[日号號]"), |c, t| day_of_month(num(c, 1)?, t)),
        ("大后天|后天|明天|明日|今天|今日|昨天|昨日|前天".to_owned(), |c, t| {
            let days = match c.get(0)?.as_str() {
                "大后天" => 3,
                "后天" => 2,
                "明天" | "明日" => 1,
                "昨天" | "昨日" => -1,
                "前天" => -2,
                _ => 0,
            };
            t.checked_add(days.days()).ok()
        }),
        (
            "(下下|下|这|本|上)?个?(?:周|星期|礼拜)([一二三四五六日天末])".to_owned(),
            |c, t| {
                let day = "一二三四五六日"
                    .find(c.get(2)?.as_str().replace('天', "日").replace('末', "六").as_str())?
                    / 3;
                week_day(c.get(1).map_or("", |m| m.as_str()), i64::try_from(day).ok()?, t)
            },
        ),
        (format!("({N})(天|日|个?星期|个?礼拜|周|个月)(?:之?后|以后)"), |c, t| {
            let count = num(c, 1)?;
            let unit = c.get(2)?.as_str();
            if unit.ends_with('月') {
                return t.checked_add(count.months()).ok();
            }
            let days = if unit == "天" || unit == "日" { count } else { count.checked_mul(7)? };
            t.checked_add(days.days()).ok()
        }),
        ("(下个?|这个?|本)?月(底|末|初)".to_owned(), |c, t| {
            let next = i64::from(c.get(1).is_some_and(|m| m.as_str().starts_with('下')));
            if c.get(2)?.as_str() == "初" {
                return in_month(t, next, 1);
            }
            Some(t.checked_add(next.months()).ok()?.last_of_month())
        }),
        (
            format!(r"(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH})\.?(?:,?\s+(\d{{4}}))?"),
            |c, t| named(c.get(2)?.as_str(), num(c, 1)?, num(c, 3), t),
        ),
        (
            format!(r"({MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?"),
            |c, t| named(c.get(1)?.as_str(), num(c, 2)?, num(c, 3), t),
        ),
        (r"the\s+(\d{1,2})(?:st|nd|rd|th)".to_owned(), |c, t| day_of_month(num(c, 1)?, t)),
        (r"(\d{1,2})(?:st|nd|rd|th)".to_owned(), |c, t| day_of_month(num(c, 1)?, t)),
        (
            "(?:the )?day after tomorrow|(?:the )?day before yesterday|tomorrow|today|yesterday"
                .to_owned(),
            |c, t| {
                let word = c.get(0)?.as_str();
                let days = if word.ends_with("after tomorrow") {
                    2
                } else if word.ends_with("before yesterday") {
                    -2
                } else if word == "tomorrow" {
                    1
                } else if word == "yesterday" {
                    -1
                } else {
                    0
                };
                t.checked_add(days.days()).ok()
            },
        ),
        (format!(r"(?:(next|this|last|coming)\s+)?({DAY})"), |c, t| {
            let which = match c.get(1).map_or("", |m| m.as_str()) {
                "next" => "下",
                "this" => "本",
                "last" => "上",
                _ => "",
            };
            week_day(which, weekday_number(c.get(2)?.as_str())?, t)
        }),
        (
            format!(
                r"(?:in\s+)({COUNT})\s+(day|week|month)s?|({COUNT})\s+(day|week|month)s?\s+from\s+(?:now|today)"
            ),
            |c, t| {
                let count = c.get(1).or(c.get(3))?.as_str();
                let count =
                    if count.starts_with('a') { 1 } else { numbers::parse(count)?.1.trunc() };
                match c.get(2).or(c.get(4))?.as_str() {
                    "month" => t.checked_add(count.months()).ok(),
                    "week" => t.checked_add(count.weeks()).ok(),
                    _ => t.checked_add(count.days()).ok(),
                }
            },
        ),
        (r"(?:the\s+)?end of (?:the|this|next) month".to_owned(), |c, t| {
            let next = i64::from(c.get(0)?.as_str().contains("next"));
            Some(t.checked_add(next.months()).ok()?.last_of_month())
        }),
        (r"next week".to_owned(), |_, t| week_day("下", 0, t)),
        (r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?".to_owned(), |c, t| match num(c, 3) {
            Some(year) => ymd(year, num(c, 1)?, num(c, 2)?),
            None => month_day(num(c, 1)?, num(c, 2)?, t),
        }),
    ];
    rules.into_iter().filter_map(|(p, resolve)| Some((Regex::new(&p).ok()?, resolve))).collect()
});

/// Every day named in a folded text.
pub(super) fn find(folded: &str, cx: &Context) -> Vec<Found> {
    let today = cx.today.to_civil();
    let mut found: Vec<Found> = Vec::new();
    let mut impossible = Vec::new();
    for (regex, resolve) in RULES.iter() {
        for captures in regex.captures_iter(folded) {
            let Some(whole) = captures.get(0) else { continue };
            if !stands_alone(folded, whole.start(), whole.end()) {
                continue;
            }
            match resolve(&captures, today) {
                Some(day) => {
                    let value = Value::Date(Date::from_civil(day));
                    found.push(Found { start: whole.start(), end: whole.end(), value });
                }
                None => impossible.push(whole.range()),
            }
        }
    }
    // "2月30日" is no day at all, not the 30th of some month.
    found.retain(|f| !impossible.iter().any(|bad| bad.start <= f.start && f.end <= bad.end));
    found
}

/// Group `i` as a number, in digits or Chinese.
fn num(captures: &Captures<'_>, i: usize) -> Option<i64> {
    let text = captures.get(i)?.as_str();
    let (length, value) = numbers::parse(text)?;
    (length == text.len() && value.is_integer()).then(|| value.trunc())
}

/// `26年` is 2026.
const fn year(written: i64) -> i64 {
    if written < 100 { 2000 + written } else { written }
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

/// Weekday 0 (Monday) to 6 of this (`本`), the next (`下`), the one after (`下下`) or the last (`上`)
/// week; with no word, the next such day after today.
fn week_day(which: &str, day: i64, today: civil::Date) -> Option<civil::Date> {
    let now = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(now.days()).ok()?;
    let weeks = match which {
        "下下" => 2,
        "下" => 1,
        "上" => -1,
        "本" | "这" => 0,
        _ => i64::from(day <= now),
    };
    monday.checked_add((weeks * 7 + day).days()).ok()
}

fn named(month: &str, day: i64, year: Option<i64>, today: civil::Date) -> Option<civil::Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let number = MONTHS.iter().position(|m| month.starts_with(m))?;
    let month = i64::try_from(number).ok()? + 1;
    match year {
        Some(year) => ymd(year, month, day),
        None => month_day(month, day, today),
    }
}

fn weekday_number(day: &str) -> Option<i64> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    DAYS.iter().position(|d| day.starts_with(d)).and_then(|d| i64::try_from(d).ok())
}
