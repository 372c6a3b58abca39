//! How values are written in a text, by language.

use jiff::tz::TimeZone;

use crate::lang::Lang;
use crate::value::{DAY_MS, Date, Decimal, Money, Value};

/// What showing a value depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowContext {
    /// Days of the twelve months from here on are shown without their year: just those that a
    /// customer can write without it.
    pub today: Date,
    /// IANA name; instants are shown in it.
    pub timezone: String,
}

/// A value as it stands in a text of `lang`. Choices, lists and records are not for this module:
/// their words are in the program.
#[must_use]
pub fn show(value: &Value, lang: Lang, cx: &ShowContext) -> Option<String> {
    let zh = lang == Lang::ZH;
    Some(match value {
        Value::Bool(yes) => match (zh, yes) {
            (true, true) => "是",
            (true, false) => "否",
            (false, true) => "yes",
            (false, false) => "no",
        }
        .to_owned(),
        Value::Number(number) => grouped(*number),
        Value::Money(money) => show_money(*money, zh),
        Value::Date(date) => show_date(*date, zh, cx.today),
        Value::Time(seconds) => format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60),
        Value::DateTime(ms) => show_instant(*ms, zh, cx)?,
        Value::Duration(ms) => show_duration(*ms, zh),
        Value::Text(text) => text.clone(),
        Value::Choice(_) | Value::List(_) | Value::Record(_) => return None,
    })
}

fn show_date(date: Date, zh: bool, today: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let day = date.to_civil();
    let since = today.to_civil();
    let in_a_year = since.saturating_add(jiff::Span::new().years(1));
    let plain = since <= day && day < in_a_year;
    if zh {
        let short = format!("{}月{}日", day.month(), day.day());
        return if plain { short } else { format!("{}年{short}", day.year()) };
    }
    let number = usize::try_from(day.month()).unwrap_or(1);
    let month = MONTHS.get(number.saturating_sub(1)).copied().unwrap_or_default();
    let short = format!("{} {month}", day.day());
    if plain { short } else { format!("{short} {}", day.year()) }
}

fn show_instant(ms: i64, zh: bool, cx: &ShowContext) -> Option<String> {
    let zone = TimeZone::get(&cx.timezone).ok()?;
    let local = jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned_datetime(zone);
    let day = show_date(Date::from_civil(local.date()), zh, cx.today);
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    Some(if zh { format!("{day}{time}") } else { format!("{day}, {time}") })
}

/// `1,234,567.89`
fn grouped(number: Decimal) -> String {
    let plain = number.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn show_money(money: Money, zh: bool) -> String {
    let mut amount = grouped(money.amount);
    // Cents are shown as two digits or not at all.
    if let Some((whole, fraction)) = amount.split_once('.')
        && fraction.len() == 1
    {
        amount = format!("{whole}.{fraction}0");
    }
    match (zh, &money.currency.0) {
        (true, b"CNY") => format!("{amount}元"),
        (true, b"USD") => format!("{amount}美元"),
        (true, b"EUR") => format!("{amount}欧元"),
        _ => format!("{} {amount}", money.currency),
    }
}

fn show_duration(ms: i64, zh: bool) -> String {
    const UNITS: [(i64, &str, &str); 4] = [
        (DAY_MS, "天", "day"),
        (3_600_000, "小时", "hour"),
        (60_000, "分钟", "minute"),
        (1_000, "秒", "second"),
    ];
    let mut rest = ms.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, han, word) in UNITS {
        let count = rest / unit.unsigned_abs();
        rest %= unit.unsigned_abs();
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            parts.push(if zh {
                format!("{count}{han}")
            } else {
                format!("{count} {word}{plural}")
            });
        }
    }
    if parts.is_empty() {
        parts.push(if zh { "0秒".to_owned() } else { "0 seconds".to_owned() });
    }
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}", parts.join(if zh { "" } else { " " }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Currency;

    #[test]
    fn values_are_written_as_each_language_writes_them() {
        let cx = ShowContext {
            today: Date::from_ymd(2026, 6, 1).unwrap(),
            timezone: "Asia/Shanghai".to_owned(),
        };
        let money = |amount: &str| {
            let currency = Currency::parse("CNY").unwrap();
            Value::Money(Money { currency, amount: Decimal::parse(amount).unwrap() })
        };
        for (value, zh, en) in [
            (Value::Date(Date::from_ymd(2026, 6, 10).unwrap()), "6月10日", "10 June"),
            (Value::Date(Date::from_ymd(2027, 1, 5).unwrap()), "1月5日", "5 January"),
            (Value::Date(Date::from_ymd(2027, 6, 1).unwrap()), "2027年6月1日", "1 June 2027"),
            (Value::Date(Date::from_ymd(2026, 5, 31).unwrap()), "2026年5月31日", "31 May 2026"),
            (Value::Number(Decimal::parse("-1234567.5").unwrap()), "-1,234,567.5", "-1,234,567.5"),
            (money("1200.5"), "1,200.50元", "CNY 1,200.50"),
            (Value::Duration(5_400_000), "1小时30分钟", "1 hour 30 minutes"),
            (Value::Time(34_200), "09:30", "09:30"),
            (Value::DateTime(1_780_272_000_000), "6月1日08:00", "1 June, 08:00"),
            (Value::Bool(true), "是", "yes"),
        ] {
            assert_eq!(show(&value, Lang::ZH, &cx).as_deref(), Some(zh));
            assert_eq!(show(&value, Lang::EN, &cx).as_deref(), Some(en));
        }
    }
}
