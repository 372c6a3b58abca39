//! When another system is asked, and when it is left alone because it has failed too often.

use std::time::Duration;

/// Failures in a row after which it is left alone: one or two are a hiccup, five are an outage, and
/// each costs a customer the whole timeout.
pub(crate) const FAILURES_MAX: u32 = 5;
/// How long it is left alone, then asked once: a restart takes about as long, and one customer in ten
/// seconds waits in vain meanwhile.
pub(crate) const PAUSE: Duration = Duration::from_secs(10);

const PAUSE_MS: i64 = 10_000;
const _: () = assert!(PAUSE.as_millis() == PAUSE_MS as u128, "one time in two types");

/// What a result changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing: as before.
    Nothing,
    /// It had answered until now.
    Fails,
    /// It is left alone from now on.
    Opens,
    /// It answers again.
    Answers,
}

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    failures: u32,
    /// When it may be asked again, ms UTC; of meaning after [`FAILURES_MAX`] failures.
    again_at_ms: i64,
}

impl Circuit {
    /// Whether to ask now. When the pause is over one question goes through and the next pause
    /// begins, which ends when it is answered.
    pub(crate) fn lets_through(&mut self, now_ms: i64) -> bool {
        if self.failures < FAILURES_MAX {
            return true;
        }
        // A wait longer than the pause is a clock that was set back.
        let left_ms = self.again_at_ms.saturating_sub(now_ms);
        if (1..=PAUSE_MS).contains(&left_ms) {
            return false;
        }
        self.again_at_ms = now_ms.saturating_add(PAUSE_MS);
        true
    }

    pub(crate) fn answered(&mut self) -> Change {
        match std::mem::take(&mut self.failures) {
            0 => Change::Nothing,
            _ => Change::Answers,
        }
    }

    pub(crate) fn failed(&mut self, now_ms: i64) -> Change {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.again_at_ms = now_ms.saturating_add(PAUSE_MS);
        }
        match self.failures {
            1 => Change::Fails,
            FAILURES_MAX => Change::Opens,
            _ => Change::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_in_a_row_open_it_and_one_answer_closes_it() {
        let mut circuit = Circuit::default();
        assert_eq!(circuit.failed(0), Change::Fails);
        assert_eq!(circuit.answered(), Change::Answers, "a failure is forgotten");
        let changes: Vec<Change> = (0..5).map(|_| circuit.failed(0)).collect();
        let nothing = Change::Nothing;
        assert_eq!(changes, [Change::Fails, nothing, nothing, nothing, Change::Opens]);
        assert!(!circuit.lets_through(9_999));
        assert!(circuit.lets_through(10_000), "one");
        assert!(!circuit.lets_through(10_001), "and no other");
        assert_eq!(circuit.failed(10_300), nothing, "told already");
        assert!(!circuit.lets_through(20_299));
        assert!(circuit.lets_through(20_300));
        assert_eq!(circuit.answered(), Change::Answers);
        assert!(circuit.lets_through(20_301) && circuit.lets_through(20_301));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let mut circuit = Circuit::default();
        for _ in 0..5 {
            circuit.failed(1_000_000);
        }
        assert!(!circuit.lets_through(1_000_001));
        assert!(circuit.lets_through(0));
    }
}
