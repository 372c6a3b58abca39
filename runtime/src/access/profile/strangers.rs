//! Addresses that the company's records do not know as one customer's: they are not asked about with
//! every message. What is kept is a hash, for a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::limits::STRANGERS_MAX;

/// An address on a channel.
type Key = [u8; 32];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    /// Until when, ms UTC.
    until: Mutex<HashMap<Key, i64>>,
}

impl Strangers {
    pub(super) fn knows(&self, channel: &str, address: &str, now_ms: i64) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(&key(channel, address)).is_some_and(|until| now_ms < *until)
    }

    pub(super) fn add(&self, channel: &str, address: &str, now_ms: i64, kept_ms: i64) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= STRANGERS_MAX {
            until.retain(|_, until| now_ms < *until);
        }
        // Half of them, whichever: who is asked about once more costs one question.
        if until.len() >= STRANGERS_MAX {
            let mut keep = false;
            until.retain(|_, _| {
                keep = !keep;
                keep
            });
        }
        until.insert(key(channel, address), now_ms.saturating_add(kept_ms));
    }
}

fn key(channel: &str, address: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(channel.len() as u64).to_le_bytes());
    hasher.update(channel.as_bytes()).update(address.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_one_for_a_time_and_on_a_channel() {
        let strangers = Strangers::default();
        strangers.add("mail", "a@x", 1_000, 500);
        assert!(strangers.knows("mail", "a@x", 1_499));
        assert!(!strangers.knows("mail", "a@x", 1_500));
        assert!(!strangers.knows("mail", "b@x", 1_000) && !strangers.knows("maila", "@x", 1_000));
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let strangers = Strangers::default();
        for number in 0..2 * STRANGERS_MAX {
            strangers.add("mail", &number.to_string(), 0, 1_000);
            let many = strangers.until.lock().unwrap_or_else(PoisonError::into_inner).len();
            assert!(many <= STRANGERS_MAX, "{many}");
        }
        let last = (2 * STRANGERS_MAX - 1).to_string();
        assert!(strangers.knows("mail", &last, 0));
    }
}
