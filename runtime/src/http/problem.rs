//! Errors as clients get them: problem documents (RFC 9457).

use hyper::StatusCode;
use serde_json::json;

use super::Response;
use super::body::reply;
use crate::dispatch::{DispatchError, StoreError};

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: u16,
    detail: String,
    help: Option<String>,
    retry_after_s: Option<u32>,
    allow: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), help: None, retry_after_s: None, allow: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) const fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
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
        if let (Some(object), Some(help)) = (document.as_object_mut(), &self.help) {
            object.insert("help".to_owned(), json!(help));
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

impl From<DispatchError> for Problem {
    fn from(error: DispatchError) -> Self {
        let text = error.to_string();
        match error {
            DispatchError::SessionBusy => Self::new(429, text).retry_after(1),
            DispatchError::Overloaded | DispatchError::Store(StoreError::Overloaded) => {
                Self::new(503, text).retry_after(1)
            }
            DispatchError::BadCustomer(_) => Self::new(400, text),
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

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(500, "the session could not be read")
    }
}
