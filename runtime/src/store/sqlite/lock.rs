//! One store is for one server: two would each hold sessions in memory that the other changes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// For a server that stops while this one starts.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

fn beside(store: &Path) -> PathBuf {
    let mut beside = store.as_os_str().to_owned();
    beside.push(".lock");
    beside.into()
}

/// Whether a server has a store.
#[must_use]
pub fn is_in_use(store: &Path) -> bool {
    let file = OpenOptions::new().write(true).open(beside(store));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Held on a file beside the store. The system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

impl StoreLock {
    pub(super) fn take(store: &Path) -> Result<Self, StoreError> {
        let beside = beside(store);
        let failed = |e: std::io::Error| StoreError::Failed(format!("{}: {e}", beside.display()));
        let options = OpenOptions::new().create(true).truncate(false).write(true).open(&beside);
        let file = options.map_err(failed)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                // Whoever stops just now lets it go with its last connection.
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(LOOK_AGAIN);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::InUse(format!("`{}`", store.display())));
                }
                Err(TryLockError::Error(e)) => return Err(failed(e)),
            }
        }
    }
}
