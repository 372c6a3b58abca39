//! A request of a provider: checked, kept, answered. It is carried out later: nothing that an action
//! or a customer's session does keeps a provider waiting.

use flowright_access::social::{
    Admitted, At, HttpAnswer, Incoming, Malformed, Outcome, Pull, Pulled, Received, Refusal,
};

use super::account::Account;
use crate::access::{Access, AccessError};
use crate::limits::SOCIAL_PULL_TIMEOUT;

/// Why a request was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreceived {
    /// It is not the provider's.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It makes no sense.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It could not be kept: the provider sends it again.
    #[error(transparent)]
    NotKept(#[from] AccessError),
    /// What it announced could not be fetched: the provider announces it again.
    #[error("what was announced could not be fetched: {0}")]
    NotFetched(String),
}

impl Account {
    /// Takes a request. When this comes back, what customers wrote is on the disk.
    pub(crate) async fn receive(
        &self,
        access: &Access,
        incoming: &Incoming<'_>,
    ) -> Result<HttpAnswer, Unreceived> {
        let now_ms = self.clock.now_ms();
        let verified = match self.channel.provider.admit(incoming, now_ms)? {
            Admitted::Handshake(answer) => {
                tracing::info!(channel = self.name(), "the provider has found this address");
                return Ok(answer);
            }
            Admitted::Message(verified) => verified,
        };
        let at = At { channel: self.name(), now_ms };
        let mut received = self.channel.provider.parse(&verified, at)?;
        let pulls = std::mem::take(&mut received.pulls);
        let answer = self.keep(access, received).await?;
        for pull in pulls {
            let fetched = tokio::time::timeout(SOCIAL_PULL_TIMEOUT, self.fetch(access, &pull));
            fetched
                .await
                .unwrap_or_else(|_| Err(Unreceived::NotFetched("it took too long".to_owned())))?;
        }
        Ok(answer)
    }

    /// Keeps what was received; what it is to be answered.
    async fn keep(&self, access: &Access, received: Received) -> Result<HttpAnswer, Unreceived> {
        for envelope in received.envelopes {
            match access.accept(envelope).await {
                Ok(_) => {}
                // It will be none the next time either.
                Err(error @ (AccessError::BadEnvelope(_) | AccessError::BadProof(_))) => {
                    tracing::warn!(channel = self.name(), %error, "a message is left out");
                }
                Err(error) => return Err(error.into()),
            }
        }
        for news in received.deliveries {
            // The next news says more than this one did.
            if let Err(error) = access.delivery(news).await {
                tracing::warn!(channel = self.name(), %error, "news of a delivery are lost");
            }
        }
        for kind in received.skipped {
            tracing::debug!(channel = self.name(), kind, "this is no message of a customer");
        }
        Ok(received.answer)
    }

    /// Fetches what was announced, from where the last time ended.
    async fn fetch(&self, access: &Access, pull: &Pull) -> Result<(), Unreceived> {
        let mut cursors = self.cursors.lock().await;
        loop {
            let cursor = cursors.get(&pull.account).cloned().unwrap_or_default();
            let Pulled { received, cursor: next, more } = self
                .pull(pull, &cursor)
                .await
                .map_err(|outcome| Unreceived::NotFetched(words(outcome)))?;
            self.keep(access, received).await?;
            let goes_on = more && next != cursor;
            if !next.is_empty() {
                cursors.insert(pull.account.clone(), next);
            }
            if !goes_on {
                return Ok(());
            }
        }
    }

    /// One request for it, or two where a token had run out.
    async fn pull(&self, pull: &Pull, cursor: &str) -> Result<Pulled, Outcome> {
        match self.pull_once(pull, cursor).await {
            Err(Outcome::StaleToken { .. }) => self.pull_once(pull, cursor).await,
            result => result,
        }
    }

    async fn pull_once(&self, pull: &Pull, cursor: &str) -> Result<Pulled, Outcome> {
        let provider = &self.channel.provider;
        let nothing = || Outcome::Dead { cause: "this provider announces nothing".to_owned() };
        let token = self.token().await?.ok_or_else(nothing)?;
        let call = provider.pull(pull, cursor, &token).ok_or_else(nothing)?;
        let at = At { channel: self.name(), now_ms: self.clock.now_ms() };
        let pulled = self.ask(call, |answer| provider.read_pull(answer, at)).await?;
        if matches!(pulled, Err(Outcome::StaleToken { .. })) {
            self.forget(Some(&token)).await;
        }
        pulled
    }
}

fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Taken { .. } => "nothing".to_owned(),
        Outcome::Again { cause, .. } | Outcome::StaleToken { cause } | Outcome::Dead { cause } => {
            cause
        }
    }
}
