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
/// What is written with digits, signs and blanks too: days, addresses of machines, long fractions.
static NO_PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let day = r"(?:19|20)\d{2}[-.]\d{1,2}[-.]\d{1,2}(?:\D.*)?|\d{1,2}[-.]\d{1,2}[-.](?:19|20)\d{2}(?:\D.*)?";
    let machine = r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}";
    let fraction = r"\d+\.\d{1,2}|\d\.\d{5,}";
    Regex::new(&format!("^(?:{day}|{machine}|{fraction})$")).ok()
});
static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let path = r"[^\s\p{Han}，。、；：！？）)》>\]”’\x22]";
    let name = r"(?:[a-z0-9-]+\.)+";
    // Without `https` or `www`, only what can be nothing else.
    let bare = format!(r"{name}(?:com|net|org|edu|gov|cn|io)(?:\.[a-z]{{2}})?(?:/{path}*)?");
    Regex::new(&format!(r"https?://{path}+|www\.{name}[a-z]{{2,}}(?:[/?#:]{path}*)?|{bare}")).ok()
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
    let is_other = |m: &str| NO_PHONE.as_ref().is_none_or(|other| other.is_match(m));
    let mut found = find(&PHONE, folded, |m| {
        let digits = m.chars().filter(char::is_ascii_digit).count();
        (7..=15).contains(&digits) && !is_other(m)
    });
    // A part of a longer number is no number to call: `1,200,300`, `6222 0212 3456 7890 123`.
    found.retain(|f| {
        let (before, after) = (folded.get(..f.start), folded.get(f.end..));
        let joined = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let behind =
            after.is_some_and(|a| a.strip_prefix([' ', '-', '.', ',']).is_some_and(joined));
        let ahead = before.is_some_and(|b| {
            b.strip_suffix([' ', '-', '.', ','])
                .is_some_and(|b| b.ends_with(|c: char| c.is_ascii_digit()))
        });
        !behind && !ahead
    });
    found
}

pub(super) fn find_url(folded: &str) -> Vec<Found> {
    let mut found = find(&URL, folded, |m| !m.ends_with("//"));
    // `acme.com` in `ann@acme.com` is a part of an address.
    found.retain(|f| {
        !folded.get(..f.start).is_some_and(|before| before.ends_with(['@', '.', '-', '_']))
            && !folded.get(f.end..).is_some_and(|after| after.starts_with('@'))
    });
    for f in &mut found {
        // What ends the sentence is no part of it.
        let said = folded.get(f.start..f.end).unwrap_or("");
        let clean = said.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        f.end = f.start + clean.len();
        f.value = Value::Text(clean.to_owned());
    }
    found
}
