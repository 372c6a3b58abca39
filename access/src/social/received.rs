//! What a request brings, once it is known to be the provider's.

use std::borrow::Cow;

use super::http::HttpAnswer;
use super::refusal::Malformed;
use crate::limits::{SOCIAL_ATTACHMENTS_MAX, SOCIAL_TEXT_CHARS_MAX, WEBHOOK_EVENTS_MAX};
use crate::v1;

/// Bytes that a provider signed. Only the stage that checks signatures makes one.
#[derive(Debug)]
pub struct Verified<'a> {
    body: Cow<'a, [u8]>,
}

impl<'a> Verified<'a> {
    pub(super) fn new(body: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { body: body.into() }
    }

    /// For tests of what comes after: parsers must stand whatever a provider signs.
    #[doc(hidden)]
    #[must_use]
    pub fn unchecked(body: &'a [u8]) -> Self {
        Self::new(body)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn json(&self) -> Result<serde_json::Value, Malformed> {
        serde_json::from_slice(&self.body).map_err(|_| Malformed("the body is not JSON"))
    }
}

/// Where and when something came in.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The channel's name, as the bot declares it.
    pub channel: &'a str,
    /// Now, ms since 1970 UTC.
    pub now_ms: i64,
}

/// Messages that wait at the provider: only that there are some was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// The account that they were sent to.
    pub account: String,
    /// What entitles to fetch them now.
    pub token: String,
}

/// Everything that was sent before a time was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadUntil {
    /// By whom.
    pub address: String,
    /// The time, ms since 1970 UTC.
    pub at_ms: i64,
}

/// What a request says.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// What customers wrote.
    pub envelopes: Vec<v1::Envelope>,
    /// How far replies have come. Their session and place are the runtime's to find, by the
    /// provider's id.
    pub deliveries: Vec<v1::Delivery>,
    /// The same where the provider tells a time and no ids.
    pub read_until: Vec<ReadUntil>,
    /// What is to be fetched.
    pub pulls: Vec<Pull>,
    /// What was left out on purpose, by its kind: events that are no message of a customer.
    pub skipped: Vec<String>,
    /// What the provider wants to be answered when all is kept.
    pub answer: HttpAnswer,
}

impl Received {
    pub(super) fn new(answer: HttpAnswer) -> Self {
        Self {
            envelopes: Vec::new(),
            deliveries: Vec::new(),
            read_until: Vec::new(),
            pulls: Vec::new(),
            skipped: Vec::new(),
            answer,
        }
    }

    /// Takes a message.
    pub(super) fn take(&mut self, message: Message, at: At<'_>) {
        self.envelopes.push(message.envelope(at));
    }

    /// Leaves something out, by its kind: a few characters of it.
    pub(super) fn skip(&mut self, kind: &str) {
        self.skipped.push(kind.chars().take(60).collect());
    }

    /// Refuses more events than any provider sends at once.
    pub(super) fn within_limits(self) -> Result<Self, Malformed> {
        let events = self.envelopes.len() + self.deliveries.len() + self.skipped.len();
        if events > WEBHOOK_EVENTS_MAX {
            Err(Malformed("too many events at once"))
        } else {
            Ok(self)
        }
    }
}

/// What was fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// As if it had been sent.
    pub received: Received,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
}

/// A customer's message, before it is an envelope.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) payload: String,
    pub(super) attachments: Vec<v1::Attachment>,
    pub(super) language: String,
    pub(super) sent_at_ms: i64,
    pub(super) reply_to: String,
    pub(super) conversation: String,
}

impl Message {
    /// Says in words what is no text, no button and no file. In brackets, which no customer needs:
    /// the bot then answers that it does not understand, instead of nothing.
    pub(super) fn tell(&mut self, what: &str) {
        let what: String = what.chars().filter(|c| !c.is_control()).take(200).collect();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&format!("[{what}]"));
    }

    fn envelope(mut self, at: At<'_>) -> v1::Envelope {
        let says_something = !self.text.trim().is_empty() || !self.payload.is_empty();
        if !says_something && self.attachments.is_empty() {
            self.tell("an empty message");
        }
        let over = self.attachments.len().saturating_sub(SOCIAL_ATTACHMENTS_MAX);
        self.attachments.truncate(SOCIAL_ATTACHMENTS_MAX);
        if over > 0 {
            self.tell(&format!("{over} more attachments"));
        }
        if let Some((cut, _)) = self.text.char_indices().nth(SOCIAL_TEXT_CHARS_MAX) {
            self.text.truncate(cut);
            self.text.push_str(" […]");
        }
        let kind = v1::proof::Kind::AddressVerified(true);
        v1::Envelope {
            id: super::ids::envelope(&self.id),
            channel: at.channel.to_owned(),
            from: Some(v1::Identity {
                channel: at.channel.to_owned(),
                address: self.address,
                display_name: self.name.chars().filter(|c| !c.is_control()).take(200).collect(),
            }),
            text: self.text,
            payload: self.payload,
            attachments: self.attachments,
            language: self.language,
            sent_at_ms: self.sent_at_ms,
            received_at_ms: at.now_ms,
            reply_to: self.reply_to,
            proofs: vec![v1::Proof { kind: Some(kind) }],
            conversation: self.conversation,
        }
    }
}
