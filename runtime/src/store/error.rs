//! Why the store could not do what was asked.

/// Why the store could not do what was asked. Nothing was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("R0301: the store failed: {0}")]
    Failed(String),
    /// The file belongs to a later version.
    #[error(
        "R0302: the store has schema {found}, this flowright knows {known}; use a newer flowright"
    )]
    Newer {
        /// The file's version.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// Too many commits wait already.
    #[error("R0303: the store is overloaded")]
    Overloaded,
    /// There is no room for what was to be written. What is there can be read; writing goes on by
    /// itself when there is room.
    #[error("R0306: the disk of the store is full: {0}")]
    Full(String),
    /// The disk did not confirm what was written, so that nobody knows what is on it: nothing is
    /// written from then on, until the process starts anew and reads what is there.
    #[error(
        "R0307: the disk did not confirm a write, and the store takes nothing more until flowright \
         starts anew: {0}"
    )]
    Stopped(String),
    /// What is to be a store is none.
    #[error("R0309: `{0}` is no store of flowright")]
    NoStore(String),
    /// Another process has the store.
    #[error("R0308: the store {0} is in use by another flowright; one store is for one server")]
    InUse(String),
    /// What was stored is not what is there now.
    #[error("R0304: a stored {what} is damaged: {cause}")]
    Damaged {
        /// Session, message, reply, step, bundle, row, file.
        what: &'static str,
        /// Why.
        cause: String,
    },
    /// A session belongs to a bundle that is whole, and in a format that this flowright does not read.
    #[error(
        "R0305: the session `{session}` began with the bundle {bundle}, and {cause}; its conversation \
         goes on when the flowright that wrote the bundle runs again"
    )]
    OtherFormat {
        /// The session.
        session: String,
        /// Name of its bundle, in hexadecimal digits.
        bundle: String,
        /// Which format it has, and which is read.
        cause: String,
    },
}
