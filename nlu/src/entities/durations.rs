//! Spans of time: `两个半小时`, `30分钟`, `2h30`, `an hour and a half`, `a couple of days`.

use super::Found;
use super::amounts::{At, scan};
use super::han;
use crate::lang::Lang;
use crate::value::{DAY_MS, Decimal, Value};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Units; the longer of two that begin alike first.
const UNITS: &[(&str, i64)] = &[
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
    ("钟头", HOUR_MS),
    ("个钟", HOUR_MS),
    ("刻钟", 15 * MINUTE_MS),
    ("h", HOUR_MS),
    ("days", DAY_MS),
    ("day", DAY_MS),
    ("天", DAY_MS),
    ("d", DAY_MS),
    ("weeks", 7 * DAY_MS),
    ("week", 7 * DAY_MS),
    ("fortnights", 14 * DAY_MS),
    ("fortnight", 14 * DAY_MS),
    ("个星期", 7 * DAY_MS),
    ("个礼拜", 7 * DAY_MS),
    ("星期", 7 * DAY_MS),
    ("礼拜", 7 * DAY_MS),
    ("周", 7 * DAY_MS),
    ("w", 7 * DAY_MS),
];

/// Spans that are said without a number.
const WHOLES: &[(&str, i64)] = &[
    ("半个小时", HOUR_MS / 2),
    ("半小时", HOUR_MS / 2),
    ("半个钟头", HOUR_MS / 2),
    ("半个钟", HOUR_MS / 2),
    ("半天", DAY_MS / 2),
    ("半个月", 15 * DAY_MS),
    ("three quarters of an hour", HOUR_MS / 4 * 3),
    ("a quarter of an hour", HOUR_MS / 4),
    ("quarter of an hour", HOUR_MS / 4),
    ("a quarter hour", HOUR_MS / 4),
    ("half an hour", HOUR_MS / 2),
    ("a half hour", HOUR_MS / 2),
    ("half hour", HOUR_MS / 2),
    ("half a day", DAY_MS / 2),
    ("an hour", HOUR_MS),
    ("a day", DAY_MS),
    ("a week", 7 * DAY_MS),
    ("a fortnight", 14 * DAY_MS),
    ("a minute", MINUTE_MS),
];
/// Words that ask to wait, and do not say for how long.
const PATIENCE: &[&str] = &["just", "wait", "hold on", "hang on", "give me", "one", "got"];

/// Every span of time in a folded text.
pub(super) fn find(folded: &str, lang: Lang) -> Vec<Found> {
    scan(folded, lang, |at| {
        let (mut total, mut end) = one(at)?;
        while let Some((ms, next)) = further(end) {
            total = total.checked_add(ms)?;
            end = next;
        }
        let said = folded.get(at.start..end.start)?;
        let sure = !is_idle(folded, at.start, said) && !is_saying(end.rest(), said);
        sure.then_some((end.start, Value::Duration(total)))
    })
}

/// `just a minute`, `one second please`: no span.
fn is_idle(folded: &str, start: usize, said: &str) -> bool {
    let little = ["a minute", "one minute", "one second", "one sec", "a day", "one min"];
    let Some((before, _)) = folded.split_at_checked(start) else { return false };
    let after = folded.get(start + said.len()..).unwrap_or("").trim_start();
    // `好半天`, `等了半天`; `第二天` is a day.
    if said == "半天" && before.ends_with(['大', '好', '老', '小', '了']) || before.ends_with('第')
    {
        return true;
    }
    little.contains(&said)
        && (after.starts_with("please")
            || PATIENCE.iter().any(|word| before.trim_end().ends_with(word))
            || (said == "a day" && before.trim_end().ends_with(|c: char| c.is_ascii_digit())))
}

/// `三天三夜`, `三天两头`; `三天多` is more than that.
fn is_saying(rest: &str, said: &str) -> bool {
    let numeral = |c: char| han::digit(c).is_some();
    let nights = rest.strip_prefix(numeral).is_some_and(|r| r.starts_with(['夜', '头', '宿']));
    (said.ends_with('天') && nights)
        || rest.starts_with(['多', '余'])
        || rest.starts_with(" or two")
}

fn further(at: At<'_>) -> Option<(i64, At<'_>)> {
    let rest = at.rest();
    let joint = rest.trim_start_matches([' ', ',']);
    let joint = joint.strip_prefix("and ").unwrap_or(joint);
    one(at.skip(rest.len() - joint.len()))
}

fn one(at: At<'_>) -> Option<(i64, At<'_>)> {
    if let Some((word, ms)) = WHOLES.iter().find(|(word, _)| at.rest().starts_with(word)) {
        return Some(with_half(*ms, at.skip(word.len())));
    }
    let (count, end) = at.number()?;
    let unit = end.skip_blanks();
    let attached = unit.start == end.start;
    let fits = |word: &str, after: &str| {
        // `10 m` are metres.
        (!word.is_ascii() || !after.starts_with(|c: char| c.is_ascii_alphabetic()))
            && (attached || word != "m")
    };
    let (word, ms) = UNITS
        .iter()
        .find(|(word, _)| unit.rest().strip_prefix(word).is_some_and(|after| fits(word, after)))?;
    let end = unit.skip(word.len());
    let whole = count.checked_mul(Decimal::from_int(*ms)?)?.trunc();
    // `一天半`
    if let Some(after) = end.rest().strip_prefix('半').filter(|_| !word.is_ascii()) {
        let is_half = count.is_integer() && !after.starts_with(['个', '天', '小']);
        let half = if is_half { ms / 2 } else { 0 };
        return Some((
            whole.checked_add(half)?,
            end.skip(if is_half { '半'.len_utf8() } else { 0 }),
        ));
    }
    match minutes_behind(*ms, word, end) {
        Some((minutes, end)) => Some((whole.checked_add(minutes)?, end)),
        None => Some((whole, end)),
    }
}

/// `an hour and a half`
fn with_half(ms: i64, end: At<'_>) -> (i64, At<'_>) {
    const HALF: &str = " and a half";
    if end.rest().starts_with(HALF) { (ms + ms / 2, end.skip(HALF.len())) } else { (ms, end) }
}

/// The minutes of `2h30` and of `一小时二十分`.
fn minutes_behind<'t>(ms: i64, word: &str, end: At<'t>) -> Option<(i64, At<'t>)> {
    if ms != HOUR_MS {
        return None;
    }
    let (count, after) = end.number()?;
    let below_an_hour = count.is_integer() && (0..60).contains(&count.trunc());
    let rest = after.rest();
    let length = match word {
        "h" if !rest.starts_with(char::is_alphanumeric) => 0,
        _ if rest.starts_with('分') && !rest.starts_with("分钟") => '分'.len_utf8(),
        _ => return None,
    };
    below_an_hour.then_some((count.trunc() * MINUTE_MS, after.skip(length)))
}
