//! Which session a message belongs to: the one it names, or that of who writes.

use flowright_access::v1::Envelope;
use flowright_compiler::ir::Program;

use super::profile::find_on;
use super::who::{Customer, Who, random_session};
use super::{Access, AccessError, confirm};
use crate::dispatch::DispatchError;
use crate::store::{Claim, Proven, StoredIdentity};

/// Stands before an address that a message only claims to be from, where it is a customer's or may turn out
/// to be: what comes under it is nobody's, in a session of its own. No address begins so.
pub(super) const CLAIMED: &str = "claimed:";

/// Where a message belongs.
pub(super) struct Place {
    pub(super) session: String,
    /// The message named the session itself, and its id is one of that session's.
    pub(super) is_named: bool,
    /// The customer who writes, where that is known.
    pub(super) customer_id: Option<String>,
    /// The address that it came from, as it is kept.
    pub(super) address: String,
}

impl Access {
    pub(super) async fn place(&self, envelope: &Envelope, who: &Who) -> Result<Place, AccessError> {
        let mut sender = self.sender(envelope, who).await?;
        let known = sender.known.take();
        // Whoever writes in a conversation that is not her address's own says nothing of whose it is.
        let is_own = sender.named.is_empty()
            || known.as_ref().is_some_and(|known| known.session == sender.named);
        let linked = known.and_then(|known| known.customer).filter(|_| is_own).map(|(id, _)| id);
        let mut customer = who.customer.clone();
        if customer.is_none() && linked.is_none() && is_own && who.address_verified {
            customer = self.found(&envelope.channel, &sender.address).await;
        }
        let customer_id = customer.as_ref().map(|(id, _)| id.clone()).or(linked);
        let is_named = !sender.named.is_empty();
        let address = sender.address.clone();
        let session = self.session_of(&envelope.channel, sender, customer).await?;
        Ok(Place { session, is_named, customer_id, address })
    }

    /// Who writes, as far as the message itself and what is known of the address say.
    ///
    /// By email anybody may write any address as hers. What the mail servers have not checked is no word
    /// of a customer: it goes to a session of its own, unless it answers a mail of ours, whose id only
    /// who was sent it can know. And of an address that is known, that says where its conversation is,
    /// not what it answers: it may have been joined to another since, or been taken away from it.
    async fn sender(&self, envelope: &Envelope, who: &Who) -> Result<Sender, AccessError> {
        let store = &self.inner.store;
        let channel = &envelope.channel;
        let mut address = envelope.from.as_ref().map_or("", |from| &from.address).to_owned();
        let mut named = envelope.conversation.clone();
        let program = self.inner.dispatch.program();
        self.link_first(&program, (channel, &address)).await?;
        let may_claim = anybody_may_claim(&program, channel);
        // Where a system names its own sessions and nothing is asked of records, nothing is looked up.
        let is_asked = named.is_empty() || may_claim || program.profile.lookups().next().is_some();
        if address.is_empty() || !is_asked {
            return Ok(Sender { address, named, known: None });
        }
        let mut known = store.identity(channel, &address).await?;
        if may_claim {
            let answers_us = !named.is_empty();
            if known.is_some() {
                named.clear();
            }
            // Before she is known, too: what others began in her name is not to go on in hers.
            let is_customers = known.as_ref().is_some_and(|known| known.customer.is_some())
                || is_told_apart(&program, channel);
            if is_customers && !answers_us && !who.address_verified {
                address.insert_str(0, CLAIMED);
                known = store.identity(channel, &address).await?;
            }
        }
        Ok(Sender { address, named, known })
    }

    /// The customer whose address it is by the company's records.
    pub(super) async fn found(&self, channel: &str, address: &str) -> Option<Customer> {
        let profiles = self.inner.dispatch.profiles()?;
        let program = self.inner.dispatch.program();
        let id = profiles.find(&program, channel, address).await?;
        Some((id, Proven::Records))
    }

    async fn session_of(
        &self,
        channel: &str,
        sender: Sender,
        customer: Option<Customer>,
    ) -> Result<String, AccessError> {
        let Sender { address, named, .. } = sender;
        if !named.is_empty() && customer.is_none() {
            return Ok(named);
        }
        let claim = Claim {
            channel: channel.to_owned(),
            // Whoever names a session is known by it, where nothing else says who she is.
            address: if address.is_empty() { named.clone() } else { address },
            customer,
            session: if named.is_empty() { random_session()? } else { named.clone() },
            begun: false,
            // A session that the client names is the one that it means.
            joined: !named.is_empty(),
            at_ms: self.inner.clock.now_ms(),
        };
        let session = self.identify(claim).await?;
        Ok(if named.is_empty() { session } else { named })
    }

    /// Has what a conversation holds go on in another one, with its files.
    pub(super) async fn join(&self, into: &str, from: &str) -> Result<(), AccessError> {
        match self.inner.dispatch.join(into, from).await {
            Ok(()) => {}
            // One of them has not begun: there is nothing to go on with.
            Err(DispatchError::NoSession(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.inner.attachments.follow(from, into).await?;
        Ok(())
    }

    /// The session of a claim. Where an address turns out to be a customer's who has another session
    /// already, what the one holds goes on in the other before that is kept.
    pub(super) async fn identify(&self, claim: Claim) -> Result<String, AccessError> {
        let store = &self.inner.store;
        let found = store.identify(claim.clone()).await?;
        let Some(before) = found.before else { return Ok(found.session) };
        self.join(&found.session, &before).await?;
        Ok(store.identify(Claim { joined: true, ..claim }).await?.session)
    }
}

/// Whether it matters on a channel that an address is whose it says.
fn is_told_apart(program: &Program, channel: &str) -> bool {
    find_on(program, channel).is_some() || confirm::channel(program) == Some(channel)
}

/// Whether an address on a channel proves nothing by itself.
fn anybody_may_claim(program: &Program, channel: &str) -> bool {
    program.channels.iter().any(|known| known.name == channel && known.kind == "email")
}

/// Who writes.
struct Sender {
    address: String,
    /// The session that the message names; empty: none.
    named: String,
    /// What is known of the address.
    known: Option<StoredIdentity>,
}
