//! Which addresses are a customer's, beside the one that she writes from: a flow may want something said
//! there. Only what was proved counts, and only what can be sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use flowright_compiler::ir::Program;
use flowright_engine::limits::CONTACTS_MAX;
use flowright_engine::model::{Contact, Session};

use super::Outlets;
use super::place::CLAIMED;
use crate::store::{SharedAccessStore, StoreError, StoredIdentity};

/// Channels on which nothing is sent: who wants to know what was said comes and reads it.
const READ_LATER: [&str; 3] = ["websocket", "rest", "grpc"];

/// Knows customers' addresses.
#[derive(Debug, Clone)]
pub struct Contacts {
    store: SharedAccessStore,
    outlets: Arc<Outlets>,
    /// Channels whose replies are sent to an address of the configuration.
    delivered: BTreeSet<String>,
}

impl Contacts {
    /// Of what is kept there, on channels that send by themselves, or whose replies are delivered.
    #[must_use]
    pub fn new(store: SharedAccessStore, outlets: Outlets, delivered: BTreeSet<String>) -> Self {
        Self { store, outlets: Arc::new(outlets), delivered }
    }

    /// All addresses of a session's customer; nothing where it knows them all, and no other.
    pub(crate) async fn news(
        &self,
        program: &Program,
        session: &Session,
    ) -> Result<Option<Vec<Contact>>, StoreError> {
        let hers = customers(self.store.identities_of(&session.id).await?);
        let known = |one: &StoredIdentity| {
            let same = |contact: &&Contact| {
                contact.channel == one.channel && contact.address == one.address
            };
            session.contacts.iter().find(same)
        };
        let (old, mut new): (Vec<_>, Vec<_>) =
            hers.into_iter().partition(|one| known(one).is_some());
        // Of more than a session keeps, those that were proved last.
        new.sort_by_key(|one| std::cmp::Reverse(one.since_ms));
        let contact = |one: StoredIdentity| {
            let kept = known(&one).and_then(|contact| contact.reply_to.clone());
            self.contact(program, one, kept)
        };
        let hers: Vec<Contact> =
            old.into_iter().chain(new).filter_map(contact).take(CONTACTS_MAX).collect();
        let is_known = |one: &Contact| {
            let mut known = session.contacts.iter();
            known.any(|old| {
                (&old.channel, &old.address, &old.reply_to)
                    == (&one.channel, &one.address, &one.reply_to)
            })
        };
        let same = hers.len() == session.contacts.len() && hers.iter().all(is_known);
        Ok((!same).then_some(hers))
    }

    /// An address as a flow can use it, where something can be sent there.
    fn contact(
        &self,
        program: &Program,
        identity: StoredIdentity,
        kept: Option<String>,
    ) -> Option<Contact> {
        let StoredIdentity { channel, address, since_ms, .. } = identity;
        let declared = program.channels.iter().find(|known| known.name == channel)?;
        let reply_to = match self.outlets.get(&channel) {
            Some(outlet) => Some(kept.or_else(|| outlet.begin(&address))?),
            None if self.delivered.contains(&channel) => kept,
            None if READ_LATER.contains(&declared.kind.as_str()) => kept,
            // Nobody would send it.
            None => return None,
        };
        Some(Contact { channel, address, reply_to, heard_at_ms: since_ms })
    }
}

/// The addresses of the customer who was proved last: a session that a system names itself may have been
/// another's before. What a message only claims to be from is nobody's address.
fn customers(mut known: Vec<StoredIdentity>) -> Vec<StoredIdentity> {
    known.retain(|one| !one.address.starts_with(CLAIMED));
    let proved = known.iter().filter_map(|one| Some((one.since_ms, &one.customer.as_ref()?.0)));
    let last = proved.max().map(|(_, id)| id.clone());
    known.retain(|one| one.customer.as_ref().map(|(id, _)| id) == last.as_ref());
    if last.is_none() { Vec::new() } else { known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_proved_of_the_customer_who_was_proved_last_counts() {
        let identity = |address: &str, customer: Option<&str>, since_ms| StoredIdentity {
            channel: "mail".to_owned(),
            address: address.to_owned(),
            session: "s".to_owned(),
            customer: customer.map(|id| (id.to_owned(), "token".to_owned())),
            since_ms,
        };
        let left = |known: Vec<StoredIdentity>| -> Vec<String> {
            customers(known).into_iter().map(|one| one.address).collect()
        };
        let nobody = identity("nobody", None, 9);
        assert_eq!(left(vec![identity("claimed:ann", Some("A"), 1)]), [""; 0]);
        assert_eq!(left(vec![nobody.clone()]), [""; 0]);
        let (ann, bob) = (identity("ann", Some("A"), 1), identity("bob", Some("B"), 2));
        assert_eq!(left(vec![ann.clone(), nobody.clone()]), ["ann"]);
        assert_eq!(left(vec![ann.clone(), bob, nobody.clone()]), ["bob"]);
        assert_eq!(left(vec![ann, identity("ann2", Some("A"), 3), nobody]), ["ann", "ann2"]);
    }
}
