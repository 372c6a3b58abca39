//! What the access layer keeps: messages that were acknowledged and wait to be carried out, who writes
//! on which channel in which session, and how far what was said has come.

use flowright_access::v1::Delivery;

use super::StoreFuture;
use super::codes::{Adoption, CodeAnswer, CodeCheck, CodeOrder, StoredCode};

/// Keeps what channels need. Whatever it acknowledged is there again after a crash. All of its errors
/// are [`StoreError`](super::StoreError).
pub trait AccessStore: Send + Sync + std::fmt::Debug {
    /// Keeps a message to be carried out. Whether it is new: one that the channel handed over before
    /// under the same id is not kept again, whatever became of it.
    fn spool(&self, message: Spooled) -> StoreFuture<'_, bool>;

    /// Messages that wait, behind the one of a number, in the order in which they came.
    fn spooled(&self, after: i64, most: usize) -> StoreFuture<'_, Vec<Spooled>>;

    /// Keeps what became of a message.
    fn settle_spooled(&self, number: i64, result: SpoolResult) -> StoreFuture<'_, ()>;

    /// How many messages wait, and how many cannot be carried out.
    fn spool_sizes(&self) -> StoreFuture<'_, (u64, u64)>;

    /// Messages that cannot be carried out, the latest first, each with the reason.
    fn spool_dead(&self, most: usize) -> StoreFuture<'_, Vec<(Spooled, String)>>;

    /// Has a message that could not be carried out wait once more, behind all others. Whether there is
    /// one of this number.
    fn revive_spooled(&self, number: i64) -> StoreFuture<'_, bool>;

    /// Forgets the ids of messages that were carried out before a time, ms UTC. How many.
    fn forget_spooled(&self, before_ms: i64) -> StoreFuture<'_, usize>;

    /// The session that somebody's messages belong to, by what is known of her; made and kept when
    /// there is none.
    fn identify(&self, claim: Claim) -> StoreFuture<'_, Identified>;

    /// What is known of an address.
    fn identity<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
    ) -> StoreFuture<'s, Option<StoredIdentity>>;

    /// Takes an address away from its customer: its messages begin a session of their own. Whether
    /// anything is known of it.
    fn split<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
        session: String,
        at_ms: i64,
    ) -> StoreFuture<'s, bool>;

    /// All addresses whose messages belong to a session.
    fn identities_of<'s>(&'s self, session: &'s str) -> StoreFuture<'s, Vec<StoredIdentity>>;

    /// The sessions that an address's messages belonged to before they went on in another one.
    fn earlier_sessions<'s>(
        &'s self,
        channel: &'s str,
        address: &'s str,
    ) -> StoreFuture<'s, Vec<String>>;

    /// Has the messages from an address of somebody who is nobody yet belong to a conversation from now
    /// on. The session that the address had before, where it had another: as long as they were not
    /// joined, nothing is kept. Another one than asked for where it is a customer's by now.
    fn adopt(&self, adoption: Adoption) -> StoreFuture<'_, Identified>;

    /// The session that another one goes on in; itself where it was joined to none.
    fn goes_on_in<'s>(&'s self, session: &'s str) -> StoreFuture<'s, String>;

    /// Keeps a code and the message that carries it, unless there were too many lately. The same ticket
    /// again changes nothing. Whether it is on its way.
    fn order_code(&self, order: CodeOrder) -> StoreFuture<'_, bool>;

    /// A code.
    fn code<'s>(&'s self, ticket: &'s str) -> StoreFuture<'s, Option<StoredCode>>;

    /// What it comes to that somebody says what a code is. The same key again has the same answer.
    fn check_code(&self, check: CodeCheck) -> StoreFuture<'_, CodeAnswer>;

    /// Codes that were repeated, and that nothing has followed from yet.
    fn confirmed_codes(&self) -> StoreFuture<'_, Vec<StoredCode>>;

    /// Keeps that what follows from a code is done.
    fn settle_code<'s>(&'s self, ticket: &'s str) -> StoreFuture<'s, ()>;

    /// Keeps in the log that a confirmed address was not linked to a customer.
    fn refuse_code(&self, code: StoredCode, customer: String, at_ms: i64) -> StoreFuture<'_, ()>;

    /// Forgets codes that were asked for before a time, ms UTC. How many.
    fn forget_codes(&self, before_ms: i64) -> StoreFuture<'_, usize>;

    /// What is kept of a customer's profile.
    fn profile<'s>(&'s self, customer: &'s str) -> StoreFuture<'s, Option<StoredProfile>>;

    /// Keeps a customer's profile, unless a later one is kept. `now_ms`: one that is later than now is
    /// of a clock that was set back.
    fn keep_profile(&self, profile: StoredProfile, now_ms: i64) -> StoreFuture<'_, ()>;

    /// Keeps that what was known of a customer until now may be otherwise. Whether anything was.
    fn doubt_profile(&self, customer: String, now_ms: i64) -> StoreFuture<'_, bool>;

    /// Keeps how far a reply has come, if that is further than it was. `seq` 0: the one that the
    /// provider knows by its id. Whether it is news.
    fn advance(&self, delivery: Delivery) -> StoreFuture<'_, bool>;

    /// How far the replies of a session have come, in order.
    fn deliveries<'s>(&'s self, session: &'s str) -> StoreFuture<'s, Vec<Delivery>>;
}

