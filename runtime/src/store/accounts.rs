//! The accounts of the desk, and who is signed in.

use std::fmt;
use std::sync::Arc;

use super::StoreFuture;
use crate::desk::accounts::Account;
use crate::secret::Secret;

/// What keeps accounts, which many hold.
pub type SharedAccountStore = Arc<dyn AccountStore>;

/// Keeps accounts and logins. Whatever it acknowledged is there again after a crash. All of its errors are
/// [`StoreError`](super::StoreError).
pub trait AccountStore: Send + Sync + fmt::Debug {
    /// All accounts. One whose checksum is wrong is not among them, and is logged.
    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>>;

    /// All logins. One whose checksum is wrong is not among them, and is logged.
    fn logins(&self) -> StoreFuture<'_, Vec<StoredLogin>>;

    /// Keeps an account as it is now, in the place of what was kept of it; and ends logins of it.
    fn put_account(&self, account: StoredAccount, end: EndLogins) -> StoreFuture<'_, ()>;

    /// Forgets an account with its logins.
    fn drop_account(&self, id: String) -> StoreFuture<'_, ()>;

    /// Keeps a new login, in the place of another where there are too many.
    fn put_login(&self, login: StoredLogin, instead_of: Option<LoginKey>) -> StoreFuture<'_, ()>;

    /// Keeps when logins were used last. One that is not kept any more stays gone.
    fn touch_logins(&self, logins: Vec<StoredLogin>) -> StoreFuture<'_, ()>;

    /// Forgets logins.
    fn drop_logins(&self, keys: Vec<LoginKey>) -> StoreFuture<'_, ()>;
}

/// An account, and what its password is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// A PHC string.
    pub password: Secret,
}

/// Which logins of an account end with a change of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndLogins {
    /// None.
    None,
    /// All.
    All,
    /// All but the one that asks for it.
    AllBut(LoginKey),
}

/// What a login is known by: the BLAKE3 hash of its token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoginKey(pub [u8; 32]);

impl LoginKey {
    /// Of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(*blake3::hash(token.as_bytes()).as_bytes())
    }
}

impl fmt::Debug for LoginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(login)")
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLogin {
    /// What it is known by.
    pub key: LoginKey,
    /// The id of its account.
    pub account: String,
    /// When it was made, ms UTC.
    pub made_ms: i64,
    /// When it was used last, ms UTC.
    pub used_ms: i64,
    /// When it ends whatever is done, ms UTC.
    pub ends_ms: i64,
}
