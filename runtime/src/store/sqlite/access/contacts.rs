//! What a channel needs to answer a customer: what came with the last message of the session there.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::sqlite::sums::{Column, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};

fn sum_of(session: &str, channel: &str, reply_to: &str) -> i64 {
    sum("contacts", &[Column::Text(session), Column::Text(channel), Column::Text(reply_to)])
}

/// Keeps what came with a message.
pub(in crate::store::sqlite) fn keep(
    db: &Connection,
    session: &str,
    channel: &str,
    reply_to: &str,
) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO contacts (session, channel, reply_to, sum) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET reply_to = excluded.reply_to, sum = excluded.sum
         WHERE reply_to != excluded.reply_to",
    )?
    .execute(params![session, channel, reply_to, sum_of(session, channel, reply_to)])
    .map(|_| ())
}

/// What was kept, and whether it is as it was written.
pub(in crate::store::sqlite) fn of(
    db: &Connection,
    session: &str,
    channel: &str,
) -> Result<Option<(String, bool)>, rusqlite::Error> {
    db.prepare_cached(
        "SELECT session, channel, reply_to, sum FROM contacts WHERE session = ?1 AND channel = ?2",
    )?
    .query_row([session, channel], checked)
    .optional()
}

fn checked(row: &Row<'_>) -> Result<(String, bool), rusqlite::Error> {
    let (session, channel): (String, String) = (row.get(0)?, row.get(1)?);
    let reply_to: String = row.get(2)?;
    let is_whole = sum_of(&session, &channel, &reply_to) == row.get::<_, i64>(3)?;
    Ok((reply_to, is_whole))
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT session, channel, reply_to, sum FROM contacts";
    each(db, "contact", query, report, |row| {
        let (_, is_whole) = checked(row)?;
        let session: String = row.get(0)?;
        Ok(wrong(is_whole, || format!("a contact of the session `{session}`")))
    })
}
