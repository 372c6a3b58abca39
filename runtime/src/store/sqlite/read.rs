//! What readers ask of the store.

use flowright_engine::model::{Reply, Session};
use rusqlite::{OptionalExtension as _, Row, ToSql, params};

use super::rows::{MessageRow, SessionRow, reply_sum};
use super::{SqliteStore, damaged};
use crate::limits::DUE_AT_ONCE_MAX;
use crate::store::{DueSession, StoreError, StoredReply, StoredSession, StoredTurn};

/// Beyond the number of every reply.
const LAST: u64 = i64::MAX as u64;

/// What a row says that is not as it was written.
const WRONG_SUM: &str = "its checksum is not the one it was written with";

/// A message's id and turn, and whether its row is as it was written.
type Message = (StoredTurn, bool);

const MESSAGE: &str = "turn, settled, first_reply, last_reply, handed_off, sum, id";

fn read_message(session: &str, row: &Row<'_>) -> Result<Message, rusqlite::Error> {
    let turn = StoredTurn {
        turn: row.get(0)?,
        settled: row.get(1)?,
        first_reply: row.get(2)?,
        last_reply: row.get(3)?,
        handed_off: row.get(4)?,
    };
    let id: String = row.get(6)?;
    let written = MessageRow {
        session,
        id: &id,
        turn: turn.turn,
        settled: turn.settled,
        first_reply: turn.first_reply,
        last_reply: turn.last_reply,
        handed_off: turn.handed_off,
    };
    let is_whole = written.sum() == row.get::<_, i64>(5)?;
    Ok((turn, is_whole))
}

