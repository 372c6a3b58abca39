//! Addresses and numbers to reach somebody.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use crate::fold::stands_alone;
use crate::value::Value;

static EMAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}").ok());
static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\+?\(?\d[\d\-. ()]{5,18}\d").ok());
static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"https?://[^\s，。、）)》]+|www\.[a-z0-9-]+\.[^\s，。、）)》]+").ok()
});

fn find(regex: &Option<Regex>, folded: &str, keep: impl Fn(&str) -> bool) -> Vec<Found> {
    let Some(regex) = regex else { return Vec::new() };
    let found = regex.find_iter(folded).filter(|m| stands_alone(folded, m.start(), m.end()));
    found
        .filter(|m| keep(m.as_str()))
        .map(|m| Found {
            start: m.start(),
            end: m.end(),
            value: Value::Text(m.as_str().to_owned()),
        })
        .collect()
}

pub(super) fn find_email(folded: &str) -> Vec<Found> {
    find(&EMAIL, folded, |_| true)
}

/// Seven to fifteen digits, as E.164 allows; dates are no phone numbers.
pub(super) fn find_phone(folded: &str) -> Vec<Found> {
    let is_date = |m: &str| m.len() == 10 && m.matches('-').count() == 2 && m.starts_with("20");
    find(&PHONE, folded, |m| {
        let digits = m.chars().filter(char::is_ascii_digit).count();
        (7..=15).contains(&digits) && !is_date(m)
    })
}

pub(super) fn find_url(folded: &str) -> Vec<Found> {
    find(&URL, folded, |_| true)
}
