//! Who writes: addresses on channels, the customers that they were shown to be, and the session that the
//! messages of each belong to. Every change is kept in a log.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::adopted;
use crate::store::sqlite::sums::{Column, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};
use crate::store::sqlite::{SqliteStore, damaged};
use crate::store::{Claim, Identified, StoreError, StoredIdentity};

const COLUMNS: &str = "channel, address, session, customer, proof, since_ms, sum";
const CUSTOMER_COLUMNS: &str = "id, session, since_ms, sum";
const LOG_COLUMNS: &str =
    "number, at_ms, what, channel, address, session, before, customer, proof, sum";

fn text(value: Option<&String>) -> Column<'_> {
    // What is absent is not what is empty.
    value.map_or(Column::Number(None), |text| Column::Text(text))
}

fn sum_of(identity: &StoredIdentity) -> i64 {
    let customer = identity.customer.as_ref();
    let columns = [
        Column::Text(&identity.channel),
        Column::Text(&identity.address),
        Column::Text(&identity.session),
        text(customer.map(|(id, _)| id)),
        text(customer.map(|(_, proof)| proof)),
        Column::Number(Some(identity.since_ms)),
    ];
    sum("identities", &columns)
}

fn checked(row: &Row<'_>) -> Result<(StoredIdentity, bool), rusqlite::Error> {
    let (customer, proof): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
    let identity = StoredIdentity {
        channel: row.get(0)?,
        address: row.get(1)?,
        session: row.get(2)?,
        customer: customer.zip(proof),
        since_ms: row.get(5)?,
    };
    let is_whole = sum_of(&identity) == row.get::<_, i64>(6)?;
    Ok((identity, is_whole))
}

pub(super) fn find(
    db: &Connection,
    channel: &str,
    address: &str,
) -> Result<Option<(StoredIdentity, bool)>, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM identities WHERE channel = ?1 AND address = ?2");
    db.prepare_cached(&query)?.query_row([channel, address], checked).optional()
}

/// Whether an address is one of the customer's whose session this is.
pub(in crate::store::sqlite) fn is_customers(
    db: &Connection,
    (channel, address): (&str, &str),
    session: &str,
) -> Result<bool, rusqlite::Error> {
    let known = find(db, channel, address)?;
    Ok(known.is_some_and(|(known, is_whole)| {
        is_whole && known.session == session && known.customer.is_some()
    }))
}

fn customer_sum(id: &str, session: &str, since_ms: i64) -> i64 {
    let columns = [Column::Text(id), Column::Text(session), Column::Number(Some(since_ms))];
    sum("customers", &columns)
}

/// A customer's session, and whether the row is as it was written.
fn checked_customer(row: &Row<'_>) -> Result<(String, bool), rusqlite::Error> {
    let (id, session): (String, String) = (row.get(0)?, row.get(1)?);
    let is_whole = customer_sum(&id, &session, row.get(2)?) == row.get::<_, i64>(3)?;
    Ok((session, is_whole))
}

fn session_of_customer(
    db: &Connection,
    id: &str,
) -> Result<Option<(String, bool)>, rusqlite::Error> {
    let query = format!("SELECT {CUSTOMER_COLUMNS} FROM customers WHERE id = ?1");
    db.prepare_cached(&query)?.query_row([id], checked_customer).optional()
}

