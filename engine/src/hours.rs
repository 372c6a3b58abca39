//! Business hours, in the bot's timezone.

use flowright_nlu::value::Date;

use crate::stepper::Stepper;

impl Stepper<'_> {
    /// The time in the bot's timezone.
    pub(crate) fn local_now(&self) -> Option<jiff::civil::DateTime> {
        let zone = jiff::tz::TimeZone::get(&self.program.program.bot.timezone).ok()?;
        Some(zone.to_datetime(jiff::Timestamp::from_millisecond(self.now_ms).ok()?))
    }

    /// Whether the bot's company is at work.
    pub(crate) fn is_open(&self, at: jiff::civil::DateTime) -> bool {
        let bot = &self.program.program.bot;
        let weekday = u8::try_from(at.weekday().to_monday_one_offset()).unwrap_or(0);
        let seconds =
            u32::try_from(i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60).unwrap_or(0);
        let open = bot.hours.iter().any(|hours| {
            let in_days = if hours.from_day <= hours.to_day {
                (hours.from_day..=hours.to_day).contains(&weekday)
            } else {
                weekday >= hours.from_day || weekday <= hours.to_day
            };
            in_days && (hours.open_s..hours.close_s).contains(&seconds)
        });
        (bot.hours.is_empty() || open) && !bot.closed.contains(&Date::from_civil(at.date()))
    }
}
