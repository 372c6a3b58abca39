//! What a day is called: patterns with what they mean, in digits, Chinese and English.

use std::sync::LazyLock;

use jiff::civil;
use jiff::{Span, ToSpan as _};
use regex::{Captures, Regex};

use super::{
    Moment, away, day_of_month, in_month, month_day, named, num, week_day, weekday_number, year,
    ymd,
};
use crate::entities::numbers;

pub(super) type Resolve = fn(&Captures<'_>, &Moment) -> Option<civil::Date>;
type Rule = (String, Resolve);

const N: &str = "[0-9一二三四五六七八九十两〇零]+";
const MONTH: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DAY: &str = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?";
const COUNT: &str = "\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve";
/// A day of the month: `3`, `3rd`, `third`, `twenty-first`.
const ORDINAL: &str = "(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth";

pub(super) static RULES: LazyLock<Vec<(Regex, Resolve)>> = LazyLock::new(|| {
    let rules = [digits(), han(), english(), english_relative()].concat();
    rules.into_iter().filter_map(|(p, resolve)| Some((Regex::new(&p).ok()?, resolve))).collect()
});

fn digits() -> Vec<Rule> {
    vec![
        (r"(\d{4})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})".to_owned(), |c, _| {
            ymd(num(c, 1)?, num(c, 3)?, num(c, 4)?)
        }),
        (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})".to_owned(), |c, m| {
            let (month, day) = m.month_and_day(num(c, 1)?, num(c, 2)?)?;
            ymd(num(c, 3)?, month, day)
        }),
        (r"(\d{1,2})/(\d{1,2})".to_owned(), |c, m| {
            let (month, day) = m.month_and_day(num(c, 1)?, num(c, 2)?)?;
            month_day(month, day, m.today)
        }),
    ]
}

fn han() -> Vec<Rule> {
    vec![
        (format!(r"({N})\s*年\s*({N})\s*月\s*({N})\s*[日号號]?"), |c, _| {
            ymd(year(num(c, 1)?), num(c, 2)?, num(c, 3)?)
        }),
        (
            format!(r"(明年|今年|后年|去年)的?({N})\s*月\s*({N})\s*[日号號]?"),
            |c, m| {
                let ahead = match c.get(1)?.as_str() {
                    "明年" => 1,
                    "后年" => 2,
                    "去年" => -1,
                    _ => 0,
                };
                ymd(i64::from(m.today.year()) + ahead, num(c, 2)?, num(c, 3)?)
            },
        ),
        (format!(r"({N})\s*月\s*({N})\s*[日号號]?"), |c, m| {
            month_day(num(c, 1)?, num(c, 2)?, m.today)
        }),
        (format!("(下个?月|这个?月|本月|上个?月)({N})[日号號]"), |c, m| {
            let ahead = match c.get(1)?.as_str().chars().next()? {
                '下' => 1,
                '上' => -1,
                _ => 0,
            };
            in_month(m.today, ahead, num(c, 2)?)
        }),
        (format!("({N})[日号號]"), |c, m| day_of_month(num(c, 1)?, m.today)),
        (
            "大后天|后天|明天|明日|明早|明晚|今天|今日|今晚|今早|昨天|昨日|昨晚|大前天|前天"
                .to_owned(),
            |c, m| {
                let days = match c.get(0)?.as_str() {
                    "大后天" => 3,
                    "后天" => 2,
                    "明天" | "明日" | "明早" | "明晚" => 1,
                    "昨天" | "昨日" | "昨晚" => -1,
                    "前天" => -2,
                    "大前天" => -3,
                    _ => 0,
                };
                m.today.checked_add(days.days()).ok()
            },
        ),
        (
            "(下下|下|这|本|上)?个?(?:周|星期|礼拜)([一二三四五六日天末])".to_owned(),
            |c, m| {
                let day = "一二三四五六日"
                    .find(c.get(2)?.as_str().replace('天', "日").replace('末', "六").as_str())?
                    / 3;
                week_day(c.get(1).map_or("", |m| m.as_str()), i64::try_from(day).ok()?, m.today)
            },
        ),
        // `3日前` may be before the third.
        (
            format!("({N})(天|日|个?星期|个?礼拜|周|个月|年)(?:之?(后|前)|以(后|前))"),
            |c, m| {
                let back = c.get(3).or(c.get(4))?.as_str() == "前";
                let count = num(c, 1)? * if back { -1 } else { 1 };
                if back && c.get(2)?.as_str() == "日" {
                    return None;
                }
                match c.get(2)?.as_str() {
                    "年" => away(m.today, count, Span::try_years),
                    "个月" => away(m.today, count, Span::try_months),
                    "天" | "日" => away(m.today, count, Span::try_days),
                    _ => away(m.today, count, Span::try_weeks),
                }
            },
        ),
        ("(下个?|这个?|本)?月(底|末|初)".to_owned(), |c, m| {
            let next = i64::from(c.get(1).is_some_and(|m| m.as_str().starts_with('下')));
            if c.get(2)?.as_str() == "初" {
                return in_month(m.today, next, 1);
            }
            Some(m.today.checked_add(next.months()).ok()?.last_of_month())
        }),
        ("(明年|今年|明|今)?年(?:底|末)".to_owned(), |c, m| {
            let next = i64::from(c.get(1).is_some_and(|m| m.as_str().starts_with('明')));
            ymd(i64::from(m.today.year()) + next, 12, 31)
        }),
    ]
}

