//! Reads all of a store and says what is not as it was written. It reads only: a store that a server
//! has open can be verified, and a copy of one before it takes its place.

use std::cell::{Cell, RefCell};
use std::path::Path;

use flowright_compiler::bundle;
use flowright_engine::model::{Session, Status};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, Row, params};

use super::rows::{MessageRow, SessionRow, reply_sum, step_sum};
use super::tables::{self, SCHEMA};
use super::{access, accounts, attachments, failed, files, held, jump, knowledge, outbox};
use crate::clock::{Clock as _, WallClock};
use crate::programs::hex;
use crate::store::StoreError;

/// Faults that are named one by one; further ones are counted.
const NAMED_MAX: usize = 100;

/// Tables whose rows are read.
const TABLES: usize = 12 + access::CHECKS.len();

/// The version from which files of customers are kept.
pub(super) const FILES_SINCE: i64 = 6;

/// A timer is late when it is due for longer than this, ms.
const LATE_MS: i64 = 60_000;

/// What a store holds, and what of it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreReport {
    /// Version of its tables.
    pub schema: i64,
    /// Rows by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Sessions that a human has.
    pub handed_off: u64,
    /// Sessions whose actions are under way.
    pub calling: u64,
    /// Timers that are due for more than a minute, of sessions that can go on.
    pub late: u64,
    /// Bundles in formats that this flowright does not read.
    pub other_formats: Vec<OtherFormat>,
    /// Messages of the outbox that wait, and that are not tried any more.
    pub outbox: (u64, u64),
    /// Messages that were acknowledged and wait to be carried out, and that cannot be.
    pub spool: (u64, u64),
    /// Bytes of the files that customers sent.
    pub attachment_bytes: u64,
    /// What is wrong, each in a line; at most a hundred.
    pub faults: Vec<String>,
    /// Faults beyond those.
    pub more_faults: u64,
}

/// A bundle in a format that this flowright does not read. It is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFormat {
    /// Its name, in hexadecimal digits.
    pub bundle: String,
    /// Which format it has, and which is read.
    pub cause: String,
    /// How many sessions began with it, and stand still.
    pub sessions: u64,
}

