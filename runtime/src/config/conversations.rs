//! `[conversations]`: how long they last.

use std::time::Duration;

use serde::Deserialize;

/// `[conversations]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConversationsConfig {
    /// How long one lasts without a word of the customer; for ever without.
    pub last: Option<Lasts>,
}

/// A time: `30m`, `24h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Lasts(pub Duration);

/// Less would end what a customer is in the middle of.
const LEAST: Duration = Duration::from_secs(60);
/// Ten years.
const DAYS_MAX: u64 = 3_650;

impl TryFrom<String> for Lasts {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        lasting(&text, DAYS_MAX).map(Self)
    }
}

/// A time of at least a minute, and of so many days at most.
pub(super) fn lasting(text: &str, days_max: u64) -> Result<Duration, String> {
    const DAY: u64 = 86_400;
    let units = [('m', 60), ('h', 3_600), ('d', DAY)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(*unit)?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| number.parse::<u64>().ok()?.checked_mul(*seconds)).flatten()
    });
    match seconds.map(Duration::from_secs) {
        Some(time) if (LEAST..=Duration::from_secs(days_max * DAY)).contains(&time) => Ok(time),
        Some(_) => Err(format!("`{text}` must be from 1m to {days_max}d")),
        None => Err(format!("`{text}` is not a time, such as \"30m\", \"24h\" or \"7d\"")),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn times_are_read_within_their_limits() {
        let lasts = |text: &str| {
            Config::parse("f", &format!("[conversations]\nlast = {text}\n"))
                .map(|config| config.conversations.last.unwrap().0.as_secs())
                .map_err(|error| error.to_string())
        };
        for (text, seconds) in [("1m", 60), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(lasts(&format!("\"{text}\"")), Ok(seconds));
        }
        assert_eq!(Config::parse("f", "").unwrap().conversations.last, None);
        for (text, message) in [
            ("\"0m\"", "must be from 1m to 3650d"),
            ("\"9999d\"", "must be from 1m to 3650d"),
            ("\"30s\"", "`30s` is not a time, such as"),
            ("\"a day\"", "is not a time"),
            ("24", "`last` must be a text in quotes, such as `last = \"24h\"`"),
        ] {
            let error = lasts(text).unwrap_err();
            assert!(error.starts_with("R0202: f:2: ") && error.contains(message), "{error}");
        }
    }
}
