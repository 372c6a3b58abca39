//! Bodies: read within limits, written whole.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::StatusCode;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;
use super::{Request, Response};
use crate::limits::{
    BODIES_BYTES_MAX, BODY_BYTES_MAX, BODY_TIMEOUT, BUNDLE_BODY_BYTES_MAX, BUNDLE_BODY_TIMEOUT,
    JSON_DEPTH_MAX,
};

/// Memory for what clients send, shared by all of them.
#[derive(Debug, Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// A part of it, until it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Taken(Option<OwnedSemaphorePermit>);

impl Default for Room {
    fn default() -> Self {
        Self::of(BODIES_BYTES_MAX)
    }
}

impl Room {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Takes more of it, when there is as much.
    pub(crate) fn take(&self, bytes: usize, taken: &mut Taken) -> bool {
        let Ok(count) = u32::try_from(bytes) else { return false };
        let Ok(more) = Arc::clone(&self.0).try_acquire_many_owned(count) else { return false };
        match &mut taken.0 {
            Some(taken) => taken.merge(more),
            none => *none = Some(more),
        }
        true
    }
}

/// A response with a text of some kind.
pub(crate) fn reply(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Either::Left(Full::new(text.into())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// A JSON response.
pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => reply(status, "application/json", text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            Problem::new(500, "the answer could not be written").response()
        }
    }
}

/// An object with one thing more.
pub(super) fn with(mut object: Json, name: &str, value: Json) -> Json {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
    object
}

/// Reads a request's JSON body: its kind, size, time, depth and form are checked, in this order. The
/// room that it takes is for whoever has it to give back.
pub(crate) async fn read_json<T: DeserializeOwned>(
    request: Request,
    room: &Room,
) -> Result<(T, Taken), Problem> {
    if !is_of_kind(&request, "application/json") {
        return Err(Problem::new(415, "the body must be JSON")
            .with_help("send `Content-Type: application/json`"));
    }
    let (bytes, taken) = collect(request, BODY_BYTES_MAX, BODY_TIMEOUT, room).await?;
    Ok((parse_json(&bytes)?, taken))
}

/// Reads a request's body as it is: its kind, size and time are checked, in this order.
pub(crate) async fn read_bundle(
    request: Request,
    room: &Room,
) -> Result<(Vec<u8>, Taken), Problem> {
    if !is_of_kind(&request, "application/octet-stream") {
        return Err(Problem::new(415, "the body must be a bundle, as `flowright build` makes it")
            .with_help("send `Content-Type: application/octet-stream` and the file as it is"));
    }
    collect(request, BUNDLE_BODY_BYTES_MAX, BUNDLE_BODY_TIMEOUT, room).await
}

/// Reads a body of any kind: its size and time are checked.
pub(crate) async fn read_raw(
    body: Incoming,
    most: usize,
    room: &Room,
) -> Result<(Vec<u8>, Taken), Problem> {
    let body = Limited::new(body, most);
    let read = tokio::time::timeout(BODY_TIMEOUT, read(body, most, room)).await;
    read.unwrap_or_else(|_| Err(Problem::new(408, "the body took too long")))
}

pub(super) fn is_of_kind(request: &Request, kind: &str) -> bool {
    let sent = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(kind))
}

/// A request's whole body, within a size and a time.
async fn collect(
    request: Request,
    most: usize,
    patience: Duration,
    room: &Room,
) -> Result<(Vec<u8>, Taken), Problem> {
    let body = Limited::new(request.into_body(), most);
    let read = tokio::time::timeout(patience, read(body, most, room)).await;
    read.unwrap_or_else(|_| Err(Problem::new(408, "the body took too long")))
}

async fn read(
    mut body: Limited<Incoming>,
    most: usize,
    room: &Room,
) -> Result<(Vec<u8>, Taken), Problem> {
    let (mut bytes, mut taken) = (Vec::new(), Taken::default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                return Problem::new(413, format!("the body is larger than {most} bytes"));
            }
            Problem::new(400, format!("the body could not be read: {error}"))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if !room.take(data.len(), &mut taken) {
            return Err(Problem::overloaded("the server reads too much at the moment"));
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, taken))
}

/// Reads JSON from outside.
pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if is_too_deep(bytes) {
        let detail = format!("the JSON is nested deeper than {JSON_DEPTH_MAX}");
        return Err(Problem::new(400, detail));
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    // A list would be read as the fields of the object in their order.
    if first.is_none_or(|first| *first == b'[') {
        return Err(Problem::new(400, "this is not a JSON object")
            .with_help("send `{ … }` with the fields by name"));
    }
    serde_json::from_slice(bytes)
        .map_err(|e| Problem::new(400, format!("the JSON is not valid here: {e}")))
}

/// Whether more brackets are open at once than we take, found without recursion.
fn is_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > JSON_DEPTH_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_that_is_taken_is_there_again_when_it_is_given_back() {
        let room = Room::of(10);
        let (mut first, mut second) = (Taken::default(), Taken::default());
        assert!(room.take(4, &mut first) && room.take(4, &mut second));
        assert!(!room.take(4, &mut first) && room.take(2, &mut first));
        drop(first);
        assert!(room.take(6, &mut second) && !room.take(1, &mut second));
    }

    #[test]
    fn depth_counts_open_brackets_outside_of_strings() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!is_too_deep(nested(JSON_DEPTH_MAX).as_bytes()));
        assert!(is_too_deep(nested(JSON_DEPTH_MAX + 1).as_bytes()));
        assert!(!is_too_deep(format!("\"{}\\\"{}\"", "[".repeat(99), "{".repeat(99)).as_bytes()));
        assert!(!is_too_deep("[],".repeat(1000).as_bytes()));
    }
}
