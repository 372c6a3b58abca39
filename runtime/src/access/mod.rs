//! The unified access layer: whatever channel a message came by, it comes here as one
//! [`Envelope`](flowright_access::v1::Envelope). Who writes decides which session it belongs to; nothing
//! behind this knows where it came from, unless a flow asks.

mod attached;
mod confirm;
mod contacts;
pub mod email;
mod outlet;
mod place;
mod porter;
mod profile;
pub mod social;
mod standing;
mod who;

use std::sync::Arc;

use flowright_access::v1::{Delivery, Envelope, Proof};
use flowright_nlu::lang::Lang;
use prost::Message as _;
use serde_json::Value as Json;
use tokio::sync::Notify;

use crate::attachments::{Attachments, NotAttached};
use crate::clock::SharedClock;
use crate::dispatch::{Answer, Dispatch, DispatchError, Incoming};
use crate::limits::{ADDRESS_BYTES_MAX, ID_CHARS_MAX, MESSAGE_ATTACHMENTS_MAX, MESSAGE_CHARS_MAX};
use crate::secret::Secret;
use crate::store::{Claim, SharedAccessStore, StoreError};
/// What channels see of the store.
pub use crate::store::{Spooled, StoredIdentity};
use crate::telemetry::by_channel;
use attached::Came;
use place::Place;
use standing::Desks;

pub(crate) use confirm::Linker;
pub use confirm::{CodesOptions, Confirmations, Letter, Rehearsal};
pub use contacts::Contacts;
pub use outlet::{Outlet, Outlets, Parcel, Sent, reply};
pub(crate) use porter::Porter;
pub(crate) use profile::{Profile, id_of, is_askable};
pub use profile::{Profiles, RefreshError, Refreshed};
pub(crate) use standing::Standing;

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The envelope is not one: an adapter's fault, or a sender's.
    #[error("this is not a message: {0}")]
    BadEnvelope(String),
    /// What is to prove who writes does not.
    #[error("who writes is not proved: {0}")]
    BadProof(String),
    /// Its files are not hers, or too many.
    #[error(transparent)]
    NotAttached(#[from] NotAttached),
    /// The session could not take it.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        Self::Dispatch(DispatchError::Store(error))
    }
}

/// What a message came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The session that it belongs to.
    pub session: String,
    /// The answer.
    pub answer: Answer,
}

/// The way in for channels. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dispatch: Dispatch,
    store: SharedAccessStore,
    attachments: Attachments,
    clock: SharedClock,
    /// The keys that the site's tokens may be signed with: the present one, and the one before.
    token_keys: Vec<Secret>,
    /// Something waits to be carried out.
    bell: Notify,
    desks: Desks,
}

impl Access {
    /// Before the sessions that messages belong to.
    #[must_use]
    pub fn new(
        dispatch: Dispatch,
        store: SharedAccessStore,
        attachments: Attachments,
        clock: SharedClock,
        token_keys: Vec<Secret>,
    ) -> Self {
        let (bell, desks) = (Notify::new(), Desks::default());
        let inner = Inner { dispatch, store, attachments, clock, token_keys, bell, desks };
        Self { inner: Arc::new(inner) }
    }

    /// Files that customers send.
    #[must_use]
    pub fn attachments(&self) -> &Attachments {
        &self.inner.attachments
    }

    /// The way to the sessions.
    #[must_use]
    pub fn dispatch(&self) -> &Dispatch {
        &self.inner.dispatch
    }

    /// Now, ms UTC, as messages are dated.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }

    /// Takes a message that is carried out later: it is on the disk when this comes back. The same id
    /// of the same channel again is taken too, and does nothing: whether it is new. Messages of one
    /// sender are carried out in the order in which they were taken.
    ///
    /// # Errors
    /// See [`AccessError`]: then nothing of it is kept.
    pub async fn accept(&self, mut envelope: Envelope) -> Result<bool, AccessError> {
        let inner = &self.inner;
        if envelope.received_at_ms == 0 {
            envelope.received_at_ms = inner.clock.now_ms();
        }
        checked(&envelope)?;
        let message = Spooled {
            number: 0,
            channel: envelope.channel.clone(),
            id: envelope.id.clone(),
            sender: envelope.from.as_ref().map_or_else(String::new, |from| from.address.clone()),
            envelope: envelope.encode_to_vec(),
            at_ms: envelope.received_at_ms,
        };
        let channel = message.channel.clone();
        let is_new = inner.store.spool(message).await?;
        self.count(&channel, if is_new { "taken" } else { "repeated" });
        if is_new {
            inner.bell.notify_one();
        }
        Ok(is_new)
    }

    /// Counts what became of something that came by a channel.
    pub(crate) fn count(&self, channel: &str, result: &str) {
        let intake = &self.inner.dispatch.metrics().intake;
        intake.get_or_create(&by_channel(channel, result)).inc();
    }

    /// Carries a message out, and comes back with what was said when all of it is durable. The same id
    /// again gives the same answer.
    ///
    /// # Errors
    /// See [`AccessError`]: then the message may be sent again with the same id.
    pub async fn carry_out(&self, envelope: Envelope) -> Result<Answered, AccessError> {
        self.carry_out_of(envelope, Came::Now).await
    }

