//! What the desk knows of conversations that humans have, or that wait for one.

use flowright_engine::model::Session;
use rusqlite::{Connection, Row, params};

use super::sums::{Column, sum};
use super::verify::{Rows, StoreReport, each, wrong};
use super::{SqliteStore, damaged};
use crate::store::{Held, HeldChange, StoreError};

/// The table, beside those of the sessions.
pub(super) const TABLE: &str = "
CREATE TABLE IF NOT EXISTS held (
    session TEXT PRIMARY KEY, record TEXT NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// The version from which its records are as they are now.
pub(super) const SINCE: i64 = 11;

fn sum_of(session: &str, record: &str) -> i64 {
    sum("held", &[Column::Text(session), Column::Text(record)])
}

/// With the step that changes it.
pub(super) fn change(
    db: &Connection,
    session: &str,
    change: &HeldChange,
) -> Result<(), StoreError> {
    let done = match change {
        HeldChange::Same => return Ok(()),
        HeldChange::Now(held) => put(db, held),
        HeldChange::Gone => db
            .prepare_cached("DELETE FROM held WHERE session = ?1")
            .and_then(|mut s| s.execute([session]))
            .map(|_| ()),
    };
    done.map_err(super::failed)
}

fn put(db: &Connection, held: &Held) -> Result<(), rusqlite::Error> {
    let record = serde_json::to_string(held)
        .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
    db.prepare_cached("INSERT OR REPLACE INTO held (session, record, sum) VALUES (?1, ?2, ?3)")?
        .execute(params![held.session, record, sum_of(&held.session, &record)])
        .map(|_| ())
}

/// In a store of before, which had other records or none: from the sessions that are there.
pub(super) fn fill(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut sessions = db.prepare(&format!("SELECT record FROM sessions WHERE {HANDED_OFF}"))?;
    let records: Vec<String> =
        sessions.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // One that cannot be read is damaged, and named where it is opened or verified.
    let sessions = records.iter().filter_map(|record| serde_json::from_str(record).ok());
    sessions.filter_map(|session: Session| Held::of(&session)).try_for_each(|held| put(db, &held))
}

/// Of a session's record: a human has it, or it waits for one.
const HANDED_OFF: &str = "json_type(record, '$.status') = 'object'";

/// A row; nothing where it is not as it was written.
fn checked(row: &Row<'_>) -> Result<(String, Option<Held>), rusqlite::Error> {
    let (session, record): (String, String) = (row.get(0)?, row.get(1)?);
    let is_whole = sum_of(&session, &record) == row.get::<_, i64>(2)?;
    let held = serde_json::from_str(&record).ok().filter(|_| is_whole);
    Ok((session, held))
}

impl SqliteStore {
    pub(super) fn read_held(&self) -> Result<Vec<Held>, StoreError> {
        let rows: Vec<(String, Option<Held>)> = self.read(|db| {
            let mut rows = db.prepare_cached("SELECT session, record, sum FROM held")?;
            rows.query_map([], checked)?.collect()
        })?;
        let whole = |(session, held): (String, Option<Held>)| {
            held.ok_or_else(|| damaged("place in the queue", &format!("that of `{session}`")))
        };
        rows.into_iter().map(whole).collect()
    }
}

/// Verifies every row, against the session that it is of.
pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT h.session, h.record, h.sum, s.record FROM held h
                 LEFT JOIN sessions s ON s.id = h.session";
    let count = each(db, "place in the queue", query, report, |row| {
        let (session, held) = checked(row)?;
        let what = || format!("the place in the queue of `{session}`");
        let Some(held) = held else { return Ok(wrong(false, what)) };
        let record: Option<String> = row.get(3)?;
        let of_session =
            record.and_then(|record| Held::of(&serde_json::from_str::<Session>(&record).ok()?));
        let is_same = of_session.as_ref() == Some(&held);
        Ok((!is_same).then(|| format!("{} is not what its session says", what())))
    })?;
    let query = format!(
        "SELECT count(*) FROM sessions WHERE {HANDED_OFF} AND id NOT IN (SELECT session FROM held)"
    );
    let lost: u64 = db.query_row(&query, [], |row| row.get(0))?;
    if lost > 0 {
        report.fault(format!("{lost} conversations that were handed over are in no queue"));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use flowright_compiler::compile::MemorySources;
    use flowright_engine::model::{Handoff, Reason, Status, Summary};
    use flowright_engine::{LoadedProgram, open_session};
    use flowright_nlu::lang::Lang;

    use super::*;
    use crate::store::sqlite::tables::{SCHEMA, make_tables};

    /// What version 9 kept: without when the customer last wrote.
    const OF_VERSION_9: &str = r#"{"session":"s","epoch":1,"channel":"web","language":"en",
        "skill":null,"urgency":1,"at_ms":5,"since_ms":5,"wanted_at_ms":5,"replied_at_ms":null,"owner":null}"#;

    /// One that waits since 5; the customer wrote at 7.
    fn handed_over() -> Session {
        let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\n";
        let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", text)).unwrap();
        let program = LoadedProgram::interpreted(compiled.bundle.unwrap(), [0; 32]).unwrap();
        let summary = Summary {
            flow: None,
            state: None,
            intent: None,
            confidence_percent: None,
            sentiment_percent: None,
            lang: Lang::EN,
            customer: Vec::new(),
            slots: Vec::new(),
            tried: Vec::new(),
            transcript: Vec::new(),
            attachments: Vec::new(),
        };
        let handoff = Handoff {
            at_ms: 5,
            skill: None,
            skill_name: None,
            urgency: 1,
            reason: Reason::Flow,
            because: String::new(),
            rules: Vec::new(),
            summary,
            owner: None,
            assigned: None,
            since_ms: 5,
            wanted_at_ms: 5,
            replied_at_ms: None,
        };
        let session = open_session(&program, "s", "web", None, 0);
        Session { status: Status::HandedOff(Box::new(handoff)), heard_at_ms: 7, ..session }
    }

    #[test]
    fn records_of_version_9_are_made_anew_from_the_sessions() {
        let mut db = Connection::open_in_memory().unwrap();
        make_tables(&mut db).unwrap();
        let insert = "INSERT INTO held VALUES ('s', ?1, ?2)";
        db.execute(insert, params![OF_VERSION_9, sum_of("s", OF_VERSION_9)]).unwrap();
        let insert =
            "INSERT INTO sessions (id, bundle, record, seq, reply_seq, calling, updated_ms, messages, sum)
                      VALUES ('s', x'00', ?1, 1, 0, 0, 5, 0, 0)";
        db.execute(insert, [serde_json::to_string(&handed_over()).unwrap()]).unwrap();
        let read = |db: &Connection| -> Option<Held> {
            let query = "SELECT session, record, sum FROM held";
            db.query_row(query, [], checked).unwrap().1
        };
        assert_eq!(read(&db), None, "it is not what this version reads");
        db.execute_batch("PRAGMA user_version = 9").unwrap();
        make_tables(&mut db).unwrap();
        assert_eq!(read(&db).unwrap().heard_at_ms, 7);
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, SCHEMA);
    }
}
