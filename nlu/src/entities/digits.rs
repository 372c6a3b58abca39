//! Numbers written in digits, with what separates their groups and their decimals.
//!
//! English and Chinese write `1,000.5`, most other languages `1.000,5`. What can only be meant in one
//! way is read that way in every language; what can be meant in two is nothing, rather than wrong.

use crate::lang::Lang;
use crate::value::Decimal;

/// A run of digits: its length in bytes, and its value where it has one.
pub(super) struct Run {
    pub(super) length: usize,
    pub(super) value: Option<Decimal>,
    /// Digits behind the decimal sign.
    pub(super) decimals: usize,
}

/// Whether a language writes `1,000.5`.
pub(super) fn dot_is_decimal(lang: Lang) -> bool {
    lang == Lang::EN || lang == Lang::ZH
}

/// The run of digits at the start of `text`. What signs join to other digits (`3-5`, `15:30`, `1/2`) is
/// one run without a value.
pub(super) fn run(text: &str, lang: Lang) -> Option<Run> {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    // `.5`
    let leads = text.strip_prefix('.').is_some_and(begins);
    if !begins(text) && !leads {
        return None;
    }
    let (mut length, mut joined) = (usize::from(leads), false);
    loop {
        let rest = text.get(length..)?;
        length += rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let rest = text.get(length..)?;
        let Some(sign) = rest.chars().next() else { break };
        let after = rest.get(sign.len_utf8()..)?;
        match sign {
            '.' | ',' | '\'' | '\u{2019}' if begins(after) => {}
            ' ' if is_group(after) && spaced_so_far(text.get(..length)?) => {}
            '-' | '–' | '/' | '⁄' | ':' | '~' | '_' if begins(after) => joined = true,
            _ => break,
        }
        length += sign.len_utf8();
    }
    let (value, decimals) = if joined { (None, 0) } else { read(text.get(..length)?, lang) };
    Some(Run { length, value, decimals })
}

/// Exactly three digits.
fn is_group(text: &str) -> bool {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    digits == 3
}

/// `1`, `12 345`: what may be followed by another group behind a space.
fn spaced_so_far(text: &str) -> bool {
    let mut groups = text.split(' ');
    let first = groups.next().unwrap_or("");
    let plain = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len()) && plain(first) && groups.all(|g| g.len() == 3 && plain(g))
}

/// The value of a run, and how many decimals it has.
fn read(run: &str, lang: Lang) -> (Option<Decimal>, usize) {
    let nothing = (None, 0);
    let signs: Vec<char> = run.chars().filter(|c| !c.is_ascii_digit()).collect();
    let last = run.rfind(|c: char| !c.is_ascii_digit());
    let (Some(sign), Some(last)) = (signs.last().copied(), last) else {
        return (Decimal::parse(run), 0);
    };
    let (whole, fraction) = run.split_at(last);
    let fraction = fraction.get(sign.len_utf8()..).unwrap_or("");
    let times = signs.iter().filter(|s| **s == sign).count();
    let grouped = |text: &str| {
        let separator = text.chars().find(|c| !c.is_ascii_digit());
        separator.is_none_or(|s| groups(text, s)).then(|| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits
        })
    };
    let decimal = |whole: String| {
        let whole = if whole.is_empty() { "0" } else { &whole };
        (Decimal::parse(&format!("{whole}.{fraction}")), fraction.len())
    };
    // A sign that stands twice, or a blank, separates groups.
    if times > 1 || !matches!(sign, '.' | ',') {
        let whole = if sign == ' ' && dot_is_decimal(lang) { None } else { grouped(run) };
        return (whole.and_then(|digits| Decimal::parse(&digits)), 0);
    }
    if signs.len() > 1 {
        return grouped(whole).map_or(nothing, decimal);
    }
    match (groups(run, sign), dot_is_decimal(lang), sign) {
        (_, true, '.') | (false, false, _) => decimal(whole.to_owned()),
        (true, true, _) => (grouped(run).and_then(|digits| Decimal::parse(&digits)), 0),
        // `1,50` where a comma separates groups; `1.234` where either might.
        _ => nothing,
    }
}

/// Whether `separator` stands where groups of three are separated.
fn groups(text: &str, separator: char) -> bool {
    let mut parts = text.split(separator);
    let first = parts.next().unwrap_or("");
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && parts.all(|part| part.len() == 3 && digits(part))
}
