//! Timers of a store whose machine had its clock set: they were reckoned by the clock that the
//! server began with, and its next process begins with the new one.

use flowright_engine::model::Session;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows::SessionRow;
use super::{damaged, failed};
use crate::store::StoreError;

/// Where it is kept by how much the clock was set.
const KEY: &str = "clock_jump_ms";

/// Keeps by how much the machine's clock is ahead of what timers were reckoned by.
pub(super) fn keep(db: &Connection, jump_ms: i64) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    )?
    .execute(params![KEY, jump_ms])
    .map(|_| ())
}

/// Puts all timers where they belong on the machine's clock, once.
pub(super) fn apply(db: &Connection) -> Result<(), StoreError> {
    let jump: Option<i64> = db
        .query_row("SELECT value FROM meta WHERE name = ?1", [KEY], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let Some(jump) = jump.filter(|jump| *jump != 0) else { return Ok(()) };
    let query =
        format!("SELECT {} FROM sessions WHERE wake_at_ms IS NOT NULL", SessionRow::COLUMNS);
    let rows: Vec<SessionRow> = db
        .prepare(&query)
        .and_then(|mut statement| statement.query_map([], SessionRow::read)?.collect())
        .map_err(failed)?;
    tracing::warn!(jump, sessions = rows.len(), "timers are moved: the machine's clock was set");
    for mut row in rows {
        let mut session: Session =
            serde_json::from_str(&row.record).map_err(|e| damaged("session", &e))?;
        session.shift_timers(jump);
        row.record = serde_json::to_string(&session).map_err(|e| damaged("session", &e))?;
        row.wake_at_ms = session.wake_at_ms;
        db.prepare_cached(
            "UPDATE sessions SET record = ?2, wake_at_ms = ?3, sum = ?4 WHERE id = ?1",
        )
        .and_then(|mut s| s.execute(params![row.id, row.record, row.wake_at_ms, row.sum()]))
        .map_err(failed)?;
    }
    db.execute("UPDATE outbox SET next_at_ms = next_at_ms + ?1 WHERE dead = 0", [jump])
        .and_then(|_| keep(db, 0))
        .map_err(failed)
}
