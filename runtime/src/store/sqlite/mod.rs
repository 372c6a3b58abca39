//! SQLite: write-ahead log, one writer thread that commits many turns at once, readers beside it.

mod read;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::{Connection, params};
use tokio::sync::mpsc;

use self::tables::connect;
use self::write::{Job, write_loop};
use super::{Commit, StoreError, StoredReply};
use crate::limits::COMMITS_WAITING_MAX;
use crate::telemetry::Metrics;

pub use self::tables::Durability;

/// A store in one SQLite file. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: mpsc::Sender<Job>,
    reader: Arc<Mutex<Connection>>,
}

fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}

impl SqliteStore {
    /// Opens or makes a store.
    ///
    /// # Errors
    /// [`StoreError`], a newer file among them.
    pub fn open(
        path: &Path,
        durability: Durability,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StoreError> {
        let writer = connect(path, durability)?;
        let reader = connect(path, durability)?;
        let (sender, receiver) = mpsc::channel(COMMITS_WAITING_MAX);
        let write = move || write_loop(writer, receiver, &metrics);
        let thread = thread::Builder::new().name("flowright-store".to_owned()).spawn(write);
        thread.map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { writer: sender, reader: Arc::new(Mutex::new(reader)) })
    }

    /// Keeps a step. Comes back when it is durable, with the replies as they were numbered.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub async fn commit(&self, commit: Commit) -> Result<Vec<StoredReply>, StoreError> {
        let (job, answered) = Job::of(commit)?;
        self.writer.try_send(job).map_err(|_| StoreError::Overloaded)?;
        answered.await.map_err(|_| StoreError::Failed("the writer has stopped".to_owned()))?
    }

    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        query(&connection).map_err(failed)
    }

    /// Keeps a bundle's bytes, so that sessions pinned to it survive the next deployment. Comes back
    /// when they are durable: no session may begin with a bundle that the next process lacks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_bundle(&self, hash: &[u8; 32], bytes: &[u8]) -> Result<(), StoreError> {
        self.read(|db| {
            // Only what is there already is passed over; anything else that is wrong is an error.
            let query =
                "INSERT INTO bundles (hash, bytes) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";
            db.execute(query, params![hash.as_slice(), bytes]).map(|_| ())
        })
    }
}
