//! Signing in and out, and a password that its owner changes.

use std::sync::Arc;

use super::{Account, AccountError, Accounts, Entry, Present, login_name, password};
use crate::clock::later;
use crate::limits::LOGINS_OF_ACCOUNT_MAX;
use crate::programs::hex;
use crate::secret::Secret;
use crate::store::{EndLogins, LoginKey, StoreError, StoredAccount, StoredLogin};

/// Bytes of a token.
const TOKEN_BYTES: usize = 32;

/// Somebody has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What she is known by from now on: nobody has it but her.
    pub token: Secret,
    /// Who.
    pub present: Present,
}

impl Accounts {
    /// Signs somebody in.
    ///
    /// # Errors
    /// [`AccountError`]: an unknown login and a wrong password are the same, and take the same time.
    pub async fn sign_in(&self, login: &str, password: Secret) -> Result<SignedIn, AccountError> {
        let Some(login) = login_name(login) else { return Err(AccountError::Wrong) };
        let known = self.checked(&login, password).await?;
        let _changing = self.0.changing.lock().await;
        let entry = self.unchanged(&known)?;
        self.state().attempts.clear(&login);
        if entry.account.disabled {
            tracing::warn!(login, "somebody with a disabled account tries to sign in");
            return Err(AccountError::Disabled(login));
        }
        let signed_in = self.make_login(entry.account).await?;
        tracing::info!(login, "somebody has signed in at the desk");
        Ok(signed_in)
    }

    /// The entry of a login whose password this is. What is tried counts until it is known to be right.
    async fn checked(&self, login: &str, password: Secret) -> Result<Entry, AccountError> {
        if !password::is_possible(password.reveal()) {
            return Err(AccountError::Wrong);
        }
        let now_ms = self.0.clock.now_ms();
        let known = {
            let mut state = self.state();
            state.attempts.begin(login, now_ms)?;
            state.of_login(login).cloned()
        };
        let hash = known.as_ref().map(|entry| entry.password.clone());
        let is_right = self.0.hasher.is_right(hash, password).await.inspect_err(|_| {
            self.state().attempts.undo(login, now_ms);
        })?;
        match known {
            Some(entry) if is_right => Ok(entry),
            // What was typed in the place of a login that there is not may be a password.
            None => Err(AccountError::Wrong),
            Some(_) => {
                tracing::warn!(login, "a wrong password at the desk");
                Err(AccountError::Wrong)
            }
        }
    }

    /// The entry as it is now, if its password is the one that was looked at.
    fn unchanged(&self, known: &Entry) -> Result<Entry, AccountError> {
        let now = self.state().by_id.get(&known.account.id).cloned();
        now.filter(|now| now.password == known.password).ok_or(AccountError::Wrong)
    }

    async fn make_login(&self, account: Arc<Account>) -> Result<SignedIn, AccountError> {
        let token = Secret::from(hex(&password::random::<TOKEN_BYTES>()?));
        let now_ms = self.0.clock.now_ms();
        let ends_ms = later(now_ms, self.0.options.sign_in_lasts);
        let key = LoginKey::of(token.reveal());
        let login = StoredLogin {
            key,
            account: account.id.clone(),
            made_ms: now_ms,
            used_ms: now_ms,
            ends_ms,
        };
        let too_many = self.state().logins.oldest_of(&account.id, LOGINS_OF_ACCOUNT_MAX);
        self.0.store.put_login(login.clone(), too_many).await?;
        {
            let mut state = self.state();
            state.logins.put(login);
            if let Some(oldest) = too_many {
                state.logins.end(oldest);
            }
        }
        if too_many.is_some() {
            self.tell(&account.id, Some(account.clone()), true);
        }
        Ok(SignedIn { token, present: Present { account, login: key, ends_ms } })
    }

    /// Ends one login.
    ///
    /// # Errors
    /// [`StoreError`]: then it has not ended.
    pub async fn sign_out(&self, present: &Present) -> Result<(), StoreError> {
        let _changing = self.0.changing.lock().await;
        self.0.store.drop_logins(vec![present.login]).await?;
        if self.state().logins.end(present.login) {
            self.tell(&present.account.id, self.of_id(&present.account.id), true);
        }
        Ok(())
    }

    /// Gives somebody who is signed in another password. Her other logins end; how many they were.
    ///
    /// # Errors
    /// [`AccountError`]; a wrong old password counts as one at signing in does.
    pub async fn change_password(
        &self,
        present: &Present,
        old: Secret,
        new: Secret,
    ) -> Result<usize, AccountError> {
        let login = &present.account.login;
        password::check(&new, login)?;
        let known = self.checked(login, old).await?;
        let hash = self.0.hasher.hash(new).await?;
        let _changing = self.0.changing.lock().await;
        let entry = self.unchanged(&known)?;
        let account = self.touched(&entry.account);
        let stored = StoredAccount { account: account.clone(), password: hash };
        let ended = self.keep(stored, EndLogins::AllBut(present.login)).await?;
        self.state().attempts.clear(login);
        tracing::info!(login, "an agent has another password");
        Ok(ended)
    }
}
