//! SQLite: write-ahead log, one writer thread that commits many turns at once, readers beside it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flowright_engine::model::{Command, Reply};
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::{mpsc, oneshot};

use super::{Commit, StoreError, StoredReply, StoredSession, StoredTurn};
use crate::limits::{COMMITS_PER_BATCH_MAX, COMMITS_WAITING_MAX};
use crate::telemetry::Metrics;

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

/// A store in one SQLite file. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: mpsc::Sender<Job>,
    reader: Arc<Mutex<Connection>>,
}

type Answer = oneshot::Sender<Result<Vec<StoredReply>, StoreError>>;

struct Job {
    commit: Box<Commit>,
    texts: Texts,
    answer: Answer,
}

/// A commit's parts as they are stored: written by whoever commits, so that the one writer only
/// writes.
struct Texts {
    session: String,
    event: String,
    commands: String,
    replies: Vec<String>,
}

impl Texts {
    fn of(commit: &Commit) -> Result<Self, StoreError> {
        let reply = |command: &Command| match command {
            Command::Reply(reply) => Some(json(reply)),
            _ => None,
        };
        Ok(Self {
            session: json(&commit.session)?,
            event: json(&commit.event)?,
            commands: json(&commit.commands)?,
            replies: commit.commands.iter().filter_map(reply).collect::<Result<_, _>>()?,
        })
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Failed(e.to_string()))
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
        let (answer, answered) = oneshot::channel();
        let texts = Texts::of(&commit)?;
        let job = Job { commit: Box::new(commit), texts, answer };
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

    /// A session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session(&self, id: &str) -> Result<Option<StoredSession>, StoreError> {
        let row: Option<(String, u64)> = self.read(|db| {
            db.prepare_cached("SELECT record, seq FROM sessions WHERE id = ?1")?
                .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        let Some((record, seq)) = row else { return Ok(None) };
        let session = serde_json::from_str(&record).map_err(|e| damaged("session", &e))?;
        Ok(Some(StoredSession { session, seq }))
    }

    /// The turn that a message began.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn message(&self, session: &str, id: &str) -> Result<Option<StoredTurn>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT turn, settled FROM messages WHERE session = ?1 AND id = ?2")?
                .query_row([session, id], |row| {
                    Ok(StoredTurn { turn: row.get(0)?, settled: row.get::<_, i64>(1)? == 1 })
                })
                .optional()
        })
    }

    /// The replies of one turn, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn replies_of_turn(
        &self,
        session: &str,
        turn: u64,
    ) -> Result<Vec<StoredReply>, StoreError> {
        self.replies(
            "SELECT seq, turn, reply FROM replies WHERE session = ?1 AND turn = ?2 ORDER BY seq",
            session,
            turn,
        )
    }

    /// The replies after one, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn replies_after(&self, session: &str, seq: u64) -> Result<Vec<StoredReply>, StoreError> {
        self.replies(
            "SELECT seq, turn, reply FROM replies WHERE session = ?1 AND seq > ?2 ORDER BY seq",
            session,
            seq,
        )
    }

    fn replies(
        &self,
        query: &str,
        session: &str,
        number: u64,
    ) -> Result<Vec<StoredReply>, StoreError> {
        let rows: Vec<(u64, u64, String)> = self.read(|db| {
            let mut statement = db.prepare_cached(query)?;
            let rows = statement.query_map(params![session, number], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            rows.collect()
        })?;
        let reply = |(seq, turn, text): (u64, u64, String)| {
            let reply: Reply = serde_json::from_str(&text).map_err(|e| damaged("reply", &e))?;
            Ok(StoredReply { seq, turn, reply })
        };
        rows.into_iter().map(reply).collect()
    }

    /// Sessions whose action was under way when the last process ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn calling(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM sessions WHERE calling = 1 ORDER BY updated_ms", i64::MAX)
    }

    /// Sessions whose timer is due.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn due(&self, now_ms: i64) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM sessions WHERE wake_at_ms <= ?1 ORDER BY wake_at_ms LIMIT 1000",
            now_ms,
        )
    }

    fn ids(&self, query: &str, now_ms: i64) -> Result<Vec<String>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(query)?;
            let all = statement.parameter_count() == 0;

            if all {
                statement.query_map([], |row| row.get(0))?.collect()
            } else {
                statement.query_map([now_ms], |row| row.get(0))?.collect()
            }
        })
    }

    /// Number of sessions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session_count(&self) -> Result<u64, StoreError> {
        self.read(|db| db.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)))
    }

    /// Keeps a bundle's bytes, so that sessions pinned to it survive the next deployment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_bundle(&self, hash: &[u8; 32], bytes: &[u8]) -> Result<(), StoreError> {
        self.read(|db| {
            let query = "INSERT OR IGNORE INTO bundles (hash, bytes) VALUES (?1, ?2)";
            db.execute(query, params![hash.as_slice(), bytes]).map(|_| ())
        })
    }

    /// A bundle's bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bundle(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| {
            db.query_row("SELECT bytes FROM bundles WHERE hash = ?1", [hash.as_slice()], |row| {
                row.get(0)
            })
            .optional()
        })
    }
}

