//! The tables, and connections to them.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use super::rows::{MessageRow, SessionRow, reply_sum, step_sum};
use super::{access, accounts, attachments, failed, held, knowledge};
use crate::store::StoreError;

/// Version of the tables.
pub const SCHEMA: i64 = 11;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bundles (
    hash BLOB PRIMARY KEY, bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, bundle BLOB NOT NULL, record TEXT NOT NULL, seq INTEGER NOT NULL,
    reply_seq INTEGER NOT NULL, wake_at_ms INTEGER, calling INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
    messages INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_wake ON sessions (wake_at_ms) WHERE wake_at_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_bundle ON sessions (bundle);
CREATE INDEX IF NOT EXISTS sessions_calling ON sessions (calling) WHERE calling = 1;
CREATE TABLE IF NOT EXISTS journal (
    session TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL,
    commands TEXT NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    session TEXT NOT NULL, id TEXT NOT NULL, turn INTEGER NOT NULL, settled INTEGER NOT NULL,
    last_reply INTEGER, handed_off INTEGER, first_reply INTEGER, sum INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_open ON messages (session, turn) WHERE settled = 0;
CREATE TABLE IF NOT EXISTS replies (
    session TEXT NOT NULL, seq INTEGER NOT NULL, turn INTEGER NOT NULL, reply TEXT NOT NULL,
    sum INTEGER NOT NULL, PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, session TEXT NOT NULL, kind TEXT NOT NULL, channel TEXT NOT NULL,
    key TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL, since_ms INTEGER NOT NULL,
    next_at_ms INTEGER NOT NULL, dead INTEGER NOT NULL, cause TEXT, sum INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_next ON outbox (next_at_ms) WHERE dead = 0;
CREATE INDEX IF NOT EXISTS outbox_session ON outbox (session, id) WHERE dead = 0;
CREATE INDEX IF NOT EXISTS outbox_dead ON outbox (id) WHERE dead = 1;
";

/// What makes tables of an earlier version into those of the next, by the version that they have.
/// Messages of version 1 do not say which reply was their last: all of their turn are. Rows of
/// version 2 have no sums: they get those of what they are now.
const CHANGES: [(i64, &str); 2] = [
    (
        1,
        "ALTER TABLE messages ADD COLUMN last_reply INTEGER;
         ALTER TABLE messages ADD COLUMN handed_off INTEGER;",
    ),
    (
        2,
        "ALTER TABLE sessions ADD COLUMN messages INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE sessions ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE messages ADD COLUMN first_reply INTEGER;
         ALTER TABLE messages ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE replies ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE journal ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
         UPDATE sessions SET messages =
             (SELECT count(*) FROM messages WHERE messages.session = sessions.id);
         UPDATE messages SET first_reply = coalesce(
             (SELECT min(r.seq) - 1 FROM replies r
              WHERE r.session = messages.session AND r.turn = messages.turn), last_reply)
             WHERE last_reply IS NOT NULL;",
    ),
];

/// Memory for pages of the database, in KiB at most, for each connection.
const CACHE_KIB: u32 = 32 << 10;

/// Pages of 4 KiB in the log before they are moved into the database, unless configured.
const CHECKPOINT_PAGES: u32 = 4_000;

/// How sure a commit is when it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: survives a power cut.
    Full,
    /// On the disk at some later time: a power cut takes the last commits with it. It is here to
    /// show that the tests of power cuts find that.
    CrashUnsafe,
    /// In the operating system's hands: survives a crash of the process only.
    ProcessOnly,
}

/// How a store is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How sure a commit is.
    pub durability: Durability,
    /// The file system that SQLite goes through, by the name it is registered with; the machine's
    /// own without.
    pub vfs: Option<String>,
    /// Whether commits are written by whoever makes them, one by one, and not by a thread. Then the
    /// same calls in the same order do the same, always.
    pub inline: bool,
    /// Pages in the log before they are moved into the database.
    pub checkpoint_pages: u32,
}

impl SqliteOptions {
    /// The machine's file system, with a thread that writes.
    #[must_use]
    pub const fn new(durability: Durability) -> Self {
        Self { durability, vfs: None, inline: false, checkpoint_pages: CHECKPOINT_PAGES }
    }
}

/// Opens a file, or makes it with its tables.
pub(super) fn connect(path: &Path, options: &SqliteOptions) -> Result<Connection, StoreError> {
    let flags = OpenFlags::default();
    let mut db = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
        None => Connection::open_with_flags(path, flags),
    }
    .map_err(failed)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::CrashUnsafe => "NORMAL",
        Durability::ProcessOnly => "OFF",
    };
    let found = version(&db)?;
    if found > SCHEMA {
        return Err(StoreError::Newer { found, known: SCHEMA });
    }
    let setup = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA wal_autocheckpoint = {};",
        options.checkpoint_pages
    );
    db.execute_batch(&setup).map_err(failed)?;
    make_tables(&mut db)?;
    Ok(db)
}

