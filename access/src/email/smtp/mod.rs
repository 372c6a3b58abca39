//! The server's side of SMTP (RFC 5321), without a socket: bytes in, [`Action`]s out.
//!
//! Commands are cut out and checked here, since what smuggles messages are line ends that two servers
//! see differently; what a whole line says is read by `smtp-proto`. Extensions: PIPELINING, SIZE,
//! 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, STARTTLS.

mod command;
mod data;
mod session;
#[cfg(test)]
mod tests;

pub use session::Session;

use super::{Address, Mailbox};

/// What a server is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name that it gives itself.
    pub hostname: String,
    /// Whom it takes messages for. Nothing is taken for anybody else: it does not relay.
    pub mailboxes: Vec<Mailbox>,
    /// Bytes of a message at most.
    pub bytes_max: usize,
    /// Whether connections can be encrypted.
    pub tls: Tls,
}

/// Whether connections can be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// There is no certificate.
    Absent,
    /// They can.
    Offered,
    /// They must.
    Required,
}

/// What whoever carries the bytes does next, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send this.
    Reply(String),
    /// Encrypt the connection, then call [`Session::encrypted`]. Bytes that came before that are
    /// never commands.
    StartTls,
    /// Make the message durable, then call [`Session::answer`].
    Take(Mail),
    /// Close the connection.
    Close,
}

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Where bounces go; absent: nowhere, since it is one.
    pub from: Option<Address>,
    /// The channels that it is for, each once.
    pub channels: Vec<String>,
    /// The message, lines ending in CR LF.
    pub bytes: Vec<u8>,
    /// What the client calls itself. It proves nothing.
    pub helo: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable; or nobody's, and dropped on purpose.
    Stored,
    /// Not now: the client comes again.
    Again,
    /// Never, and why.
    Refused(String),
}
