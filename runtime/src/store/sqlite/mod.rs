//! SQLite: write-ahead log, one writer thread that commits many turns at once, readers beside it.

mod access;
mod accounts;
mod as_store;
mod attachments;
mod bundles;
mod checkpoint;
mod copies;
mod files;
mod heard;
mod held;
mod journal;
mod jump;
mod knowledge;
mod lock;
mod outbox;
mod read;
mod rows;
mod sums;
mod tables;
#[cfg(test)]
mod tests;
mod verify;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use self::lock::StoreLock;
use self::tables::connect;
use self::write::{Job, Stopped, Work, write_batch, write_loop};
use super::{Commit, StoreError, StoredReply};
use crate::limits::COMMITS_WAITING_MAX;
use crate::telemetry::Metrics;

pub use self::copies::{Backup, Restored, backup, restore};
pub use self::heard::last_heard;
pub use self::lock::is_in_use;
pub use self::tables::{Durability, SCHEMA, SqliteOptions};
pub use self::verify::{OtherFormat, StoreReport, verify, verify_with_files};

/// A store in one SQLite file. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
    stopped: Stopped,
    /// Held as long as the store is open.
    _lock: Arc<Option<StoreLock>>,
}

/// Who writes.
#[derive(Debug, Clone)]
enum Writer {
    /// A thread of its own: what waits while it writes is written together next.
    Thread(mpsc::Sender<Job>),
    /// Whoever commits, at once: in simulations, where everything happens in one thread.
    Inline(Arc<Mutex<Connection>>, Arc<Metrics>),
}

fn failed(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    let code = match &error {
        rusqlite::Error::SqliteFailure(code, _) => code,
        // What is read is what was written, and what is asked for is there: unless it was changed.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => return damaged("row", &text),
        rusqlite::Error::SqlInputError { msg, .. } if msg.starts_with("no such ") => {
            return damaged("file", &text);
        }
        _ => return StoreError::Failed(text),
    };
    match (code.code, code.extended_code) {
        (ErrorCode::DiskFull, _) => StoreError::Full(text),
        // Pages that could not be synced may be called clean afterwards: to ask again proves nothing.
        (_, rusqlite::ffi::SQLITE_IOERR_FSYNC | rusqlite::ffi::SQLITE_IOERR_DIR_FSYNC) => {
            StoreError::Stopped(text)
        }
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => damaged("file", &text),
        _ => StoreError::Failed(text),
    }
}

pub(crate) fn damaged(what: &'static str, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged { what, cause: cause.to_string() }
}

impl SqliteStore {
    /// Opens or makes a store.
    ///
    /// # Errors
    /// [`StoreError`], a newer file among them, or that another process has it.
    pub fn open(
        path: &Path,
        options: &SqliteOptions,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StoreError> {
        // A file system of its own has its own ways to keep others out.
        let lock = options.vfs.is_none().then(|| StoreLock::take(path)).transpose()?;
        let mut writer = connect(path, options)?;
        let transaction = writer.transaction().map_err(failed)?;
        jump::apply(&transaction)?;
        transaction.commit().map_err(failed)?;
        let reader = connect(path, options)?;
        let stopped = Stopped::default();
        let writer = if options.inline {
            Writer::Inline(Arc::new(Mutex::new(writer)), metrics)
        } else {
            let (sender, receiver) = mpsc::channel(COMMITS_WAITING_MAX);
            let beside = connect(path, options)?;
            checkpoint::take_over(&mut writer, beside, options.checkpoint_pages, &stopped)?;
            let stopped = stopped.clone();
            let write = move || write_loop(writer, receiver, &stopped, &metrics);
            let thread = thread::Builder::new().name("flowright-store".to_owned()).spawn(write);
            thread.map_err(|e| StoreError::Failed(e.to_string()))?;
            Writer::Thread(sender)
        };
        let reader = Arc::new(Mutex::new(reader));
        Ok(Self { writer, reader, stopped, _lock: Arc::new(lock) })
    }

    /// Keeps a step. Comes back when it is durable, with the replies as they were numbered.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing of it is kept.
    pub async fn commit(&self, commit: Commit) -> Result<Vec<StoredReply>, StoreError> {
        let (work, replies) = Work::commit(commit)?;
        self.write(work).await.map(|()| replies)
    }

    /// Comes back when it is on the disk.
    async fn write(&self, work: Work) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        self.put(Job { work, answer })?;
        answered.await.map_err(|_| StoreError::Failed("the writer has stopped".to_owned()))?
    }

    /// Has the writer do something in a transaction.
    async fn change(
        &self,
        change: impl Fn(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.write(Work::Change(Box::new(change))).await
    }

    fn put(&self, job: Job) -> Result<(), StoreError> {
        self.stopped.check()?;
        match &self.writer {
            Writer::Thread(sender) => sender.try_send(job).map_err(|_| StoreError::Overloaded),
            Writer::Inline(db, metrics) => {
                let mut db = db.lock().unwrap_or_else(PoisonError::into_inner);
                write_batch(&mut db, vec![job], &self.stopped, metrics);
                Ok(())
            }
        }
    }

    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        query(&connection).map_err(failed)
    }

    /// The same for more than one question: what is written meanwhile does not come in between.
    fn read_at_once<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .unchecked_transaction()
            .and_then(|transaction| query(&transaction))
            .map_err(failed)
    }
}