pub(super) fn version(db: &Connection) -> Result<i64, StoreError> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)
}

/// Makes the tables, or makes them what this version knows: all in one transaction, so that a
/// process that is killed meanwhile leaves them as they were.
pub(super) fn make_tables(db: &mut Connection) -> Result<(), StoreError> {
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
    if (1..SUMS_SINCE).contains(&found) {
        sum_sessions(&transaction)
            .and_then(|()| sum_messages(&transaction))
            .and_then(|()| sum_replies(&transaction))
            .and_then(|()| sum_steps(&transaction))
            .map_err(failed)?;
    }
    transaction
        .execute_batch(&format!(
            "{TABLES} {} {} {} {} {} PRAGMA user_version = {SCHEMA};",
            access::TABLES,
            attachments::TABLE,
            held::TABLE,
            knowledge::TABLES,
            accounts::TABLES
        ))
        .and_then(|()| if found < held::SINCE { held::fill(&transaction) } else { Ok(()) })
        .and_then(|()| transaction.commit())
        .map_err(failed)
}

/// The version from which rows have sums.
const SUMS_SINCE: i64 = 3;

fn sum_sessions(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut rows = db.prepare(&format!("SELECT {} FROM sessions", SessionRow::COLUMNS))?;
    let rows = rows.query_map([], SessionRow::read)?;
    let sums: Vec<(i64, String)> =
        rows.map(|row| row.map(|row| (row.sum(), row.id))).collect::<Result<_, _>>()?;
    let mut update = db.prepare("UPDATE sessions SET sum = ?1 WHERE id = ?2")?;
    sums.into_iter().try_for_each(|row| update.execute(row).map(|_| ()))
}

fn sum_messages(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut rows = db.prepare(&format!("SELECT {} FROM messages", MessageRow::COLUMNS))?;
    let rows = rows.query_map([], MessageRow::read)?;
    let sums: Vec<(i64, String, String)> = rows
        .map(|row| row.map(|row| (row.sum(), row.session, row.id)))
        .collect::<Result<_, _>>()?;
    let mut update = db.prepare("UPDATE messages SET sum = ?1 WHERE session = ?2 AND id = ?3")?;
    sums.into_iter().try_for_each(|row| update.execute(row).map(|_| ()))
}

fn sum_replies(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut rows = db.prepare("SELECT session, seq, turn, reply FROM replies")?;
    let mut rows = rows.query([])?;
    let mut sums = Vec::new();
    while let Some(row) = rows.next()? {
        let (session, seq): (String, u64) = (row.get(0)?, row.get(1)?);
        let reply: String = row.get(3)?;
        sums.push((reply_sum(&session, seq, row.get(2)?, &reply), session, seq));
    }
    let mut update = db.prepare("UPDATE replies SET sum = ?1 WHERE session = ?2 AND seq = ?3")?;
    sums.into_iter()
        .try_for_each(|(sum, session, seq)| update.execute(params![sum, session, seq]).map(|_| ()))
}

fn sum_steps(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut rows = db.prepare("SELECT session, seq, at_ms, event, commands FROM journal")?;
    let mut rows = rows.query([])?;
    let mut sums = Vec::new();
    while let Some(row) = rows.next()? {
        let (session, seq): (String, u64) = (row.get(0)?, row.get(1)?);
        let (event, commands): (String, String) = (row.get(3)?, row.get(4)?);
        sums.push((step_sum(&session, seq, row.get(2)?, &event, &commands), session, seq));
    }
    let mut update = db.prepare("UPDATE journal SET sum = ?1 WHERE session = ?2 AND seq = ?3")?;
    sums.into_iter()
        .try_for_each(|(sum, session, seq)| update.execute(params![sum, session, seq]).map(|_| ()))
}
