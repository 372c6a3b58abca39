//! Days in English with their number: `the 3rd of June`, `June 3, 2027`, `the end of June`.

use jiff::ToSpan as _;
use regex::Captures;

use super::rules::{Rule, rule};
use super::{
    Moment, day_of_month, in_month, month_end, month_number, month_start, named, num, relative,
};
use crate::entities::{places, spellings};

const MONTH: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
/// A day of the month: `3`, `3rd`, `third`, `twenty-first`.
const ORDINAL: &str = "(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth";

pub(super) fn rules() -> Vec<Rule> {
    [dated(), ends(), relative::rules()].concat()
}

fn months() -> String {
    // A misspelling may begin as the right name does.
    format!("{}|{MONTH}", spellings::months())
}

fn dated() -> Vec<Rule> {
    let year = r"(?:,?\s+(\d{4})|,?\s+(?:in\s+)?'(\d{2}))?";
    let day = format!(r"(\d{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})");
    let month = months();
    vec![
        rule(
            format!(r"(?:the\s+)?{day}(?:\s+of)?[\s-]+({month})\.?(?:-(\d{{4}})|{year})"),
            |c, m| {
                let written = num(c, 3).or(num(c, 4)).or(num(c, 5).map(super::year));
                named(c.get(2)?.as_str(), ordinal(c.get(1)?.as_str())?, written, m.today)
            },
        ),
        rule(format!(r"({month})\.?[\s-]+(?:the\s+)?{day}{year}"), month_first),
        rule(
            format!(r"(?:the\s+)?{day}\s+(?:day\s+)?of\s+(this|next|last|the)\s+month"),
            |c, m| {
                let ahead = match c.get(2)?.as_str() {
                    "next" => 1,
                    "last" => -1,
                    _ => 0,
                };
                in_month(m.today, ahead, ordinal(c.get(1)?.as_str())?)
            },
        ),
        rule(format!(r"next\s+month,?\s+(?:on\s+)?(?:the\s+)?{day}"), |c, m| {
            in_month(m.today, 1, ordinal(c.get(1)?.as_str())?)
        }),
        rule(r"(?:the\s+)?(\d{1,2}(?:st|nd|rd|th))", |c, m| {
            day_of_month(ordinal(c.get(1)?.as_str())?, m.today)
        }),
        rule(format!(r"(?:(?:on|by|until|till|before|after|to)\s+)?the\s+({ORDINAL})"), |c, m| {
            let (whole, word) = (c.get(0)?.as_str(), c.get(1)?.as_str());
            let number = ordinal(word)?;
            // "The second" is a thing, "on the second" a day.
            if number < 4 && whole.starts_with("the ") {
                return None;
            }
            day_of_month(number, m.today)
        }),
    ]
}

fn ends() -> Vec<Rule> {
    let month = months();
    vec![
        rule(format!(r"(?:the\s+)?(end|last day) of ({month})"), |c, m| {
            month_end(month_number(c.get(2)?.as_str())?, m.today)
        }),
        rule(format!(r"(?:the\s+)?(beginning|start|first day) of ({month})"), |c, m| {
            month_start(month_number(c.get(2)?.as_str())?, m.today)
        }),
        rule(
            r"(?:the\s+)?(?:end|last day) of (?:the |this |next |last )?month|month[ -]end|eom",
            |c, m| {
                let said = c.get(0)?.as_str();
                let ahead = i64::from(said.contains("next")) - i64::from(said.contains(" last "));
                Some(m.today.first_of_month().checked_add(ahead.months()).ok()?.last_of_month())
            },
        ),
        rule(r"(?:the\s+)?(?:beginning|start|first day) of (next|this|the) month", |c, m| {
            in_month(m.today, i64::from(c.get(1)?.as_str() == "next"), 1)
        }),
        rule(r"(?:the\s+)?end of (?:the|this|next) year", |c, m| {
            let next = i64::from(c.get(0)?.as_str().contains("next"));
            super::ymd(i64::from(m.today.year()) + next, 12, 31)
        }),
        rule(
            r"(?:the\s+)?(?:end|beginning|start|middle) of (?:the |this |next |last )?week",
            |_, _| None,
        ),
    ]
}

/// `June 3rd, 2027`; "you may first look" is no day.
fn month_first(c: &Captures<'_>, m: &Moment) -> Option<jiff::civil::Date> {
    let written = num(c, 3).or(num(c, 4).map(super::year));
    let (whole, month) = (c.get(0)?.as_str(), c.get(1)?.as_str());
    let said = whole.contains(" the ") || whole.contains(|c: char| c.is_ascii_digit());
    if !said && month == "may" {
        return None;
    }
    named(month, ordinal(c.get(2)?.as_str())?, written, m.today)
}

/// `3`, `3rd`, `third`, `twenty-first`. `3st` is no day.
fn ordinal(text: &str) -> Option<i64> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok();
    }
    let (tens, rest) = match text.split_once(['-', ' ']) {
        Some(("twenty", rest)) => (20, rest),
        Some(("thirty", rest)) => (30, rest),
        _ => (0, text),
    };
    places::of_word(rest).map(|place| tens + i64::from(place))
}