fn damaged(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Damaged { what, cause: error.to_string() }
}

fn connect(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
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

/// Takes what waits, writes it in one transaction, answers all.
fn write_loop(mut db: Connection, mut jobs: mpsc::Receiver<Job>, metrics: &Metrics) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < COMMITS_PER_BATCH_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        metrics.commit_batch.observe(batch.len() as f64);
        match write_batch(&mut db, &batch) {
            Ok(results) => {
                for (job, result) in batch.into_iter().zip(results) {
                    // A receiver that is gone no longer wants to know.
                    let _ = job.answer.send(result);
                }
            }
            Err(error) => {
                tracing::error!(%error, "commits failed");
                for job in batch {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

type Written = Result<Vec<StoredReply>, StoreError>;

/// Each commit has a savepoint of its own: one that cannot be written takes no other with it.
fn write_batch(db: &mut Connection, batch: &[Job]) -> Result<Vec<Written>, StoreError> {
    let mut transaction = db.transaction().map_err(failed)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        if batch.len() == 1 {
            results.push(Ok(write_commit(&transaction, &job.commit, &job.texts)?));
            continue;
        }
        let savepoint = transaction.savepoint().map_err(failed)?;
        let result = write_commit(&savepoint, &job.commit, &job.texts);
        if result.is_ok() {
            savepoint.commit().map_err(failed)?;
        }
        results.push(result);
    }
    transaction.commit().map_err(failed)?;
    Ok(results)
}

fn write_commit(
    db: &Connection,
    commit: &Commit,
    texts: &Texts,
) -> Result<Vec<StoredReply>, StoreError> {
    let session = &commit.session;
    let id = session.id.as_str();
    let mut reply_seq: u64 = db
        .prepare_cached("SELECT reply_seq FROM sessions WHERE id = ?1")
        .and_then(|mut s| s.query_row([id], |row| row.get(0)).optional())
        .map_err(failed)?
        .unwrap_or(0);
    let mut replies = Vec::new();
    let said = commit.commands.iter().filter_map(|command| match command {
        Command::Reply(reply) => Some(reply),
        _ => None,
    });
    for (reply, text) in said.zip(&texts.replies) {
        reply_seq += 1;
        db.prepare_cached(
            "INSERT INTO replies (session, seq, turn, reply) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut s| s.execute(params![id, reply_seq, session.turn, text]))
        .map_err(failed)?;
        replies.push(StoredReply { seq: reply_seq, turn: session.turn, reply: reply.clone() });
    }
    db.prepare_cached(
        "INSERT INTO sessions (id, bundle, record, seq, reply_seq, wake_at_ms, calling, updated_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET bundle = ?2, record = ?3, seq = ?4, reply_seq = ?5,
             wake_at_ms = ?6, calling = ?7, updated_ms = ?8",
    )
    .and_then(|mut s| {
        let calling = i64::from(!commit.settled);
        s.execute(params![
            id,
            session.bundle.as_slice(),
            texts.session,
            commit.seq,
            reply_seq,
            session.wake_at_ms,
            calling,
            commit.at_ms
        ])
    })
    .map_err(failed)?;
    db.prepare_cached(
        "INSERT INTO journal (session, seq, at_ms, event, commands) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .and_then(|mut s| s.execute(params![id, commit.seq, commit.at_ms, texts.event, texts.commands]))
    .map_err(failed)?;
    write_message(db, commit)?;
    Ok(replies)
}

/// The message's id in the turn's first commit, that it is settled in the last.
fn write_message(db: &Connection, commit: &Commit) -> Result<(), StoreError> {
    let (id, turn, settled) = (&commit.session.id, commit.session.turn, i64::from(commit.settled));
    if let Some(message) = &commit.message_id {
        db.prepare_cached(
            "INSERT INTO messages (session, id, turn, settled) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut s| s.execute(params![id, message, turn, settled]))
        .map_err(failed)?;
    } else if commit.settled {
        db.prepare_cached(
            "UPDATE messages SET settled = 1 WHERE session = ?1 AND turn = ?2 AND settled = 0",
        )
        .and_then(|mut s| s.execute(params![id, turn]))
        .map_err(failed)?;
    }
    Ok(())
}
