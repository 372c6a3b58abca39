//! What is said, on its way to a provider: at its pace, with a token that holds, and where a reply is
//! several messages, from the one on that was not sent yet.

use std::sync::Arc;
use std::time::Duration;

use flowright_access::social::{Key, Outcome, Saying};
use futures_util::future::BoxFuture;

use super::account::Account;
use crate::access::{Outlet, Parcel, Sent};
use crate::clock::later;
use crate::limits::{SOCIAL_HALF_SENT_MAX, SOCIAL_WAIT_MAX};

/// Before a token is asked for once more that was not valid although it was new.
const STALE_AGAIN_MS: i64 = 5_000;

impl Outlet for Arc<Account> {
    fn send(&self, parcel: Parcel) -> BoxFuture<'static, Sent> {
        let account = Self::clone(self);
        Box::pin(async move { account.deliver(parcel).await })
    }
}

impl Account {
    async fn deliver(&self, parcel: Parcel) -> Sent {
        let mut outcome = self.attempt(&parcel).await;
        if matches!(outcome, Outcome::StaleToken { .. }) {
            // With a new one it may work at once.
            outcome = self.attempt(&parcel).await;
        }
        match outcome {
            Outcome::Taken { provider_id } => {
                self.half_sent().remove(&parcel.key);
                Sent::Taken { provider_id }
            }
            Outcome::Dead { cause } => {
                self.half_sent().remove(&parcel.key);
                Sent::Dead { cause }
            }
            Outcome::StaleToken { cause } => Sent::Again { cause, after_ms: Some(STALE_AGAIN_MS) },
            // What is behind it in its conversation waits with it; other conversations do not.
            Outcome::Again { cause, after_ms } => Sent::Again { cause, after_ms },
        }
    }

    async fn attempt(&self, parcel: &Parcel) -> Outcome {
        let token = match self.token().await {
            Ok(token) => token,
            Err(outcome) => return outcome,
        };
        match self.say(parcel, token.as_ref()).await {
            Ok(provider_id) => Outcome::Taken { provider_id },
            Err(stale @ Outcome::StaleToken { .. }) => {
                self.forget(token.as_ref()).await;
                stale
            }
            Err(outcome) => outcome,
        }
    }

    /// Sends what is not sent yet. The provider's name for the last message.
    async fn say(&self, parcel: &Parcel, token: Option<&Key>) -> Result<Option<String>, Outcome> {
        let Parcel { reply, reply_to, key, .. } = parcel;
        let now_ms = self.clock.now_ms();
        let provider = &self.channel.provider;
        let calls = provider
            .render(&Saying { reply, reply_to, key, token, now_ms })
            .map_err(|cause| Outcome::Dead { cause })?;
        let done = self.half_sent().get(key).copied().unwrap_or(0);
        let (mut last, all) = (None, calls.len());
        for (place, call) in calls.into_iter().enumerate().skip(done) {
            self.wait(reply_to).await?;
            match self.ask(call, |answer| provider.read(answer)).await? {
                Outcome::Taken { provider_id } => last = provider_id,
                other => return Err(other),
            }
            if place + 1 < all {
                self.sent_so_far(key, place + 1);
            }
        }
        Ok(last)
    }

    /// Holds a message back for as long as the account's pace wants it.
    async fn wait(&self, conversation: &str) -> Result<(), Outcome> {
        let now_ms = self.clock.now_ms();
        let most_ms = i64::try_from(SOCIAL_WAIT_MAX.as_millis()).unwrap_or(i64::MAX);
        let wait_ms = self.paces().wait_ms(conversation, now_ms, most_ms);
        if wait_ms > most_ms {
            let cause = "as much is sent already as the provider takes".to_owned();
            return Err(Outcome::Again { cause, after_ms: Some(wait_ms) });
        }
        if wait_ms > 0 {
            let pause = Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0));
            self.clock.sleep_until(later(now_ms, pause)).await;
        }
        Ok(())
    }

    fn sent_so_far(&self, key: &str, messages: usize) {
        let mut half_sent = self.half_sent();
        // Beyond, some are sent twice when they are tried again: never less than once.
        if half_sent.len() < SOCIAL_HALF_SENT_MAX || half_sent.contains_key(key) {
            half_sent.insert(key.to_owned(), messages);
        }
    }
}
