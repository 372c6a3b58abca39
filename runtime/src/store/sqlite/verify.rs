//! Reads all of a store and says what is not as it was written. It reads only: a store that a server
//! has open can be verified, and a copy of one before it takes its place.

use std::path::Path;

use flowright_compiler::bundle;
use rusqlite::{Connection, OpenFlags, Row};

use super::rows::{MessageRow, SessionRow, reply_sum, step_sum};
use super::tables::SCHEMA;
use super::{failed, outbox};
use crate::programs::hex;
use crate::store::StoreError;

/// Faults that are named one by one; further ones are counted.
const NAMED_MAX: usize = 100;

/// What a store holds, and what of it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreReport {
    /// Version of its tables.
    pub schema: i64,
    /// Rows by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Sessions whose actions are under way.
    pub calling: u64,
    /// Messages of the outbox that wait, and that are not tried any more.
    pub outbox: (u64, u64),
    /// What is wrong, each in a line; at most a hundred.
    pub faults: Vec<String>,
    /// Faults beyond those.
    pub more_faults: u64,
}

impl StoreReport {
    /// Whether everything is as it was written.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < NAMED_MAX {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Reads all of a store.
///
/// # Errors
/// [`StoreError`] when it cannot be opened, or is of a later version. What is damaged inside is in
/// the report.
pub fn verify(path: &Path) -> Result<StoreReport, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(failed)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    // One moment: what a server writes meanwhile does not come in between.
    db.execute_batch("BEGIN").map_err(failed)?;
    let found = super::tables::version(&db)?;
    if found > SCHEMA {
        return Err(StoreError::Newer { found, known: SCHEMA });
    }
    let mut report = StoreReport { schema: found, ..StoreReport::default() };
    if let Err(error) = pages(&db, &mut report) {
        report.fault(format!("the file: {error}"));
    }
    if found < SCHEMA {
        return Ok(report);
    }
    let tables: [(&'static str, Check); 6] = [
        ("sessions", sessions),
        ("messages", messages),
        ("replies", replies),
        ("journal", steps),
        ("bundles", bundles),
        ("outbox", outbox::verify),
    ];
    for (name, check) in tables {
        match check(&db, &mut report) {
            Ok(count) => report.rows.push((name, count)),
            Err(error) => report.fault(format!("{name}: {error}")),
        }
    }
    if let Err(error) = counts(&db, &mut report) {
        report.fault(format!("counts: {error}"));
    }
    Ok(report)
}

/// Reads the rows of one table.
type Check = fn(&Connection, &mut StoreReport) -> Rows;

/// Number of rows that were read.
pub(super) type Rows = Result<u64, rusqlite::Error>;

/// SQLite's own check: pages, order of rows, that indexes and tables agree.
fn pages(db: &Connection, report: &mut StoreReport) -> Result<(), rusqlite::Error> {
    let mut statement = db.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            report.fault(format!("the file: {line}"));
        }
    }
    Ok(())
}

/// Reads the rows of a query; `check` says what is wrong with one.
pub(super) fn each(
    db: &Connection,
    query: &str,
    report: &mut StoreReport,
    check: impl Fn(&Row<'_>) -> Result<Option<String>, rusqlite::Error>,
) -> Rows {
    let mut statement = db.prepare(query)?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        match check(row) {
            Ok(None) => {}
            Ok(Some(fault)) => report.fault(fault),
            // What is no text, or no number, was not written by us.
            Err(error) => report.fault(format!("row {count}: {error}")),
        }
    }
    Ok(count)
}

fn sessions(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = format!("SELECT {}, sum FROM sessions", SessionRow::COLUMNS);
    each(db, &query, report, |row| {
        let (session, stored) = (SessionRow::read(row)?, SessionRow::stored_sum(row)?);
        Ok(wrong(session.sum(), stored, || format!("the session `{}`", session.id)))
    })
}

fn messages(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT session, id, turn, settled, first_reply, last_reply, handed_off, sum
                 FROM messages";
    each(db, query, report, |row| {
        let (session, id): (String, String) = (row.get(0)?, row.get(1)?);
        let written = MessageRow {
            session: &session,
            id: &id,
            turn: row.get(2)?,
            settled: row.get(3)?,
            first_reply: row.get(4)?,
            last_reply: row.get(5)?,
            handed_off: row.get(6)?,
        };
        let what = || format!("the message `{id}` of the session `{session}`");
        Ok(wrong(written.sum(), row.get(7)?, what))
    })
}

fn replies(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "SELECT session, seq, turn, reply, sum FROM replies", report, |row| {
        let (session, seq, reply): (String, u64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let sum = reply_sum(&session, seq, row.get(2)?, &reply);
        Ok(wrong(sum, row.get(4)?, || format!("reply {seq} of the session `{session}`")))
    })
}

fn steps(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "SELECT session, seq, at_ms, event, commands, sum FROM journal", report, |row| {
        let (session, seq): (String, u64) = (row.get(0)?, row.get(1)?);
        let (event, commands): (String, String) = (row.get(3)?, row.get(4)?);
        let sum = step_sum(&session, seq, row.get(2)?, &event, &commands);
        Ok(wrong(sum, row.get(5)?, || format!("step {seq} of the session `{session}`")))
    })
}

/// A bundle's name is the hash of what it holds. One in another format is whole, for another
/// flowright.
fn bundles(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "SELECT hash, bytes FROM bundles", report, |row| {
        let (hash, bytes): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        if bundle::other_format(&bytes).is_some() {
            return Ok(None);
        }
        let is_whole = bundle::read(&bytes).is_ok_and(|(_, found)| found.as_slice() == hash);
        Ok((!is_whole).then(|| format!("the bundle {} is damaged", hex(&hash))))
    })
}

/// That nothing is missing, and what is under way.
fn counts(db: &Connection, report: &mut StoreReport) -> Result<(), rusqlite::Error> {
    let missing = [
        (
            "SELECT id FROM sessions WHERE messages !=
                 (SELECT count(*) FROM messages WHERE messages.session = sessions.id)",
            "messages",
        ),
        (
            "SELECT id FROM sessions WHERE reply_seq !=
                 (SELECT count(*) FROM replies WHERE replies.session = sessions.id)",
            "replies",
        ),
        (
            "SELECT id FROM sessions WHERE seq !=
                 (SELECT count(*) FROM journal WHERE journal.session = sessions.id)",
            "steps",
        ),
    ];
    for (query, what) in missing {
        each(db, query, report, |row| {
            let id: String = row.get(0)?;
            Ok(Some(format!("the session `{id}` has not all of its {what}")))
        })?;
    }
    let lost = "SELECT DISTINCT session FROM journal
                WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = journal.session)";
    each(db, lost, report, |row| {
        let id: String = row.get(0)?;
        Ok(Some(format!("the row of the session `{id}` is missing")))
    })?;
    let one = |query: &str| db.query_row(query, [], |row| row.get(0));
    report.calling = one("SELECT count(*) FROM sessions WHERE calling = 1")?;
    report.outbox = (
        one("SELECT count(*) FROM outbox WHERE dead = 0")?,
        one("SELECT count(*) FROM outbox WHERE dead = 1")?,
    );
    Ok(())
}

pub(super) fn wrong(sum: i64, stored: i64, what: impl Fn() -> String) -> Option<String> {
    (sum != stored).then(|| format!("{} is damaged: its checksum is wrong", what()))
}