/// What a claim comes to by what is there.
enum Found {
    /// Nothing changes.
    Known(Identified),
    /// The address is kept with this, and so is why.
    Keep { identity: StoredIdentity, before: Option<String>, what: &'static str },
}

/// Decides; the caller has one moment of the tables. `Err`: which row is damaged.
fn decide(
    claim: &Claim,
    known: Option<StoredIdentity>,
    session_of_customer: Option<String>,
) -> Found {
    let proven = claim.customer.as_ref().map(|(id, proof)| (id.clone(), proof.name().to_owned()));
    let identity = |session: String, customer: Option<(String, String)>| StoredIdentity {
        channel: claim.channel.clone(),
        address: claim.address.clone(),
        session,
        customer,
        since_ms: claim.at_ms,
    };
    let begun = || claim.session.clone();
    match (known, proven) {
        (None, None) => {
            Found::Keep { identity: identity(begun(), None), before: None, what: "met" }
        }
        (None, Some(customer)) => {
            let session = session_of_customer.unwrap_or_else(begun);
            let before = (claim.begun && session != claim.session).then(begun);
            let what = if before.is_some() { "merged" } else { "linked" };
            Found::Keep { identity: identity(session, Some(customer)), before, what }
        }
        (Some(known), None) => Found::Known(Identified { session: known.session, before: None }),
        (Some(known), Some((id, proof))) => match &known.customer {
            Some((is, _)) if *is == id => {
                // The customer's conversation may be another by now.
                let session = session_of_customer.unwrap_or(known.session);
                Found::Known(Identified { session, before: None })
            }
            // Somebody else at the same address: nothing of the other one's conversation is hers.
            Some(_) => {
                let session = session_of_customer.unwrap_or_else(begun);
                Found::Keep {
                    identity: identity(session, Some((id, proof))),
                    before: None,
                    what: "handed over",
                }
            }
            None => {
                let session = session_of_customer.unwrap_or_else(|| known.session.clone());
                let before = (session != known.session).then_some(known.session);
                let what = if before.is_some() { "merged" } else { "linked" };
                Found::Keep { identity: identity(session, Some((id, proof))), before, what }
            }
        },
    }
}

/// The addresses whose messages belong to a session, each with whether it is as it was written.
pub(super) fn of_session(
    db: &Connection,
    session: &str,
) -> Result<Vec<(StoredIdentity, bool)>, rusqlite::Error> {
    let query =
        format!("SELECT {COLUMNS} FROM identities WHERE session = ?1 ORDER BY channel, address");
    db.prepare_cached(&query)?.query_map([session], checked)?.collect()
}

/// The sessions that an address had before it was merged into others, the latest first.
pub(super) fn earlier(
    db: &Connection,
    channel: &str,
    address: &str,
) -> Result<Vec<String>, rusqlite::Error> {
    db.prepare_cached(
        "SELECT before FROM identity_log WHERE channel = ?1 AND address = ?2 AND before IS NOT NULL
         ORDER BY number DESC",
    )?
    .query_map([channel, address], |row| row.get(0))?
    .collect()
}

pub(super) fn whole<T>(
    found: Option<(T, bool)>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    match found {
        Some((_, false)) => Err(damaged(what, &crate::store::sqlite::rows::WRONG_SUM)),
        found => Ok(found.map(|(row, _)| row)),
    }
}

/// Keeps what is known of an address, and why.
fn keep(
    db: &Connection,
    identity: &StoredIdentity,
    before: Option<&String>,
    what: &str,
) -> Result<(), rusqlite::Error> {
    put(db, identity)?;
    log(db, identity, before, what, identity.customer.as_ref().map(|(_, proof)| proof))
}

/// Keeps what is known of an address.
pub(super) fn put(db: &Connection, identity: &StoredIdentity) -> Result<(), rusqlite::Error> {
    let (customer, proof) = identity.customer.as_ref().map(|(id, proof)| (id, proof)).unzip();
    let StoredIdentity { channel, address, session, since_ms, .. } = identity;
    db.prepare_cached(
        "INSERT INTO identities (channel, address, session, customer, proof, since_ms, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET session = excluded.session, customer = excluded.customer,
             proof = excluded.proof, since_ms = excluded.since_ms, sum = excluded.sum",
    )?
    .execute(params![
        channel,
        address,
        session,
        customer,
        proof,
        since_ms,
        sum_of(identity)
    ])?;
    let Some(id) = customer else { return Ok(()) };
    db.prepare_cached(
        "INSERT INTO customers (id, session, since_ms, sum) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![id, session, since_ms, customer_sum(id, session, *since_ms)])
    .map(|_| ())
}

/// Keeps in the log what became of an address.
pub(super) fn log(
    db: &Connection,
    identity: &StoredIdentity,
    before: Option<&String>,
    what: &str,
    proof: Option<&String>,
) -> Result<(), rusqlite::Error> {
    let customer = identity.customer.as_ref().map(|(id, _)| id);
    let StoredIdentity { channel, address, session, since_ms, .. } = identity;
    let columns = [
        Column::Number(Some(*since_ms)),
        Column::Text(what),
        Column::Text(channel),
        Column::Text(address),
        Column::Text(session),
        text(before),
        text(customer),
        text(proof),
    ];
    db.prepare_cached(
        "INSERT INTO identity_log (at_ms, what, channel, address, session, before, customer, proof, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        since_ms,
        what,
        channel,
        address,
        session,
        before,
        customer,
        proof,
        sum("identity_log", &columns)
    ])
    .map(|_| ())
}

/// What the tables say of a claim.
type Rest = (Option<(StoredIdentity, bool)>, Option<(String, bool)>);

fn look(db: &Connection, claim: &Claim) -> Result<Rest, rusqlite::Error> {
    let known = find(db, &claim.channel, &claim.address)?;
    let customer = claim.customer.as_ref();
    let of_customer = customer.map(|(id, _)| session_of_customer(db, id)).transpose()?;
    Ok((known, of_customer.flatten()))
}

fn found(claim: &Claim, (known, of_customer): Rest) -> Result<Found, StoreError> {
    let (known, of_customer) = (whole(known, "identity")?, whole(of_customer, "customer")?);
    Ok(decide(claim, known, of_customer))
}

/// Gives an address a session of its own, and no customer. Whether it was known.
pub(super) fn split(
    db: &Connection,
    (channel, address): (&str, &str),
    session: &str,
    at_ms: i64,
) -> Result<bool, rusqlite::Error> {
    let Some((known, _)) = find(db, channel, address)? else { return Ok(false) };
    let own = StoredIdentity {
        session: session.to_owned(),
        customer: None,
        since_ms: at_ms,
        ..known.clone()
    };
    keep(db, &own, Some(&known.session), "split").map(|()| true)
}

impl SqliteStore {
    /// See [`AccessStore::identify`](crate::store::AccessStore::identify). Whoever is known already
    /// costs a look; what is new is decided by the writer, so that two messages at once find the same.
    pub(super) async fn find_or_keep(&self, claim: Claim) -> Result<Identified, StoreError> {
        match found(&claim, self.read_at_once(|db| look(db, &claim))?)? {
            Found::Known(known) => return Ok(known),
            Found::Keep { identity, before: Some(before), .. } if !claim.joined => {
                return Ok(Identified { session: identity.session, before: Some(before) });
            }
            Found::Keep { .. } => {}
        }
        self.change_to(move |db| {
            let decided = match found(&claim, look(db, &claim)?) {
                Ok(decided) => decided,
                Err(error) => return Ok(Err(error)),
            };
            Ok(Ok(match decided {
                Found::Known(known) => known,
                // It became another's in the meantime: nothing is kept before they were joined.
                Found::Keep { identity, before: Some(before), .. } if !claim.joined => {
                    Identified { session: identity.session, before: Some(before) }
                }
                Found::Keep { identity, before, what } => {
                    keep(db, &identity, before.as_ref(), what)?;
                    if what != "met" && what != "handed over" {
                        adopted::follow(db, &identity, before.as_ref(), what)?;
                    }
                    Identified { session: identity.session, before }
                }
            }))
        })
        .await?
    }

