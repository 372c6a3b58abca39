//! What follows from a right code: the address's messages belong to the conversation in which the code was
//! repeated, and to its customer. That is kept as owed with the answer to the code, and done when the
//! conversation's turn is over: what stops the server in between loses nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use flowright_compiler::ir::Program;

use super::{Confirmations, channel};
use crate::access::{Access, AccessError};
use crate::clock::later;
use crate::dispatch::DispatchError;
use crate::store::{Adoption, Claim, Proven, StoreError, StoredCode};

/// First pause after something that did not work; each further one is twice as long.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Longest pause.
const LOOK_AGAIN_MAX: Duration = Duration::from_secs(300);

/// Links what is owed: what a process before has left, and whatever comes.
#[derive(Debug)]
pub(crate) struct Linker {
    access: Access,
    confirmations: Confirmations,
}

impl Linker {
    pub(crate) const fn new(access: Access, confirmations: Confirmations) -> Self {
        Self { access, confirmations }
    }

    /// Until it is dropped.
    pub(crate) async fn run(self) {
        let inner = &self.confirmations.inner;
        let mut pause = LOOK_AGAIN;
        loop {
            match self.access.link_confirmed(&self.confirmations, None).await {
                Ok(()) => {
                    pause = LOOK_AGAIN;
                    inner.bell.notified().await;
                }
                Err(error) => {
                    tracing::error!(%error, "a confirmed address waits to be linked");
                    let again = inner.clock.sleep_until(later(inner.clock.now_ms(), pause));
                    pause = pause.saturating_mul(2).min(LOOK_AGAIN_MAX);
                    tokio::select! {
                        () = again => {}
                        () = inner.bell.notified() => {}
                    }
                }
            }
        }
    }
}

impl Access {
    /// Before a message from an address on the channel whose addresses are confirmed: what is owed it is
    /// done, so that what she writes right after the code comes where it belongs.
    pub(in crate::access) async fn link_first(
        &self,
        program: &Program,
        (on, address): (&str, &str),
    ) -> Result<(), AccessError> {
        let Some(confirmations) = self.inner.dispatch.confirmations() else { return Ok(()) };
        if channel(program) != Some(on) {
            return Ok(());
        }
        let is_owed = |code: &StoredCode| code.channel == on && code.address == address;
        if !confirmations.waiting().await?.iter().any(is_owed) {
            return Ok(());
        }
        self.link_confirmed(confirmations, Some(address)).await
    }

    /// Links all that is owed, or what is owed an address, one after another.
    async fn link_confirmed(
        &self,
        confirmations: &Confirmations,
        only: Option<&str>,
    ) -> Result<(), AccessError> {
        let _turn = confirmations.inner.linking.lock().await;
        let mut failed = None;
        let mut owed = confirmations.waiting().await?;
        owed.retain(|code| only.is_none_or(|address| code.address == address));
        for code in owed {
            // One conversation that cannot be read keeps nobody else's from being linked.
            match self.link(&code).await {
                Ok(()) => self.inner.store.settle_code(&code.ticket).await?,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn link(&self, code: &StoredCode) -> Result<(), AccessError> {
        let store = &self.inner.store;
        let session = store.goes_on_in(&code.session).await?;
        let Some((here, program)) = self.inner.dispatch.session(&session).await? else {
            return Ok(());
        };
        let hers = self.customers_in(&session, &here.channel).await?;
        let whose = store.identity(&code.channel, &code.address).await?;
        let whose = whose.and_then(|known| known.customer).map(|(id, _)| id);
        let at_ms = self.inner.clock.now_ms();
        let customer = match (hers.first(), whose) {
            // It became known in the meantime that they are two.
            (Some(is), Some(other)) if *is != other => {
                return Ok(store.refuse_code(code.clone(), is.clone(), at_ms).await?);
            }
            (Some(is), _) => Some(is.clone()),
            (None, Some(is)) => Some(is),
            (None, None) => self.found(&code.channel, &code.address).await.map(|(id, _)| id),
        };
        let Some(id) = customer else { return self.adopt(code, &session).await };
        let (into, stays) = match hers.is_empty() {
            true => self.claim_own(&program, &session, &here.channel, &id).await?,
            false => (session.clone(), true),
        };
        let claim = Claim {
            channel: code.channel.clone(),
            address: code.address.clone(),
            customer: Some((id.clone(), Proven::Code)),
            session: into,
            begun: false,
            joined: false,
            at_ms,
        };
        let whole = self.identify(claim).await?;
        // Where a client names its conversations, the one that she is in is another.
        let spoken = Some(session).filter(|session| *session != whole && stays);
        for session in std::iter::once(whole).chain(spoken) {
            match self.inner.dispatch.introduce(&session, &here.channel, &id).await {
                Ok(()) | Err(DispatchError::NoSession(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The customers who were proved to write in a conversation.
    async fn customers_in(&self, session: &str, on: &str) -> Result<BTreeSet<String>, StoreError> {
        let store = &self.inner.store;
        let known = store.identities_of(session).await?;
        let named = store.identity(on, session).await?;
        let all = known.into_iter().chain(named);
        Ok(all.filter_map(|known| known.customer).map(|(id, _)| id).collect())
    }

    /// Whoever writes in a conversation turns out to be a customer. The conversation that she has from
    /// then on, and whether she goes on in the one before, too.
    async fn claim_own(
        &self,
        program: &Arc<Program>,
        session: &str,
        on: &str,
        customer: &str,
    ) -> Result<(String, bool), AccessError> {
        let known = self.inner.store.identities_of(session).await?.into_iter().next();
        let (channel, address) = known
            .map_or_else(|| (on.to_owned(), session.to_owned()), |own| (own.channel, own.address));
        // A page is known by its conversation. A client that names its conversations goes on in the
        // one that it names, whoever it turns out to be of.
        let is_page = |channel: &str| {
            program.channels.iter().any(|known| known.name == channel && known.kind == "websocket")
        };
        let is_named = address == session && !is_page(&channel);
        let claim = Claim {
            channel,
            address,
            customer: Some((customer.to_owned(), Proven::Code)),
            session: session.to_owned(),
            begun: !is_named,
            joined: is_named,
            at_ms: self.inner.clock.now_ms(),
        };
        if is_named {
            // Nothing is joined: the conversation goes on.
            return Ok((self.inner.store.identify(claim).await?.session, true));
        }
        let into = self.identify(claim).await?;
        if into != session {
            self.inner.dispatch.tell_left(session);
        }
        Ok((into, false))
    }

    /// Nobody knows who she is: the address's messages come into the same conversation.
    async fn adopt(&self, code: &StoredCode, session: &str) -> Result<(), AccessError> {
        let store = &self.inner.store;
        let adoption = Adoption {
            channel: code.channel.clone(),
            address: code.address.clone(),
            session: session.to_owned(),
            joined: false,
            at_ms: self.inner.clock.now_ms(),
        };
        let found = store.adopt(adoption.clone()).await?;
        let Some(before) = found.before else { return Ok(()) };
        self.join(session, &before).await?;
        store.adopt(Adoption { joined: true, ..adoption }).await?;
        Ok(())
    }
}