impl SqliteStore {
    /// A session, when its row and those of all its messages are as they were written: a message
    /// whose row is spoiled would be carried out twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_session(&self, id: &str) -> Result<Option<StoredSession>, StoreError> {
        let rows = self.read(|db| {
            let row: Option<(SessionRow, i64)> = db
                .prepare_cached(&format!(
                    "SELECT {}, sum FROM sessions WHERE id = ?1",
                    SessionRow::COLUMNS
                ))?
                .query_row([id], |row| Ok((SessionRow::read(row)?, SessionRow::stored_sum(row)?)))
                .optional()?;
            let mut messages =
                db.prepare_cached(&format!("SELECT {MESSAGE} FROM messages WHERE session = ?1"))?;
            let messages: Vec<Message> =
                messages.query_map([id], |row| read_message(id, row))?.collect::<Result<_, _>>()?;
            // Every step is in the journal: a session that is there alone is one that lost its row.
            let steps = db
                .prepare_cached("SELECT 1 FROM journal WHERE session = ?1 LIMIT 1")?
                .exists([id])?;
            Ok((row, messages, steps))
        })?;
        let (Some((row, stored)), messages, _) = rows else {
            if rows.2 || !rows.1.is_empty() {
                return Err(damaged("session", &format!("the row of `{id}` is missing")));
            }
            return Ok(None);
        };
        if row.sum() != stored {
            return Err(damaged("session", &WRONG_SUM));
        }
        if messages.len() as u64 != row.messages {
            let cause =
                format!("`{id}` had {} messages, {} are there", row.messages, messages.len());
            return Err(damaged("message", &cause));
        }
        if messages.iter().any(|(_, is_whole)| !is_whole) {
            return Err(damaged("message", &WRONG_SUM));
        }
        let session: Session =
            serde_json::from_str(&row.record).map_err(|e| damaged("session", &e))?;
        Ok(Some(StoredSession { session, seq: row.seq }))
    }

    /// The turn that a message began.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_message(&self, session: &str, id: &str) -> Result<Option<StoredTurn>, StoreError> {
        let found: Option<Message> = self.read(|db| {
            let query = format!("SELECT {MESSAGE} FROM messages WHERE session = ?1 AND id = ?2");
            db.prepare_cached(&query)?
                .query_row([session, id], |row| read_message(session, row))
                .optional()
        })?;
        match found {
            Some((_, false)) => Err(damaged("message", &WRONG_SUM)),
            found => Ok(found.map(|(turn, _)| turn)),
        }
    }

    /// What answered a message, in order: the replies of its turn, but for those that came when it
    /// was over (silence, a timer).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_replies_of_turn(
        &self,
        session: &str,
        turn: &StoredTurn,
    ) -> Result<Vec<StoredReply>, StoreError> {
        if let (Some(first), Some(last)) = (turn.first_reply, turn.last_reply) {
            let replies = self.replies(session, first, last)?;
            if replies.len() as u64 != last.saturating_sub(first) {
                return Err(damaged("reply", &format!("one of turn {} is missing", turn.turn)));
            }
            return Ok(replies);
        }
        let mut replies = self.replies(session, 0, LAST)?;
        replies.retain(|reply| reply.turn == turn.turn);
        replies.retain(|reply| turn.last_reply.is_none_or(|last| reply.seq <= last));
        Ok(replies)
    }

    /// The replies after one, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_replies_after(
        &self,
        session: &str,
        seq: u64,
    ) -> Result<Vec<StoredReply>, StoreError> {
        self.replies(session, seq, LAST)
    }

    /// The replies after one, up to another, without gaps.
    fn replies(
        &self,
        session: &str,
        after: u64,
        last: u64,
    ) -> Result<Vec<StoredReply>, StoreError> {
        let rows: Vec<(u64, u64, String, i64)> = self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT seq, turn, reply, sum FROM replies
                 WHERE session = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq",
            )?;
            let rows = statement.query_map(params![session, after, last], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            rows.collect()
        })?;
        let reply = |(expected, (seq, turn, text, sum)): (u64, (u64, u64, String, i64))| {
            if reply_sum(session, seq, turn, &text) != sum {
                return Err(damaged("reply", &WRONG_SUM));
            }
            if seq != expected {
                return Err(damaged("reply", &format!("number {expected} is missing")));
            }
            let reply: Reply = serde_json::from_str(&text).map_err(|e| damaged("reply", &e))?;
            Ok(StoredReply { seq, turn, reply })
        };
        (after.saturating_add(1)..).zip(rows).map(reply).collect()
    }

    /// Sessions whose action is under way, or was when the last process ended, but for those pinned
    /// to bundles of these names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_calling(&self, unreadable: &[String]) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM sessions WHERE calling = 1
             AND lower(hex(bundle)) NOT IN (SELECT value FROM json_each(?1)) ORDER BY updated_ms",
            &[&serde_json::json!(unreadable).to_string()],
        )
    }

    /// Bundles with sessions whose action was under way when the last process ended, each with one of
    /// these sessions and their number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_calling_by_bundle(&self) -> Result<Vec<([u8; 32], String, usize)>, StoreError> {
        self.read(|db| {
            let query = "SELECT bundle, min(id), count(*) FROM sessions WHERE calling = 1
                         GROUP BY bundle";
            let mut statement = db.prepare_cached(query)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        })
    }

    /// Sessions whose timer is due, the first of them or those after one, but for those pinned to
    /// bundles of these names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_due(
        &self,
        now_ms: i64,
        unreadable: &[String],
        after: Option<&DueSession>,
    ) -> Result<Vec<DueSession>, StoreError> {
        let (at_ms, session) = after.map_or((i64::MIN, ""), |due| (due.at_ms, &due.session));
        let unreadable = serde_json::json!(unreadable).to_string();
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT wake_at_ms, id FROM sessions
                 WHERE wake_at_ms <= ?1 AND (wake_at_ms, id) > (?2, ?3)
                 AND lower(hex(bundle)) NOT IN (SELECT value FROM json_each(?4))
                 ORDER BY wake_at_ms, id LIMIT ?5",
            )?;
            let read = |row: &Row<'_>| Ok(DueSession { at_ms: row.get(0)?, session: row.get(1)? });
            let values = params![now_ms, at_ms, session, unreadable, DUE_AT_ONCE_MAX];
            statement.query_map(values, read)?.collect()
        })
    }

    fn ids(&self, query: &str, values: &[&dyn ToSql]) -> Result<Vec<String>, StoreError> {
        self.read(|db| db.prepare_cached(query)?.query_map(values, |row| row.get(0))?.collect())
    }

    /// When the first timer after a moment is due, ms UTC.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_next_wake(&self, after_ms: i64) -> Result<Option<i64>, StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT min(wake_at_ms) FROM sessions WHERE wake_at_ms > ?1")?
                .query_row([after_ms], |row| row.get(0))
        })
    }

    /// Number of sessions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_session_count(&self) -> Result<u64, StoreError> {
        self.read(|db| db.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)))
    }

    /// A bundle's bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_bundle(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| {
            db.query_row("SELECT bytes FROM bundles WHERE hash = ?1", [hash.as_slice()], |row| {
                row.get(0)
            })
            .optional()
        })
    }
}
