//! Carries out what was acknowledged: messages of one sender one after another, those of different senders
//! at the same time. What cannot be carried out now is tried again; what never can be is kept, and shown.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use flowright_access::v1::Envelope;
use prost::Message as _;
use tokio::task::JoinSet;

use super::attached::Came;
use super::social::Social;
use super::{Access, AccessError};
use crate::attachments::NotAttached;
use crate::clock::later;
use crate::dispatch::DispatchError;
use crate::limits::{CODES_KEPT, SPOOL_HELD_MAX, SPOOL_IDS_KEPT, SPOOL_PAUSE_MAX};
use crate::store::{SpoolResult, Spooled, StoreError};

/// First pause before another attempt; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// After a store that did not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How often ids that need no longer be known are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Who sent something: a channel and an address on it.
type Sender = (String, String);

/// See the module.
#[derive(Debug)]
pub(crate) struct Porter {
    access: Access,
    social: Social,
    /// What waits behind a message of its sender that is under way.
    waiting: HashMap<Sender, VecDeque<Spooled>>,
    under_way: JoinSet<Sender>,
    held: usize,
    /// The last message that was read.
    last: i64,
}

impl Porter {
    /// `social`: where files are fetched that a messenger keeps.
    pub(crate) fn new(access: Access, social: Social) -> Self {
        let (waiting, under_way) = (HashMap::new(), JoinSet::new());
        Self { access, social, waiting, under_way, held: 0, last: 0 }
    }

    /// Until it is dropped.
    pub(crate) async fn run(mut self) {
        let inner = self.access.inner.clone();
        let mut forget_at = inner.clock.now_ms();
        loop {
            let now = inner.clock.now_ms();
            if now >= forget_at {
                forget_at = later(now, FORGET_EVERY);
                let before = |kept: Duration| now.saturating_sub(later(0, kept));
                if let Err(error) = inner.store.forget_spooled(before(SPOOL_IDS_KEPT)).await {
                    tracing::warn!(%error, "ids of old messages stay");
                }
                if let Err(error) = inner.store.forget_codes(before(CODES_KEPT)).await {
                    tracing::warn!(%error, "old codes stay");
                }
            }
            let until = match self.read().await {
                Ok(()) => forget_at,
                Err(error) => {
                    tracing::error!(%error, "messages that wait could not be read");
                    later(now, LOOK_AGAIN)
                }
            };
            tokio::select! {
                biased;
                Some(done) = self.under_way.join_next() => match done {
                    Ok(sender) => self.next_of(sender),
                    Err(error) => {
                        tracing::error!(%error, "a message ended badly");
                        self.begin_anew().await;
                    }
                },
                () = inner.bell.notified() => {}
                () = inner.clock.sleep_until(until) => {}
            }
        }
    }

    /// Takes what waits in the store, as much as may be held.
    async fn read(&mut self) -> Result<(), StoreError> {
        while self.held < SPOOL_HELD_MAX {
            let room = SPOOL_HELD_MAX - self.held;
            let found = self.access.inner.store.spooled(self.last, room).await?;
            if found.is_empty() {
                break;
            }
            for message in found {
                self.last = self.last.max(message.number);
                self.held += 1;
                self.put(message);
            }
        }
        Ok(())
    }

    fn put(&mut self, message: Spooled) {
        let sender = (message.channel.clone(), message.sender.clone());
        if let Some(queue) = self.waiting.get_mut(&sender) {
            queue.push_back(message);
            return;
        }
        self.waiting.insert(sender.clone(), VecDeque::new());
        self.spawn(sender, message);
    }

    fn spawn(&mut self, sender: Sender, message: Spooled) {
        let (access, social) = (self.access.clone(), self.social.clone());
        self.under_way.spawn(async move {
            carry(&access, &social, message).await;
            sender
        });
    }

    fn next_of(&mut self, sender: Sender) {
        self.held = self.held.saturating_sub(1);
        match self.waiting.get_mut(&sender).and_then(VecDeque::pop_front) {
            Some(next) => self.spawn(sender, next),
            None => drop(self.waiting.remove(&sender)),
        }
    }

    /// After a fault nobody knows whose message it was: those under way finish, then all are read.
    async fn begin_anew(&mut self) {
        while self.under_way.join_next().await.is_some() {}
        self.waiting.clear();
        (self.held, self.last) = (0, 0);
    }
}

/// Carries one message out, however often it takes, and keeps what came of it.
async fn carry(access: &Access, social: &Social, message: Spooled) {
    let inner = &access.inner;
    let number = message.number;
    let mut pause = PAUSE;
    let envelope = complete(access, social, &message).await;
    let result = loop {
        match attempt(access, envelope.clone()).await {
            Ok(()) => break SpoolResult::Done,
            Err(error) if passes(&error) => {
                tracing::warn!(channel = %message.channel, %error, "a message waits");
                inner.clock.sleep_until(later(inner.clock.now_ms(), pause)).await;
                pause = pause.saturating_mul(2).min(SPOOL_PAUSE_MAX);
            }
            Err(error) => {
                tracing::error!(channel = %message.channel, number, %error, "a message cannot be carried out");
                break SpoolResult::Dead(error.to_string());
            }
        }
    };
    while let Err(error) = inner.store.settle_spooled(number, result.clone()).await {
        tracing::error!(%error, "what became of a message could not be kept");
        inner.clock.sleep_until(later(inner.clock.now_ms(), LOOK_AGAIN)).await;
    }
}

/// A message with its files, as far as they can be had.
async fn complete(
    access: &Access,
    social: &Social,
    message: &Spooled,
) -> Result<Envelope, AccessError> {
    let mut envelope = Envelope::decode(message.envelope.as_slice())
        .map_err(|e| AccessError::BadEnvelope(e.to_string()))?;
    if let Some(account) = social.of(&message.channel) {
        account.fetch_files(&mut envelope, access.attachments()).await;
    }
    Ok(envelope)
}

async fn attempt(
    access: &Access,
    envelope: Result<Envelope, AccessError>,
) -> Result<(), AccessError> {
    access.carry_out_of(envelope?, Came::Before).await.map(|_| ())
}

/// Whether what kept a message from being carried out may be over later.
const fn passes(error: &AccessError) -> bool {
    match error {
        AccessError::Dispatch(DispatchError::SessionBusy | DispatchError::Overloaded) => true,
        AccessError::Dispatch(DispatchError::Store(error)) => may_pass(error),
        AccessError::Dispatch(_) => false,
        AccessError::NotAttached(NotAttached::Store(error)) => may_pass(error),
        AccessError::NotAttached(_) | AccessError::BadEnvelope(_) | AccessError::BadProof(_) => {
            false
        }
    }
}

const fn may_pass(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Failed(_)
            | StoreError::Overloaded
            | StoreError::Full(_)
            | StoreError::Stopped(_)
            | StoreError::OtherFormat { .. }
    )
}
