//! Business hours at the desk: the bot's, by the clock on its wall, as moments.

use flowright_compiler::ir::BotDef;
use flowright_engine::hours::open_spans_ms;
use flowright_nlu::value::Date;
use flowright_routing::OpenHours;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::limits::{DESK_HOURS_DAYS_AHEAD, DESK_HOURS_DAYS_BACK};

/// The day that it is where the bot is; nothing where no calendar has it.
pub(super) fn today(bot: &BotDef, now_ms: i64) -> Option<Date> {
    let now = Timestamp::from_millisecond(now_ms).ok()?;
    Some(Date::from_civil(zone(bot).to_datetime(now).date()))
}

/// The hours around a day, as far as anything waits or is due.
pub(super) fn around(bot: &BotDef, today: Date) -> OpenHours {
    let first = Date(today.0.saturating_sub(i32::from(DESK_HOURS_DAYS_BACK)));
    let days = DESK_HOURS_DAYS_BACK + DESK_HOURS_DAYS_AHEAD;
    let Some(spans) = open_spans_ms(bot, first, days) else { return OpenHours::default() };
    let zone = zone(bot);
    let midnight = first.to_civil().to_datetime(jiff::civil::Time::midnight());
    let moment = |ms: i64| moment_ms(&zone, midnight, ms);
    let spans = spans.into_iter().filter_map(|(from, until)| Some((moment(from)?, moment(until)?)));
    OpenHours::new(spans.collect())
}

/// When a clock on the wall shows so much past a midnight. What it never shows, in spring, is as much later.
fn moment_ms(zone: &TimeZone, midnight: DateTime, ms: i64) -> Option<i64> {
    let shown = midnight.checked_add(jiff::SignedDuration::from_millis(ms)).ok()?;
    Some(zone.to_ambiguous_timestamp(shown).compatible().ok()?.as_millisecond())
}

/// The compiler has looked the name up in the same table.
fn zone(bot: &BotDef) -> TimeZone {
    TimeZone::get(&bot.timezone).unwrap_or(TimeZone::UTC)
}
