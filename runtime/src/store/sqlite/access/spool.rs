//! Messages that were acknowledged and wait to be carried out; and the ids of those that were, so that
//! one that is handed over again is known.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::sqlite::sums::{Column, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};
use crate::store::sqlite::{SqliteStore, damaged};
use crate::store::{SpoolResult, Spooled, StoreError};

const COLUMNS: &str = "number, channel, id, sender, envelope, at_ms, cause, state, sum";

/// It waits.
const WAITS: i64 = 0;
/// It was carried out: its words are gone, its id stays.
const DONE: i64 = 1;
/// It cannot be carried out.
const DEAD: i64 = 2;

/// Why a damaged one is not carried out.
const SPOILED: &str = "it is damaged in the store";

pub(super) fn put(db: &Connection, message: &Spooled) -> Result<bool, rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO spool (channel, id, sender, envelope, at_ms, state, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (channel, id) DO NOTHING",
    )?
    .execute(params![
        message.channel,
        message.id,
        message.sender,
        message.envelope,
        message.at_ms,
        WAITS,
        sum_of(message)
    ])
    .map(|rows| rows > 0)
}

/// Of what never changes, as long as it waits.
fn sum_of(message: &Spooled) -> i64 {
    let columns = [
        Column::Text(&message.channel),
        Column::Text(&message.id),
        Column::Text(&message.sender),
        Column::Bytes(&message.envelope),
        Column::Number(Some(message.at_ms)),
    ];
    sum("spool", &columns)
}

/// A row, why it is dead if it is, and whether it is as it was written.
fn checked(row: &Row<'_>) -> Result<(Spooled, Option<String>, bool), rusqlite::Error> {
    let message = Spooled {
        number: row.get(0)?,
        channel: row.get(1)?,
        id: row.get(2)?,
        sender: row.get(3)?,
        envelope: row.get(4)?,
        at_ms: row.get(5)?,
    };
    let is_whole = (WAITS..=DEAD).contains(&row.get::<_, i64>(7)?)
        && sum_of(&message) == row.get::<_, i64>(8)?;
    Ok((message, row.get(6)?, is_whole))
}

pub(super) fn settle(
    db: &Connection,
    number: i64,
    result: &SpoolResult,
) -> Result<(), rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM spool WHERE number = ?1");
    let (message, _, _) = db.prepare_cached(&query)?.query_row([number], checked)?;
    match result {
        // Nobody needs the words twice: they are in the session's journal.
        SpoolResult::Done => {
            let message = Spooled { envelope: Vec::new(), ..message };
            db.prepare_cached(
                "UPDATE spool SET state = ?2, envelope = x'', sum = ?3 WHERE number = ?1",
            )?
            .execute(params![number, DONE, sum_of(&message)])
        }
        SpoolResult::Dead(cause) => db
            .prepare_cached("UPDATE spool SET state = ?2, cause = ?3 WHERE number = ?1")?
            .execute(params![number, DEAD, cause]),
    }
    .map(|_| ())
}

pub(in crate::store::sqlite) fn sizes(db: &Connection) -> Result<(u64, u64), rusqlite::Error> {
    let count = |state: i64| {
        db.prepare_cached("SELECT count(*) FROM spool WHERE state = ?1")?
            .query_row([state], |row| row.get(0))
    };
    Ok((count(WAITS)?, count(DEAD)?))
}

pub(super) fn dead(
    db: &Connection,
    most: usize,
) -> Result<Vec<(Spooled, String)>, rusqlite::Error> {
    let query =
        format!("SELECT {COLUMNS} FROM spool WHERE state = {DEAD} ORDER BY number DESC LIMIT ?1");
    let mut statement = db.prepare_cached(&query)?;
    let rows = statement.query_map([most], checked)?;
    rows.map(|row| row.map(|(message, cause, _)| (message, cause.unwrap_or_default()))).collect()
}

/// Under a new number: whoever carries messages out reads those behind the last one that was read.
pub(super) fn revive(db: &Connection, number: i64) -> Result<bool, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM spool WHERE number = ?1 AND state = {DEAD}");
    let found = db.prepare_cached(&query)?.query_row([number], checked).optional()?;
    // A damaged one stays as it is: a new sum would make something whole of it that is not.
    let Some((message, _, true)) = found else { return Ok(false) };
    db.prepare_cached("DELETE FROM spool WHERE number = ?1")?.execute([number])?;
    put(db, &message)
}

pub(super) fn forget(db: &Connection, before_ms: i64) -> Result<usize, rusqlite::Error> {
    db.prepare_cached("DELETE FROM spool WHERE state = 1 AND at_ms < ?1")?.execute([before_ms])
}

impl SqliteStore {
    /// Messages that wait. One that is damaged is named, and waits no longer.
    pub(super) async fn take_spooled(
        &self,
        after: i64,
        most: usize,
    ) -> Result<Vec<Spooled>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} FROM spool WHERE state = {WAITS} AND number > ?1 ORDER BY number LIMIT ?2"
        );
        let rows: Vec<_> = self.read(|db| {
            let mut statement = db.prepare_cached(&query)?;
            statement.query_map(params![after, most], checked)?.collect()
        })?;
        let (whole, spoiled): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.2);
        for (message, ..) in spoiled {
            let error = damaged("message that waits", &format!("number {}", message.number));
            tracing::error!(%error, "a message is not carried out");
            let result = SpoolResult::Dead(SPOILED.to_owned());
            self.change(move |db| settle(db, message.number, &result)).await?;
        }
        Ok(whole.into_iter().map(|(message, ..)| message).collect())
    }
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = format!("SELECT {COLUMNS} FROM spool");
    each(db, "message that waits", &query, report, |row| {
        let (message, _, is_whole) = checked(row)?;
        Ok(wrong(is_whole, || format!("message {} of the spool", message.number)))
    })
}
