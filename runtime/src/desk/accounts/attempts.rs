//! Wrong passwords, counted by login, whether or not there is such an account. They are forgotten when the
//! server starts anew.

use std::collections::{BTreeMap, VecDeque};

use super::AccountError;
use crate::limits::{ATTEMPTS_KEPT_MAX, WRONG_PASSWORDS_COUNTED_FOR, WRONG_PASSWORDS_MAX};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// When each came that was not right, or is not known to be yet; the oldest first, ms UTC.
    by_login: BTreeMap<String, VecDeque<i64>>,
}

impl Attempts {
    /// Counts an attempt before it is known how it goes: those that come at the same time count, too.
    ///
    /// # Errors
    /// [`AccountError::Locked`].
    pub(super) fn begin(&mut self, login: &str, now_ms: i64) -> Result<(), AccountError> {
        let window_ms = i64::try_from(WRONG_PASSWORDS_COUNTED_FOR.as_millis()).unwrap_or(i64::MAX);
        if self.by_login.len() >= ATTEMPTS_KEPT_MAX {
            self.by_login.retain(|_, times| times.back().is_some_and(|at| now_ms - at < window_ms));
        }
        let times = self.by_login.entry(login.to_owned()).or_default();
        while times.front().is_some_and(|at| now_ms - at >= window_ms) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= WRONG_PASSWORDS_MAX => {
                let left_ms = first.saturating_add(window_ms).saturating_sub(now_ms);
                let seconds = left_ms.saturating_add(999) / 1_000;
                Err(AccountError::Locked { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) })
            }
            _ => {
                times.push_back(now_ms);
                Ok(())
            }
        }
    }

    /// Nobody looked at what was tried then.
    pub(super) fn undo(&mut self, login: &str, at_ms: i64) {
        if let Some(times) = self.by_login.get_mut(login)
            && let Some(place) = times.iter().rposition(|at| *at == at_ms)
        {
            times.remove(place);
        }
    }

    /// The right password came, or there is another.
    pub(super) fn clear(&mut self, login: &str) {
        self.by_login.remove(login);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn ten_in_a_quarter_of_an_hour_are_too_many() {
        let mut attempts = Attempts::default();
        for number in 0..10 {
            assert_eq!(attempts.begin("ann", number * MINUTE), Ok(()));
        }
        let locked = |seconds| Err(AccountError::Locked { seconds });
        assert_eq!(attempts.begin("ann", 9 * MINUTE), locked(360));
        assert_eq!(attempts.begin("ann", 15 * MINUTE - 1), locked(1));
        // One place is free when the first is forgotten; asking in vain took none.
        assert_eq!(attempts.begin("ann", 15 * MINUTE), Ok(()));
        assert_eq!(attempts.begin("ann", 15 * MINUTE), locked(60));
        assert_eq!(attempts.begin("bob", 15 * MINUTE), Ok(()));
        attempts.clear("ann");
        assert_eq!(attempts.begin("ann", 15 * MINUTE), Ok(()));
    }

    #[test]
    fn what_was_not_looked_at_does_not_count() {
        let mut attempts = Attempts::default();
        for _ in 0..100 {
            assert_eq!(attempts.begin("ann", 1), Ok(()));
            attempts.undo("ann", 1);
        }
        // One that was cleared meanwhile.
        attempts.clear("ann");
        attempts.undo("ann", 1);
    }

    #[test]
    fn logins_that_nobody_tries_any_more_go_when_there_are_many() {
        let mut attempts = Attempts::default();
        for number in 0..ATTEMPTS_KEPT_MAX {
            attempts.begin(&number.to_string(), 0).unwrap();
        }
        attempts.begin("ann", 20 * MINUTE).unwrap();
        assert_eq!(attempts.by_login.len(), 1);
    }
}
