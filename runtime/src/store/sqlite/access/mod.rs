//! SQLite as what the access layer keeps things in.

mod adopted;
mod codes;
mod contacts;
mod deliveries;
mod identities;
mod profiles;
mod spool;

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use flowright_access::v1::Delivery;
use rusqlite::Connection;

use super::SqliteStore;
use super::verify::{Rows, StoreReport};
use crate::store::{
    AccessStore, Adoption, Claim, CodeAnswer, CodeCheck, CodeOrder, Identified, SpoolResult,
    Spooled, StoreError, StoreFuture, StoredCode, StoredIdentity, StoredProfile,
};

pub(super) use contacts::{keep as keep_contact, of as contact_of};
pub(super) use deliveries::{begin as begin_delivery, sent as delivery_sent};
pub(super) use identities::is_customers;
pub(super) use spool::sizes as spool_sizes;

/// The tables, beside those of the sessions.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS spool (
    number INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL,
    envelope BLOB NOT NULL, at_ms INTEGER NOT NULL, state INTEGER NOT NULL, cause TEXT, sum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS spool_id ON spool (channel, id);
CREATE INDEX IF NOT EXISTS spool_waiting ON spool (number) WHERE state = 0;
CREATE INDEX IF NOT EXISTS spool_dead ON spool (number) WHERE state = 2;
CREATE INDEX IF NOT EXISTS spool_done ON spool (at_ms) WHERE state = 1;
CREATE TABLE IF NOT EXISTS identities (
    channel TEXT NOT NULL, address TEXT NOT NULL, session TEXT NOT NULL, customer TEXT, proof TEXT,
    since_ms INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identities_session ON identities (session);
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, session TEXT NOT NULL, since_ms INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identity_log (
    number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, what TEXT NOT NULL, channel TEXT NOT NULL,
    address TEXT NOT NULL, session TEXT NOT NULL, before TEXT, customer TEXT, proof TEXT,
    sum INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS identity_log_before ON identity_log (channel, address)
    WHERE before IS NOT NULL;
CREATE INDEX IF NOT EXISTS identity_log_from ON identity_log (before) WHERE before IS NOT NULL;
CREATE TABLE IF NOT EXISTS codes (
    ticket TEXT PRIMARY KEY, session TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL,
    salt BLOB NOT NULL, at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, state INTEGER NOT NULL,
    tries INTEGER NOT NULL, checked_by TEXT, answer TEXT, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS codes_address ON codes (address, at_ms);
CREATE INDEX IF NOT EXISTS codes_session ON codes (session, at_ms);
CREATE INDEX IF NOT EXISTS codes_confirmed ON codes (at_ms) WHERE state = 2;
CREATE TABLE IF NOT EXISTS contacts (
    session TEXT NOT NULL, channel TEXT NOT NULL, reply_to TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (session, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
    session TEXT NOT NULL, seq INTEGER NOT NULL, channel TEXT NOT NULL, stage INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, provider_id TEXT, cause TEXT, sum INTEGER NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS profiles (
    customer TEXT PRIMARY KEY, profile TEXT NOT NULL, at_ms INTEGER NOT NULL, doubted_ms INTEGER NOT NULL,
    sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_provider ON deliveries (channel, provider_id)
    WHERE provider_id IS NOT NULL;
";

/// Reads the rows of one table.
type Check = fn(&Connection, &mut StoreReport) -> Rows;

/// What verifies each table.
pub(super) const CHECKS: [(&str, Check); 8] = [
    ("spool", spool::verify),
    ("identities", identities::verify),
    ("customers", identities::verify_customers),
    ("identity_log", identities::verify_log),
    ("contacts", contacts::verify),
    ("deliveries", deliveries::verify),
    ("profiles", profiles::verify),
    ("codes", codes::verify),
];

impl SqliteStore {
    /// Has the writer do something in a transaction that comes to something.
    pub(super) async fn change_to<T: Clone + Send + 'static>(
        &self,
        change: impl Fn(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let made = Arc::new(Mutex::new(None));
        let into = Arc::clone(&made);
        self.change(move |db| {
            let result = change(db)?;
            *into.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            Ok(())
        })
        .await?;
        let made = made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        made.ok_or_else(|| StoreError::Failed("the writer did nothing".to_owned()))
    }
}

impl AccessStore for SqliteStore {
    fn spool(&self, message: Spooled) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| spool::put(db, &message)))
    }

    fn spooled(&self, after: i64, most: usize) -> StoreFuture<'_, Vec<Spooled>> {
        Box::pin(self.take_spooled(after, most))
    }

    fn settle_spooled(&self, number: i64, result: SpoolResult) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| spool::settle(db, number, &result)))
    }

    fn spool_sizes(&self) -> StoreFuture<'_, (u64, u64)> {
        Box::pin(ready(self.read(spool::sizes)))
    }

    fn spool_dead(&self, most: usize) -> StoreFuture<'_, Vec<(Spooled, String)>> {
        Box::pin(ready(self.read(|db| spool::dead(db, most))))
    }

    fn revive_spooled(&self, number: i64) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| spool::revive(db, number)))
    }

    fn forget_spooled(&self, before_ms: i64) -> StoreFuture<'_, usize> {
        Box::pin(self.change_to(move |db| spool::forget(db, before_ms)))
    }

    fn identify(&self, claim: Claim) -> StoreFuture<'_, Identified> {
        Box::pin(self.find_or_keep(claim))
    }

    fn identity<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
    ) -> StoreFuture<'s, Option<StoredIdentity>> {
        Box::pin(ready(self.read_identity(channel, address)))
    }

    fn split<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
        session: String,
        at_ms: i64,
    ) -> StoreFuture<'s, bool> {
        let (channel, address) = (channel.to_owned(), address.to_owned());
        Box::pin(
            self.change_to(move |db| identities::split(db, (&channel, &address), &session, at_ms)),
        )
    }

    fn identities_of<'s>(&'s self, session: &'s str) -> StoreFuture<'s, Vec<StoredIdentity>> {
        Box::pin(ready(self.read_identities_of(session)))
    }

    fn earlier_sessions<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
    ) -> StoreFuture<'s, Vec<String>> {
        Box::pin(ready(self.read(|db| identities::earlier(db, channel, address))))
    }

    fn adopt(&self, adoption: Adoption) -> StoreFuture<'_, Identified> {
        Box::pin(self.adopt_or_say(adoption))
    }

    fn goes_on_in<'s>(&'s self, session: &'s str) -> StoreFuture<'s, String> {
        Box::pin(ready(self.read_goes_on_in(session)))
    }

    fn order_code(&self, order: CodeOrder) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| codes::order(db, &order)))
    }

    fn code<'s>(&'s self, ticket: &'s str) -> StoreFuture<'s, Option<StoredCode>> {
        Box::pin(ready(self.read_code(ticket)))
    }

    fn check_code(&self, check: CodeCheck) -> StoreFuture<'_, CodeAnswer> {
        Box::pin(async move { self.change_to(move |db| codes::check(db, &check)).await? })
    }

    fn confirmed_codes(&self) -> StoreFuture<'_, Vec<StoredCode>> {
        Box::pin(ready(self.read_confirmed()))
    }

    fn settle_code<'s>(&'s self, ticket: &'s str) -> StoreFuture<'s, ()> {
        let ticket = ticket.to_owned();
        Box::pin(self.change(move |db| codes::settle(db, &ticket)))
    }

    fn refuse_code(&self, code: StoredCode, customer: String, at_ms: i64) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.change_to(move |db| Ok(codes::refuse(db, &code, Some(&customer), at_ms))).await?
        })
    }

    fn forget_codes(&self, before_ms: i64) -> StoreFuture<'_, usize> {
        Box::pin(self.change_to(move |db| codes::forget(db, before_ms)))
    }

    fn profile<'s>(&'s self, customer: &'s str) -> StoreFuture<'s, Option<StoredProfile>> {
        Box::pin(ready(self.read_profile(customer)))
    }

    fn keep_profile(&self, profile: StoredProfile, now_ms: i64) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| profiles::keep(db, &profile, now_ms)))
    }

    fn doubt_profile(&self, customer: String, now_ms: i64) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| profiles::doubt(db, &customer, now_ms)))
    }

    fn advance(&self, delivery: Delivery) -> StoreFuture<'_, bool> {
        Box::pin(self.change_to(move |db| deliveries::advance(db, &delivery)))
    }

    fn deliveries<'s>(&'s self, session: &'s str) -> StoreFuture<'s, Vec<Delivery>> {
        Box::pin(ready(self.read_deliveries(session)))
    }
}
