//! Money, percentages, spans of time: a number with a unit.

use super::{Found, numbers};
use crate::fold::stands_alone;
use crate::value::{Currency, Decimal, Money, Value};

const BEFORE: &[(&str, &[u8; 3])] = &[
    ("rmb", b"CNY"),
    ("cny", b"CNY"),
    ("¥", b"CNY"),
    ("￥", b"CNY"),
    ("人民币", b"CNY"),
    ("us$", b"USD"),
    ("usd", b"USD"),
    ("$", b"USD"),
    ("eur", b"EUR"),
    ("€", b"EUR"),
    ("gbp", b"GBP"),
    ("£", b"GBP"),
    ("jpy", b"JPY"),
    ("hkd", b"HKD"),
    ("hk$", b"HKD"),
];

const AFTER: &[(&str, &[u8; 3])] = &[
    ("元人民币", b"CNY"),
    ("人民币", b"CNY"),
    ("块钱", b"CNY"),
    ("元", b"CNY"),
    ("块", b"CNY"),
    ("圆", b"CNY"),
    ("yuan", b"CNY"),
    ("rmb", b"CNY"),
    ("cny", b"CNY"),
    ("美元", b"USD"),
    ("美金", b"USD"),
    ("us dollars", b"USD"),
    ("dollars", b"USD"),
    ("dollar", b"USD"),
    ("usd", b"USD"),
    ("bucks", b"USD"),
    ("欧元", b"EUR"),
    ("euros", b"EUR"),
    ("euro", b"EUR"),
    ("eur", b"EUR"),
    ("€", b"EUR"),
    ("英镑", b"GBP"),
    ("pounds", b"GBP"),
    ("gbp", b"GBP"),
    ("日元", b"JPY"),
    ("jpy", b"JPY"),
    ("yen", b"JPY"),
    ("港币", b"HKD"),
    ("港元", b"HKD"),
    ("hkd", b"HKD"),
];

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

const DURATIONS: &[(&str, i64)] = &[
    ("milliseconds", 1),
    ("毫秒", 1),
    ("ms", 1),
    ("seconds", 1_000),
    ("second", 1_000),
    ("secs", 1_000),
    ("sec", 1_000),
    ("秒钟", 1_000),
    ("秒", 1_000),
    ("s", 1_000),
    ("minutes", MINUTE_MS),
    ("minute", MINUTE_MS),
    ("mins", MINUTE_MS),
    ("min", MINUTE_MS),
    ("分钟", MINUTE_MS),
    ("m", MINUTE_MS),
    ("hours", HOUR_MS),
    ("hour", HOUR_MS),
    ("hrs", HOUR_MS),
    ("hr", HOUR_MS),
    ("个小时", HOUR_MS),
    ("小时", HOUR_MS),
    ("个钟头", HOUR_MS),
    ("h", HOUR_MS),
    ("days", DAY_MS),
    ("day", DAY_MS),
    ("天", DAY_MS),
    ("d", DAY_MS),
    ("weeks", 7 * DAY_MS),
    ("week", 7 * DAY_MS),
    ("个星期", 7 * DAY_MS),
    ("个礼拜", 7 * DAY_MS),
    ("周", 7 * DAY_MS),
    ("w", 7 * DAY_MS),
];

/// Runs `at_start` at every place and keeps what stands alone, without overlaps.
fn scan(folded: &str, at_start: impl Fn(&str) -> Option<(usize, Value)>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut skip_to = 0;
    for (start, _) in folded.char_indices() {
        if start < skip_to {
            continue;
        }
        let Some((length, value)) = folded.get(start..).and_then(&at_start) else { continue };
        if stands_alone(folded, start, start + length) {
            found.push(Found { start, end: start + length, value });
            skip_to = start + length;
        }
    }
    found
}

