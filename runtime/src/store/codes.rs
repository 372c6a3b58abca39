//! One-time codes that confirm an address: what is kept of each. The code itself is not: it is made of the
//! server's key and of what is kept.

use flowright_access::code::Salt;

/// A code to be sent. It is kept together with the message that carries it, once for each ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeOrder {
    /// The code.
    pub code: StoredCode,
    /// What goes into the outbox, as JSON.
    pub body: String,
    /// How many there may be.
    pub limits: CodeLimits,
}

/// How many codes may be sent within a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLimits {
    /// To one address.
    pub of_address: u32,
    /// From one conversation.
    pub of_session: u32,
    /// The time, ms.
    pub within_ms: i64,
}

/// A code as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// What it is known by.
    pub ticket: String,
    /// The conversation that it was asked for in; once it is confirmed, that in which it was repeated.
    pub session: String,
    /// The channel that it goes to.
    pub channel: String,
    /// The address there.
    pub address: String,
    /// The random bits that it is made of.
    pub salt: Salt,
    /// When it was asked for, ms UTC.
    pub at_ms: i64,
    /// Until when it is good, ms UTC.
    pub expires_at_ms: i64,
    /// What became of it.
    pub state: CodeState,
    /// How often something else was said.
    pub tries: u32,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It may be repeated.
    Open,
    /// It was used, or something else was said too often.
    Spent,
    /// It was repeated; that the address is hers is to be kept yet.
    Confirmed,
}

impl CodeState {
    /// All of them, by the number that they are stored as.
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Spent, Self::Confirmed];
}

/// What somebody says a code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCheck {
    /// Which.
    pub ticket: String,
    /// The conversation in which it is said.
    pub session: String,
    /// The channel that she writes on there.
    pub spoken_on: String,
    /// The same each time the same answer is asked for.
    pub key: String,
    /// Whether it is the code.
    pub is_right: bool,
    /// How often something else may be said.
    pub tries_max: u32,
    /// When, ms UTC.
    pub at_ms: i64,
}

/// What that comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeAnswer {
    /// The address is hers.
    Confirmed,
    /// It is not the code.
    Wrong,
    /// Nobody can use it any more.
    Spent,
    /// It is too late.
    Expired,
    /// The address is another customer's than the conversation.
    Taken,
}

impl CodeAnswer {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Confirmed, Self::Wrong, Self::Spent, Self::Expired, Self::Taken];

    /// As it is stored, and as flows know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Wrong => "wrong",
            Self::Spent => "spent",
            Self::Expired => "expired",
            Self::Taken => "taken",
        }
    }
}

/// An address of somebody who is nobody yet: its messages belong to a conversation from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The channel's name.
    pub channel: String,
    /// The address.
    pub address: String,
    /// The conversation.
    pub session: String,
    /// What the address's conversation holds goes on in that one: it may be kept that they are one.
    pub joined: bool,
    /// When, ms UTC.
    pub at_ms: i64,
}
