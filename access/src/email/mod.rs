//! Email: what comes in by SMTP becomes an [`Envelope`](crate::v1::Envelope), and a
//! [`Reply`](crate::v1::Reply) becomes a message that every mail program understands.
//!
//! [`smtp`] receives, [`mime`] reads, [`quoted`] leaves only what is new, [`loops`] and [`bounce`]
//! know what no customer wrote, [`thread`] knows which conversation is answered, [`auth`] whether the
//! address is the sender's; [`intake`] is all of that together. [`compose`] writes.

pub mod address;
pub mod auth;
pub mod bounce;
pub mod compose;
pub mod intake;
pub mod limits;
pub mod loops;
pub mod mime;
pub mod quoted;
pub mod reply_to;
pub mod smtp;
pub mod thread;

pub use address::Address;
pub use intake::{Intake, Site, read};
pub use reply_to::ReplyTo;

/// An address that the bot answers, and its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub address: Address,
    /// The channel's name, as the bot declares it.
    pub channel: String,
}