fn english() -> Vec<Rule> {
    let year = r"(?:,?\s+(\d{4})|,?\s+(?:in\s+)?'(\d{2}))?";
    let day = format!(r"(\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})");
    vec![
        (format!(r"{day}(?:\s+of)?[\s-]+({MONTH})\.?(?:-(\d{{4}})|{year})"), |c, m| {
            let written = num(c, 3).or(num(c, 4)).or(num(c, 5).map(super::year));
            named(c.get(2)?.as_str(), ordinal(c.get(1)?.as_str())?, written, m.today)
        }),
        (format!(r"({MONTH})\.?[\s-]+(?:the\s+)?{day}{year}"), |c, m| {
            let written = num(c, 3).or(num(c, 4).map(super::year));
            let whole = c.get(0)?.as_str();
            let said = whole.contains(" the ") || whole.contains(|c: char| c.is_ascii_digit());
            // "You may first look" is no day.
            if whole.starts_with("may ") && !said {
                return None;
            }
            named(c.get(1)?.as_str(), ordinal(c.get(2)?.as_str())?, written, m.today)
        }),
        (format!(r"(?:the\s+)?{day}\s+(?:day\s+)?of\s+(this|next|last|the)\s+month"), |c, m| {
            let ahead = match c.get(2)?.as_str() {
                "next" => 1,
                "last" => -1,
                _ => 0,
            };
            in_month(m.today, ahead, ordinal(c.get(1)?.as_str())?)
        }),
        (r"(?:the\s+)?(\d{1,2}(?:st|nd|rd|th))".to_owned(), |c, m| {
            day_of_month(ordinal(c.get(1)?.as_str())?, m.today)
        }),
    ]
}

fn english_relative() -> Vec<Rule> {
    vec![
        (
            "(?:the )?day after tomorrow|(?:the )?day before yesterday|tomorrow|today|tonight|yesterday"
                .to_owned(),
            |c, m| {
                let word = c.get(0)?.as_str();
                let days = if word.ends_with("after tomorrow") {
                    2
                } else if word.ends_with("before yesterday") {
                    -2
                } else {
                    match word {
                        "tomorrow" => 1,
                        "yesterday" => -1,
                        _ => 0,
                    }
                };
                m.today.checked_add(days.days()).ok()
            },
        ),
        (format!(r"(?:(next|this|last|coming)\s+)?({DAY})(?:\s+(next|this|last)\s+week)?"), |c, m| {
            let which = match c.get(1).or(c.get(3)).map_or("", |m| m.as_str()) {
                "next" => "下",
                "this" => "本",
                "last" => "上",
                _ => "",
            };
            week_day(which, weekday_number(c.get(2)?.as_str())?, m.today)
        }),
        (
            format!(
                r"in\s+({COUNT})\s+(day|week|month|year)s?|({COUNT})\s+(day|week|month|year)s?\s+(?:from\s+(?:now|today)|later)"
            ),
            |c, m| ahead(c.get(1).or(c.get(3))?.as_str(), c.get(2).or(c.get(4))?.as_str(), 1, m),
        ),
        (format!(r"({COUNT})\s+(day|week|month|year)s?\s+ago"), |c, m| {
            ahead(c.get(1)?.as_str(), c.get(2)?.as_str(), -1, m)
        }),
        (r"(?:the\s+)?end of (?:the|this|next) month".to_owned(), |c, m| {
            let next = i64::from(c.get(0)?.as_str().contains("next"));
            Some(m.today.checked_add(next.months()).ok()?.last_of_month())
        }),
        (r"(?:the\s+)?end of (?:the|this|next) year".to_owned(), |c, m| {
            let next = i64::from(c.get(0)?.as_str().contains("next"));
            ymd(i64::from(m.today.year()) + next, 12, 31)
        }),
        (r"next week".to_owned(), |_, m| week_day("下", 0, m.today)),
    ]
}

fn ahead(count: &str, unit: &str, sign: i64, moment: &Moment) -> Option<civil::Date> {
    let count = if matches!(count, "a" | "an") { 1 } else { numbers::whole(count)? } * sign;
    match unit {
        "year" => away(moment.today, count, Span::try_years),
        "month" => away(moment.today, count, Span::try_months),
        "week" => away(moment.today, count, Span::try_weeks),
        _ => away(moment.today, count, Span::try_days),
    }
}

/// `3`, `3rd`, `third`, `twenty-first`. `3st` is no day.
fn ordinal(text: &str) -> Option<i64> {
    const WORDS: [&str; 19] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
    ];
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok();
    }
    let (tens, rest) = match text.split_once(['-', ' ']) {
        Some(("twenty", rest)) => (20, rest),
        Some(("thirty", rest)) => (30, rest),
        _ => (0, text),
    };
    match rest {
        "twentieth" => Some(20),
        "thirtieth" => Some(30),
        word => {
            let place = WORDS.iter().position(|known| *known == word)?;
            Some(tens + i64::try_from(place).ok()? + 1)
        }
    }
}
