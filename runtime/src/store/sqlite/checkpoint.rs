//! Checkpoints: what is in the log is moved into the database by a thread beside the writer. The
//! writer waits for the disk once a batch, and not for all pages that changed since the last time.
//!
//! While the writer goes on, a checkpoint beside it never reaches the end of the log, and only a log
//! that was moved to its end begins anew. So a log that has grown too long is moved to its end by
//! the writer itself: most of it was moved already.

use std::ffi::c_int;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode};

use super::failed;
use super::write::Stopped;
use crate::store::StoreError;

/// How long the log may become, in times of what it has when a checkpoint begins beside the writer.
const LOG_LENGTHS_MAX: u32 = 16;

/// Takes the writer's checkpoints off it. `beside` is a connection to the same file; the thread ends
/// when the writer's connection is closed.
///
/// # Errors
/// [`StoreError::Failed`]: no thread, or no hook.
pub(super) fn take_over(
    writer: &mut Connection,
    beside: Connection,
    checkpoint_pages: u32,
    stopped: &Stopped,
) -> Result<(), StoreError> {
    let (due, told) = sync_channel(1);
    let at_work = Arc::new(Mutex::new(()));
    let mut log = Log {
        checkpoint_pages: pages(checkpoint_pages),
        pages_max: pages(checkpoint_pages.saturating_mul(LOG_LENGTHS_MAX)),
        pages: 0,
        due_at: pages(checkpoint_pages),
        due,
        at_work: Arc::clone(&at_work),
        stopped: stopped.clone(),
    };
    // It takes the place of SQLite's own, which moves pages in the commit that made the log long.
    let hook = move |wal: &mut Wal, pages| {
        log.committed(wal, pages);
        // The commit is on the disk whatever becomes of its log.
        Ok(())
    };
    writer.wal_hook(Some(hook)).map_err(failed)?;
    let stopped = stopped.clone();
    let run = move || {
        while told.recv().is_ok() {
            let _one_at_a_time = at_work.lock().unwrap_or_else(PoisonError::into_inner);
            note(beside.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE), &stopped);
        }
    };
    let thread = thread::Builder::new().name("flowright-checkpoint".to_owned()).spawn(run);
    thread.map(|_| ()).map_err(|e| StoreError::Failed(e.to_string()))
}

fn pages(count: u32) -> c_int {
    count.try_into().unwrap_or(c_int::MAX)
}

/// The log as the writer sees it after a commit.
struct Log {
    /// Pages after which a checkpoint is due again.
    checkpoint_pages: c_int,
    /// Pages from which the writer makes it itself.
    pages_max: c_int,
    /// Pages after the last commit.
    pages: c_int,
    /// Pages at which the next checkpoint is due.
    due_at: c_int,
    /// Tells the thread. One that is at work goes on at once when it is told meanwhile.
    due: SyncSender<()>,
    /// Held while a checkpoint is made: SQLite refuses a second one.
    at_work: Arc<Mutex<()>>,
    stopped: Stopped,
}

impl Log {
    fn committed(&mut self, wal: &mut Wal, pages: c_int) {
        if pages < self.pages {
            // It began anew.
            self.due_at = self.checkpoint_pages;
        }
        self.pages = pages;
        if pages >= self.pages_max {
            let _one_at_a_time = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
            note(wal.checkpoint_v2(CheckpointMode::PASSIVE), &self.stopped);
        } else if pages >= self.due_at {
            self.due_at = pages.saturating_add(self.checkpoint_pages);
            // Full: it has been told already.
            let _ = self.due.try_send(());
        }
    }
}

/// What a checkpoint came to. One that fails leaves everything in the log, where it is durable: it is
/// tried again with the next. A disk that lost what it was told to keep is not trusted again.
fn note(result: Result<(c_int, c_int), rusqlite::Error>, stopped: &Stopped) {
    match result {
        Ok(_) => {}
        // Somebody else reads the store and makes one: `flowright backup`, for example.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
        Err(error) => {
            let error = failed(error);
            stopped.note(&error);
            tracing::warn!(%error, "what was committed stays in the log for now");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::store::{Durability, SqliteOptions, SqliteStore, Store as _};
    use crate::telemetry::Metrics;

    /// Much more is written than the log may hold, without a pause: it stays within its bounds, and
    /// everything is there.
    #[tokio::test]
    async fn a_log_that_is_always_written_to_stays_short() {
        const PAGES: u32 = 10;
        let folder = std::env::temp_dir().join(format!("flowright-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("store.sqlite");
        let options = SqliteOptions {
            checkpoint_pages: PAGES,
            ..SqliteOptions::new(Durability::ProcessOnly)
        };
        let open = || SqliteStore::open(&path, &options, Arc::new(Metrics::default())).unwrap();
        let store = open();
        let bundle = |number: u16| {
            let mut hash = [7; 32];
            hash[..2].copy_from_slice(&number.to_le_bytes());
            (hash, vec![number.to_le_bytes()[0]; 10_000])
        };
        let mut longest = 0;
        for number in 0..600 {
            let (hash, bytes) = bundle(number);
            store.put_bundle(&hash, &bytes).await.unwrap();
            longest =
                longest.max(std::fs::metadata(folder.join("store.sqlite-wal")).unwrap().len());
        }
        // A commit comes before the log begins anew, and 24 bytes with each page.
        let most = u64::from(PAGES * super::LOG_LENGTHS_MAX + 30) * (4096 + 24);
        assert!(longest < most, "{longest} bytes, {most} at most");
        drop(store);
        let store = open();
        for number in 0..600 {
            let (hash, bytes) = bundle(number);
            assert_eq!(store.bundle(&hash).await.unwrap(), Some(bytes));
        }
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
