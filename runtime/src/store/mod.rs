//! Where sessions live. A commit is one turn's session, journal entry, message id and replies:
//! together or not at all.

mod sqlite;

pub use sqlite::{Durability, SqliteStore};

use flowright_engine::model::{Command, Event, Reply, Session};

/// One step, to be kept as a whole.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The session after the step.
    pub session: Session,
    /// Number of the step in its session, from 1.
    pub seq: u64,
    /// When, ms UTC.
    pub at_ms: i64,
    /// What came in.
    pub event: Event,
    /// What went out.
    pub commands: Vec<Command>,
    /// The message that began this turn, in its first commit.
    pub message_id: Option<String>,
    /// No call is under way: the turn is over.
    pub settled: bool,
}

/// A session as it is stored.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// The session.
    pub session: Session,
    /// Number of its last step.
    pub seq: u64,
}

/// The turn that a message began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTurn {
    /// Number of the turn.
    pub turn: u64,
    /// Whether it is over.
    pub settled: bool,
    /// The last reply of the session when it was over: what comes later, without a message, is no
    /// part of its answer. Absent while it is not, and in turns of stores that did not keep it.
    pub last_reply: Option<u64>,
    /// Whether a human had the conversation when it was over.
    pub handed_off: Option<bool>,
}

/// A reply with its place in the session's order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredReply {
    /// From 1, without gaps.
    pub seq: u64,
    /// The turn that said it.
    pub turn: u64,
    /// What was said.
    #[serde(flatten)]
    pub reply: Reply,
}

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
    /// What was stored cannot be read.
    #[error("R0304: a stored {what} is damaged: {cause}")]
    Damaged {
        /// Session, reply, bundle.
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
