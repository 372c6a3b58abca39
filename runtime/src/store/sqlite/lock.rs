//! One store is for one server: two would each hold sessions in memory that the other changes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::store::StoreError;

/// Held on a file beside the store. The system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

impl StoreLock {
    pub(super) fn take(store: &Path) -> Result<Self, StoreError> {
        let mut beside = store.as_os_str().to_owned();
        beside.push(".lock");
        let failed = |e: std::io::Error| {
            StoreError::Failed(format!("{}: {e}", Path::new(&beside).display()))
        };
        let options = OpenOptions::new().create(true).truncate(false).write(true).open(&beside);
        let file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::InUse(format!("`{}`", store.display())))
            }
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }
}