/// Bytes of blanks at the start.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// `¥1,200`, `1200元`, `CNY 1200`, `20 dollars`, `1.5万元`.
pub(super) fn find_money(folded: &str) -> Vec<Found> {
    scan(folded, |text| {
        let money =
            |code: &[u8; 3], amount| Value::Money(Money { currency: Currency(*code), amount });
        if let Some((sign, code)) = BEFORE.iter().find(|(sign, _)| text.starts_with(sign)) {
            let at = sign.len() + blanks(text.get(sign.len()..)?);
            let (length, amount) = numbers::parse(text.get(at..)?)?;
            return Some((at + length, money(code, amount)));
        }
        let (length, amount) = numbers::parse(text)?;
        let at = length + blanks(text.get(length..)?);
        let unit = text.get(at..)?;
        let (word, code) = AFTER.iter().find(|(word, _)| unit.starts_with(word))?;
        Some((at + word.len(), money(code, amount)))
    })
}

/// `20%`, `百分之二十`, `5 percent`; a share of one.
pub(super) fn find_percent(folded: &str) -> Vec<Found> {
    let share = |percent: Decimal| percent.checked_div(Decimal::from_int(100)?).map(Value::Number);
    scan(folded, |text| {
        if let Some(rest) = text.strip_prefix("百分之") {
            let (length, percent) = numbers::parse(rest)?;
            return Some((text.len() - rest.len() + length, share(percent)?));
        }
        let (length, percent) = numbers::parse(text)?;
        let at = length + blanks(text.get(length..)?);
        let unit = text.get(at..)?;
        let word = ["%", "percent", "per cent"].into_iter().find(|word| unit.starts_with(word))?;
        Some((at + word.len(), share(percent)?))
    })
}

/// `两个小时`, `30分钟`, `半小时`, `2h`, `2 hours 30 minutes`, `half an hour`.
pub(super) fn find_duration(folded: &str) -> Vec<Found> {
    scan(folded, |text| {
        let (mut length, mut total) = one_duration(text)?;
        while let Some((more, ms)) = text.get(length..).and_then(|rest| {
            let joint = rest.trim_start_matches([' ', ',']);
            let joint = joint.strip_prefix("and ").unwrap_or(joint);
            let (l, ms) = one_duration(joint)?;
            Some((rest.len() - joint.len() + l, ms))
        }) {
            length += more;
            total = total.checked_add(ms)?;
        }
        Some((length, Value::Duration(total)))
    })
}

fn one_duration(text: &str) -> Option<(usize, i64)> {
    const HALVES: &[(&str, i64)] = &[
        ("半个小时", HOUR_MS / 2),
        ("半小时", HOUR_MS / 2),
        ("半个钟头", HOUR_MS / 2),
        ("半天", DAY_MS / 2),
        ("half an hour", HOUR_MS / 2),
        ("half a day", DAY_MS / 2),
        ("an hour", HOUR_MS),
        ("a day", DAY_MS),
        ("a week", 7 * DAY_MS),
        ("a minute", MINUTE_MS),
    ];
    if let Some((word, ms)) = HALVES.iter().find(|(word, _)| text.starts_with(word)) {
        return Some((word.len(), *ms));
    }
    let (length, count) = numbers::parse(text)?;
    let at = length + blanks(text.get(length..)?);
    // `两个半小时`, `two and a half hours`
    let rest = text.get(at..)?;
    let half = ["个半", "and a half "].into_iter().find(|word| rest.starts_with(word));
    let at = at + half.map_or(0, str::len);
    let unit = text.get(at..)?;
    let (word, ms) = DURATIONS.iter().find(|(word, _)| {
        unit.strip_prefix(word).is_some_and(|after| {
            !after.starts_with(|c: char| c.is_ascii_alphabetic()) || !word.is_ascii()
        })
    })?;
    let whole = count.checked_mul(Decimal::from_int(*ms)?)?.trunc();
    let extra = if half.is_some() { ms / 2 } else { 0 };
    Some((at + word.len(), whole.checked_add(extra)?))
}
