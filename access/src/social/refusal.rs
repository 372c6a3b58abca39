//! Why a request to a webhook is not taken.

/// A request that is not known to be the provider's. Nothing of its body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither GET nor POST, or the wrong one.
    #[error("a method that this webhook does not take")]
    Method,
    /// A body or query that is too long.
    #[error("a request that is too large")]
    TooLarge,
    /// No signature, or no time.
    #[error("the header `{0}` is missing")]
    MissingHeader(&'static str),
    /// One too many.
    #[error("the header `{0}` is there more than once")]
    TwoHeaders(&'static str),
    /// The same in a query.
    #[error("the parameter `{0}` is missing")]
    MissingParameter(&'static str),
    /// The same in a query.
    #[error("the parameter `{0}` is there more than once")]
    TwoParameters(&'static str),
    /// Not of the form that signatures have.
    #[error("the signature in `{0}` is malformed")]
    MalformedSignature(&'static str),
    /// Not of the form that times have.
    #[error("the time in `{0}` is malformed")]
    MalformedTime(&'static str),
    /// Made with another secret, or over other bytes.
    #[error("the signature is not right")]
    WrongSignature,
    /// A token that is sent along is another one.
    #[error("the token is not right")]
    WrongToken,
    /// Signed too long ago.
    #[error("it was signed more than five minutes ago")]
    Old,
    /// Signed too far ahead.
    #[error("it was signed more than five minutes ahead of this machine's clock")]
    Future,
    /// WeChat or WeCom without encryption: whoever sees one request can send any other.
    #[error(
        "it came in plain mode, in which the body is not signed; choose the safe mode (安全模式) at the provider"
    )]
    PlainMode,
    /// The document around what is encrypted.
    #[error("the document around the message is malformed")]
    MalformedDocument,
    /// The key is not right, or the padding is not.
    #[error("the message cannot be decrypted")]
    Undecryptable,
    /// Meant for another account.
    #[error("the message is meant for another account")]
    WrongReceiver,
    /// A challenge that is not one.
    #[error("the challenge is malformed")]
    MalformedChallenge,
}

impl Refusal {
    /// The HTTP status that says it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Method => 405,
            Self::TooLarge => 413,
            Self::TwoHeaders(_)
            | Self::MissingParameter(_)
            | Self::TwoParameters(_)
            | Self::MalformedDocument
            | Self::MalformedChallenge => 400,
            _ => 401,
        }
    }
}

/// Something that its provider signed, and that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Keys that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Nothing.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// More than two.
    #[error("`{0}` holds more than two values: one, or the old and the new one while they change")]
    Many(&'static str),
    /// Not of the form that this provider's have.
    #[error("`{0}` is not {1}")]
    Form(&'static str, &'static str),
}