    async fn carry_out_of(&self, envelope: Envelope, came: Came) -> Result<Answered, AccessError> {
        checked(&envelope)?;
        let who = self.who(&envelope.proofs)?;
        let place = self.place(&envelope, &who).await?;
        if let Some(answered) = self.carried_out_before(&envelope, &place).await? {
            return Ok(answered);
        }
        let Place { session, is_named, customer_id, address } = place;
        let from = customer_id.is_some().then_some(address).filter(|address| !address.is_empty());
        let Envelope { id, channel, text, payload, language, reply_to, attachments, .. } = envelope;
        let attachments = self.attached(attachments, &session, came).await?;
        let some = |text: String| (!text.is_empty()).then_some(text);
        let message = Incoming {
            // Ids are the channel's own, and several channels have one session.
            id: if is_named { id } else { own_id(&channel, &id) },
            channel,
            text,
            payload: some(payload),
            customer: who.profile,
            customer_id,
            lang: Lang::parse(&language),
            reply_to: some(reply_to),
            from,
            attachments,
        };
        let answer = self.inner.dispatch.message(&session, message).await?;
        Ok(Answered { session, answer })
    }

    /// The answer to a message that was carried out in a session which goes on in another one since. The other
    /// one does not know it: it would be carried out twice.
    async fn carried_out_before(
        &self,
        envelope: &Envelope,
        place: &Place,
    ) -> Result<Option<Answered>, AccessError> {
        if place.is_named || place.customer_id.is_none() {
            return Ok(None);
        }
        let Envelope { channel, id, .. } = envelope;
        let earlier = self.inner.store.earlier_sessions(channel, &place.address).await?;
        for session in earlier.iter().filter(|session| **session != place.session) {
            let id = own_id(channel, id);
            if let Some(answer) = self.inner.dispatch.carried_out(session, &id).await? {
                return Ok(Some(Answered { session: place.session.clone(), answer }));
            }
        }
        Ok(None)
    }

    /// The session that somebody comes into, before she says anything, and her profile where something
    /// vouches for it.
    ///
    /// # Errors
    /// See [`AccessError`].
    pub async fn enter(
        &self,
        channel: &str,
        session: &str,
        proofs: &[Proof],
    ) -> Result<(String, Option<Json>), AccessError> {
        let who = self.who(proofs)?;
        let known = self.inner.store.identity(channel, session).await?;
        // Who is nobody yet leaves nothing behind by coming.
        let Some(customer) = who.customer else {
            let session = known.map_or_else(|| session.to_owned(), |known| known.session);
            return Ok((session, who.profile));
        };
        let begun = known.is_none() && self.inner.dispatch.session(session).await?.is_some();
        let claim = Claim {
            channel: channel.to_owned(),
            address: session.to_owned(),
            customer: Some(customer),
            session: session.to_owned(),
            begun,
            joined: false,
            at_ms: self.inner.clock.now_ms(),
        };
        Ok((self.identify(claim).await?, who.profile))
    }

    /// Keeps how far something said has come, by what its provider tells. Whether that is news.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery(&self, news: Delivery) -> Result<bool, StoreError> {
        self.inner.store.advance(news).await
    }

    /// How far what was said in a session has come, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries(&self, session: &str) -> Result<Vec<Delivery>, StoreError> {
        self.inner.store.deliveries(session).await
    }

    /// The addresses whose messages belong to a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn identities_of(&self, session: &str) -> Result<Vec<StoredIdentity>, StoreError> {
        self.inner.store.identities_of(session).await
    }

    /// Takes an address away from the customer whom it was thought to be of: what comes from it begins a
    /// conversation of its own, until something proves anew who it is. Whether it is known.
    ///
    /// # Errors
    /// See [`AccessError`].
    pub async fn split(&self, channel: &str, address: &str) -> Result<bool, AccessError> {
        let (session, now) = (who::random_session()?, self.inner.clock.now_ms());
        Ok(self.inner.store.split(channel, address, session, now).await?)
    }

    /// Messages that cannot be carried out, the latest first, each with the reason.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spool_dead(&self, most: usize) -> Result<Vec<(Spooled, String)>, StoreError> {
        self.inner.store.spool_dead(most).await
    }

    /// Has a message that could not be carried out tried once more, if there is one of this number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revive(&self, number: i64) -> Result<bool, StoreError> {
        let revived = self.inner.store.revive_spooled(number).await?;
        if revived {
            self.inner.bell.notify_one();
        }
        Ok(revived)
    }

    /// How many messages wait to be carried out, and how many cannot be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spool_sizes(&self) -> Result<(u64, u64), StoreError> {
        self.inner.store.spool_sizes().await
    }
}

/// A message's id in a session that several channels have.
fn own_id(channel: &str, id: &str) -> String {
    format!("{channel}/{id}")
}

/// Whether an envelope is within limits and has what every message needs.
fn checked(envelope: &Envelope) -> Result<(), AccessError> {
    let bad = |what: String| Err(AccessError::BadEnvelope(what));
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    if envelope.id.is_empty() || envelope.id.len() > ID_CHARS_MAX || !envelope.id.chars().all(fits)
    {
        return bad(format!("its id is not 1 to {ID_CHARS_MAX} letters, digits, and - _ . : @"));
    }
    if envelope.text.chars().count() > MESSAGE_CHARS_MAX {
        return bad(format!("it is longer than {MESSAGE_CHARS_MAX} characters"));
    }
    let is_empty = envelope.text.trim().is_empty() && envelope.payload.is_empty();
    if is_empty && envelope.attachments.is_empty() {
        return bad("it is empty".to_owned());
    }
    if envelope.attachments.len() > MESSAGE_ATTACHMENTS_MAX {
        return Err(NotAttached::TooManyOfMessage.into());
    }
    let address = envelope.from.as_ref().map_or("", |from| from.address.as_str());
    if address.is_empty() && envelope.conversation.is_empty() {
        return bad("it says neither who writes nor which conversation it belongs to".to_owned());
    }
    if address.len() > ADDRESS_BYTES_MAX {
        return bad(format!("the sender's address is longer than {ADDRESS_BYTES_MAX} bytes"));
    }
    Ok(())
}
