//! SQLite as a store among others. Reading takes microseconds and is done where it is asked for.

use std::future::ready;

use rusqlite::params;

use super::write::set_wake;
use super::{SqliteStore, jump};
use crate::store::{
    Commit, DueSession, Held, OutboxItem, OutboxResult, Store, StoreFuture, StoredBundle,
    StoredReply, StoredSession, StoredTurn,
};

impl Store for SqliteStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<StoredReply>> {
        Box::pin(Self::commit(self, commit))
    }

    fn session<'s>(&'s self, id: &'s str) -> StoreFuture<'s, Option<StoredSession>> {
        Box::pin(ready(self.read_session(id)))
    }

    fn message<'s>(&'s self, session: &'s str, id: &'s str) -> StoreFuture<'s, Option<StoredTurn>> {
        Box::pin(ready(self.read_message(session, id)))
    }

    fn replies_of_turn<'s>(
        &'s self,
        session: &'s str,
        turn: &'s StoredTurn,
    ) -> StoreFuture<'s, Vec<StoredReply>> {
        Box::pin(ready(self.read_replies_of_turn(session, turn)))
    }

    fn replies_after<'s>(
        &'s self,
        session: &'s str,
        seq: u64,
    ) -> StoreFuture<'s, Vec<StoredReply>> {
        Box::pin(ready(self.read_replies_after(session, seq)))
    }

    fn calling<'s>(&'s self, unreadable: &'s [String]) -> StoreFuture<'s, Vec<String>> {
        Box::pin(ready(self.read_calling(unreadable)))
    }

    fn calling_by_bundle(&self) -> StoreFuture<'_, Vec<([u8; 32], String, usize)>> {
        Box::pin(ready(self.read_calling_by_bundle()))
    }

    fn due<'s>(
        &'s self,
        now_ms: i64,
        unreadable: &'s [String],
        after: Option<&'s DueSession>,
    ) -> StoreFuture<'s, Vec<DueSession>> {
        Box::pin(ready(self.read_due(now_ms, unreadable, after)))
    }

    fn look_again_at<'s>(&'s self, id: &'s str, wake_at_ms: Option<i64>) -> StoreFuture<'s, ()> {
        let id = id.to_owned();
        Box::pin(self.change(move |db| set_wake(db, &id, wake_at_ms)))
    }

    fn next_wake(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>> {
        Box::pin(ready(self.read_next_wake(after_ms)))
    }

    fn keep_clock_jump(&self, jump_ms: i64) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| jump::keep(db, jump_ms)))
    }

    fn ready(&self) -> StoreFuture<'_, ()> {
        let stopped = self.stopped.check();
        Box::pin(ready(
            stopped.and_then(|()| self.read(|db| db.query_row("SELECT 1", [], |_| Ok(())))),
        ))
    }

    fn bundle<'s>(&'s self, hash: &'s [u8; 32]) -> StoreFuture<'s, Option<Vec<u8>>> {
        Box::pin(ready(self.read_bundle(hash)))
    }

    fn put_bundle<'s>(&'s self, hash: &'s [u8; 32], bytes: &'s [u8]) -> StoreFuture<'s, ()> {
        let (hash, bytes) = (*hash, bytes.to_vec());
        Box::pin(self.change(move |db| {
            // Only what is there already is passed over; anything else that is wrong is an error.
            let query =
                "INSERT INTO bundles (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";
            db.execute(query, params![hash.as_slice(), bytes]).map(|_| ())
        }))
    }

    fn bundles(&self) -> StoreFuture<'_, Vec<StoredBundle>> {
        Box::pin(ready(self.read_bundles()))
    }

    fn drop_bundles(&self, but: Vec<[u8; 32]>) -> StoreFuture<'_, usize> {
        Box::pin(self.drop_unused_bundles(but))
    }

    fn outbox_due<'s>(
        &'s self,
        now_ms: i64,
        most: usize,
        full: &'s [String],
    ) -> StoreFuture<'s, Vec<OutboxItem>> {
        Box::pin(self.take_outbox_due(now_ms, most, full))
    }

    fn outbox_next(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>> {
        Box::pin(ready(self.read_outbox_next(after_ms)))
    }

    fn outbox_dead(&self, id: Option<i64>, most: usize) -> StoreFuture<'_, Vec<OutboxItem>> {
        Box::pin(ready(self.read_outbox_dead(id, most)))
    }

    fn outbox_sizes(&self) -> StoreFuture<'_, (u64, u64)> {
        Box::pin(ready(self.read_outbox_sizes()))
    }

    fn held(&self) -> StoreFuture<'_, Vec<Held>> {
        Box::pin(ready(self.read_held()))
    }

    fn outbox_settle(&self, item: OutboxItem, result: OutboxResult) -> StoreFuture<'_, ()> {
        Box::pin(self.settle_outbox(item, result))
    }
}
