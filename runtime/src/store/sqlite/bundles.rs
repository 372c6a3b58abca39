//! Which bundles are kept, and which are not needed any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::{Row, params};

use super::SqliteStore;
use crate::store::{StoreError, StoredBundle};

impl SqliteStore {
    /// Every bundle that is kept, with the number of sessions pinned to it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_bundles(&self) -> Result<Vec<StoredBundle>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT hash, (SELECT count(*) FROM sessions WHERE sessions.bundle = bundles.hash)
                 FROM bundles ORDER BY hash",
            )?;
            let read =
                |row: &Row<'_>| Ok(StoredBundle { hash: row.get(0)?, sessions: row.get(1)? });
            statement.query_map([], read)?.collect()
        })
    }

    /// Drops the bundles that no session is pinned to, but for these. The writer looks and drops in
    /// one transaction: every commit that was put before is seen.
    ///
    /// # Errors
    /// [`StoreError`]: then none went.
    pub async fn drop_unused_bundles(&self, but: Vec<[u8; 32]>) -> Result<usize, StoreError> {
        let dropped = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&dropped);
        self.change(move |db| {
            let unused: Vec<[u8; 32]> = db
                .prepare(
                    "SELECT hash FROM bundles WHERE NOT EXISTS
                         (SELECT 1 FROM sessions WHERE sessions.bundle = bundles.hash)",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let mut drop = db.prepare("DELETE FROM bundles WHERE hash = ?1")?;
            let mut gone = 0;
            for hash in unused.iter().filter(|hash| !but.contains(hash)) {
                gone += drop.execute(params![hash.as_slice()])?;
            }
            count.store(gone, Ordering::Relaxed);
            Ok(())
        })
        .await?;
        Ok(dropped.load(Ordering::Relaxed))
    }
}
