//! Where sessions live. A commit is one turn's session, journal entry, message id and replies:
//! together or not at all.

mod access;
mod accounts;
mod attachments;
mod codes;
mod error;
mod held;
mod journal;
mod knowledge;
mod sqlite;

pub use access::{
    AccessStore, Claim, Identified, Proven, SpoolResult, Spooled, StoredIdentity, StoredProfile,
};
pub use accounts::{
    AccountStore, EndLogins, LoginKey, SharedAccountStore, StoredAccount, StoredLogin,
};
pub use attachments::{AttachmentStore, Bound, StoredAttachment};
pub use codes::{Adoption, CodeAnswer, CodeCheck, CodeLimits, CodeOrder, CodeState, StoredCode};
pub use error::StoreError;
pub use held::{Held, HeldChange};
pub use journal::{JournalStore, LatestSession, SharedJournalStore, StoredStep};
pub use knowledge::{KnowledgeStore, StoredArticle, Unanswered, UnansweredQuestion};
pub use sqlite::{
    Backup, Durability, OtherFormat, Restored, SCHEMA, SqliteOptions, SqliteStore, StoreReport,
    backup, is_in_use, last_heard, restore, verify, verify_with_files,
};

use std::collections::BTreeSet;
use std::sync::Arc;

use flowright_engine::model::{Command, Event, Reply, Session};
use futures_util::future::BoxFuture;

/// What a store answers, later.
pub type StoreFuture<'s, T> = BoxFuture<'s, Result<T, StoreError>>;

/// A store that many hold.
pub type SharedStore = Arc<dyn Store>;

/// The same, for what the access layer keeps.
pub type SharedAccessStore = Arc<dyn AccessStore>;

/// Keeps sessions. Whatever it acknowledged is there again after a crash; what it refused did not
/// happen. All of its errors are [`StoreError`].
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Keeps a step. Comes back when it is durable, with the replies as they were numbered.
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Vec<StoredReply>>;

    /// A session.
    fn session<'s>(&'s self, id: &'s str) -> StoreFuture<'s, Option<StoredSession>>;

    /// The turn that a message began.
    fn message<'s>(&'s self, session: &'s str, id: &'s str) -> StoreFuture<'s, Option<StoredTurn>>;

    /// What answered a message, in order: the replies of its turn, but for those that came when it
    /// was over (silence, a timer).
    fn replies_of_turn<'s>(
        &'s self,
        session: &'s str,
        turn: &'s StoredTurn,
    ) -> StoreFuture<'s, Vec<StoredReply>>;

    /// The replies after one, in order.
    fn replies_after<'s>(&'s self, session: &'s str, seq: u64)
    -> StoreFuture<'s, Vec<StoredReply>>;

    /// Sessions whose action is under way, or was when the last process ended, but for those pinned
    /// to bundles of these names.
    fn calling<'s>(&'s self, unreadable: &'s [String]) -> StoreFuture<'s, Vec<String>>;

    /// Bundles with sessions whose action was under way when the last process ended, each with one of
    /// these sessions and their number.
    fn calling_by_bundle(&self) -> StoreFuture<'_, Vec<([u8; 32], String, usize)>>;

    /// Sessions whose timer is due, the first of them or those after one, at most
    /// [`DUE_AT_ONCE_MAX`](crate::limits::DUE_AT_ONCE_MAX), but for those pinned to bundles of these
    /// names.
    fn due<'s>(
        &'s self,
        now_ms: i64,
        unreadable: &'s [String],
        after: Option<&'s DueSession>,
    ) -> StoreFuture<'s, Vec<DueSession>>;

    /// Has somebody look at a session at another time, or not at all: what was stored with its last step
    /// was reckoned by settings of before. Its step stays the last one.
    fn look_again_at<'s>(&'s self, id: &'s str, wake_at_ms: Option<i64>) -> StoreFuture<'s, ()>;

    /// When the first timer after a moment is due, ms UTC.
    fn next_wake(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>>;

    /// Keeps by how much the machine's clock was set while timers were reckoned by another, ms: the
    /// next process moves them.
    fn keep_clock_jump(&self, jump_ms: i64) -> StoreFuture<'_, ()>;

    /// Whether it answers, and takes commits as far as it knows.
    fn ready(&self) -> StoreFuture<'_, ()>;

    /// A bundle's bytes.
    fn bundle<'s>(&'s self, hash: &'s [u8; 32]) -> StoreFuture<'s, Option<Vec<u8>>>;

    /// Keeps a bundle's bytes, so that sessions pinned to it survive the next deployment. Comes back
    /// when they are durable: no session may begin with a bundle that the next process lacks.
    fn put_bundle<'s>(&'s self, hash: &'s [u8; 32], bytes: &'s [u8]) -> StoreFuture<'s, ()>;

    /// Every bundle that is kept, with the number of sessions pinned to it.
    fn bundles(&self) -> StoreFuture<'_, Vec<StoredBundle>>;

    /// Drops the bundles that no session is pinned to, but for these. How many went.
    fn drop_bundles(&self, but: Vec<[u8; 32]>) -> StoreFuture<'_, usize>;

    /// What is to be sent now, at most `most`, but for that of these routes: of every session only
    /// what must go first. What is damaged is a dead letter from then on.
    fn outbox_due<'s>(
        &'s self,
        now_ms: i64,
        most: usize,
        full: &'s [String],
    ) -> StoreFuture<'s, Vec<OutboxItem>>;

    /// When something after a moment is to be sent, ms UTC.
    fn outbox_next(&self, after_ms: i64) -> StoreFuture<'_, Option<i64>>;

    /// What could not be sent and is not tried any more, the latest first, at most `most`; or the one
    /// of a number.
    fn outbox_dead(&self, id: Option<i64>, most: usize) -> StoreFuture<'_, Vec<OutboxItem>>;

    /// How many wait to be sent, and how many are not tried any more.
    fn outbox_sizes(&self) -> StoreFuture<'_, (u64, u64)>;

    /// The conversations that humans have, or that wait for one.
    fn held(&self) -> StoreFuture<'_, Vec<Held>>;

    /// Keeps how sending went.
    fn outbox_settle(&self, item: OutboxItem, result: OutboxResult) -> StoreFuture<'_, ()>;
}

