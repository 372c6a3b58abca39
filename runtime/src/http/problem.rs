//! Errors as clients get them: problem documents (RFC 9457).

use hyper::StatusCode;
use serde_json::json;

use super::Response;
use super::body::reply;
use crate::access::AccessError;
use crate::attachments::NotAttached;
use crate::dispatch::{DispatchError, ReloadError, StoreError};

/// When a client may ask again for a conversation that waits for another flowright: somebody has to
/// put it back first.
const OTHER_FORMAT_RETRY_S: u32 = 60;

/// When a client may ask again of a store whose disk is full, or that has stopped.
const FULL_RETRY_S: u32 = 5;
const STOPPED_RETRY_S: u32 = 30;

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) help: Option<String>,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) code: Option<&'static str>,
    allow: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, detail, help: None, retry_after_s: None, code: None, allow: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) const fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// With the code whose page says more.
    pub(crate) const fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Nothing was said under a session's name; or who asks is not to know that there was.
    pub(crate) fn no_session(session: &str) -> Self {
        Self::new(404, format!("there is no session `{session}`"))
            .with_help("a session begins with its first message")
    }

    /// There is too much to do, and soon there may be less.
    pub(crate) fn overloaded(detail: impl Into<String>) -> Self {
        Self::new(503, detail).retry_after(1)
    }

    /// The conversation waits for another flowright: nothing of it is lost, and no other is touched.
    fn other_format() -> Self {
        let detail =
            "this conversation began with another version of the bot, which cannot run now";
        let help = "nothing of it is lost and this message was not taken: send it again later with \
                    the same id, or begin a new conversation";
        let problem = Self::new(503, detail).with_help(help).retry_after(OTHER_FORMAT_RETRY_S);
        Self { code: Some("R0305"), ..problem }
    }

    /// Writing is not possible, and may be again: reading is.
    fn unwritable(error: &StoreError) -> Self {
        let (code, detail, seconds) = match error {
            StoreError::Full(_) => ("R0306", "there is no room to store the message", FULL_RETRY_S),
            _ => ("R0307", "the server can store nothing until it starts anew", STOPPED_RETRY_S),
        };
        let help = "it was not taken: send it again later with the same id";
        let problem = Self::new(503, detail).with_help(help).retry_after(seconds);
        Self { code: Some(code), ..problem }
    }

    /// What was stored of the conversation is not what is there now.
    fn damaged(what: &str) -> Self {
        let detail = format!("a stored {what} of this conversation is damaged");
        let help = "nothing was carried out; the operator can name what is damaged with `flowright \
                    doctor`, and restore a backup";
        Self { code: Some("R0304"), ..Self::new(500, detail).with_help(help) }
    }

    /// As JSON: also what a WebSocket sends.
    pub(crate) fn json(&self) -> serde_json::Value {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut document = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": self.status,
            "detail": self.detail,
        });
        let more = [("help", self.help.as_deref()), ("code", self.code)];
        for (name, value) in more {
            if let (Some(object), Some(value)) = (document.as_object_mut(), value) {
                object.insert(name.to_owned(), json!(value));
            }
        }
        document
    }

    pub(crate) fn response(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = reply(status, "application/problem+json", self.json().to_string());
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert("retry-after", seconds.into());
        }
        if let Some(methods) = self.allow {
            headers.insert("allow", hyper::header::HeaderValue::from_static(methods));
        }
        if self.status == 401 {
            headers.insert("www-authenticate", hyper::header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<ReloadError> for Problem {
    fn from(error: ReloadError) -> Self {
        let text = error.to_string();
        // The code has a field of its own.
        let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
        let (code, help) = match &error {
            ReloadError::Unusable(_) => ("R0211", "nothing has changed: the bundle so far goes on"),
            ReloadError::MissingVariables(_) => (
                "R0212",
                "nothing has changed; start the server with them, or give development values under \
                 `[env]` in flowright.toml",
            ),
            ReloadError::MissingChannel { .. } => (
                "R0213",
                "nothing has changed; keep the channel, or change flowright.toml and start the \
                 server with the new bundle",
            ),
            ReloadError::Busy => return Self::new(503, text).retry_after(1),
            ReloadError::Store(error) => return error.clone().into(),
        };
        Self { code: Some(code), ..Self::new(422, detail).with_help(help) }
    }
}

impl From<DispatchError> for Problem {
    fn from(error: DispatchError) -> Self {
        let text = error.to_string();
        match error {
            DispatchError::SessionBusy => Self::new(429, text).retry_after(1),
            DispatchError::Overloaded => Self::overloaded(text),
            DispatchError::BadCustomer(_) => Self::new(400, text),
            DispatchError::NoSession(_) => {
                Self::new(404, text).with_help("a session begins with its first message")
            }
            DispatchError::NotHandedOff
            | DispatchError::HandedOffAgain
            | DispatchError::NotTheOwner => Self::new(409, text)
                .with_help("nothing was said or done: GET the session to see where it is"),
            DispatchError::NoSkill => {
                Self::new(422, text).with_help("name one that the bot declares with `skill`")
            }
            DispatchError::Store(
                error @ (StoreError::OtherFormat { .. }
                | StoreError::Overloaded
                | StoreError::Full(_)
                | StoreError::Stopped(_)
                | StoreError::Damaged { .. }),
            ) => error.into(),
            // What broke is for the operator, not for the client.
            DispatchError::Store(error) => {
                tracing::error!(%error, "a request failed");
                Self::new(500, "the message could not be stored; send it again with the same id")
            }
            DispatchError::Engine(error) => {
                tracing::error!(%error, "a request failed");
                Self::new(500, "the message could not be carried out")
            }
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let text = error.to_string();
        match error {
            AccessError::BadEnvelope(_) => Self::new(400, text),
            AccessError::BadProof(_) => {
                Self::new(401, text).with_help("ask the site for a new token, or go on without one")
            }
            AccessError::NotAttached(error) => error.into(),
            AccessError::Dispatch(error) => error.into(),
        }
    }
}

impl From<NotAttached> for Problem {
    fn from(error: NotAttached) -> Self {
        let text = error.to_string();
        match error {
            NotAttached::Unknown(_) => Self::new(422, text).with_help(
                "hand the file over first, and send the message with the id that it got, in one conversation",
            ),
            NotAttached::TooManyOfMessage | NotAttached::TooManyOfSession => Self::new(422, text),
            NotAttached::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error == StoreError::Overloaded {
            return Self::overloaded("the store has too much to write at the moment");
        }
        tracing::error!(%error, "a request failed");
        match error {
            StoreError::OtherFormat { .. } => Self::other_format(),
            StoreError::Full(_) | StoreError::Stopped(_) => Self::unwritable(&error),
            StoreError::Damaged { what, .. } => Self::damaged(what),
            _ => Self::new(500, "the store could not be read or written")
                .with_help("try it again; the log of the server says why"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes by itself is a 503 with a time, by whichever way it came; what does not is a 500.
    #[test]
    fn troubles_of_the_store_say_whether_and_when_to_come_back() {
        let text = String::new;
        let bundle = StoreError::OtherFormat { session: text(), bundle: text(), cause: text() };
        let cases = [
            (StoreError::Overloaded, 503, Some(1), None),
            (StoreError::Full(text()), 503, Some(5), Some("R0306")),
            (StoreError::Stopped(text()), 503, Some(30), Some("R0307")),
            (bundle, 503, Some(60), Some("R0305")),
            (StoreError::Damaged { what: "reply", cause: text() }, 500, None, Some("R0304")),
            (StoreError::Failed("secret path".to_owned()), 500, None, None),
        ];
        for (error, status, seconds, code) in cases {
            let ways = [
                Problem::from(error.clone()),
                Problem::from(DispatchError::Store(error.clone())),
                Problem::from(ReloadError::Store(error.clone())),
            ];
            for problem in ways {
                let found = (problem.status, problem.retry_after_s, problem.code);
                assert_eq!(found, (status, seconds, code), "{error}");
                assert!(!problem.json().to_string().contains("secret path"), "{error}");
            }
        }
    }
}
