//! A reply as a message: `lettre` writes it, and what it wrote is checked before anybody sends it.
//!
//! What customers and flows say comes nowhere near the wire as it is: bodies are always encoded, so
//! that no line of theirs is a line of the message. (The version of lettre in use sends lone line ends
//! in a body as they are, RUSTSEC-2026-0561.)

mod body;
mod encode;
#[cfg(test)]
mod tests;
mod wire;

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, Date, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::thread::{Key, Place};
use super::{Address, ReplyTo};
use crate::v1::Reply;

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The channel's address.
    pub address: Address,
    /// The name beside it; empty: none.
    pub name: String,
}

/// A message that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who sends it, and where it comes back to.
    pub from: Address,
    /// Who gets it.
    pub to: Address,
    /// Its id, without brackets.
    pub message_id: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Why a reply cannot be a message. Another attempt would end the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// Whom it is for.
    #[error("`{0}` is no address that a message can be sent to")]
    Address(String),
    /// A header with a line end in it would be two headers.
    #[error("the {0} has a character in it that no header may have")]
    Header(&'static str),
    /// The message is not one.
    #[error("the message could not be written: {0}")]
    Message(&'static str),
}

/// The last second that a date in a header can say.
const DATE_MS_MAX: u64 = 253_402_300_799_000;

/// Writes a reply to what it answers. The same reply is the same message, byte for byte, at the same
/// `date_ms`.
///
/// # Errors
/// What can never be sent.
pub fn letter(
    reply: &Reply,
    session: &str,
    reply_to: &ReplyTo,
    sender: &Sender,
    key: &Key,
    date_ms: i64,
) -> Result<Letter, Unsendable> {
    let to = Address::parse(&reply_to.to);
    let to = to.ok_or_else(|| Unsendable::Address(reply_to.to.clone()))?;
    let message_id = key.id(&Place::new(session, reply.seq, &to), &sender.address);
    // Whoever reads it sees who speaks.
    let name = if reply.agent.is_empty() { &sender.name } else { &reply.agent };
    let mut message = lettre::Message::builder()
        .header(date(date_ms))
        .from(mailbox(&sender.address, header("sender's name", name)?)?)
        .to(mailbox(&to, header("customer's name", &reply_to.name)?)?)
        .subject(subject(header("subject", &reply_to.subject)?, reply_to.begins))
        .message_id(Some(format!("<{message_id}>")));
    let references: Vec<String> =
        reply_to.references.iter().filter_map(|id| bracketed(id)).collect();
    if let Some(last) = references.last() {
        message = message.in_reply_to(last.clone()).references(references.join(" "));
    }
    for (name, value) in marks(reply, !references.is_empty()) {
        let name = HeaderName::new_from_ascii_str(name);
        message = message.raw_header(HeaderValue::new(name, value.to_owned()));
    }
    let message = message.multipart(parts(reply, &message_id));
    let bytes = message.map_err(|_| Unsendable::Message("headers"))?.formatted();
    wire::check(&bytes).map_err(Unsendable::Message)?;
    Ok(Letter { from: sender.address.clone(), to, message_id, bytes })
}

/// Writes something that answers nothing, under an id that says nothing of any conversation: an answer
/// to it belongs to whoever writes it.
///
/// # Errors
/// What can never be sent.
pub fn notice(
    (about, text): (&str, &str),
    id: &str,
    to: &Address,
    sender: &Sender,
    date_ms: i64,
) -> Result<Letter, Unsendable> {
    let reply = Reply { text: text.to_owned(), ..Reply::default() };
    let message_id = format!("{id}@{}", sender.address.domain());
    bracketed(&message_id).ok_or(Unsendable::Header("id"))?;
    let mut message = lettre::Message::builder()
        .header(date(date_ms))
        .from(mailbox(&sender.address, header("sender's name", &sender.name)?)?)
        .to(mailbox(to, "")?)
        .subject(header("subject", about)?)
        .message_id(Some(format!("<{message_id}>")));
    for (name, value) in marks(&reply, false) {
        let name = HeaderName::new_from_ascii_str(name);
        message = message.raw_header(HeaderValue::new(name, value.to_owned()));
    }
    let message = message.multipart(parts(&reply, &message_id));
    let bytes = message.map_err(|_| Unsendable::Message("headers"))?.formatted();
    wire::check(&bytes).map_err(Unsendable::Message)?;
    Ok(Letter { from: sender.address.clone(), to: to.clone(), message_id, bytes })
}

fn date(ms: i64) -> Date {
    let since = Duration::from_millis(u64::try_from(ms).unwrap_or(0).min(DATE_MS_MAX));
    Date::new(UNIX_EPOCH + since)
}

/// What tells other machines that this is one's answer, so that they do not answer it.
fn marks(reply: &Reply, answers: bool) -> Vec<(&'static str, &'static str)> {
    let automatic = match (reply.agent.is_empty(), answers) {
        (false, _) => None,
        (true, true) => Some("auto-replied"),
        (true, false) => Some("auto-generated"),
    };
    let automatic = automatic.map(|how| ("Auto-Submitted", how));
    automatic.into_iter().chain([("X-Auto-Response-Suppress", "OOF, AutoReply")]).collect()
}

fn parts(reply: &Reply, message_id: &str) -> MultiPart {
    let part =
        |kind: ContentType, text: &str| SinglePart::builder().header(kind).body(encode::body(text));
    // `=_` is in no encoded text.
    let hash = blake3::hash(message_id.as_bytes()).to_hex();
    MultiPart::alternative()
        .boundary(format!("=_{}", hash.as_str().get(..24).unwrap_or("")))
        .singlepart(part(ContentType::TEXT_PLAIN, &body::plain(reply)))
        .singlepart(part(ContentType::TEXT_HTML, &body::html(reply)))
}

fn mailbox(address: &Address, name: &str) -> Result<Mailbox, Unsendable> {
    let checked = lettre::Address::new(address.local(), address.domain());
    let checked = checked.map_err(|_| Unsendable::Address(address.as_str().to_owned()))?;
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), checked))
}

fn header<'a>(what: &'static str, value: &'a str) -> Result<&'a str, Unsendable> {
    if value.chars().any(char::is_control) { Err(Unsendable::Header(what)) } else { Ok(value) }
}

fn bracketed(id: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    (!id.is_empty() && id.len() <= super::limits::MESSAGE_ID_CHARS_MAX && id.chars().all(fits))
        .then(|| format!("<{id}>"))
}

/// How subjects begin that say already that this is an answer.
const ANSWERS: [&str; 12] = [
    "re:", "aw:", "sv:", "antw:", "odp:", "vs:", "rif:", "res:", "回复:", "答复:", "回覆:", "返信:",
];

/// Whether a subject says that it is one of an answer.
#[must_use]
pub(super) fn is_answer(subject: &str) -> bool {
    let subject = subject.trim_start().to_lowercase().replace('\u{FF1A}', ":");
    ANSWERS.iter().any(|start| subject.starts_with(start))
}

fn subject(of: &str, begins: bool) -> String {
    if begins || is_answer(of) { of.to_owned() } else { format!("Re: {of}").trim_end().to_owned() }
}
