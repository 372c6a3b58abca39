//! Why nobody was signed in, or an account was not changed.

use crate::limits::{ACCOUNTS_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::store::StoreError;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Login or password are wrong; which, nobody is told.
    #[error("the login or the password is wrong")]
    Wrong,
    /// Wrong passwords came too often.
    #[error("wrong passwords came too often for this login")]
    Locked {
        /// When one more may come.
        seconds: u32,
    },
    /// Others are being signed in.
    #[error("too many people sign in at the moment")]
    Busy,
    /// The password is right, and the account is disabled.
    #[error("the account `{0}` is disabled")]
    Disabled(String),
    /// There is no such account.
    #[error("there is no account `{0}`")]
    Unknown(String),
    /// There is one already.
    #[error("there is an account `{0}` already")]
    Exists(String),
    /// There are as many as there may be.
    #[error("there are {ACCOUNTS_MAX} accounts already, and no more are kept")]
    TooMany,
    /// A password that cannot be one.
    #[error(
        "a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters of any kind, and is \
         not the login"
    )]
    BadPassword,
    /// Something else that cannot be so.
    #[error("{0}")]
    Bad(String),
    /// The machine did not do it.
    #[error("{0}")]
    Failed(String),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}
