//! SQLite as what keeps the accounts of the desk, and who is signed in.

use std::future::ready;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::SqliteStore;
use super::sums::{Column, sum};
use super::verify::{Rows, StoreReport, each, wrong};
use crate::desk::accounts::Account;
use crate::store::{AccountStore, EndLogins, LoginKey, StoreFuture, StoredAccount, StoredLogin};

/// The tables, beside those of the sessions.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, record TEXT NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logins (
    hash BLOB PRIMARY KEY, account TEXT NOT NULL, made_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL, sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS logins_account ON logins (account);
";

/// An account as it is written.
#[derive(Serialize, Deserialize)]
struct Record<A> {
    account: A,
    /// A PHC string.
    password: String,
}

fn account_sum(id: &str, login: &str, record: &str) -> i64 {
    sum("accounts", &[Column::Text(id), Column::Text(login), Column::Text(record)])
}

fn login_sum(login: &StoredLogin) -> i64 {
    let columns = [
        Column::Bytes(&login.key.0),
        Column::Text(&login.account),
        Column::Number(Some(login.made_ms)),
        Column::Number(Some(login.used_ms)),
        Column::Number(Some(login.ends_ms)),
    ];
    sum("logins", &columns)
}

const ACCOUNTS: &str = "SELECT id, login, record, sum FROM accounts ORDER BY login";

/// The id of a row, and what is in it; nothing where it is not as it was written.
fn checked_account(row: &Row<'_>) -> Result<(String, Option<StoredAccount>), rusqlite::Error> {
    let (id, login, record): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let is_whole = account_sum(&id, &login, &record) == row.get::<_, i64>(3)?;
    let read: Option<Record<Account>> = serde_json::from_str(&record).ok().filter(|_| is_whole);
    let read = read.filter(|read| read.account.id == id && read.account.login == login);
    let read = read
        .map(|Record { account, password }| StoredAccount { account, password: password.into() });
    Ok((id, read))
}

const LOGINS: &str = "SELECT hash, account, made_ms, used_ms, ends_ms, sum FROM logins";

/// A row, and whether it is as it was written.
fn checked_login(row: &Row<'_>) -> Result<(StoredLogin, bool), rusqlite::Error> {
    let hash: Vec<u8> = row.get(0)?;
    let key = <[u8; 32]>::try_from(hash)
        .map_err(|_| rusqlite::Error::InvalidColumnType(0, "hash".to_owned(), Type::Blob))?;
    let login = StoredLogin {
        key: LoginKey(key),
        account: row.get(1)?,
        made_ms: row.get(2)?,
        used_ms: row.get(3)?,
        ends_ms: row.get(4)?,
    };
    let is_whole = login_sum(&login) == row.get::<_, i64>(5)?;
    Ok((login, is_whole))
}

fn put_account(
    db: &Connection,
    stored: &StoredAccount,
    end: EndLogins,
) -> Result<(), rusqlite::Error> {
    let StoredAccount { account, password } = stored;
    let record = Record { account, password: password.reveal().to_owned() };
    let record = serde_json::to_string(&record)
        .map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
    let sum = account_sum(&account.id, &account.login, &record);
    // Of another id, under the same login, only what was damaged can be there: it goes.
    db.prepare_cached(
        "INSERT OR REPLACE INTO accounts (id, login, record, sum) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![account.id, account.login, record, sum])?;
    // No hash is empty.
    let but: &[u8] = match &end {
        EndLogins::None => return Ok(()),
        EndLogins::All => &[],
        EndLogins::AllBut(key) => &key.0,
    };
    db.prepare_cached("DELETE FROM logins WHERE account = ?1 AND hash != ?2")?
        .execute(params![account.id, but])
        .map(|_| ())
}

fn put_login(db: &Connection, login: &StoredLogin) -> Result<(), rusqlite::Error> {
    db.prepare_cached(
        "INSERT INTO logins (hash, account, made_ms, used_ms, ends_ms, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        login.key.0,
        login.account,
        login.made_ms,
        login.used_ms,
        login.ends_ms,
        login_sum(login)
    ])
    .map(|_| ())
}

