//! Business hours, in the bot's timezone.

use flowright_compiler::ir::{BotDef, HoursDef};
use flowright_nlu::value::{DAY_MS, Date};

use crate::stepper::Stepper;

impl Stepper<'_> {
    /// The time in the bot's timezone.
    pub(crate) fn local_now(&self) -> Option<jiff::civil::DateTime> {
        let zone = jiff::tz::TimeZone::get(&self.program.program.bot.timezone).ok()?;
        Some(zone.to_datetime(jiff::Timestamp::from_millisecond(self.now_ms).ok()?))
    }

    /// Whether the bot's company is at work.
    pub(crate) fn is_open(&self, at: jiff::civil::DateTime) -> bool {
        is_open(&self.program.program.bot, at)
    }
}

/// Whether the bot's company is at work, at a time in the bot's timezone.
#[must_use]
pub fn is_open(bot: &BotDef, at: jiff::civil::DateTime) -> bool {
    let seconds =
        u32::try_from(i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60).unwrap_or(0);
    let day = Date::from_civil(at.date());
    match bot.hours.is_empty() {
        true => !bot.closed.contains(&day),
        false => hours_on(bot, day).any(|hours| (hours.open_s..hours.close_s).contains(&seconds)),
    }
}

/// When the bot's company is at work on some days from this one on: from and until, in ms since the
/// first day's midnight by the clock on the wall. Nothing where it always is.
#[must_use]
pub fn open_spans_ms(bot: &BotDef, first: Date, days: u16) -> Option<Vec<(i64, i64)>> {
    if bot.hours.is_empty() && bot.closed.is_empty() {
        return None;
    }
    let of_day = |number: u16| {
        let day = Date(first.0.saturating_add(i32::from(number)));
        let midnight_ms = i64::from(number) * DAY_MS;
        let span = move |(open_s, close_s): (u32, u32)| {
            (midnight_ms + i64::from(open_s) * 1_000, midnight_ms + i64::from(close_s) * 1_000)
        };
        let all_day = (bot.hours.is_empty() && !bot.closed.contains(&day)).then_some((0, 86_400));
        let hours = hours_on(bot, day).map(|hours| (hours.open_s, hours.close_s));
        hours.chain(all_day).map(span)
    };
    Some((0..days).flat_map(of_day).collect())
}

/// The hours of a day; none on one that is closed.
fn hours_on(bot: &BotDef, day: Date) -> impl Iterator<Item = &HoursDef> {
    let weekday = u8::try_from(day.to_civil().weekday().to_monday_one_offset()).unwrap_or(0);
    let is_closed = bot.closed.contains(&day);
    bot.hours.iter().filter(move |hours| {
        let in_days = if hours.from_day <= hours.to_day {
            (hours.from_day..=hours.to_day).contains(&weekday)
        } else {
            weekday >= hours.from_day || weekday <= hours.to_day
        };
        in_days && !is_closed
    })
}

#[cfg(test)]
mod tests {
    use flowright_nlu::lang::Lang;

    use super::*;

    fn bot(hours: Vec<HoursDef>, closed: &[Date]) -> BotDef {
        BotDef {
            name: "b".to_owned(),
            languages: vec![Lang::EN],
            timezone: "UTC".to_owned(),
            hours,
            closed: closed.to_vec(),
        }
    }

    #[test]
    fn spans_are_when_it_is_open() {
        let hours = |from_day, to_day, open: u32, close: u32| HoursDef {
            from_day,
            to_day,
            open_s: open * 3600,
            close_s: close * 3600,
        };
        // 2026-06-12 is a Friday.
        let friday = Date::from_ymd(2026, 6, 12).unwrap();
        let monday = Date(friday.0 + 3);
        let hour_ms = |day: i64, hour: i64| day * DAY_MS + hour * 3_600_000;
        let bots = [
            (bot(Vec::new(), &[]), None),
            (bot(Vec::new(), &[monday]), Some(vec![(0, 24), (24, 48), (48, 72), (96, 120)])),
            (bot(vec![hours(1, 5, 9, 18)], &[]), Some(vec![(9, 18), (81, 90), (105, 114)])),
            (bot(vec![hours(1, 5, 9, 18)], &[monday]), Some(vec![(9, 18), (105, 114)])),
            (bot(vec![hours(6, 1, 8, 12)], &[]), Some(vec![(32, 36), (56, 60), (80, 84)])),
        ];
        for (bot, hours) in bots {
            let in_ms = |(from, until): &(i64, i64)| (hour_ms(0, *from), hour_ms(0, *until));
            let expected = hours.map(|hours: Vec<(i64, i64)>| hours.iter().map(in_ms).collect());
            let spans: Option<Vec<(i64, i64)>> = open_spans_ms(&bot, friday, 5);
            assert_eq!(spans, expected);
            for hour in 0..120 {
                let at_ms = hour_ms(0, hour);
                let is_in = |spans: &Vec<(i64, i64)>| {
                    spans.iter().any(|(from, until)| (*from..*until).contains(&at_ms))
                };
                let day = Date(friday.0 + i32::try_from(hour / 24).unwrap()).to_civil();
                let at = day.at(i8::try_from(hour % 24).unwrap(), 0, 0, 0);
                assert_eq!(is_open(&bot, at), spans.as_ref().is_none_or(is_in), "{hour}");
            }
        }
    }
}
