//! One-time codes: asked for, repeated, forgotten. Whatever is decided is decided by the writer, in one
//! transaction with what follows from it.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{adopted, identities};
use crate::store::sqlite::outbox::put_code;
use crate::store::sqlite::sums::{Column, number, sum};
use crate::store::sqlite::verify::{Rows, StoreReport, each, wrong};
use crate::store::sqlite::{SqliteStore, damaged, failed};
use crate::store::{
    CodeAnswer, CodeCheck, CodeOrder, CodeState, Proven, StoreError, StoredCode, StoredIdentity,
};

const COLUMNS: &str = "ticket, session, channel, address, salt, at_ms, expires_at_ms, state, tries, \
                       checked_by, answer, sum";

/// A row: the code, and the last check of it with its answer.
#[derive(Debug, Clone)]
struct CodeRow {
    code: StoredCode,
    last: Option<(String, CodeAnswer)>,
}

impl CodeRow {
    fn state(&self) -> i64 {
        let at = CodeState::ALL.iter().position(|state| *state == self.code.state);
        at.and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
    }

    fn sum(&self) -> i64 {
        let StoredCode { ticket, session, channel, address, salt, .. } = &self.code;
        let (by, answer) = self.last.as_ref().map(|(by, answer)| (by, answer.name())).unzip();
        let columns = [
            Column::Text(ticket),
            Column::Text(session),
            Column::Text(channel),
            Column::Text(address),
            Column::Bytes(salt),
            Column::Number(Some(self.code.at_ms)),
            Column::Number(Some(self.code.expires_at_ms)),
            Column::Number(Some(self.state())),
            number(u64::from(self.code.tries)),
            by.map_or(Column::Number(None), |by| Column::Text(by)),
            answer.map_or(Column::Number(None), Column::Text),
        ];
        sum("codes", &columns)
    }

    /// A row, and whether it is as it was written.
    fn checked(row: &Row<'_>) -> Result<(Self, bool), rusqlite::Error> {
        let (salt, state): (Vec<u8>, usize) = (row.get(4)?, row.get(7)?);
        let (by, answer): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
        let known = |name: String| CodeAnswer::ALL.into_iter().find(|a| a.name() == name);
        let code = StoredCode {
            ticket: row.get(0)?,
            session: row.get(1)?,
            channel: row.get(2)?,
            address: row.get(3)?,
            salt: salt.as_slice().try_into().unwrap_or_default(),
            at_ms: row.get(5)?,
            expires_at_ms: row.get(6)?,
            state: CodeState::ALL.get(state).copied().unwrap_or(CodeState::Spent),
            tries: row.get(8)?,
        };
        let found = Self { code, last: by.zip(answer.and_then(known)) };
        let is_whole = found.sum() == row.get::<_, i64>(11)?;
        Ok((found, is_whole))
    }

    fn put(&self, db: &Connection) -> Result<(), rusqlite::Error> {
        let StoredCode { ticket, session, channel, address, salt, at_ms, .. } = &self.code;
        let (by, answer) = self.last.as_ref().map(|(by, answer)| (by, answer.name())).unzip();
        db.prepare_cached(
            "INSERT OR REPLACE INTO codes
                 (ticket, session, channel, address, salt, at_ms, expires_at_ms, state, tries,
                  checked_by, answer, sum)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            ticket,
            session,
            channel,
            address,
            salt,
            at_ms,
            self.code.expires_at_ms,
            self.state(),
            self.code.tries,
            by,
            answer,
            self.sum()
        ])
        .map(|_| ())
    }
}

fn find(db: &Connection, ticket: &str) -> Result<Option<(CodeRow, bool)>, rusqlite::Error> {
    let query = format!("SELECT {COLUMNS} FROM codes WHERE ticket = ?1");
    db.prepare_cached(&query)?.query_row([ticket], CodeRow::checked).optional()
}

/// Keeps a code and the message that carries it, unless there were too many. The same ticket again
/// changes nothing. Whether it is on its way.
pub(super) fn order(db: &Connection, order: &CodeOrder) -> Result<bool, rusqlite::Error> {
    let (code, limits) = (&order.code, order.limits);
    if find(db, &code.ticket)?.is_some() {
        return Ok(true);
    }
    let since = code.at_ms.saturating_sub(limits.within_ms);
    let of = |query: &str, whose: &str| -> Result<u32, rusqlite::Error> {
        db.prepare_cached(query)?.query_row(params![whose, since], |row| row.get(0))
    };
    let of_address = "SELECT count(*) FROM codes WHERE address = ?1 AND at_ms > ?2";
    let of_session = "SELECT count(*) FROM codes WHERE session = ?1 AND at_ms > ?2";
    if of(of_address, &code.address)? >= limits.of_address
        || of(of_session, &code.session)? >= limits.of_session
    {
        return Ok(false);
    }
    CodeRow { code: code.clone(), last: None }.put(db)?;
    put_code(db, code, &order.body).map(|()| true)
}

