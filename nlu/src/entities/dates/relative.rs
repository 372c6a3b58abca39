//! Days in English counted from today: `tomorrow`, `next Friday`, `in a fortnight`, `a week on Friday`.

use jiff::civil;
use jiff::{Span, ToSpan as _};

use super::rules::{Rule, rule};
use super::{away, week_day, weekday_number};
use crate::entities::{numbers, spellings};

const DAY: &str = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?";
const COUNT: &str = "a couple(?: of)?|\\d{1,3}|an?|(?:twenty|thirty|forty|fifty|sixty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|ten|one|two|three|four|five|six|seven|eight|nine";
const UNIT: &str = "day|week|fortnight|month|year";

pub(super) fn rules() -> Vec<Rule> {
    [named(), counted()].concat()
}

fn days() -> String {
    // A misspelling may begin as the right name does.
    format!("{}|{DAY}", spellings::days())
}

fn near(word: &str, today: civil::Date) -> Option<civil::Date> {
    let days = match spellings::meant(word) {
        "tomorrow" => 1,
        "yesterday" => -1,
        _ => 0,
    };
    today.checked_add(days.days()).ok()
}

fn named() -> Vec<Rule> {
    let (day, typed) = (days(), spellings::relative());
    vec![
        rule(
            format!(
                r"(?:the )?day (after|before) (tomorrow|yesterday|{typed})|(tomorrow|today|tonight|yesterday|{typed})"
            ),
            |c, m| {
                let Some(beyond) = c.get(1) else { return near(c.get(3)?.as_str(), m.today) };
                let one = if beyond.as_str() == "after" { 1 } else { -1 };
                near(c.get(2)?.as_str(), m.today)?.checked_add(one.days()).ok()
            },
        ),
        Rule {
            weekday: true,
            ..rule(
                format!(
                    r"(?:(next|this coming|this|last|coming)\s+)?({day})(?:\s+(?:of\s+)?(next|this|last)\s+week)?"
                ),
                |c, m| {
                    let which = match c.get(1).or(c.get(3)).map_or("", |m| m.as_str()) {
                        "next" => "下",
                        "this" => "本",
                        "last" => "上",
                        _ => "",
                    };
                    week_day(which, weekday_number(c.get(2)?.as_str())?, m.today)
                },
            )
        },
        rule(format!(r"(?:the\s+)?(?:{day}|weekend|week) after next"), |_, _| None),
        rule(
            format!(r"(?:the\s+)?(?:first|second|third|fourth|last)\s+(?:{day}) (?:of|in)"),
            |_, _| None,
        ),
        rule(r"this (?:morning|afternoon|evening)", |_, m| Some(m.today)),
        // `next week`, as one day of it that can be told.
        rule(r"next week", |_, m| week_day("下", 0, m.today)),
        rule(r"(?:(this|next|the|last)\s+)?weekend", |c, m| {
            let which = match c.get(1).map_or("", |m| m.as_str()) {
                "next" => "下",
                "last" => "上",
                _ => "本",
            };
            let saturday = week_day(which, 5, m.today)?;
            Some(if which == "本" { saturday.max(m.today) } else { saturday })
        }),
        rule(
            format!(
                r"(?:eod|cob|end of (?:the )?day)(?:\s+(?:on |of )?(?:({day})|(tomorrow|today|{typed})))?"
            ),
            |c, m| match (c.get(1), c.get(2)) {
                (Some(day), _) => week_day("", weekday_number(day.as_str())?, m.today),
                (_, Some(word)) => near(word.as_str(), m.today),
                _ => Some(m.today),
            },
        ),
    ]
}

fn counted() -> Vec<Rule> {
    let (day, typed) = (days(), spellings::relative());
    vec![
        rule(
            format!(
                r"in\s+({COUNT})\s+({UNIT})s?|({COUNT})\s+({UNIT})s?\s+(?:from\s+(?:now|today)|later)"
            ),
            |c, m| {
                ahead(c.get(1).or(c.get(3))?.as_str(), c.get(2).or(c.get(4))?.as_str(), 1, m.today)
            },
        ),
        rule(format!(r"({COUNT})\s+({UNIT})s?\s+ago"), |c, m| {
            ahead(c.get(1)?.as_str(), c.get(2)?.as_str(), -1, m.today)
        }),
        rule(format!(r"({COUNT})\s+({UNIT})s?\s+(?:from|after)\s+(tomorrow|{typed})"), |c, m| {
            let from = near(c.get(3)?.as_str(), m.today)?;
            ahead(c.get(1)?.as_str(), c.get(2)?.as_str(), 1, from)
        }),
        rule(
            format!(r"({COUNT})\s+(day|week|fortnight)s?\s+(?:from|on|after)\s+({day})"),
            |c, m| {
                let from = week_day("", weekday_number(c.get(3)?.as_str())?, m.today)?;
                ahead(c.get(1)?.as_str(), c.get(2)?.as_str(), 1, from)
            },
        ),
        rule(format!(r"(?:a\s+)?week\s+(tomorrow|{typed})"), |c, m| {
            ahead("a", "week", 1, near(c.get(1)?.as_str(), m.today)?)
        }),
        rule(format!(r"({day})\s+week"), |c, m| {
            ahead("a", "week", 1, week_day("", weekday_number(c.get(1)?.as_str())?, m.today)?)
        }),
    ]
}

fn ahead(count: &str, unit: &str, sign: i64, from: civil::Date) -> Option<civil::Date> {
    let count = match count {
        "a" | "an" => 1,
        couple if couple.starts_with("a ") => 2,
        count => numbers::whole(count)?,
    } * sign;
    match unit {
        "year" => away(from, count, Span::try_years),
        "month" => away(from, count, Span::try_months),
        "fortnight" => away(from, count.checked_mul(2)?, Span::try_weeks),
        "week" => away(from, count, Span::try_weeks),
        _ => away(from, count, Span::try_days),
    }
}
