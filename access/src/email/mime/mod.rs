//! A message's bytes, and what of them counts here. `mail-parser` reads them; what no reader should
//! be given is kept from it by [`guard`].

mod files;
mod flowed;
mod guard;
mod html;
#[cfg(test)]
mod tests;
mod text;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mail_parser::{HeaderForm, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};

pub use files::File;
pub use html::to_text;

use super::limits::{
    MESSAGE_ID_CHARS_MAX, NAME_CHARS_MAX, PEOPLE_MAX, REFERENCES_MAX, SUBJECT_CHARS_MAX,
};
use super::{Address, bounce};

/// Somebody in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address.
    pub address: Address,
    /// What stands beside it.
    pub name: String,
}

/// What a message says.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// Who is named as its author. A message that somebody wrote has one.
    pub from: Vec<Person>,
    /// Where answers are asked for.
    pub reply_to: Vec<Person>,
    /// What it is about.
    pub subject: String,
    /// When it was written, ms since 1970 UTC.
    pub date_ms: Option<i64>,
    /// Its id, without brackets.
    pub message_id: Option<String>,
    /// Which messages it answers or follows, the nearest first.
    pub answers: Vec<String>,
    /// The body as text, with everything that is quoted in it.
    pub body: String,
    /// What came with it.
    pub files: Vec<File>,
    /// Files beyond the limit, which are left out.
    pub files_left_out: usize,
    /// All headers in their order, as they were written, folded lines joined.
    pub headers: Vec<(String, String)>,
    /// What a mail server reports.
    pub report: Option<bounce::Report>,
}

impl Mail {
    /// The first header of a name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let own = |(own, _): &&(String, String)| own.eq_ignore_ascii_case(name);
        self.headers.iter().filter(own).map(|(_, value)| value.as_str())
    }
}

/// Why bytes are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No headers.
    #[error("this is no message")]
    NoMessage,
    /// More than anybody writes.
    #[error("the message has too many {0}")]
    TooMany(&'static str),
}

/// Reads a message.
///
/// # Errors
/// What is no message, or one that is made to be hard to read.
pub fn read(bytes: &[u8]) -> Result<Mail, Unreadable> {
    guard::check(bytes)?;
    // The reader is not ours. Should some message bring it down, then no more than that message.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let parsed = MessageParser::default().parse(bytes)?;
        Some(mail(&parsed, bytes))
    }));
    read.ok().flatten().ok_or(Unreadable::NoMessage)
}

fn mail(parsed: &Message<'_>, bytes: &[u8]) -> Mail {
    let (files, files_left_out) = files::of(parsed, bytes);
    Mail {
        from: people(parsed, HeaderName::From),
        reply_to: people(parsed, HeaderName::ReplyTo),
        subject: line(parsed.subject().unwrap_or(""), SUBJECT_CHARS_MAX),
        date_ms: parsed
            .date()
            .filter(|date| date.is_valid())
            .map(|date| date.to_timestamp() * 1_000),
        message_id: ids(parsed, HeaderName::MessageId).into_iter().next(),
        answers: answers(parsed),
        body: text::of(parsed),
        files,
        files_left_out,
        headers: headers(parsed),
        report: report(parsed),
    }
}

/// A header's value in one line: what it is shown as.
fn line(value: &str, chars_max: usize) -> String {
    let words = value.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !is_odd(*c)).take(chars_max).collect()
}

/// Characters that are not seen, or change how others are.
pub(crate) const fn is_odd(c: char) -> bool {
    c.is_ascii_control()
        || matches!(c, '\u{80}'..='\u{9F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn people(parsed: &Message<'_>, name: HeaderName<'static>) -> Vec<Person> {
    let addresses = parsed.header_values(name).filter_map(HeaderValue::as_address);
    let person = |addr: &mail_parser::Addr<'_>| {
        let address = Address::parse(addr.address()?.trim())?;
        Some(Person { address, name: line(addr.name().unwrap_or(""), NAME_CHARS_MAX) })
    };
    addresses.flat_map(|list| list.iter()).filter_map(person).take(PEOPLE_MAX).collect()
}

/// An id that may be written into a header again.
fn id(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let fits = text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
    (fits && !text.is_empty() && text.len() <= MESSAGE_ID_CHARS_MAX).then(|| text.to_owned())
}

/// The ids in a header, the last one first. Some programs write long ones as encoded words, which no
/// id is.
fn ids(parsed: &Message<'_>, name: HeaderName<'static>) -> Vec<String> {
    let values = parsed.header_as(name, HeaderForm::Text);
    let text: Vec<&str> = values.iter().filter_map(HeaderValue::as_text).collect();
    let text = text.join(" ");
    let mut pieces = text.rsplit('<');
    // What stands before all brackets.
    pieces.next_back();
    let bracketed = pieces.filter_map(|piece| piece.split('>').next());
    let ids: Vec<String> = bracketed.filter_map(id).take(REFERENCES_MAX + 1).collect();
    if !ids.is_empty() {
        return ids;
    }
    text.rsplit(char::is_whitespace).filter_map(id).take(REFERENCES_MAX + 1).collect()
}

fn answers(parsed: &Message<'_>) -> Vec<String> {
    let mut answers = ids(parsed, HeaderName::InReplyTo);
    answers.truncate(REFERENCES_MAX);
    // The last reference is the nearest.
    for one in ids(parsed, HeaderName::References) {
        if answers.len() > REFERENCES_MAX {
            break;
        }
        if !answers.contains(&one) {
            answers.push(one);
        }
    }
    answers
}

fn headers(parsed: &Message<'_>) -> Vec<(String, String)> {
    let joined = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    parsed.headers_raw().map(|(name, value)| (name.to_owned(), joined(value))).collect()
}

fn report(parsed: &Message<'_>) -> Option<bounce::Report> {
    let kind = parsed.content_type()?;
    if !kind.ctype().eq_ignore_ascii_case("multipart")
        || !kind.subtype()?.eq_ignore_ascii_case("report")
    {
        return None;
    }
    let kind = kind.attribute("report-type").unwrap_or("").to_ascii_lowercase();
    let part = |kind: &str, subtype: &[&str]| {
        let is = |part: &&mail_parser::MessagePart<'_>| {
            subtype.iter().any(|subtype| part.is_content_type(kind, subtype))
        };
        parsed.parts.iter().find(is)
    };
    let status = part("message", &["delivery-status", "global-delivery-status"]);
    let status = status.map(|part| String::from_utf8_lossy(part.contents()).into_owned());
    let returned = part("message", &["rfc822", "global"])
        .and_then(|part| part.message()?.message_id().and_then(id))
        .or_else(|| {
            let part =
                part("text", &["rfc822-headers"]).or(part("message", &["global-headers"]))?;
            let headers = MessageParser::default().parse_headers(part.contents())?;
            headers.message_id().and_then(id)
        });
    Some(bounce::Report { kind, status: status.unwrap_or_default(), returned })
}
