//! What operators do with accounts.

use std::sync::Arc;

use flowright_compiler::ir::Program;

use super::{Account, AccountError, Accounts, Entry, Particulars, login_name, password};
use crate::limits::{ACCOUNTS_MAX, LOGIN_NAME_CHARS_MAX};
use crate::programs::hex;
use crate::secret::Secret;
use crate::store::{EndLogins, StoredAccount};

/// Bytes of an account's id.
const ID_BYTES: usize = 8;

/// An account that was made, or got another password.
#[derive(Debug)]
pub struct Made {
    /// The account.
    pub account: Arc<Account>,
    /// Its password, where nobody chose one: it is not told again.
    pub generated: Option<Secret>,
    /// Logins that have ended.
    pub signed_out: usize,
}

impl Accounts {
    /// Makes an account; without a password it gets one that nobody can guess.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn make(
        &self,
        program: &Program,
        login: &str,
        particulars: Particulars,
        password: Option<Secret>,
    ) -> Result<Made, AccountError> {
        let Some(login) = login_name(login) else {
            return Err(AccountError::Bad(format!(
                "a login has 1 to {LOGIN_NAME_CHARS_MAX} of the letters a to z, digits, `.`, `_`, \
                 `-`, `+` and `@`"
            )));
        };
        particulars.check(program)?;
        let (hash, generated) = self.new_password(&login, password).await?;
        let _changing = self.0.changing.lock().await;
        let (count, is_there) = {
            let state = self.state();
            (state.by_id.len(), state.of_login(&login).is_some())
        };
        if is_there {
            return Err(AccountError::Exists(login));
        }
        if count >= ACCOUNTS_MAX {
            return Err(AccountError::TooMany);
        }
        let id = hex(&password::random::<ID_BYTES>()?);
        let account = Account::new(id, login, particulars, self.0.clock.now_ms());
        let stored = StoredAccount { account: account.clone(), password: hash };
        let signed_out = self.keep(stored, EndLogins::None).await?;
        self.state().attempts.clear(&account.login);
        tracing::info!(login = account.login, "an account is made");
        Ok(Made { account: Arc::new(account), generated, signed_out })
    }

    /// Gives an account other particulars. Its logins end when it is disabled, or has another role; how many
    /// did.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn change(
        &self,
        program: &Program,
        login: &str,
        particulars: Particulars,
    ) -> Result<(Arc<Account>, usize), AccountError> {
        let _changing = self.0.changing.lock().await;
        let Entry { account: before, password } = self.entry(login)?;
        particulars.check(program)?;
        let account = before.with(particulars, self.0.clock.now_ms());
        let is_less = account.disabled || account.role != before.role;
        let end = if is_less { EndLogins::All } else { EndLogins::None };
        let signed_out =
            self.keep(StoredAccount { account: account.clone(), password }, end).await?;
        tracing::info!(login = account.login, "an account is changed");
        Ok((Arc::new(account), signed_out))
    }

    /// Gives an account another password. Its logins end.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn set_password(
        &self,
        login: &str,
        password: Option<Secret>,
    ) -> Result<Made, AccountError> {
        let login = self.entry(login)?.account.login.clone();
        let (hash, generated) = self.new_password(&login, password).await?;
        let _changing = self.0.changing.lock().await;
        let account = self.touched(&self.entry(&login)?.account);
        let stored = StoredAccount { account: account.clone(), password: hash };
        let signed_out = self.keep(stored, EndLogins::All).await?;
        self.state().attempts.clear(&login);
        tracing::info!(login, "an account has another password");
        Ok(Made { account: Arc::new(account), generated, signed_out })
    }

    /// Forgets an account. Its logins end; how many they were.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn remove(&self, login: &str) -> Result<(Arc<Account>, usize), AccountError> {
        let _changing = self.0.changing.lock().await;
        let account = self.entry(login)?.account;
        self.0.store.drop_account(account.id.clone()).await?;
        let signed_out = {
            let mut state = self.state();
            state.remove(&account);
            state.logins.end_of(&account.id, None)
        };
        self.tell(&account.id, None, true);
        tracing::info!(login = account.login, "an account is removed");
        Ok((account, signed_out))
    }

    fn entry(&self, login: &str) -> Result<Entry, AccountError> {
        let name = login_name(login);
        let found = name.and_then(|name| self.state().of_login(&name).cloned());
        found.ok_or_else(|| AccountError::Unknown(login.to_owned()))
    }

    async fn new_password(
        &self,
        login: &str,
        chosen: Option<Secret>,
    ) -> Result<(Secret, Option<Secret>), AccountError> {
        let generated = if chosen.is_none() { Some(password::generate()?) } else { None };
        let Some(password) = chosen.or_else(|| generated.clone()) else {
            return Err(AccountError::BadPassword);
        };
        password::check(&password, login)?;
        Ok((self.0.hasher.hash(password).await?, generated))
    }

    /// The same, changed now.
    pub(super) fn touched(&self, account: &Account) -> Account {
        Account { changed_ms: self.0.clock.now_ms(), ..account.clone() }
    }

    /// Keeps an account on the disk, and then here; how many logins ended. Whoever calls this is the one who
    /// changes something.
    pub(super) async fn keep(
        &self,
        stored: StoredAccount,
        end: EndLogins,
    ) -> Result<usize, AccountError> {
        self.0.store.put_account(stored.clone(), end).await?;
        let StoredAccount { account, password } = stored;
        let account = Arc::new(account);
        let ended = {
            let mut state = self.state();
            state.put(Entry { account: account.clone(), password });
            match end {
                EndLogins::None => 0,
                EndLogins::All => state.logins.end_of(&account.id, None),
                EndLogins::AllBut(login) => state.logins.end_of(&account.id, Some(login)),
            }
        };
        self.tell(&account.id, Some(account.clone()), ended > 0);
        Ok(ended)
    }
}
