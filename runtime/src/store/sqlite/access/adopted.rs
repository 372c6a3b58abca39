//! Addresses of somebody who is nobody yet, in the conversation in which she confirmed them: when it
//! turns out who she is, they are hers.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _};

use super::identities::{find, log, of_session, put, whole};
use crate::store::sqlite::{SqliteStore, failed};
use crate::store::{Adoption, Identified, Proven, StoreError, StoredIdentity};

/// The customers who were proved to write in a session: at addresses whose messages belong to it, or by
/// its own name on a channel.
pub(super) fn customers_of(
    db: &Connection,
    session: &str,
    on: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let mut customers = BTreeSet::new();
    let named = find(db, on, session).map_err(failed)?;
    for row in of_session(db, session).map_err(failed)?.into_iter().chain(named) {
        let known = whole(Some(row), "identity")?;
        customers.extend(known.and_then(|known| known.customer).map(|(id, _)| id));
    }
    Ok(customers)
}

/// Nobody's addresses in a session follow one that is known to be a customer's: a code has shown that
/// all of them are of whoever writes there.
pub(super) fn follow(
    db: &Connection,
    leader: &StoredIdentity,
    before: Option<&String>,
    what: &str,
) -> Result<(), rusqlite::Error> {
    let from = before.unwrap_or(&leader.session);
    let customer = leader.customer.as_ref().map(|(id, _)| (id.clone(), code()));
    for (known, is_whole) in of_session(db, from)? {
        // A damaged one stays as it is: a new sum would make something whole of it that is not.
        if is_whole && known.customer.is_none() {
            let StoredIdentity { session, since_ms, .. } = leader.clone();
            let hers = StoredIdentity { session, customer: customer.clone(), since_ms, ..known };
            put(db, &hers)?;
            log(db, &hers, before, what, Some(&code()))?;
        }
    }
    Ok(())
}

fn code() -> String {
    Proven::Code.name().to_owned()
}

/// What an adoption comes to.
enum Found {
    Known(Identified),
    Keep(Identified),
}

fn decide(adoption: &Adoption, known: Option<&StoredIdentity>) -> Found {
    let session = adoption.session.clone();
    match known {
        None => Found::Keep(Identified { session, before: None }),
        Some(known) if known.session == session || known.customer.is_some() => {
            Found::Known(Identified { session: known.session.clone(), before: None })
        }
        Some(known) => Found::Keep(Identified { session, before: Some(known.session.clone()) }),
    }
}

fn keep(
    db: &Connection,
    adoption: &Adoption,
    before: Option<&String>,
) -> Result<(), rusqlite::Error> {
    let identity = StoredIdentity {
        channel: adoption.channel.clone(),
        address: adoption.address.clone(),
        session: adoption.session.clone(),
        customer: None,
        since_ms: adoption.at_ms,
    };
    let what = if before.is_some() { "merged" } else { "linked" };
    put(db, &identity)?;
    log(db, &identity, before, what, Some(&code()))?;
    before.map_or(Ok(()), |_| follow(db, &identity, before, what))
}

/// Where a conversation goes on that became another one's part.
fn goes_on_in(db: &Connection, session: &str) -> Result<Option<String>, rusqlite::Error> {
    db.prepare_cached(
        "SELECT session FROM identity_log WHERE before = ?1 AND what = 'merged'
         ORDER BY number DESC LIMIT 1",
    )?
    .query_row([session], |row| row.get(0))
    .optional()
}

/// How many times a conversation is followed into another: nobody makes more of them at once.
const HOPS_MAX: usize = 16;

impl SqliteStore {
    /// The conversation that another one goes on in; itself where it does not.
    pub(super) fn read_goes_on_in(&self, session: &str) -> Result<String, StoreError> {
        self.read_at_once(|db| {
            let mut session = session.to_owned();
            for _ in 0..HOPS_MAX {
                match goes_on_in(db, &session)? {
                    Some(next) if next != session => session = next,
                    _ => break,
                }
            }
            Ok(session)
        })
    }

    /// See [`AccessStore::adopt`](crate::store::AccessStore::adopt).
    pub(super) async fn adopt_or_say(&self, adoption: Adoption) -> Result<Identified, StoreError> {
        self.change_to(move |db| {
            let known = match whole(find(db, &adoption.channel, &adoption.address)?, "identity") {
                Ok(known) => known,
                Err(error) => return Ok(Err(error)),
            };
            let found = match decide(&adoption, known.as_ref()) {
                Found::Known(found) => found,
                // Nothing is kept before they were joined.
                Found::Keep(found) if found.before.is_some() && !adoption.joined => found,
                Found::Keep(found) => {
                    keep(db, &adoption, found.before.as_ref())?;
                    found
                }
            };
            Ok(Ok(found))
        })
        .await?
    }
}
