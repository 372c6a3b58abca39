//! The journals of all conversations, for who debugs.

use crate::limits::{JOURNAL_STEPS_MAX, LATEST_SESSIONS_MAX};
use crate::store::{SharedJournalStore, StoreError};

pub(crate) use crate::store::{LatestSession, StoredStep};

/// Reads journals.
#[derive(Debug, Clone)]
pub(crate) struct Journals(SharedJournalStore);

impl Journals {
    pub(crate) const fn new(store: SharedJournalStore) -> Self {
        Self(store)
    }

    /// The sessions that went on last, the latest first.
    pub(crate) async fn latest(&self) -> Result<Vec<LatestSession>, StoreError> {
        self.0.latest_sessions(LATEST_SESSIONS_MAX).await
    }

    /// The steps of a session after one, as many as fit into an answer.
    pub(crate) async fn after(&self, id: &str, seq: u64) -> Result<Vec<StoredStep>, StoreError> {
        self.0.steps_after(id, seq, JOURNAL_STEPS_MAX).await
    }
}
