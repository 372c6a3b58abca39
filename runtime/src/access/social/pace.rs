//! How fast an account sends: so many a second in all, and in one conversation not too many at once.

use std::collections::HashMap;

use flowright_access::social::Pace;

use crate::limits::{SOCIAL_BURST, SOCIAL_CONVERSATIONS_MAX};

/// When the next message would be due if all came evenly, in thousandths of a ms.
type DueUs = i64;

/// What an account has sent lately.
#[derive(Debug)]
pub(super) struct Paces {
    /// Between two messages of the account, in thousandths of a ms.
    apart_us: i64,
    /// The same of one conversation.
    each_apart_us: i64,
    per_second: u32,
    due: DueUs,
    conversations: HashMap<String, DueUs>,
}

impl Paces {
    pub(super) fn new(pace: Pace) -> Self {
        let per_second = pace.per_second.max(1);
        Self {
            apart_us: 1_000_000 / i64::from(per_second),
            each_apart_us: i64::from(pace.apart_ms) * 1_000,
            per_second,
            due: 0,
            conversations: HashMap::new(),
        }
    }

    /// How long a message of a conversation must wait, ms. One that waits no longer than `most_ms`
    /// counts as sent.
    pub(super) fn wait_ms(&mut self, conversation: &str, now_ms: i64, most_ms: i64) -> i64 {
        let now = now_ms.saturating_mul(1_000);
        let (all, all_due) = slot(self.due, self.apart_us, self.per_second, now);
        let own_due = self.conversations.get(conversation).copied().unwrap_or(0);
        let (own, own_due) = slot(own_due, self.each_apart_us, SOCIAL_BURST, now);
        let at_ms = (all.max(own) + 999) / 1_000;
        let wait = at_ms.saturating_sub(now_ms).max(0);
        if wait <= most_ms {
            self.due = all_due;
            self.keep(conversation, own_due, now);
        }
        wait
    }

    fn keep(&mut self, conversation: &str, due: DueUs, now: i64) {
        if self.each_apart_us == 0 {
            return;
        }
        if self.conversations.len() >= SOCIAL_CONVERSATIONS_MAX {
            self.conversations.retain(|_, due| *due > now);
        }
        // Beyond, a conversation's own pace is the provider's to hold.
        if self.conversations.len() < SOCIAL_CONVERSATIONS_MAX {
            self.conversations.insert(conversation.to_owned(), due);
        }
    }
}

/// When the next one may go, and when the one behind it would be due.
fn slot(due: DueUs, apart_us: i64, burst: u32, now: i64) -> (i64, DueUs) {
    let due = due.max(now);
    let ahead = apart_us.saturating_mul(i64::from(burst.saturating_sub(1)));
    (due.saturating_sub(ahead).max(now), due.saturating_add(apart_us))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(paces: &mut Paces, conversation: &str, now_ms: i64, count: usize) -> Vec<i64> {
        (0..count).map(|_| paces.wait_ms(conversation, now_ms, 3_000)).collect()
    }

    #[test]
    fn an_account_sends_so_many_a_second() {
        let mut paces = Paces::new(Pace { per_second: 4, apart_ms: 0 });
        assert_eq!(waits(&mut paces, "a", 1_000, 6), [0, 0, 0, 0, 250, 500]);
        assert_eq!(waits(&mut paces, "b", 10_000, 1), [0]);
    }

    #[test]
    fn a_conversation_has_a_pace_of_its_own() {
        let mut paces = Paces::new(Pace { per_second: 1_000, apart_ms: 1_000 });
        assert_eq!(waits(&mut paces, "a", 0, 7), [0, 0, 0, 0, 0, 1_000, 2_000]);
        assert_eq!(waits(&mut paces, "b", 0, 1), [0]);
        // What must wait too long was not sent: it takes nobody's place.
        assert_eq!(waits(&mut paces, "a", 0, 3), [3_000, 4_000, 4_000]);
    }
}
