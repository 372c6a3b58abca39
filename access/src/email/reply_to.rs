//! What is kept of a message in order to answer it: the `reply_to` of its envelope.

use prost::Message;

use super::Address;
use super::limits::{REFERENCES_NAMED_MAX, SUBJECT_CHARS_MAX};
use super::mime::Mail;

/// What is needed to answer a message.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ReplyTo {
    /// Who is answered.
    #[prost(string, tag = "1")]
    pub to: String,
    /// Her name.
    #[prost(string, tag = "2")]
    pub name: String,
    /// What her message is about.
    #[prost(string, tag = "3")]
    pub subject: String,
    /// The ids of the messages that came before, hers last.
    #[prost(string, repeated, tag = "4")]
    pub references: Vec<String>,
    /// Nothing is answered: it is the first message.
    #[prost(bool, tag = "5")]
    pub begins: bool,
}

impl ReplyTo {
    /// Of a message of somebody.
    #[must_use]
    pub fn of(mail: &Mail, to: &Address, name: &str) -> Self {
        let mut references: Vec<String> = mail.answers.iter().rev().cloned().collect();
        references.extend(mail.message_id.clone());
        // The first one names the thread, the last ones the place in it.
        let more = references.len().saturating_sub(REFERENCES_NAMED_MAX);
        references.drain(1.min(references.len())..(1 + more).min(references.len()));
        Self {
            to: to.as_str().to_owned(),
            name: name.to_owned(),
            subject: mail.subject.chars().take(SUBJECT_CHARS_MAX).collect(),
            references,
            begins: false,
        }
    }

    /// Of a first message to somebody, about something.
    #[must_use]
    pub fn begin(to: &Address, subject: &str) -> Self {
        let subject = subject.chars().take(SUBJECT_CHARS_MAX).collect();
        Self { to: to.as_str().to_owned(), subject, begins: true, ..Self::default() }
    }

    /// As a text, as envelopes carry it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let hex = |byte: u8| format!("{byte:02x}");
        self.encode_to_vec().into_iter().map(hex).collect()
    }

    /// Back from the text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
        Self::decode(bytes?.as_slice()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::ReplyTo;
    use crate::email::Address;
    use crate::email::mime::Mail;

    #[test]
    fn it_comes_back_as_it_was() {
        let answers = (0..50).map(|n| format!("{n}@x")).collect();
        let mail = Mail {
            subject: "订单 \"1\"".to_owned(),
            message_id: Some("own@x".to_owned()),
            answers,
            ..Mail::default()
        };
        let to = Address::parse("ann@x.example").unwrap();
        let kept = ReplyTo::of(&mail, &to, "Ann");
        assert_eq!(kept.references.len(), 20);
        assert_eq!(kept.references.first().map(String::as_str), Some("49@x"));
        assert_eq!(kept.references.last().map(String::as_str), Some("own@x"));
        assert_eq!(kept.references[18], "0@x");
        assert_eq!(ReplyTo::from_text(&kept.to_text()), Some(kept));
        for text in ["0", "zz", "ff", "0a05"] {
            assert_eq!(ReplyTo::from_text(text), None, "{text}");
        }
        assert_eq!(ReplyTo::of(&Mail::default(), &to, "").references, Vec::<String>::new());
    }
}