    pub(super) fn read_identity(
        &self,
        channel: &str,
        address: &str,
    ) -> Result<Option<StoredIdentity>, StoreError> {
        whole(self.read(|db| find(db, channel, address))?, "identity")
    }

    pub(super) fn read_identities_of(
        &self,
        session: &str,
    ) -> Result<Vec<StoredIdentity>, StoreError> {
        let rows = self.read(|db| of_session(db, session))?;
        let rows = rows.into_iter().map(|row| whole(Some(row), "identity"));
        rows.filter_map(Result::transpose).collect()
    }
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "identity", &format!("SELECT {COLUMNS} FROM identities"), report, |row| {
        let (identity, is_whole) = checked(row)?;
        let session = identity.session;
        Ok(wrong(is_whole, || format!("an address of the session `{session}`")))
    })
}

pub(super) fn verify_customers(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "customer", &format!("SELECT {CUSTOMER_COLUMNS} FROM customers"), report, |row| {
        let (session, is_whole) = checked_customer(row)?;
        Ok(wrong(is_whole, || format!("the customer of the session `{session}`")))
    })
}

pub(super) fn verify_log(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "entry", &format!("SELECT {LOG_COLUMNS} FROM identity_log"), report, |row| {
        let texts: [String; 4] = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        let maybe: [Option<String>; 3] = [row.get(6)?, row.get(7)?, row.get(8)?];
        let mut columns = vec![Column::Number(Some(row.get(1)?))];
        columns.extend(texts.iter().map(|value| Column::Text(value)));
        columns.extend(maybe.iter().map(|value| text(value.as_ref())));
        let is_whole = sum("identity_log", &columns) == row.get::<_, i64>(9)?;
        let number: i64 = row.get(0)?;
        Ok(wrong(is_whole, || format!("entry {number} of the log of identities")))
    })
}
