//! SQLite as what knows of files that customers sent.

use std::future::ready;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::sums::{Column, sum};
use super::verify::{Rows, StoreReport, each, wrong};
use super::{SqliteStore, damaged};
use crate::limits::SESSION_ATTACHMENTS_MAX;
use crate::store::{AttachmentStore, Bound, StoreError, StoreFuture, StoredAttachment};

/// The table, beside those of the sessions.
pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS attachments (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, session TEXT, name TEXT NOT NULL, media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL, hash BLOB NOT NULL, at_ms INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attachments_session ON attachments (session) WHERE session IS NOT NULL;
CREATE INDEX IF NOT EXISTS attachments_loose ON attachments (at_ms) WHERE session IS NULL;
";

const COLUMNS: &str = "id, channel, session, name, media_type, bytes, hash, at_ms, sum";

fn sum_of(file: &StoredAttachment) -> i64 {
    let columns = [
        Column::Text(&file.id),
        Column::Text(&file.channel),
        Column::Text(file.session.as_deref().unwrap_or_default()),
        Column::Text(&file.name),
        Column::Text(&file.media_type),
        Column::Number(i64::try_from(file.bytes).ok()),
        Column::Bytes(&file.hash),
        Column::Number(Some(file.at_ms)),
    ];
    sum("attachments", &columns)
}

/// A row, and whether it is as it was written.
fn checked(row: &Row<'_>) -> Result<(StoredAttachment, bool), rusqlite::Error> {
    let file = StoredAttachment {
        id: row.get(0)?,
        channel: row.get(1)?,
        session: row.get(2)?,
        name: row.get(3)?,
        media_type: row.get(4)?,
        bytes: row.get(5)?,
        hash: row.get(6)?,
        at_ms: row.get(7)?,
    };
    let is_whole = sum_of(&file) == row.get::<_, i64>(8)?;
    Ok((file, is_whole))
}

fn put(db: &Connection, file: &StoredAttachment) -> Result<(), rusqlite::Error> {
    db.prepare_cached(&format!(
        "INSERT OR REPLACE INTO attachments ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    ))?
    .execute(params![
        file.id,
        file.channel,
        file.session,
        file.name,
        file.media_type,
        file.bytes,
        file.hash,
        file.at_ms,
        sum_of(file)
    ])
    .map(|_| ())
}

fn get(db: &Connection, id: &str) -> Result<Option<(StoredAttachment, bool)>, rusqlite::Error> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM attachments WHERE id = ?1"))?
        .query_row([id], checked)
        .optional()
}

fn of_session(
    db: &Connection,
    session: &str,
) -> Result<Vec<(StoredAttachment, bool)>, rusqlite::Error> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM attachments WHERE session = ?1"))?
        .query_map([session], checked)?
        .collect()
}

/// Nothing is written unless all can be: whoever calls this has a transaction, and may go on in it.
fn bind(db: &Connection, ids: &[String], session: &str) -> Result<Bound, rusqlite::Error> {
    let mut found = Vec::new();
    for id in ids {
        match get(db, id)? {
            Some((file, true)) if file.session.as_deref().is_none_or(|own| own == session) => {
                found.push(file);
            }
            _ => return Ok(Bound::Unknown(id.clone())),
        }
    }
    let new = found.iter().filter(|file| file.session.is_none()).count();
    let own: usize = db
        .prepare_cached("SELECT count(*) FROM attachments WHERE session = ?1")?
        .query_row([session], |row| row.get(0))?;
    if new > 0 && own + new > SESSION_ATTACHMENTS_MAX {
        return Ok(Bound::TooMany);
    }
    for file in found.iter_mut().filter(|file| file.session.is_none()) {
        file.session = Some(session.to_owned());
        put(db, file)?;
    }
    Ok(Bound::Yes(found))
}

fn move_all(db: &Connection, from: &str, into: &str) -> Result<(), rusqlite::Error> {
    // A damaged one stays as it is: a new sum would make something whole of it that is not.
    for (file, _) in of_session(db, from)?.into_iter().filter(|(_, is_whole)| *is_whole) {
        put(db, &StoredAttachment { session: Some(into.to_owned()), ..file })?;
    }
    Ok(())
}

fn loose(db: &Connection, before_ms: i64, most: usize) -> Result<Vec<String>, rusqlite::Error> {
    db.prepare_cached(
        "SELECT id FROM attachments WHERE session IS NULL AND at_ms < ?1 ORDER BY at_ms LIMIT ?2",
    )?
    .query_map(params![before_ms, most], |row| row.get(0))?
    .collect()
}

fn forget(db: &Connection, ids: &[String]) -> Result<(), rusqlite::Error> {
    let mut statement = db.prepare_cached("DELETE FROM attachments WHERE id = ?1")?;
    ids.iter().try_for_each(|id| statement.execute([id]).map(|_| ()))
}

impl AttachmentStore for SqliteStore {
    fn keep_attachments(&self, attachments: Vec<StoredAttachment>) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| attachments.iter().try_for_each(|file| put(db, file))))
    }

    fn attachment<'s>(&'s self, id: &'s str) -> StoreFuture<'s, Option<StoredAttachment>> {
        let found = self.read(|db| get(db, id)).and_then(|found| match found {
            Some((_, false)) => Err::<_, StoreError>(damaged("attachment", &format!("`{id}`"))),
            found => Ok(found.map(|(file, _)| file)),
        });
        Box::pin(ready(found))
    }

    fn bind_attachments(&self, ids: Vec<String>, session: String) -> StoreFuture<'_, Bound> {
        Box::pin(self.change_to(move |db| bind(db, &ids, &session)))
    }

    fn move_attachments(&self, from: String, into: String) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| move_all(db, &from, &into)))
    }

    fn loose_attachments(&self, before_ms: i64, most: usize) -> StoreFuture<'_, Vec<String>> {
        Box::pin(ready(self.read(|db| loose(db, before_ms, most))))
    }

    fn drop_attachments(&self, ids: Vec<String>) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| forget(db, &ids)))
    }

    fn attachment_bytes(&self) -> StoreFuture<'_, u64> {
        Box::pin(ready(self.read(|db| {
            db.query_row("SELECT coalesce(sum(bytes), 0) FROM attachments", [], |row| row.get(0))
        })))
    }
}

/// What is known of each file, where that is as it was written.
pub(super) fn each_known(
    db: &Connection,
    mut work: impl FnMut(StoredAttachment),
) -> Result<(), rusqlite::Error> {
    let mut statement = db.prepare(&format!("SELECT {COLUMNS} FROM attachments ORDER BY id"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // What is wrong with the others is named elsewhere.
        if let Ok((known, true)) = checked(row) {
            work(known);
        }
    }
    Ok(())
}

pub(super) fn is_known(db: &Connection, id: &str) -> Result<bool, rusqlite::Error> {
    get(db, id).map(|found| found.is_some())
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = format!("SELECT {COLUMNS} FROM attachments");
    each(db, "attachment", &query, report, |row| {
        let (file, is_whole) = checked(row)?;
        Ok(wrong(is_whole, || format!("attachment `{}`", file.id)))
    })
}
