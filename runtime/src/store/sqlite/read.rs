//! What readers ask of the store.

use flowright_engine::model::{Reply, Session};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::rows::{MessageRow, SessionRow, WRONG_SUM, reply_sum};
use super::{SqliteStore, damaged};
use crate::limits::DUE_AT_ONCE_MAX;
use crate::store::{
    DueSession, MessageKey, StoreError, Stored, StoredReply, StoredSession, StoredTurn,
};

/// Beyond the number of every reply.
const LAST: u64 = i64::MAX as u64;

/// What the tables say of one session, read at once.
struct Found {
    /// Each with whether it is as it was written.
    row: Option<(SessionRow, bool)>,
    messages: Vec<(MessageRow, bool)>,
    /// The number of its last step, which is in the journal.
    last_step: Option<u64>,
    last_reply: Option<u64>,
}

/// The messages of a session, or one of them.
fn messages_where(condition: &str) -> String {
    format!("SELECT {}, sum FROM messages WHERE session = ?1 {condition}", MessageRow::COLUMNS)
}

/// The last number of a session in a table.
fn last_of(db: &Connection, table: &str, session: &str) -> Result<Option<u64>, rusqlite::Error> {
    let query = format!("SELECT seq FROM {table} WHERE session = ?1 ORDER BY seq DESC LIMIT 1");
    db.prepare_cached(&query)?.query_row([session], |row| row.get(0)).optional()
}

fn find(db: &Connection, id: &str) -> Result<Found, rusqlite::Error> {
    let query = format!("SELECT {}, sum FROM sessions WHERE id = ?1", SessionRow::COLUMNS);
    let row = db.prepare_cached(&query)?.query_row([id], SessionRow::checked).optional()?;
    let mut messages = db.prepare_cached(&messages_where("ORDER BY id"))?;
    let messages = messages.query_map([id], MessageRow::checked)?.collect::<Result<_, _>>()?;
    let (last_step, last_reply) = (last_of(db, "journal", id)?, last_of(db, "replies", id)?);
    Ok(Found { row, messages, last_step, last_reply })
}

impl Found {
    /// The session's row, when all that the tables say of the session is as it was written and
    /// belongs together. A flipped bit may spoil a row, or the way to it: then the row is not found,
    /// or found twice, or an earlier one is found. Each table has its own ways, so that the others
    /// tell.
    fn whole(self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let Some((row, is_whole)) = self.row else {
            if self.last_step.is_some() || self.last_reply.is_some() || !self.messages.is_empty() {
                return Err(damaged("session", &format!("the row of `{id}` is missing")));
            }
            return Ok(None);
        };
        if row.id != id || !is_whole {
            return Err(damaged("session", &WRONG_SUM));
        }
        let (had, there) = (row.messages, self.messages.len() as u64);
        if had != there {
            return Err(damaged(
                "message",
                &format!("`{id}` had {had} messages, {there} are there"),
            ));
        }
        if self.messages.iter().any(|(row, is_whole)| !is_whole || row.session != id) {
            return Err(damaged("message", &WRONG_SUM));
        }
        if self.messages.iter().zip(self.messages.iter().skip(1)).any(|(a, b)| a.0.id >= b.0.id) {
            return Err(damaged(
                "message",
                &format!("one of `{id}` is there twice, another is not"),
            ));
        }
        for (what, last, there) in [
            ("step", row.seq, self.last_step.unwrap_or(0)),
            ("reply", row.reply_seq, self.last_reply.unwrap_or(0)),
        ] {
            if last != there {
                let cause = format!("the last one of `{id}` has number {last}, {there} is there");
                return Err(damaged(what, &cause));
            }
        }
        Ok(Some(row))
    }
}

impl SqliteStore {
    /// A session, when its row and those of all its messages are as they were written: a message
    /// whose row is spoiled would be carried out twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_session(&self, id: &str) -> Result<Option<StoredSession>, StoreError> {
        let found = self.read_at_once(|db| find(db, id))?;
        let messages = found.messages.iter().map(|(row, _)| MessageKey::of(&row.id)).collect();
        let Some(row) = found.whole(id)? else { return Ok(None) };
        let session: Session =
            serde_json::from_str(&row.record).map_err(|e| damaged("session", &e))?;
        let stored = Stored { seq: row.seq, replies: row.reply_seq, messages };
        Ok(Some(StoredSession { session, stored }))
    }

    /// The turn that a message began. That there is none is said only when all messages of the
    /// session are there and whole: one that is taken for new is carried out twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read_message(&self, session: &str, id: &str) -> Result<Option<StoredTurn>, StoreError> {
        let found = self.read(|db| {
            db.prepare_cached(&messages_where("AND id = ?2"))?
                .query_row([session, id], MessageRow::checked)
                .optional()
        })?;
        match found {
            // A row that is spoiled may be found under another's name.
            Some((row, true)) if row.session == session && row.id == id => Ok(Some(row.turn())),
            Some(_) => Err(damaged("message", &WRONG_SUM)),
            // A row that is not where it belongs hides others from whoever looks for them by name,
            // and not from whoever reads one after the other.
            None => {
                let found = self.read_at_once(|db| find(db, session))?;
                let hidden = found.messages.iter().find(|(row, _)| row.id == id);
                let turn = hidden.map(|(row, _)| row.turn());
                found.whole(session).map(|_| turn)
            }
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
        type Rows = Vec<(u64, u64, String, i64)>;
        let (rows, known): (Rows, Option<u64>) = self.read_at_once(|db| {
            let mut statement = db.prepare_cached(
                "SELECT seq, turn, reply, sum FROM replies
                 WHERE session = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq",
            )?;
            let rows = statement.query_map(params![session, after, last], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            let rows = rows.collect::<Result<_, _>>()?;
            let known = db
                .prepare_cached("SELECT reply_seq FROM sessions WHERE id = ?1")?
                .query_row([session], |row| row.get(0))
                .optional()?;
            Ok((rows, known))
        })?;
        // What is behind a gap at the end shows nowhere else.
        let end = rows.last().map_or(after, |row| row.0);
        match known {
            None if rows.is_empty() => return self.read_session(session).map(|_| Vec::new()),
            Some(known) if end < known.min(last) => {
                return Err(damaged("reply", &format!("number {} is missing", end + 1)));
            }
            _ => {}
        }
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