impl StoreReport {
    /// Number of rows of a table.
    #[must_use]
    pub fn count(&self, table: &str) -> u64 {
        self.rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count)
    }

    /// Whether everything is as it was written.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether all tables could be read to their ends, so that what is counted is all there is.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.rows.len() == TABLES
    }

    pub(super) fn fault(&mut self, fault: String) {
        if self.faults.len() < NAMED_MAX {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Reads all of a store. One of an earlier version is read as this one would make it: the file
/// stays as it is.
///
/// # Errors
/// [`StoreError`] when it cannot be opened, is of a later version, or is no store. What is damaged
/// is in the report.
pub fn verify(path: &Path) -> Result<StoreReport, StoreError> {
    report_of(path, Some(path))
}

/// The same of a copy whose files are not beside it yet.
pub(super) fn verify_without_files(path: &Path) -> Result<StoreReport, StoreError> {
    report_of(path, None)
}

fn report_of(path: &Path, files_beside: Option<&Path>) -> Result<StoreReport, StoreError> {
    let mut report = StoreReport::default();
    match read_all(path, files_beside, &mut report) {
        // Not even the first page says what it should.
        Err(StoreError::Damaged { cause, .. }) => report.fault(format!("the file: {cause}")),
        result => result?,
    }
    Ok(report)
}

/// The same of a store whose files are read, too: that takes as long as they are large.
///
/// # Errors
/// As [`verify`].
pub fn verify_with_files(path: &Path) -> Result<StoreReport, StoreError> {
    let mut report = verify(path)?;
    if report.is_whole() && report.schema >= FILES_SINCE {
        files::are_whole(path, &mut report)?;
    }
    Ok(report)
}

/// Opens a store to read it only.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(failed)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    let found = tables::version(&db)?;
    if found > SCHEMA {
        return Err(StoreError::Newer { found, known: SCHEMA });
    }
    if found < 1 {
        return Err(StoreError::NoStore(path.display().to_string()));
    }
    Ok(db)
}

fn read_all(
    path: &Path,
    files_beside: Option<&Path>,
    report: &mut StoreReport,
) -> Result<(), StoreError> {
    let mut db = open_to_read(path)?;
    // One moment: what a server writes meanwhile does not come in between.
    db.execute_batch("BEGIN").map_err(failed)?;
    report.schema = tables::version(&db)?;
    if let Err(error) = pages(&db, report) {
        report.fault(format!("the file: {error}"));
    }
    if report.schema < SCHEMA {
        match brought_up(&db) {
            Ok(newer) => db = newer,
            Err(error) => {
                report.fault(format!("its tables of schema {}: {error}", report.schema));
                return Ok(());
            }
        }
    }
    let tables: [(&'static str, Check); 12] = [
        ("sessions", sessions),
        ("messages", messages),
        ("replies", replies),
        ("journal", steps),
        ("bundles", bundles),
        ("outbox", outbox::verify),
        ("attachments", attachments::verify),
        ("held", held::verify),
        ("articles", knowledge::verify_articles),
        ("unanswered", knowledge::verify_unanswered),
        ("accounts", accounts::verify),
        ("logins", accounts::verify_logins),
    ];
    for (name, check) in tables.into_iter().chain(access::CHECKS) {
        match check(&db, report) {
            Ok(count) => report.rows.push((name, count)),
            Err(error) => report.fault(format!("{name}: {error}")),
        }
    }
    if let Err(StoreError::Damaged { what, cause }) = jump::kept(&db) {
        report.fault(format!("the {what} is damaged: {cause}"));
    }
    missing(&db, report)
        .and_then(|()| under_way(&db, report))
        .and_then(|()| files_beside.map_or(Ok(()), |path| files::are_there(&db, path, report)))
        .unwrap_or_else(|error| report.fault(format!("counts: {error}")));
    Ok(())
}

/// A copy of a store of an earlier version, with the tables of this one. SQLite keeps it in a file of
/// its own, which goes when it is closed.
fn brought_up(db: &Connection) -> Result<Connection, StoreError> {
    let mut newer = Connection::open("").map_err(failed)?;
    Backup::new(db, &mut newer).and_then(|copy| copy.step(-1)).map_err(failed)?;
    tables::make_tables(&mut newer)?;
    Ok(newer)
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

/// Reads the rows of a query; `check` says what is wrong with one, which is called `what`.
pub(super) fn each(
    db: &Connection,
    what: &str,
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
            Err(error) => report.fault(format!("{what} number {count} is damaged: {error}")),
        }
    }
    Ok(count)
}

fn sessions(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = format!("SELECT {}, sum FROM sessions", SessionRow::COLUMNS);
    let handed_off = Cell::new(0);
    let count = each(db, "session", &query, report, |row| {
        let (session, is_whole) = SessionRow::checked(row)?;
        let what = || format!("the session `{}`", session.id);
        let fault = wrong(is_whole, what);
        Ok(fault.or_else(|| match serde_json::from_str::<Session>(&session.record) {
            Ok(record) => {
                handed_off.update(|count| count + u64::from(record.status != Status::Bot));
                None
            }
            Err(error) => Some(format!("{} cannot be read: {error}", what())),
        }))
    })?;
    report.handed_off = handed_off.get();
    Ok(count)
}

fn messages(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = format!("SELECT {}, sum FROM messages", MessageRow::COLUMNS);
    each(db, "message", &query, report, |row| {
        let (message, is_whole) = MessageRow::checked(row)?;
        let MessageRow { id, session, .. } = &message;
        Ok(wrong(is_whole, || format!("the message `{id}` of the session `{session}`")))
    })
}

fn replies(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT session, seq, turn, reply, sum FROM replies";
    each(db, "reply", query, report, |row| {
        let (session, seq, reply): (String, u64, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        let sum = reply_sum(&session, seq, row.get(2)?, &reply);
        Ok(wrong(sum == row.get::<_, i64>(4)?, || {
            format!("reply {seq} of the session `{session}`")
        }))
    })
}

fn steps(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT session, seq, at_ms, event, commands, sum FROM journal";
    each(db, "step", query, report, |row| {
        let (session, seq): (String, u64) = (row.get(0)?, row.get(1)?);
        let (event, commands): (String, String) = (row.get(3)?, row.get(4)?);
        let sum = step_sum(&session, seq, row.get(2)?, &event, &commands);
        Ok(wrong(sum == row.get::<_, i64>(5)?, || format!("step {seq} of the session `{session}`")))
    })
}

/// A bundle's name is the hash of what it holds. One in another format is whole, for another
/// flowright.
fn bundles(db: &Connection, report: &mut StoreReport) -> Rows {
    let others = RefCell::new(Vec::new());
    let count = each(db, "bundle", "SELECT hash, bytes FROM bundles", report, |row| {
        let (hash, bytes): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        if let Some(other) = bundle::other_format(&bytes) {
            others.borrow_mut().push((hash, other.to_string()));
            return Ok(None);
        }
        let is_whole = bundle::read(&bytes).is_ok_and(|(_, found)| found.as_slice() == hash);
        Ok((!is_whole).then(|| format!("the bundle {} is damaged", hex(&hash))))
    })?;
    for (hash, cause) in others.into_inner() {
        let query = "SELECT count(*) FROM sessions WHERE bundle = ?1";
        let sessions = db.query_row(query, [&hash], |row| row.get(0))?;
        report.other_formats.push(OtherFormat { bundle: hex(&hash), cause, sessions });
    }
    Ok(count)
}

/// That nothing is missing.
fn missing(db: &Connection, report: &mut StoreReport) -> Result<(), rusqlite::Error> {
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
        each(db, "session", query, report, |row| {
            let id: String = row.get(0)?;
            Ok(Some(format!("the session `{id}` has not all of its {what}")))
        })?;
    }
    let lost = "SELECT DISTINCT session FROM journal
                WHERE NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = journal.session)";
    each(db, "session", lost, report, |row| {
        let id: String = row.get(0)?;
        Ok(Some(format!("the row of the session `{id}` is missing")))
    })?;
    let without = "SELECT bundle, count(*) FROM sessions
                   WHERE NOT EXISTS (SELECT 1 FROM bundles WHERE hash = bundle) GROUP BY bundle";
    each(db, "bundle", without, report, |row| {
        let (bundle, sessions): (Vec<u8>, u64) = (row.get(0)?, row.get(1)?);
        let bundle = hex(&bundle);
        Ok(Some(format!("the bundle {bundle} is missing; sessions that began with it: {sessions}")))
    })
    .map(|_| ())
}

/// What waits, and for what.
fn under_way(db: &Connection, report: &mut StoreReport) -> Result<(), rusqlite::Error> {
    let one = |query: &str| db.query_row(query, [], |row| row.get(0));
    report.calling = one("SELECT count(*) FROM sessions WHERE calling = 1")?;
    report.outbox = (
        one("SELECT count(*) FROM outbox WHERE dead = 0")?,
        one("SELECT count(*) FROM outbox WHERE dead = 1")?,
    );
    report.spool = access::spool_sizes(db)?;
    let still: Vec<&str> = report.other_formats.iter().map(|o| o.bundle.as_str()).collect();
    report.late = db.query_row(
        "SELECT count(*) FROM sessions WHERE wake_at_ms < ?1
         AND lower(hex(bundle)) NOT IN (SELECT value FROM json_each(?2))",
        params![WallClock.now_ms() - LATE_MS, serde_json::json!(still).to_string()],
        |row| row.get(0),
    )?;
    Ok(())
}

pub(super) fn wrong(is_whole: bool, what: impl Fn() -> String) -> Option<String> {
    (!is_whole).then(|| format!("{} is damaged: its checksum is wrong", what()))
}
