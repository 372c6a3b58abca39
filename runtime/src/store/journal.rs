//! Reading journals, for who debugs: a conversation is what its journal makes of it, so it can be
//! played again elsewhere.

use std::sync::Arc;

use flowright_engine::model::{Command, Event};

use super::StoreFuture;

/// A journal that many read.
pub type SharedJournalStore = Arc<dyn JournalStore>;

/// Gives what it keeps of conversations, step by step.
pub trait JournalStore: Send + Sync + std::fmt::Debug {
    /// The sessions that went on last, the latest first, at most `most`.
    fn latest_sessions(&self, most: usize) -> StoreFuture<'_, Vec<LatestSession>>;

    /// The steps of a session after one, in order, as many as fit into an answer.
    fn steps_after<'s>(
        &'s self,
        session: &'s str,
        seq: u64,
        most: usize,
    ) -> StoreFuture<'s, Vec<StoredStep>>;
}

/// A session that went on not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestSession {
    /// Its id.
    pub id: String,
    /// The bundle that it is pinned to.
    pub bundle: [u8; 32],
    /// When its last step was kept, ms UTC.
    pub at_ms: i64,
}

/// A step of a session, as it was kept.
#[derive(Debug, Clone)]
pub struct StoredStep {
    /// Its number in the session, from 1.
    pub seq: u64,
    /// When, ms UTC.
    pub at_ms: i64,
    /// What came in.
    pub event: Event,
    /// What went out.
    pub commands: Vec<Command>,
}