fn drop_logins(db: &Connection, keys: &[LoginKey]) -> Result<(), rusqlite::Error> {
    let mut statement = db.prepare_cached("DELETE FROM logins WHERE hash = ?1")?;
    keys.iter().try_for_each(|key| statement.execute([key.0]).map(|_| ()))
}

fn touch_logins(db: &Connection, logins: &[StoredLogin]) -> Result<(), rusqlite::Error> {
    let query = "UPDATE logins SET used_ms = ?2, sum = ?3 WHERE hash = ?1";
    let mut statement = db.prepare_cached(query)?;
    logins.iter().try_for_each(|login| {
        statement.execute(params![login.key.0, login.used_ms, login_sum(login)]).map(|_| ())
    })
}

impl AccountStore for SqliteStore {
    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>> {
        let rows = self.read(|db| {
            let mut rows = db.prepare_cached(ACCOUNTS)?;
            rows.query_map([], checked_account)?.collect::<Result<Vec<_>, _>>()
        });
        let whole = |(id, account): (String, Option<StoredAccount>)| {
            if account.is_none() {
                tracing::error!(account = id, "an account is damaged: nobody can sign in with it");
            }
            account
        };
        Box::pin(ready(rows.map(|rows| rows.into_iter().filter_map(whole).collect())))
    }

    fn logins(&self) -> StoreFuture<'_, Vec<StoredLogin>> {
        let rows = self.read(|db| {
            let mut rows = db.prepare_cached(LOGINS)?;
            rows.query_map([], checked_login)?.collect::<Result<Vec<_>, _>>()
        });
        let whole = |(login, is_whole): (StoredLogin, bool)| {
            if !is_whole {
                tracing::error!(account = login.account, "a login is damaged: it has ended");
            }
            is_whole.then_some(login)
        };
        Box::pin(ready(rows.map(|rows| rows.into_iter().filter_map(whole).collect())))
    }

    fn put_account(&self, account: StoredAccount, end: EndLogins) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| put_account(db, &account, end)))
    }

    fn drop_account(&self, id: String) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| {
            db.prepare_cached("DELETE FROM logins WHERE account = ?1")?.execute([&id])?;
            db.prepare_cached("DELETE FROM accounts WHERE id = ?1")?.execute([&id]).map(|_| ())
        }))
    }

    fn put_login(&self, login: StoredLogin, instead_of: Option<LoginKey>) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| {
            drop_logins(db, instead_of.as_slice())?;
            put_login(db, &login)
        }))
    }

    fn touch_logins(&self, logins: Vec<StoredLogin>) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| touch_logins(db, &logins)))
    }

    fn drop_logins(&self, keys: Vec<LoginKey>) -> StoreFuture<'_, ()> {
        Box::pin(self.change(move |db| drop_logins(db, &keys)))
    }
}

/// Verifies every account.
pub(super) fn verify(db: &Connection, report: &mut StoreReport) -> Rows {
    each(db, "account", ACCOUNTS, report, |row| {
        let (id, account) = checked_account(row)?;
        Ok(wrong(account.is_some(), || format!("the account `{id}`")))
    })
}

/// Verifies every login, and that its account is there.
pub(super) fn verify_logins(db: &Connection, report: &mut StoreReport) -> Rows {
    let query = "SELECT l.hash, l.account, l.made_ms, l.used_ms, l.ends_ms, l.sum, a.id
                 FROM logins l LEFT JOIN accounts a ON a.id = l.account";
    each(db, "login", query, report, |row| {
        let (login, is_whole) = checked_login(row)?;
        let what = || format!("a login of the account `{}`", login.account);
        let is_anybodys = row.get::<_, Option<String>>(6)?.is_some();
        Ok(wrong(is_whole, what)
            .or_else(|| (!is_anybodys).then(|| format!("{}: the account is missing", what()))))
    })
}
