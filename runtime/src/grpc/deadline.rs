//! How long a caller waits: the header `grpc-timeout`.

use std::time::Duration;

use hyper::HeaderMap;
use tokio::time::Instant;

use crate::http::problem::Problem;

/// Digits of a time.
const DIGITS_MAX: usize = 8;

/// Until when the caller waits; absent: for ever.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(pub(super) Option<Instant>);

impl Deadline {
    /// Of a request that came just now.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get("grpc-timeout") else { return Ok(Self(None)) };
        let time = value.to_str().ok().and_then(parse).ok_or_else(|| {
            Problem::new(400, "`grpc-timeout` is not a time")
                .with_help("1 to 8 digits and one of H, M, S, m, u, n")
        })?;
        Ok(Self(Some(Instant::now() + time)))
    }

    /// Whether it is over.
    pub(super) fn is_over(self) -> bool {
        self.0.is_some_and(|until| until <= Instant::now())
    }

    /// Comes back when it is over.
    pub(super) async fn over(self) {
        match self.0 {
            Some(until) => tokio::time::sleep_until(until).await,
            None => std::future::pending().await,
        }
    }
}

fn parse(text: &str) -> Option<Duration> {
    let at = text.len().checked_sub(1)?;
    let (digits, unit) = text.split_at_checked(at)?;
    let fits = (1..=DIGITS_MAX).contains(&digits.len());
    if !fits || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3_600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_protocol_has_them() {
        for (text, expected) in [
            ("1S", Some(Duration::from_secs(1))),
            ("250m", Some(Duration::from_millis(250))),
            ("99999999u", Some(Duration::from_micros(99_999_999))),
            ("0n", Some(Duration::ZERO)),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999H", Some(Duration::from_secs(359_999_996_400))),
            ("", None),
            ("S", None),
            ("1", None),
            ("100000000S", None),
            ("-1S", None),
            ("+1S", None),
            ("1s", None),
            ("1.5S", None),
            ("1ä", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
