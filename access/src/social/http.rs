//! Requests and answers as data: what came in, what is said back, what is to be sent.

use std::borrow::Cow;
use std::fmt;

use super::refusal::Refusal;
use crate::limits::{WEBHOOK_BODY_BYTES_MAX, WEBHOOK_QUERY_BYTES_MAX};

/// A request to a webhook, just as it came.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// `GET`, `POST`
    pub method: &'a str,
    /// What stands behind `?`, not decoded.
    pub query: &'a str,
    /// Names in any case, and values.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body's bytes: signatures are made over these.
    pub body: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// A header's value; one that comes twice is as good as none, for nobody knows which counts.
    pub(super) fn header(&self, name: &'static str) -> Result<&'a [u8], Refusal> {
        let mut found = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(value),
            (None, _) => Err(Refusal::MissingHeader(name)),
            (Some(_), Some(_)) => Err(Refusal::TwoHeaders(name)),
        }
    }

    /// A parameter of the query, decoded.
    pub(super) fn param(&self, name: &'static str) -> Result<Cow<'a, str>, Refusal> {
        if self.query.len() > WEBHOOK_QUERY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let mut found = pairs.filter(|(key, _)| key == name).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(Refusal::MissingParameter(name)),
            (Some(_), Some(_)) => Err(Refusal::TwoParameters(name)),
        }
    }

    /// Refuses what no provider sends.
    pub(super) fn is_post(&self) -> Result<(), Refusal> {
        if self.method != "POST" {
            return Err(Refusal::Method);
        }
        if self.body.len() > WEBHOOK_BODY_BYTES_MAX { Err(Refusal::TooLarge) } else { Ok(()) }
    }
}

/// What a webhook is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// Of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// 200 with words.
    pub(super) fn text(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type: "text/plain; charset=utf-8", body: body.into() }
    }

    /// 200 with JSON.
    pub(super) fn json(body: &serde_json::Value) -> Self {
        Self { status: 200, content_type: "application/json", body: body.to_string().into() }
    }
}

/// GET or POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Asks.
    Get,
    /// Sends.
    Post,
}

/// A request to a provider. Its path and headers hold tokens: none of them is shown for debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// GET or POST.
    pub verb: Verb,
    /// Path and query, to be put behind the provider's base address.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, or nothing.
    pub body: Vec<u8>,
}

impl Call {
    /// Sends JSON.
    pub(super) fn post(path: impl Into<String>, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { verb: Verb::Post, path: path.into(), headers, body: body.to_string().into() }
    }

    /// Asks.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { verb: Verb::Get, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a bearer token.
    pub(super) fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.len();
        f.debug_struct("Call").field("verb", &self.verb).field("bytes", &bytes).finish()
    }
}

/// What a provider answered.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Names in any case, and values.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// A header's value, where it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// How long to wait, where the answer says so in seconds.
    pub(super) fn retry_after_ms(&self) -> Option<i64> {
        let seconds: u32 = self.header("retry-after")?.trim().parse().ok()?;
        Some(i64::from(seconds) * 1_000)
    }

    /// The body as JSON; null where it is none.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.body).unwrap_or_default()
    }
}

/// A path with a query, its values encoded.
pub(super) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    format!("{path}?{}", query.finish())
}
