//! What readers ask of the store.

use flowright_engine::model::Reply;
use rusqlite::{OptionalExtension as _, ToSql, params};

use super::SqliteStore;
use crate::store::{StoreError, StoredReply, StoredSession, StoredTurn};

impl SqliteStore {
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
            db.prepare_cached(
                "SELECT turn, settled, last_reply, handed_off FROM messages
                 WHERE session = ?1 AND id = ?2",
            )?
            .query_row([session, id], |row| {
                Ok(StoredTurn {
                    turn: row.get(0)?,
                    settled: row.get(1)?,
                    last_reply: row.get(2)?,
                    handed_off: row.get(3)?,
                })
            })
            .optional()
        })
    }

    /// What answered a message, in order: the replies of its turn, but for those that came when it
    /// was over (silence, a timer).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn replies_of_turn(
        &self,
        session: &str,
        turn: &StoredTurn,
    ) -> Result<Vec<StoredReply>, StoreError> {
        let mut replies = self.replies(
            "SELECT seq, turn, reply FROM replies WHERE session = ?1 AND turn = ?2 ORDER BY seq",
            session,
            turn.turn,
        )?;
        replies.retain(|reply| turn.last_reply.is_none_or(|last| reply.seq <= last));
        Ok(replies)
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

    /// Sessions whose action is under way, or was when the last process ended, but for those pinned
    /// to bundles of these names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn calling(&self, unreadable: &[String]) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM sessions WHERE calling = 1
             AND lower(hex(bundle)) NOT IN (SELECT value FROM json_each(?1)) ORDER BY updated_ms",
            &[&serde_json::json!(unreadable).to_string()],
        )
    }

    /// Sessions whose timer is due, but for those pinned to bundles of these names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn due(&self, now_ms: i64, unreadable: &[String]) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM sessions WHERE wake_at_ms <= ?1
             AND lower(hex(bundle)) NOT IN (SELECT value FROM json_each(?2))
             ORDER BY wake_at_ms LIMIT 1000",
            &[&now_ms, &serde_json::json!(unreadable).to_string()],
        )
    }

    fn ids(&self, query: &str, values: &[&dyn ToSql]) -> Result<Vec<String>, StoreError> {
        self.read(|db| db.prepare_cached(query)?.query_map(values, |row| row.get(0))?.collect())
    }

    /// Number of sessions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session_count(&self) -> Result<u64, StoreError> {
        self.read(|db| db.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)))
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
