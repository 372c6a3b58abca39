//! Numbers, in digits, in Chinese, in English words.

use super::Found;
use crate::fold::stands_alone;
use crate::value::{Decimal, Value};

/// The number at the start of `text`: its length in bytes and its value.
pub(super) fn parse(text: &str) -> Option<(usize, Decimal)> {
    digits(text).or_else(|| chinese(text)).or_else(|| english(text))
}

/// Every number in a folded text.
pub(super) fn find(folded: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut skip_to = 0;
    for (start, _) in folded.char_indices() {
        if start < skip_to {
            continue;
        }
        let Some((length, value)) = folded.get(start..).and_then(parse) else { continue };
        if stands_alone(folded, start, start + length) {
            found.push(Found { start, end: start + length, value: Value::Number(value) });
            skip_to = start + length;
        }
    }
    found
}

/// `1,234.5`, `-3`, with `万`, `亿`, `千`, `k` or `m` behind it.
fn digits(text: &str) -> Option<(usize, Decimal)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut end = 0;
    let mut seen_dot = false;
    let bytes = unsigned.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let next_is_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {}
            b',' if next_is_digit && end > 0 && !seen_dot && groups_of_three(bytes, end) => {}
            b'.' if next_is_digit && end > 0 && !seen_dot => seen_dot = true,
            _ => break,
        }
        end += 1;
    }
    let written: String = unsigned.get(..end)?.chars().filter(|c| *c != ',').collect();
    let mut value = Decimal::parse(&written)?;
    let mut length = end + (text.len() - unsigned.len());
    let suffixes = [
        ("万", 10_000),
        ("萬", 10_000),
        ("亿", 100_000_000),
        ("億", 100_000_000),
        ("千", 1_000),
        ("k", 1_000),
    ];
    let rest = text.get(length..)?;
    if let Some((suffix, factor)) = suffixes.iter().find(|(suffix, _)| rest.starts_with(suffix)) {
        let after = rest.get(suffix.len()..)?;
        let is_word = *suffix == "k" && after.starts_with(|c: char| c.is_alphanumeric());
        if !is_word {
            value = value.checked_mul(Decimal::from_int(*factor)?)?;
            length += suffix.len();
        }
    }
    if text.starts_with('-') {
        value = Decimal(-value.0);
    }
    Some((length, value))
}

fn groups_of_three(bytes: &[u8], comma: usize) -> bool {
    let group = bytes.get(comma + 1..comma + 4);
    let after = bytes.get(comma + 4);
    group.is_some_and(|g| g.iter().all(u8::is_ascii_digit))
        && !after.is_some_and(u8::is_ascii_digit)
}

fn chinese_digit(c: char) -> Option<i64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '两' | '兩' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// `三百二十`, `一万五`, `二〇二六`, `三点五`, `半`.
fn chinese(text: &str) -> Option<(usize, Decimal)> {
    let (mut total, mut section, mut digit): (i64, i64, Option<i64>) = (0, 0, None);
    let (mut last_unit, mut last_large, mut length) = (1_i64, 0_i64, 0);
    let mut plain = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if let Some(value) = chinese_digit(c) {
            plain.push(char::from(b'0' + u8::try_from(value).ok()?));
            digit = Some(value);
        } else if let Some(unit) = small_unit(c) {
            // `十五` leaves the one unsaid; `百` alone is not a number.
            let count = digit.or((unit == 10 && section == 0).then_some(1))?;
            section = section.checked_add(count.checked_mul(unit)?)?;
            (digit, last_unit) = (None, unit);
            plain.push('x');
        } else if let Some(unit) = large_unit(c).filter(|_| section > 0 || digit.is_some()) {
            section = section.checked_add(digit.unwrap_or(0))?;
            // `一亿二千万` adds; `一万亿` multiplies.
            total = if total > 0 && unit < last_large {
                total.checked_add(section.checked_mul(unit)?)?
            } else {
                total.checked_add(section)?.checked_mul(unit)?
            };
            last_large = unit;
            (section, digit, last_unit) = (0, None, unit);
            plain.push('x');
        } else if c == '点'
            && length > 0
            && chars.peek().is_some_and(|(_, n)| chinese_digit(*n).is_some_and(|_| true))
        {
            return chinese_fraction(text, at, total + section + digit.unwrap_or(0));
        } else {
            break;
        }
        length = at + c.len_utf8();
    }
    if length == 0 {
        return None;
    }
    // A row of digits without units is read digit by digit: `二〇二六`.
    if plain.len() > 1 && !plain.contains('x') {
        return Some((length, Decimal::from_int(plain.parse().ok()?)?));
    }
    // `一万五` is 15,000: the unit below is left unsaid.
    let spoken_short =
        last_unit >= 100 && !plain.ends_with('x') && !text.get(..length)?.contains('零');
    let rest = digit.unwrap_or(0) * if spoken_short { last_unit / 10 } else { 1 };
    Some((length, Decimal::from_int(total.checked_add(section)?.checked_add(rest)?)?))
}

fn chinese_fraction(text: &str, dot: usize, whole: i64) -> Option<(usize, Decimal)> {
    let after = text.get(dot + '点'.len_utf8()..)?;
    let digits: String = after
        .chars()
        .map_while(|c| chinese_digit(c).and_then(|d| char::from_digit(u32::try_from(d).ok()?, 10)))
        .collect();
    let length =
        dot + '点'.len_utf8() + after.chars().take(digits.len()).map(char::len_utf8).sum::<usize>();
    Some((length, Decimal::parse(&format!("{whole}.{digits}"))?))
}

const fn small_unit(c: char) -> Option<i64> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1_000),
        _ => None,
    }
}

const fn large_unit(c: char) -> Option<i64> {
    match c {
        '万' | '萬' => Some(10_000),
        '亿' | '億' => Some(100_000_000),
        _ => None,
    }
}

const WORDS: &[(&str, i64)] = &[
    ("zero", 0),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("dozen", 12),
];

const SCALES: &[(&str, i64)] =
    &[("hundred", 100), ("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000)];

/// `twenty-five`, `two hundred and five`, `a dozen`.
fn english(text: &str) -> Option<(usize, Decimal)> {
    let (mut total, mut current, mut length): (i64, i64, usize) = (0, 0, 0);
    let mut seen = false;
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let word_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = rest.get(..word_end)?;
        if let Some((_, value)) = WORDS.iter().find(|(name, _)| *name == word) {
            current =
                if *value == 12 && word == "dozen" { current.max(1) * 12 } else { current + value };
            seen = true;
            length = at + word_end;
        } else if let Some((_, scale)) =
            SCALES.iter().find(|(name, _)| *name == word).filter(|_| seen || at > 0)
        {
            current = current.max(1).checked_mul(*scale)?;
            if *scale >= 1_000 {
                total = total.checked_add(current)?;
                current = 0;
            }
            seen = true;
            length = at + word_end;
        } else if !(word == "and" && seen) && !((word == "a" || word == "an") && at == 0) {
            break;
        }
        at += word_end;
        let separator = text.get(at..)?.chars().next().filter(|c| *c == ' ' || *c == '-');
        match separator {
            Some(c) => at += c.len_utf8(),
            None => break,
        }
    }
    let value = Decimal::from_int(total.checked_add(current)?)?;
    seen.then_some((length, value))
}
