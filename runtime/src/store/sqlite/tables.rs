//! The tables, and connections to them.

use std::path::Path;

use rusqlite::Connection;

use super::failed;
use crate::store::StoreError;

/// Version of the tables.
const SCHEMA: i64 = 1;

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
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS replies (
    session TEXT NOT NULL, seq INTEGER NOT NULL, turn INTEGER NOT NULL, reply TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
";

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
    let db = Connection::open(path).map_err(failed)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::ProcessOnly => "OFF",
    };
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if version > SCHEMA {
        return Err(StoreError::Newer { found: version, known: SCHEMA });
    }
    let setup = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; \
         {TABLES} PRAGMA user_version = {SCHEMA};"
    );
    db.execute_batch(&setup).map_err(failed)?;
    Ok(db)
}
