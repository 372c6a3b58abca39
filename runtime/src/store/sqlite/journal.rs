//! Journals as they are kept in SQLite.

use std::future::ready;

use rusqlite::Row;

use super::rows::{WRONG_SUM, step_sum};
use super::{SqliteStore, damaged};
use crate::limits::JOURNAL_BYTES_MAX;
use crate::store::{JournalStore, LatestSession, StoreError, StoreFuture, StoredStep};

/// A row of the journal: number, time, event, commands, and whether it is as it was written.
type StepRow = (u64, i64, String, String, bool);

fn step_row(session: &str, row: &Row<'_>) -> Result<StepRow, rusqlite::Error> {
    let (seq, at_ms, event, commands) =
        (row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?);
    let is_whole = step_sum(session, seq, at_ms, &event, &commands) == row.get::<_, i64>(4)?;
    Ok((seq, at_ms, event, commands, is_whole))
}

impl SqliteStore {
    fn read_latest_sessions(&self, most: usize) -> Result<Vec<LatestSession>, StoreError> {
        self.read(|db| {
            let query =
                "SELECT id, bundle, updated_ms FROM sessions ORDER BY updated_ms DESC, id LIMIT ?1";
            let session = |row: &Row<'_>| {
                Ok(LatestSession { id: row.get(0)?, bundle: row.get(1)?, at_ms: row.get(2)? })
            };
            db.prepare_cached(query)?.query_map([most], session)?.collect()
        })
    }

    fn read_steps(
        &self,
        session: &str,
        seq: u64,
        most: usize,
    ) -> Result<Vec<StoredStep>, StoreError> {
        // Numbers are kept as signed ones; behind the largest there is nothing.
        let after = seq.min(i64::MAX as u64);
        let rows = self.read(|db| {
            let query = "SELECT seq, at_ms, event, commands, sum FROM journal
                         WHERE session = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
            let mut query = db.prepare_cached(query)?;
            let found = query
                .query_map(rusqlite::params![session, after, most], |row| step_row(session, row))?;
            let (mut rows, mut bytes) = (Vec::new(), 0);
            for row in found {
                let row = row?;
                bytes += row.2.len() + row.3.len();
                // One step at least: else nobody gets past a large one.
                if bytes > JOURNAL_BYTES_MAX && !rows.is_empty() {
                    break;
                }
                rows.push(row);
            }
            Ok(rows)
        })?;
        rows.into_iter().map(step).collect()
    }
}

fn step((seq, at_ms, event, commands, is_whole): StepRow) -> Result<StoredStep, StoreError> {
    if !is_whole {
        return Err(damaged("step", &WRONG_SUM));
    }
    let event = serde_json::from_str(&event).map_err(|e| damaged("step", &e))?;
    let commands = serde_json::from_str(&commands).map_err(|e| damaged("step", &e))?;
    Ok(StoredStep { seq, at_ms, event, commands })
}

impl JournalStore for SqliteStore {
    fn latest_sessions(&self, most: usize) -> StoreFuture<'_, Vec<LatestSession>> {
        Box::pin(ready(self.read_latest_sessions(most)))
    }

    fn steps_after<'s>(
        &'s self,
        session: &'s str,
        seq: u64,
        most: usize,
    ) -> StoreFuture<'s, Vec<StoredStep>> {
        Box::pin(ready(self.read_steps(session, seq, most)))
    }
}
