//! The real store in the file, with what happens around it: pauses, failures, a process that ends
//! before a commit or after it.

use std::sync::Arc;

use flowright_runtime::store::{
    Commit, DueSession, Held, OutboxItem, OutboxResult, SqliteStore, Store, StoreError,
    StoreFuture, StoredBundle, StoredReply, StoredSession, StoredTurn,
};

use crate::fate::Fate;

/// See the module.
#[derive(Debug)]
pub(crate) struct SimStore {
    pub(crate) inner: SqliteStore,
    pub(crate) fate: Arc<Fate>,
}

/// Of a hundred commits, those that fail.
const FAILS: usize = 2;

impl SimStore {
    /// A read: the process may end before it.
    fn read<'s, T: Send + 's>(&'s self, read: StoreFuture<'s, T>) -> StoreFuture<'s, T> {
        Box::pin(async move {
            self.fate.live_on().await;
            read.await
        })
    }

    /// A write: the process may end before it, or after it and before anybody knows.
    fn write<'s, T: Send + 's>(
        &'s self,
        what: String,
        write: impl FnOnce() -> StoreFuture<'s, T> + Send + 's,
    ) -> StoreFuture<'s, T> {
        Box::pin(async move {
            self.fate.live_on().await;
            self.fate.pause().await;
            if self.fate.happens(FAILS) {
                self.fate.note(&format!("fails: {what}"));
                return Err(StoreError::Full("as the seed says".to_owned()));
            }
            self.fate.live_on().await;
            self.fate.note(&what);
            let result = write().await;
            self.fate.live_on().await;
            result
        })
    }
}

impl Store for SimStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<StoredReply>> {
        let what = format!("commit {} {} {:?}", commit.session.id, commit.seq, commit.message_id);
        self.write(what, move || Store::commit(&self.inner, commit))
    }

    fn session<'s>(&'s self, id: &'s str) -> StoreFuture<'s, Option<StoredSession>> {
        self.read(self.inner.session(id))
    }

    fn message<'s>(&'s self, session: &'s str, id: &'s str) -> StoreFuture<'s, Option<StoredTurn>> {
        self.read(self.inner.message(session, id))
    }

    fn replies_of_turn<'s>(
        &'s self,
        session: &'s str,
        turn: &'s StoredTurn,
    ) -> StoreFuture<'s, Vec<StoredReply>> {
        self.read(self.inner.replies_of_turn(session, turn))
    }

    fn replies_after<'s>(
        &'s self,
        session: &'s str,
        seq: u64,
    ) -> StoreFuture<'s, Vec<StoredReply>> {
        self.read(self.inner.replies_after(session, seq))
    }

    fn calling<'s>(&'s self, unreadable: &'s [String]) -> StoreFuture<'s, Vec<String>> {
        self.read(self.inner.calling(unreadable))
    }

    fn calling_by_bundle(&self) -> StoreFuture<'_, Vec<([u8; 32], String, usize)>> {
        self.read(self.inner.calling_by_bundle())
    }

    fn due<'s>(
        &'s self,
        now_ms: i64,
        unreadable: &'s [String],
        after: Option<&'s DueSession>,
    ) -> StoreFuture<'s, Vec<DueSession>> {
        self.read(self.inner.due(now_ms, unreadable, after))
    }

    fn look_again_at<'s>(&'s self, id: &'s str, wake_at_ms: Option<i64>) -> StoreFuture<'s, ()> {
        self.read(self.inner.look_again_at(id, wake_at_ms))
    }

    fn next_wake(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>> {
        self.read(self.inner.next_wake(after_ms))
    }

    fn keep_clock_jump(&self, jump_ms: i64) -> StoreFuture<'_, ()> {
        self.read(self.inner.keep_clock_jump(jump_ms))
    }

    fn ready(&self) -> StoreFuture<'_, ()> {
        self.read(self.inner.ready())
    }

    fn bundle<'s>(&'s self, hash: &'s [u8; 32]) -> StoreFuture<'s, Option<Vec<u8>>> {
        self.read(self.inner.bundle(hash))
    }

    fn put_bundle<'s>(&'s self, hash: &'s [u8; 32], bytes: &'s [u8]) -> StoreFuture<'s, ()> {
        self.read(self.inner.put_bundle(hash, bytes))
    }

    fn bundles(&self) -> StoreFuture<'_, Vec<StoredBundle>> {
        self.read(self.inner.bundles())
    }

    fn drop_bundles(&self, but: Vec<[u8; 32]>) -> StoreFuture<'_, usize> {
        self.read(self.inner.drop_bundles(but))
    }

    fn outbox_due<'s>(
        &'s self,
        now_ms: i64,
        most: usize,
        full: &'s [String],
    ) -> StoreFuture<'s, Vec<OutboxItem>> {
        self.read(self.inner.outbox_due(now_ms, most, full))
    }

    fn outbox_next(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>> {
        self.read(self.inner.outbox_next(after_ms))
    }

    fn outbox_dead(&self, id: Option<i64>, most: usize) -> StoreFuture<'_, Vec<OutboxItem>> {
        self.read(self.inner.outbox_dead(id, most))
    }

    fn outbox_sizes(&self) -> StoreFuture<'_, (u64, u64)> {
        self.read(self.inner.outbox_sizes())
    }

    fn held(&self) -> StoreFuture<'_, Vec<Held>> {
        self.read(self.inner.held())
    }

    fn outbox_settle(&self, item: OutboxItem, result: OutboxResult) -> StoreFuture<'_, ()> {
        let what = format!("settle {} {result:?}", item.key);
        self.write(what, move || self.inner.outbox_settle(item, result))
    }
}
