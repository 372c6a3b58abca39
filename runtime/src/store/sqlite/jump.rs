//! Timers of a store whose machine had its clock set: they were reckoned by the clock that the
//! server began with, and its next process begins with the new one.

use flowright_engine::model::Session;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::rows::{SessionRow, WRONG_SUM};
use super::sums::{Column, sum};
use super::{damaged, failed};
use crate::store::StoreError;

/// Where it is kept by how much the clock was set.
const KEY: &str = "clock_jump_ms";

/// Where the sum of that is.
const KEY_SUM: &str = "clock_jump_sum";

fn jump_sum(jump_ms: i64) -> i64 {
    sum("meta", &[Column::Text(KEY), Column::Number(Some(jump_ms))])
}

/// Keeps by how much the machine's clock is ahead of what timers were reckoned by.
pub(super) fn keep(db: &Connection, jump_ms: i64) -> Result<(), rusqlite::Error> {
    let mut put = db.prepare_cached(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
    )?;
    put.execute(params![KEY, jump_ms])?;
    put.execute(params![KEY_SUM, jump_sum(jump_ms)]).map(|_| ())
}

/// By how much the clock was set, as it was kept.
///
/// # Errors
/// [`StoreError::Damaged`] when it is not what was written: no timer is moved by that.
pub(super) fn kept(db: &Connection) -> Result<i64, StoreError> {
    let one = |name: &str| {
        db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
    };
    let (jump, stored): (Option<i64>, Option<i64>) =
        one(KEY).and_then(|jump| Ok((jump, one(KEY_SUM)?))).map_err(failed)?;
    match (jump, stored) {
        (None, None) => Ok(0),
        (Some(jump), Some(stored)) if jump_sum(jump) == stored => Ok(jump),
        _ => Err(damaged("setting of the clock", &WRONG_SUM)),
    }
}

/// Puts all timers where they belong on the machine's clock, once.
pub(super) fn apply(db: &Connection) -> Result<(), StoreError> {
    let jump = kept(db)?;
    if jump == 0 {
        return Ok(());
    }
    let query =
        format!("SELECT {}, sum FROM sessions WHERE wake_at_ms IS NOT NULL", SessionRow::COLUMNS);
    let rows: Vec<(SessionRow, bool)> = db
        .prepare(&query)
        .and_then(|mut statement| statement.query_map([], SessionRow::checked)?.collect())
        .map_err(failed)?;
    tracing::warn!(jump, sessions = rows.len(), "timers are moved: the machine's clock was set");
    for (mut row, is_whole) in rows {
        // A new sum would make something whole of it that is not.
        if !is_whole {
            let error = damaged("session", &WRONG_SUM);
            tracing::error!(session = %row.id, %error, "its timer is not moved");
            continue;
        }
        let mut session: Session =
            serde_json::from_str(&row.record).map_err(|e| damaged("session", &e))?;
        session.shift_timers(jump);
        row.record = serde_json::to_string(&session).map_err(|e| damaged("session", &e))?;
        row.wake_at_ms = row.wake_at_ms.map(|at| at.saturating_add(jump));
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
