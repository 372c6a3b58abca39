//! Where a channel sends what is said on it: the outbox calls it, keeps what came of it, and calls again.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_access::code::CodeKey;
use flowright_access::v1;
use flowright_engine::model;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::Letter;
use crate::store::OutboxItem;

/// Sends what is said on one channel.
pub trait Outlet: Send + Sync + std::fmt::Debug {
    /// One attempt. It ends by itself: the caller waits no longer than
    /// [`OUTBOX_TIMEOUT`](crate::limits::OUTBOX_TIMEOUT).
    fn send(&self, parcel: Parcel) -> BoxFuture<'static, Sent>;

    /// What it needs to write to an address from which nothing was kept to answer; nothing where it
    /// cannot.
    fn begin(&self, _address: &str) -> Option<String> {
        None
    }

    /// What one-time codes are made with, where it can write to an address that has not written.
    fn code_key(&self) -> Option<CodeKey> {
        None
    }

    /// One attempt to send a code to an address.
    fn send_code(&self, _letter: Letter) -> BoxFuture<'static, Sent> {
        let cause = "the channel writes to nobody who has not written".to_owned();
        Box::pin(std::future::ready(Sent::Dead { cause }))
    }
}

/// All channels that send, by name.
pub type Outlets = BTreeMap<String, Arc<dyn Outlet>>;

/// Something said, on its way to a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// The session.
    pub session: String,
    /// Unique, and the same on every attempt.
    pub key: String,
    /// What the channel put into the envelope that is answered.
    pub reply_to: String,
    /// What is said.
    pub reply: v1::Reply,
    /// Attempts before this one.
    pub attempts: u32,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The provider has it.
    Taken {
        /// What it calls it.
        provider_id: Option<String>,
    },
    /// It may be taken later.
    Again {
        /// Why not now.
        cause: String,
        /// How long the provider wants to be left alone, ms.
        after_ms: Option<i64>,
    },
    /// It never will be.
    Dead {
        /// Why.
        cause: String,
    },
}

/// The part of an outbox item's body that says what goes out.
#[derive(Deserialize)]
struct Body {
    seq: u64,
    turn: u64,
    reply: model::Reply,
    reply_to: Option<String>,
}

impl Parcel {
    /// From the outbox. `Err`: why it cannot be sent, in words.
    pub(crate) fn of(item: &OutboxItem) -> Result<Self, String> {
        let body: Body = serde_json::from_str(&item.body).map_err(|e| e.to_string())?;
        let reply_to = body.reply_to.ok_or("nobody has written on this channel in this session")?;
        Ok(Self {
            session: item.session.clone(),
            key: item.key.clone(),
            reply_to,
            reply: reply(body.seq, body.turn, body.reply),
            attempts: item.attempts,
        })
    }
}

/// What is said, as channels take it.
#[must_use]
pub fn reply(seq: u64, turn: u64, said: model::Reply) -> v1::Reply {
    let links = |media: Vec<model::Media>| -> Vec<v1::Link> {
        let link = |m: model::Media| v1::Link { url: m.url, label: m.label.unwrap_or_default() };
        media.into_iter().map(link).collect()
    };
    let images = |media: Vec<model::Media>| -> Vec<v1::Image> {
        let image = |m: model::Media| v1::Image { url: m.url, label: m.label.unwrap_or_default() };
        media.into_iter().map(image).collect()
    };
    let choice = |c: model::Choice| v1::Choice { payload: c.payload, label: c.label };
    v1::Reply {
        seq,
        turn,
        text: said.text,
        choices: said.choices.into_iter().map(choice).collect(),
        links: links(said.links),
        images: images(said.images),
        card: said.card.map(|card| v1::Card {
            title: card.title,
            body: card.body.unwrap_or_default(),
            links: links(card.links),
            images: images(card.images),
        }),
        agent: said.agent.unwrap_or_default(),
        on: said.on.unwrap_or_default(),
    }
}
