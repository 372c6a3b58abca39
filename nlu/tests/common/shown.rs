//! Values as the tables of these tests write them.

use flowright_nlu::value::Value;

use crate::common::cx;

/// A value as the tables write it. Instants are in Shanghai's time, as the customer is.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Money(money) => format!("{} {}", money.currency, money.amount),
        Value::Date(date) => date.to_string(),
        Value::Time(seconds) if seconds % 60 == 0 => {
            format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
        }
        Value::Time(seconds) => {
            format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        Value::DateTime(ms) => {
            let zone = jiff::tz::TimeZone::get(&cx().timezone).unwrap();
            let at = jiff::Timestamp::from_millisecond(*ms).unwrap().to_zoned_datetime(zone);
            at.strftime("%Y-%m-%d %H:%M").to_string()
        }
        Value::Duration(ms) => span(*ms),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// `1d2h30m`
fn span(ms: i64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let (mut rest, mut out) = (ms, String::new());
    for (name, unit) in units {
        if rest >= unit {
            out.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    if rest > 0 { format!("{out}0.{}s", rest / 100) } else { out }
}
