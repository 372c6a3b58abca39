//! The tables, and connections to them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failed;
use crate::store::StoreError;

/// Version of the tables.
const SCHEMA: i64 = 2;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS bundles (
    hash BLOB PRIMARY KEY, bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, bundle BLOB NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL,
    reply_seq INTEGER NOT NULL, wake_at_ms INTEGER, calling INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_wake ON sessions (wake_at_ms) WHERE wake_at_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_calling ON sessions (calling) WHERE calling = 1;
CREATE TABLE IF NOT EXISTS journal (
    session TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL,
    commands TEXT NOT NULL, PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    session TEXT NOT NULL, id TEXT NOT NULL, turn INTEGER NOT NULL, settled INTEGER NOT NULL,
    last_reply INTEGER, handed_off INTEGER,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS replies (
    session TEXT NOT NULL, seq INTEGER NOT NULL, turn INTEGER NOT NULL, reply TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
";

/// What makes tables of an earlier version into those of the next, by the version that they have.
/// Messages of version 1 do not say which reply was their last: all of their turn are.
const CHANGES: [(i64, &str); 1] = [(
    1,
    "ALTER TABLE messages ADD COLUMN last_reply INTEGER;
     ALTER TABLE messages ADD COLUMN handed_off INTEGER;",
)];

/// Memory for pages of the database, in KiB, for each of the two connections.
const CACHE_KIB: u32 = 32 << 10;

/// Pages of 4 KiB in the log before they are moved into the database.
const CHECKPOINT_PAGES: u32 = 4_000;

/// How sure a commit is when it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: survives a power cut.
    Full,
    /// In the operating system's hands: survives a crash of the process only.
    ProcessOnly,
}

pub(super) fn connect(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let mut db = Connection::open(path).map_err(failed)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::ProcessOnly => "OFF",
    };
    let found = version(&db)?;
    if found > SCHEMA {
        return Err(StoreError::Newer { found, known: SCHEMA });
    }
    let setup = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
    );
    db.execute_batch(&setup).map_err(failed)?;
    make_tables(&mut db)?;
    Ok(db)
}

fn version(db: &Connection) -> Result<i64, StoreError> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)
}

/// Makes the tables, or makes them what this version knows: all in one transaction, so that a
/// process that is killed meanwhile leaves them as they were.
fn make_tables(db: &mut Connection) -> Result<(), StoreError> {
    let transaction =
        db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Under the lock: another process may have made them just now.
    let found = version(&transaction)?;
    if found == SCHEMA {
        return Ok(());
    }
    let changes = CHANGES.iter().filter(|(from, _)| found > 0 && *from >= found);
    for (_, change) in changes {
        transaction.execute_batch(change).map_err(failed)?;
    }
    transaction
        .execute_batch(&format!("{TABLES} PRAGMA user_version = {SCHEMA};"))
        .and_then(|()| transaction.commit())
        .map_err(failed)
}