/// One step, to be kept as a whole.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The session after the step.
    pub session: Session,
    /// Number of the step in its session, from 1.
    pub seq: u64,
    /// Number of the session's last reply before it.
    pub replies_before: u64,
    /// Messages of the session before it.
    pub messages_before: u64,
    /// When, ms UTC.
    pub at_ms: i64,
    /// What came in.
    pub event: Event,
    /// What went out.
    pub commands: Vec<Command>,
    /// When somebody must look at the session, ms UTC: its timer, or its end.
    pub wake_at_ms: Option<i64>,
    /// The message that began this turn, in its first commit.
    pub message_id: Option<String>,
    /// What its channel needs to answer, kept until another message of the channel brings something
    /// else.
    pub reply_to: Option<String>,
    /// No call is under way: the turn is over.
    pub settled: bool,
    /// What of it is to be sent to somebody's address.
    pub deliver: Deliver,
    /// Whether a human has it now, or it waits for one.
    pub held: HeldChange,
    /// The question that it could not answer.
    pub unanswered: Option<Unanswered>,
}

/// Which parts of a step go into the outbox, in the step's own commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deliver {
    /// What was said where the customer wrote last.
    pub replies: bool,
    /// Other channels of which what was said there is sent.
    pub elsewhere: BTreeSet<String>,
    /// That a human is wanted.
    pub handoffs: bool,
    /// What becomes of a conversation that a human has, or that waits for one.
    pub desk: bool,
}

/// Something to be sent to an address: kept with the step that made it, gone when it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// Its number in the store.
    pub id: i64,
    /// Its session: what belongs to one session and channel is sent in order.
    pub session: String,
    /// What it is.
    pub kind: OutboxKind,
    /// The channel that it goes to; of a handoff that of the session when it was made, and of what a
    /// desk elsewhere is told [`DESK_ROUTE`].
    pub channel: String,
    /// Unique, the same on every attempt: sent as the idempotency key.
    pub key: String,
    /// JSON.
    pub body: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was made, ms UTC.
    pub since_ms: i64,
    /// When it is tried next, ms UTC.
    pub next_at_ms: i64,
    /// Why the last attempt failed.
    pub cause: Option<String>,
}

impl OutboxItem {
    /// What has one address: the channel of what was said, [`DESK_ROUTE`], and nothing for handoffs.
    #[must_use]
    pub fn route(&self) -> &str {
        match self.kind {
            OutboxKind::Reply | OutboxKind::Code | OutboxKind::Desk => &self.channel,
            OutboxKind::Handoff => "",
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxKind {
    /// Something said to the customer.
    Reply,
    /// A conversation on its way to a human.
    Handoff,
    /// A one-time code, without its digits.
    Code,
    /// What a desk elsewhere is told.
    Desk,
}

/// Where what a desk elsewhere is told goes: no channel has such a name.
pub const DESK_ROUTE: &str = "@desk";

impl OutboxKind {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Handoff => "handoff",
            Self::Code => "code",
            Self::Desk => "desk",
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reply, Self::Handoff, Self::Code, Self::Desk];
}

/// How an attempt to send something went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxResult {
    /// It was taken.
    Delivered {
        /// When.
        at_ms: i64,
        /// What the provider calls it.
        provider_id: Option<String>,
    },
    /// It is tried again at a time, ms UTC.
    Again {
        /// When.
        at_ms: i64,
        /// Why it was not taken.
        cause: String,
    },
    /// It is not tried any more.
    Dead {
        /// Since when.
        at_ms: i64,
        /// Why it was not taken.
        cause: String,
    },
    /// Somebody wants it tried once more, from the start.
    Revive {
        /// When.
        at_ms: i64,
    },
}

/// A session whose timer is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSession {
    /// Since when, ms UTC.
    pub at_ms: i64,
    /// Which.
    pub session: String,
}

/// A session as it is stored.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// The session.
    pub session: Session,
    /// What is stored of it.
    pub stored: Stored,
}

/// What is stored of a session: whoever has it in memory knows it, since nobody else writes. So a step
/// is written without a look at what is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// Number of its last step; 0: nothing is stored.
    pub seq: u64,
    /// Number of its last reply.
    pub replies: u64,
    /// Its messages.
    pub messages: BTreeSet<MessageKey>,
}

/// What a message is known by: the first half of the BLAKE3 hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageKey([u8; 16]);

impl MessageKey {
    /// Of an id.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(blake3::hash(id.as_bytes()).as_bytes().split_at(16).0);
        Self(key)
    }
}

/// A bundle that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBundle {
    /// Its name.
    pub hash: [u8; 32],
    /// Sessions pinned to it.
    pub sessions: u64,
}

/// The turn that a message began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTurn {
    /// Number of the turn.
    pub turn: u64,
    /// Whether it is over.
    pub settled: bool,
    /// The last reply of the session before it began. Absent in turns of stores that did not keep
    /// it.
    pub first_reply: Option<u64>,
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