/// What a check comes to, and what it makes of the code.
fn judge(db: &Connection, row: &mut CodeRow, check: &CodeCheck) -> Result<CodeAnswer, StoreError> {
    let code = &mut row.code;
    if code.state != CodeState::Open {
        return Ok(CodeAnswer::Spent);
    }
    if check.at_ms >= code.expires_at_ms {
        return Ok(CodeAnswer::Expired);
    }
    if !check.is_right {
        code.tries = code.tries.saturating_add(1);
        if code.tries < check.tries_max {
            return Ok(CodeAnswer::Wrong);
        }
        code.state = CodeState::Spent;
        return Ok(CodeAnswer::Spent);
    }
    code.session.clone_from(&check.session);
    let hers = adopted::customers_of(db, &check.session, &check.spoken_on)?;
    let whose = identities::find(db, &code.channel, &code.address).map_err(failed)?;
    let whose = identities::whole(whose, "identity")?;
    let whose = whose.and_then(|identity| identity.customer).map(|(id, _)| id);
    // Two known customers are never made one by a code; nor is it guessed which of several she is.
    if hers.len() > 1 || hers.first().zip(whose.as_ref()).is_some_and(|(is, other)| is != other) {
        code.state = CodeState::Spent;
        refuse(db, &row.code, hers.first(), check.at_ms)?;
        return Ok(CodeAnswer::Taken);
    }
    code.state = CodeState::Confirmed;
    Ok(CodeAnswer::Confirmed)
}

/// Keeps in the log that an address was not linked.
pub(super) fn refuse(
    db: &Connection,
    code: &StoredCode,
    customer: Option<&String>,
    at_ms: i64,
) -> Result<(), StoreError> {
    let proof = Proven::Code.name().to_owned();
    let refused = StoredIdentity {
        channel: code.channel.clone(),
        address: code.address.clone(),
        session: code.session.clone(),
        customer: customer.map(|id| (id.clone(), proof.clone())),
        since_ms: at_ms,
    };
    identities::log(db, &refused, None, "refused", Some(&proof)).map_err(failed)
}

/// The same key again has the same answer.
pub(super) fn check(
    db: &Connection,
    check: &CodeCheck,
) -> Result<Result<CodeAnswer, StoreError>, rusqlite::Error> {
    let mut row = match find(db, &check.ticket)? {
        // Codes are forgotten after a day.
        None => return Ok(Ok(CodeAnswer::Expired)),
        Some((_, false)) => return Ok(Err(spoiled())),
        Some((row, true)) => row,
    };
    if let Some((by, answer)) = &row.last
        && *by == check.key
    {
        return Ok(Ok(*answer));
    }
    let answer = match judge(db, &mut row, check) {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(error)),
    };
    row.last = Some((check.key.clone(), answer));
    row.put(db)?;
    Ok(Ok(answer))
}

fn spoiled() -> StoreError {
    damaged("code", &crate::store::sqlite::rows::WRONG_SUM)
}

/// Keeps that what follows from a code is done.
pub(super) fn settle(db: &Connection, ticket: &str) -> Result<(), rusqlite::Error> {
    // A damaged one stays as it is: a new sum would make something whole of it that is not.
    let Some((mut row, true)) = find(db, ticket)? else { return Ok(()) };
    row.code.state = CodeState::Spent;
    row.put(db)
}

/// Forgets codes that were asked for before a time, but for those that something follows from yet.
pub(super) fn forget(db: &Connection, before_ms: i64) -> Result<usize, rusqlite::Error> {
    db.prepare_cached("DELETE FROM codes WHERE at_ms < ?1 AND state != 2")?.execute([before_ms])
}

impl SqliteStore {
    pub(super) fn read_code(&self, ticket: &str) -> Result<Option<StoredCode>, StoreError> {
        match self.read(|db| find(db, ticket))? {
            Some((_, false)) => Err(spoiled()),
            found => Ok(found.map(|(row, _)| row.code)),
        }
    }

    /// Codes that something follows from yet, the first ones first; a damaged one is named, and
    /// nothing follows from it.
    pub(super) fn read_confirmed(&self) -> Result<Vec<StoredCode>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM codes WHERE state = 2 ORDER BY at_ms, ticket");
        let rows: Vec<(CodeRow, bool)> =
            self.read(|db| db.prepare_cached(&query)?.query_map([], CodeRow::checked)?.collect())?;
        let whole = |(row, is_whole): (CodeRow, bool)| {
            if !is_whole {
                tracing::error!(error = %spoiled(), "an address is not linked");
            }
            is_whole.then_some(row.code)
        };
        Ok(rows.into_iter().filter_map(whole).collect())
    }
}

pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "code", &format!("SELECT {COLUMNS} FROM codes"), report, |row| {
        let (row, is_whole) = CodeRow::checked(row)?;
        Ok(wrong(is_whole, || format!("a code of the session `{}`", row.code.session)))
    })
}
