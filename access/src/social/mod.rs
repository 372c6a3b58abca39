//! Social webhooks: what messengers send, and what they are sent. One folder a provider, all behind
//! one trait.
//!
//! A request goes through two stages. [`Provider::admit`] looks at raw bytes, secrets and the clock,
//! and gives a [`Verified`], which nothing else makes; [`Provider::parse`] reads only that. What is
//! said goes out as [`Call`]s from [`Provider::render`]; [`Provider::read`] says what an answer means.

mod changes;
mod generic;
mod http;
mod ids;
mod json;
mod layout;
mod line;
mod media;
mod meta;
mod outcome;
mod received;
mod refusal;
mod sign;
mod signed;
mod slack;
mod telegram;
mod tencent;

use std::fmt;

pub use changes::{Changed, Changes};
pub use generic::Generic;
pub use http::{Answer, Call, HttpAnswer, Incoming, Verb};
pub use layout::{MenuForm, Shows, Unit};
pub use line::Line;
pub use media::{Media, Place, is_at};
pub use meta::{Messenger, WhatsApp};
pub use outcome::{Outcome, Token};
pub use received::{At, Pull, Pulled, ReadUntil, Received, Verified};
pub use refusal::{BadKey, Malformed, Refusal};
pub use sign::{Key, Keys};
pub use signed::{SIGNATURE, sign};
pub use slack::Slack;
pub use telegram::Telegram;
pub use tencent::{SafeMode, WeChat, WeCom};

use crate::v1;

/// What a request turned out to be, before anything of its body was read.
#[derive(Debug)]
pub enum Admitted<'a> {
    /// The provider makes sure that this is the right place: it is answered, and that is all.
    Handshake(HttpAnswer),
    /// Signed by the provider.
    Message(Verified<'a>),
}

/// Something to be said, to whom, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// What is said.
    pub reply: &'a v1::Reply,
    /// What the channel put into the envelope that is answered.
    pub reply_to: &'a str,
    /// The same on each attempt.
    pub key: &'a str,
    /// Where the provider wants one: the token that it gave last.
    pub token: Option<&'a Key>,
    /// Now, ms since 1970 UTC.
    pub now_ms: i64,
}

/// How fast a provider lets an account send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Messages a second, all together.
    pub per_second: u32,
    /// Time between two messages of one conversation in the long run; a few may follow each other at
    /// once.
    pub apart_ms: u32,
}

/// A messenger.
pub trait Provider: fmt::Debug + Send + Sync {
    /// As the language calls it: `whatsapp`.
    fn name(&self) -> &'static str;

    /// Its API on the internet; empty where there is none.
    fn api(&self) -> &'static str;

    /// How fast it takes messages: what it publishes, or what is sure not to be too much.
    fn pace(&self) -> Pace;

    /// What it can show.
    fn shows(&self) -> &'static Shows;

    /// Whether a request is the provider's. Nothing of a body is read that is not signed.
    ///
    /// # Errors
    /// Why it is not.
    fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Admitted<'a>, Refusal>;

    /// What a request says.
    ///
    /// # Errors
    /// It makes no sense.
    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed>;

    /// The requests that say something, in their order.
    ///
    /// # Errors
    /// Why it cannot be said at all, in words.
    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String>;

    /// What the answer to one of these requests means.
    fn read(&self, answer: &Answer<'_>) -> Outcome;

    /// The request for a token, where the provider wants one on every other request.
    fn ask_token(&self) -> Option<Call> {
        None
    }

    /// The token in the answer to [`Self::ask_token`].
    ///
    /// # Errors
    /// What the answer means instead.
    fn read_token(&self, _answer: &Answer<'_>, _now_ms: i64) -> Result<Token, Outcome> {
        Err(Outcome::dead("this provider gives no tokens"))
    }

    /// Where a file is that a customer sent, by what its envelope says of it; nothing where none can be had.
    fn media(&self, _at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        None
    }

    /// Where a file is, by the answer to [`Media::Ask`].
    ///
    /// # Errors
    /// What the answer means instead.
    fn read_media(&self, _answer: &Answer<'_>) -> Result<Place, Outcome> {
        Err(Outcome::dead("this provider says at once where a file is"))
    }

    /// Names of the provider's hosts that files may be fetched from, and of all below them.
    fn media_hosts(&self) -> &'static [&'static str] {
        &[]
    }

    /// What an answer means that is not the file that was asked for.
    fn refuses_media(&self, answer: &Answer<'_>) -> Option<Outcome> {
        media::refusal(answer)
    }

    /// The request that fetches what a notification only announced.
    fn pull(&self, _pull: &Pull, _cursor: &str, _token: &Key) -> Option<Call> {
        None
    }

    /// What was fetched.
    ///
    /// # Errors
    /// What the answer means instead.
    fn read_pull(&self, _answer: &Answer<'_>, _at: At<'_>) -> Result<Pulled, Outcome> {
        Err(Outcome::dead("this provider announces nothing"))
    }
}
