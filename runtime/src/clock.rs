//! The one place that reads the machine's clocks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Milliseconds since 1970-01-01T00:00Z. Never goes back, and goes on as fast as time does.
    fn now_ms(&self) -> i64;

    /// Comes back at a time, ms UTC; at once when it has passed.
    fn sleep_until(&self, at_ms: i64) -> BoxFuture<'static, ()> {
        let left = u64::try_from(at_ms.saturating_sub(self.now_ms())).unwrap_or(0);
        Box::pin(tokio::time::sleep(Duration::from_millis(left)))
    }

    /// How far the machine's clock is ahead of this one, in ms, after it was set; 0 when it was not.
    fn jumped_ms(&self) -> i64 {
        0
    }
}

/// A moment and what is added to it, in ms.
#[must_use]
pub fn later(now_ms: i64, by: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that others hold too.
pub type SharedClock = Arc<dyn Clock>;

/// A difference between the machine's clock and elapsed time that is made up for by and by; a
/// greater one comes from setting the clock.
const DRIFT_MAX_MS: i64 = 2_000;

/// What is made up for in an hour is 36 seconds: one part in so many.
const DRIFT_PARTS: i64 = 100;

/// The machine's clock as it was at the start, and elapsed time since then: who sets the clock back
/// or forward makes no timer late or early. Small differences are made up for slowly.
#[derive(Debug)]
pub struct SteadyClock {
    begun: Instant,
    state: Mutex<Steady>,
}

/// What follows the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Steady {
    /// To add to the elapsed milliseconds.
    base_ms: i64,
    /// The elapsed milliseconds of the last look.
    seen_ms: i64,
    /// The last time told.
    told_ms: i64,
    jumped_ms: i64,
}

impl Steady {
    const fn new(wall_ms: i64) -> Self {
        Self { base_ms: wall_ms, seen_ms: 0, told_ms: wall_ms, jumped_ms: 0 }
    }

    /// The time, from the elapsed milliseconds and the machine's clock.
    fn look(&mut self, elapsed_ms: i64, wall_ms: i64) -> i64 {
        let ahead = wall_ms.saturating_sub(self.base_ms.saturating_add(elapsed_ms));
        if ahead.abs() <= DRIFT_MAX_MS {
            self.jumped_ms = 0;
            let most = (elapsed_ms - self.seen_ms) / DRIFT_PARTS;
            // What is less than a step is looked at again, not forgotten.
            if most > 0 {
                self.base_ms += ahead.clamp(-most, most);
                self.seen_ms = elapsed_ms;
            }
        } else {
            self.jumped_ms = ahead;
            self.seen_ms = elapsed_ms;
        }
        self.told_ms = self.told_ms.max(self.base_ms.saturating_add(elapsed_ms));
        self.told_ms
    }
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The machine's clock as it is, for what lasts seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now_ms(&self) -> i64 {
        wall_ms()
    }
}

impl WallClock {
    /// Date and time in UTC, as part of a file's name: `2026-06-01T090000Z`.
    #[must_use]
    pub fn date_and_time(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.now_ms()).unwrap_or_default();
        now.strftime("%Y-%m-%dT%H%M%SZ").to_string()
    }
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self { begun: Instant::now(), state: Mutex::new(Steady::new(wall_ms())) }
    }
}

impl Clock for SteadyClock {
    fn now_ms(&self) -> i64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        state.look(elapsed, wall_ms())
    }

    fn jumped_ms(&self) -> i64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).jumped_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_clock_that_is_set_makes_no_time_pass() {
        let mut steady = Steady::new(1_000_000_000);
        for (elapsed, wall, told) in [
            (1_000, 1_000_001_000, 1_000_001_000),
            (2_000, 1_000_002_000 + HOUR, 1_000_002_000),
            (3_000, 1_000_003_000 - 24 * HOUR, 1_000_003_000),
            (4_000, 1_000_004_000, 1_000_004_000),
        ] {
            assert_eq!(steady.look(elapsed, wall), told);
            assert_eq!(steady.jumped_ms, wall - told);
        }
    }

    #[test]
    fn a_clock_that_is_slow_is_followed_and_never_goes_back() {
        let mut steady = Steady::new(0);
        let mut last = 0;
        // Half a second behind at once, then looked at every 10 ms for 100 s.
        for elapsed in (0..100_000).step_by(10) {
            let now = steady.look(elapsed, elapsed - 500);
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
        assert_eq!(last, 100_000 - 10 - 500);
        assert_eq!(steady.jumped_ms, 0);
    }
}