/// A message that waits to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spooled {
    /// Its number in the store; 0 before it has one.
    pub number: i64,
    /// The channel's name.
    pub channel: String,
    /// Unique in the channel.
    pub id: String,
    /// The address that it came from: messages of one sender are carried out one after another.
    pub sender: String,
    /// The envelope, as Protobuf.
    pub envelope: Vec<u8>,
    /// When it came, ms UTC.
    pub at_ms: i64,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpoolResult {
    /// It was carried out.
    Done,
    /// It cannot be, for a reason in words.
    Dead(String),
}

/// Who somebody is, by what her message brought with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The channel's name.
    pub channel: String,
    /// The address on it.
    pub address: String,
    /// The customer that she is, where something proves it, and what: it is kept.
    pub customer: Option<(String, Proven)>,
    /// The session to begin where there is none.
    pub session: String,
    /// It was begun already, by somebody at this address who was nobody yet.
    pub begun: bool,
    /// What the address's session holds goes on in the customer's: it may be kept that it is hers.
    pub joined: bool,
    /// When, ms UTC.
    pub at_ms: i64,
}

/// What proves which customer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proven {
    /// A token that the company's site signed.
    Token,
    /// A system that may vouch for customers said so.
    Vouched,
    /// The address, which the channel has verified, is the customer's in the company's own records.
    Records,
    /// A code that was sent to an address of the customer was repeated.
    Code,
}

impl Proven {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Vouched => "vouched",
            Self::Records => "records",
            Self::Code => "code",
        }
    }
}

/// Which session somebody's messages belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The session.
    pub session: String,
    /// The session that this address had before, where the customer turned out to have another. As long
    /// as they were not joined, nothing was kept.
    pub before: Option<String>,
}

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIdentity {
    /// The channel's name.
    pub channel: String,
    /// The address.
    pub address: String,
    /// The session that its messages belong to.
    pub session: String,
    /// The customer, where that was proved, and the name of what proved it.
    pub customer: Option<(String, String)>,
    /// Since when, ms UTC.
    pub since_ms: i64,
}

/// What the company's records say of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProfile {
    /// The customer's id.
    pub customer: String,
    /// The fields that the bot declares, as a JSON object.
    pub profile: String,
    /// When the records were asked, ms UTC.
    pub at_ms: i64,
    /// Since when it may be otherwise, ms UTC: what was asked for before is to be asked for again.
    pub doubted_ms: i64,
}
