//! Time spans, days and times of day in the forms of other places and languages: `1h30m`, `5min`,
//! `15/06/2026`, `9:30pm`. The language has one form for each; this says which was meant.

use flowright_nlu::value::{Date, Decimal};

use crate::syntax::write;

/// Units, in milliseconds, by what they are called; the first name is the language's own.
const UNITS: [(i64, &[&str]); 6] = [
    (1, &["ms", "msec", "millis", "毫秒"]),
    (1_000, &["s", "sec", "secs", "second", "seconds", "秒", "秒钟"]),
    (60_000, &["m", "min", "mins", "minute", "minutes", "分", "分钟"]),
    (3_600_000, &["h", "hr", "hrs", "hour", "hours", "小时"]),
    (86_400_000, &["d", "day", "days", "天"]),
    (604_800_000, &["w", "week", "weeks", "周", "星期"]),
];

/// The milliseconds of one of the language's units.
pub(super) fn unit_ms(unit: &str) -> Option<i64> {
    UNITS.iter().find(|(_, names)| names.first() == Some(&unit)).map(|(ms, _)| *ms)
}

/// The milliseconds of a unit, whatever it is called. `M` may be months.
fn any_unit_ms(unit: &str) -> Option<i64> {
    let folded = if unit == "M" { unit.to_owned() } else { unit.to_lowercase() };
    UNITS.iter().find(|(_, names)| names.contains(&&*folded)).map(|(ms, _)| *ms)
}

/// The time span that was meant by numbers with units: `90m` for `1h30m` or `1.5h`.
pub(in crate::syntax) fn duration(text: &str) -> Option<String> {
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '_' | '.');
        let (number, behind) = rest.split_at(rest.find(|c| !is_number(c))?);
        let unit = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let part = Decimal::parse(number)?.checked_mul(Decimal::from_int(any_unit_ms(unit)?)?)?;
        total = total.checked_add(part.is_integer().then_some(part.trunc())?)?;
        rest = behind;
    }
    Some(write::duration(total))
}

/// The days that may be meant by three numbers: two where it is not said which is the month.
pub(super) fn days(text: &str) -> Vec<Date> {
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = numbers.as_slice() else { return Vec::new() };
    let day = |year: &str, month: &str, day: &str| {
        let year = year.parse().ok().filter(|_| year.len() == 4)?;
        Date::from_ymd(year, month.parse().ok()?, day.parse().ok()?)
    };
    let readings =
        [day(first, second, third), day(third, second, first), day(third, first, second)];
    let mut days: Vec<Date> = readings.into_iter().flatten().collect();
    days.dedup();
    days
}

/// The time of day that was meant by one with seconds, or of twelve hours.
pub(in crate::syntax) fn time(text: &str) -> Option<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len());
    let (numbers, half) = text.split_at(digits);
    let mut numbers = numbers.split(':').map(str::parse::<u32>);
    let hour = numbers.next()?.ok()?;
    let minute = match numbers.next() {
        Some(minute) => minute.ok()?,
        None if half.is_empty() => return None,
        None => 0,
    };
    if numbers.next().is_some_and(|seconds| seconds != Ok(0)) {
        return None;
    }
    let hour = match (half.to_lowercase().as_str(), hour) {
        ("", hour) => hour,
        ("am", 12) => 0,
        ("pm", 1..=11) => hour + 12,
        ("am", 1..=11) | ("pm", 12) => hour,
        _ => return None,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::{days, duration, time};

    #[test]
    fn spans_of_several_units_or_in_words_are_one() {
        for (written, meant) in [
            ("1h30m", Some("90m")),
            ("1.5h", Some("90m")),
            ("5min", Some("5m")),
            ("1_000ms", Some("1s")),
            ("2Days", Some("2d")),
            ("3天", Some("3d")),
            ("5y", None),
            ("2M", None),
            ("0.0001s", None),
            ("9999999999999w", None),
        ] {
            assert_eq!(duration(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn days_are_read_in_every_order_that_gives_one() {
        let read = |text| days(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(read("15/06/2026"), ["2026-06-15"]);
        assert_eq!(read("06/15/2026"), ["2026-06-15"]);
        assert_eq!(read("06.05.2026"), ["2026-05-06", "2026-06-05"]);
        assert_eq!(read("06-06-2026"), ["2026-06-06"]);
        assert_eq!(read("2026/6/1"), ["2026-06-01"]);
        assert_eq!(read("2026年6月15日"), ["2026-06-15"]);
        assert!(read("31/02/2026").is_empty() && read("2026-06-15T10:30").is_empty());
    }

    #[test]
    fn times_have_twenty_four_hours_and_no_seconds() {
        for (written, meant) in [
            ("9:30am", Some("09:30")),
            ("9:30PM", Some("21:30")),
            ("12:15am", Some("00:15")),
            ("12:15pm", Some("12:15")),
            ("09:30:00", Some("09:30")),
            ("09:30:15", None),
            ("13:30pm", None),
            ("25:00", None),
            ("9:30Uhr", None),
        ] {
            assert_eq!(time(written).as_deref(), meant, "{written}");
        }
    }
}
