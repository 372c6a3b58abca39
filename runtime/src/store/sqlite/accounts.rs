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
    // Of another id, under the same login, only what was damaged can be there: it goes with its logins.
    db.prepare_cached(
        "DELETE FROM logins WHERE account IN
             (SELECT id FROM accounts WHERE login = ?1 AND id != ?2)",
    )?
    .execute(params![account.login, account.id])?;
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::desk::accounts::Capacity;
    use crate::store::{Durability, SqliteOptions, backup, verify};
    use crate::telemetry::Metrics;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = format!("flowright-accounts-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn file(&self) -> PathBuf {
            self.0.join("store.sqlite")
        }

        fn open(&self) -> SqliteStore {
            let options = SqliteOptions::new(Durability::ProcessOnly);
            SqliteStore::open(&self.file(), &options, Arc::new(Metrics::default())).unwrap()
        }

        fn change(&self, sql: &str) {
            Connection::open(self.file()).unwrap().execute_batch(sql).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn account(id: &str, login: &str) -> StoredAccount {
        let account = Account {
            id: id.to_owned(),
            login: login.to_owned(),
            name: format!("{login} 陈"),
            role: Some("agent".to_owned()),
            skills: [("s".to_owned(), 3)].into(),
            capacity: Capacity { default: Some(4), channels: [("web".to_owned(), 2)].into() },
            weight_milli: 1_000,
            disabled: false,
            made_ms: 1,
            changed_ms: 2,
        };
        StoredAccount { account, password: "$argon2id$of".to_owned().into() }
    }

    fn login(token: &str, account: &str) -> StoredLogin {
        let (key, account) = (LoginKey::of(token), account.to_owned());
        StoredLogin { key, account, made_ms: 1, used_ms: 2, ends_ms: 3 }
    }

    async fn tokens(store: &SqliteStore, of: &[&str]) -> Vec<String> {
        let logins = store.logins().await.unwrap();
        let is_there = |token: &&&str| logins.iter().any(|login| login.key == LoginKey::of(token));
        of.iter().filter(is_there).map(|token| (**token).to_owned()).collect()
    }

    #[tokio::test]
    async fn what_ends_is_gone_and_nothing_else() {
        let folder = Folder::new("ends");
        let store = folder.open();
        let all = ["a", "b", "c", "d"];
        for (id, name) in [("1", "ann"), ("2", "bob")] {
            store.put_account(account(id, name), EndLogins::None).await.unwrap();
        }
        for (token, id) in [("a", "1"), ("b", "1"), ("c", "1"), ("d", "2")] {
            store.put_login(login(token, id), None).await.unwrap();
        }
        store.put_account(account("1", "ann"), EndLogins::None).await.unwrap();
        assert_eq!(tokens(&store, &all).await, all);
        let but = EndLogins::AllBut(LoginKey::of("b"));
        store.put_account(account("1", "ann"), but).await.unwrap();
        assert_eq!(tokens(&store, &all).await, ["b", "d"]);
        // Use of a login that has ended meanwhile brings it not back.
        let used = StoredLogin { used_ms: 9, ..login("a", "1") };
        let other = StoredLogin { used_ms: 9, ..login("d", "2") };
        store.touch_logins(vec![used, other.clone()]).await.unwrap();
        assert_eq!(tokens(&store, &all).await, ["b", "d"]);
        assert!(store.logins().await.unwrap().contains(&other));
        store.put_login(login("c", "1"), Some(LoginKey::of("b"))).await.unwrap();
        assert_eq!(tokens(&store, &all).await, ["c", "d"]);
        store.put_account(account("1", "ann"), EndLogins::All).await.unwrap();
        store.drop_account("2".to_owned()).await.unwrap();
        assert_eq!(tokens(&store, &all).await, [""; 0]);
        assert_eq!(store.accounts().await.unwrap(), [account("1", "ann")]);
    }

    #[tokio::test]
    async fn what_is_damaged_is_named_and_lets_nobody_in() {
        let folder = Folder::new("damaged");
        let store = folder.open();
        for (id, name) in [("1", "ann"), ("2", "bob")] {
            store.put_account(account(id, name), EndLogins::None).await.unwrap();
            store.put_login(login(name, id), None).await.unwrap();
        }
        let report = verify(&folder.file()).unwrap();
        assert!(report.is_whole(), "{:?}", report.faults);
        assert_eq!((report.count("accounts"), report.count("logins")), (2, 2));
        let copy = folder.0.join("copy.sqlite");
        assert!(backup(&folder.file(), &copy).unwrap().report.is_whole());
        assert_eq!(verify(&copy).unwrap().count("logins"), 2);
        // Another role, and a login that lasts longer.
        folder.change(
            "UPDATE accounts SET record = replace(record, 'agent', 'chief') WHERE id = '1';
             UPDATE logins SET ends_ms = 99 WHERE account = '2';
             INSERT INTO logins SELECT x'00', 'nobody', 1, 2, 3, 4;",
        );
        let report = verify(&folder.file()).unwrap();
        let named = |text: &str| report.faults.iter().any(|fault| fault.contains(text));
        assert!(named("the account `1` is damaged"), "{:?}", report.faults);
        assert!(named("a login of the account `2` is damaged"), "{:?}", report.faults);
        assert!(named("login number"), "a hash that is too short: {:?}", report.faults);
        folder.change("DELETE FROM logins WHERE account = 'nobody'");
        assert_eq!(store.accounts().await.unwrap(), [account("2", "bob")]);
        assert_eq!(store.logins().await.unwrap(), [login("ann", "1")]);
        // The account is made anew in its place.
        store.put_account(account("3", "ann"), EndLogins::None).await.unwrap();
        assert_eq!(store.accounts().await.unwrap(), [account("3", "ann"), account("2", "bob")]);
        let report = verify(&folder.file()).unwrap();
        assert_eq!(report.faults.len(), 1, "the login of bob: {:?}", report.faults);
        folder.change("DELETE FROM accounts WHERE id = '2'");
        let report = verify(&folder.file()).unwrap();
        assert!(report.faults.iter().any(|fault| fault.contains("account `2`")), "{report:?}");
    }
}
