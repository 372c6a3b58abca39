//! Whose a session is among channels: who is kept to some of them sees the conversations that have been
//! on one of these, and begins others only under names that nobody else's conversation has.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use tokio::sync::Mutex;

use super::Access;
use crate::store::{Claim, StoreError};

/// Names of sessions that may be begun at the same time without waiting for each other.
const DESKS: usize = 64;

/// Where a session stands to some channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none of this name.
    Absent,
    /// The customer wrote last on one of them, or somebody at an address there belongs to it.
    Own,
    /// It has been on others only.
    Elsewhere,
}

/// Whoever gives a session to a channel by its name holds the desk of that name: two who begin one of
/// the same name are one after the other.
#[derive(Debug)]
pub(super) struct Desks(Vec<Mutex<()>>);

impl Default for Desks {
    fn default() -> Self {
        Self((0..DESKS).map(|_| Mutex::default()).collect())
    }
}

impl Desks {
    fn of(&self, session: &str) -> Option<&Mutex<()>> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(session);
        self.0.get(usize::try_from(hash % DESKS as u64).unwrap_or(0))
    }
}

impl Access {
    /// Where a session stands to some channels.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn standing(
        &self,
        session: &str,
        channels: &[String],
    ) -> Result<Standing, StoreError> {
        let begun = self.inner.dispatch.session(session).await?;
        if begun.as_ref().is_some_and(|(begun, _)| channels.contains(&begun.channel)) {
            return Ok(Standing::Own);
        }
        let addresses = self.inner.store.identities_of(session).await?;
        if addresses.iter().any(|address| channels.contains(&address.channel)) {
            return Ok(Standing::Own);
        }
        let is_absent = begun.is_none() && addresses.is_empty();
        Ok(if is_absent { Standing::Absent } else { Standing::Elsewhere })
    }

    /// Before a client that is kept to some channels writes on one of them in a session that it names:
    /// the session is one of theirs from now on, unless it is others'. Whether it is theirs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn name(
        &self,
        channel: &str,
        session: &str,
        channels: &[String],
    ) -> Result<bool, StoreError> {
        let store = &self.inner.store;
        // Kept, and with it that the conversation has been here, wherever the customer writes next.
        if store.identity(channel, session).await?.is_some_and(|known| known.session == session) {
            return Ok(true);
        }
        let desk = self.inner.desks.of(session);
        let _held = match desk {
            Some(desk) => Some(desk.lock().await),
            None => None,
        };
        if self.standing(session, channels).await? == Standing::Elsewhere {
            return Ok(false);
        }
        let claim = Claim {
            channel: channel.to_owned(),
            address: session.to_owned(),
            customer: None,
            session: session.to_owned(),
            begun: false,
            joined: true,
            at_ms: self.inner.clock.now_ms(),
        };
        // An address that leads elsewhere already stays as it is.
        store.identify(claim).await?;
        Ok(true)
    }
}
