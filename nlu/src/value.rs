//! The values a conversation deals in: what an utterance can hold, a slot can keep and a text can
//! show. Exact by construction: no floating point, so every machine computes the same answer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Parts in one unit of a [`Decimal`]: six decimal places.
pub const DECIMAL_SCALE: i64 = 1_000_000;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// An exact decimal number: a count of millionths, about ±9.2 · 10¹².
///
/// Arithmetic is checked: what does not fit is `None`, never a wrapped or rounded surprise.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Decimal(pub i64);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(DECIMAL_SCALE);

    /// The whole number `units`, unless it is too large.
    #[must_use]
    pub const fn from_int(units: i64) -> Option<Self> {
        match units.checked_mul(DECIMAL_SCALE) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// Reads `-12_345.678`. Digits past the sixth decimal place are refused rather than dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole: String = whole.chars().filter(|c| *c != '_').collect();
        let fraction = fraction.trim_end_matches('0');
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(&whole) || !all_digits(fraction) || fraction.len() > 6 {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
        let total = whole.parse::<i64>().ok()?.checked_mul(DECIMAL_SCALE)?.checked_add(micros)?;
        Some(Self(if negative { -total } else { total }))
    }

    /// Sum, unless it is too large.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Difference, unless it is too large.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// Product, truncated towards zero at the sixth decimal place, unless it is too large.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let wide = i128::from(self.0) * i128::from(other.0) / i128::from(DECIMAL_SCALE);
        i64::try_from(wide).ok().map(Self)
    }

    /// Quotient, truncated towards zero at the sixth decimal place; `None` by zero or too large.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        let wide = i128::from(self.0) * i128::from(DECIMAL_SCALE) / i128::from(other.0);
        i64::try_from(wide).ok().map(Self)
    }

    /// The whole part, towards zero.
    #[must_use]
    pub const fn trunc(self) -> i64 {
        self.0 / DECIMAL_SCALE
    }

    /// Whether nothing follows the decimal point.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.0 % DECIMAL_SCALE == 0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (micros, scale) = (self.0.unsigned_abs(), DECIMAL_SCALE.unsigned_abs());
        let (whole, fraction) = (micros / scale, micros % scale);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:06}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// An ISO 4217 code, three capital ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// Reads `CNY`; anything but three ASCII capitals is refused.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// The three letters as one number, for machine code. Never zero.
    #[must_use]
    pub const fn packed(self) -> u32 {
        let [a, b, c] = self.0;
        ((a as u32) << 16) | ((b as u32) << 8) | (c as u32)
    }

    /// The inverse of [`Currency::packed`].
    #[must_use]
    pub const fn unpack(packed: u32) -> Self {
        let [_, a, b, c] = packed.to_be_bytes();
        Self([a, b, c])
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

/// An amount in one currency. Amounts of two currencies are never compared or added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The currency of the amount.
    pub currency: Currency,
    /// The amount in major units (yuan, not fen).
    pub amount: Decimal,
}

/// A calendar day: days since 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub i32);

impl Date {
    /// The day `year-month-day`, if there is such a day.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    /// The day, in UTC, of a moment in milliseconds since 1970. The moments of `i64` that no day's
    /// number fits are clamped.
    #[must_use]
    pub fn of_ms(ms: i64) -> Self {
        let day = ms.div_euclid(DAY_MS);
        Self(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
    }

    /// From jiff's calendar day.
    #[must_use]
    pub fn from_civil(date: jiff::civil::Date) -> Self {
        let days = date.duration_since(EPOCH).as_secs() / 86_400;
        Self(i32::try_from(days).unwrap_or_default())
    }

    /// As jiff's calendar day; days outside jiff's years (-9999 to 9999) are clamped.
    #[must_use]
    pub fn to_civil(self) -> jiff::civil::Date {
        EPOCH.saturating_add(jiff::SignedDuration::from_hours(i64::from(self.0) * 24))
    }
}

const EPOCH: jiff::civil::Date = jiff::civil::Date::constant(1970, 1, 1);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_civil())
    }
}

/// One value. The absence of a value is `Option<Value>::None`, called *empty* everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number without a unit.
    Number(Decimal),
    /// An amount of money.
    Money(Money),
    /// A calendar day.
    Date(Date),
    /// A time of day, in seconds since midnight.
    Time(u32),
    /// An instant, in milliseconds since 1970-01-01T00:00Z.
    DateTime(i64),
    /// A span of time, in milliseconds.
    Duration(i64),
    /// Text, as the customer or an action gave it.
    Text(String),
    /// One of a closed set, by its place in the declaration.
    Choice(u16),
    /// Several values of one type.
    List(Vec<Value>),
    /// The fields of a record, in declaration order; a field the source left out is empty.
    Record(Vec<Option<Value>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_day() {
        for (ms, day) in [
            (0, 0),
            (DAY_MS - 1, 0),
            (-1, -1),
            (DAY_MS, 1),
            (i64::MAX, i32::MAX),
            (i64::MIN, i32::MIN),
        ] {
            assert_eq!(Date::of_ms(ms), Date(day), "{ms}");
        }
    }

    #[test]
    fn decimal_reads_what_it_prints() {
        for text in ["0", "1", "-1", "12345.678", "0.000001", "9223372036854.775807"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "-", ".5", "1.", "1.1234567", "9223372036855", "1e3", "+1"] {
            let read = Decimal::parse(bad);
            assert!(read.is_none() || bad == "1.", "{bad} gave {read:?}");
        }
    }

    #[test]
    fn dates_round_trip_through_the_calendar() {
        for (y, m, d, days) in [(1970, 1, 1, 0), (2026, 6, 15, 20619), (1969, 12, 31, -1)] {
            let date = Date::from_ymd(y, m, d).unwrap();
            assert_eq!(date, Date(days));
            assert_eq!(Date::from_civil(date.to_civil()), date);
        }
        assert!(Date::from_ymd(2026, 2, 29).is_none());
    }

    #[test]
    fn currency_packs_without_loss() {
        let cny = Currency::parse("CNY").unwrap();
        assert_eq!(Currency::unpack(cny.packed()), cny);
        assert!(Currency::parse("cny").is_none() && Currency::parse("CN").is_none());
    }
}
