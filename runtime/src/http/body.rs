//! Bodies: read within limits, written whole.

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::{Request, Response};
use crate::limits::{BODY_BYTES_MAX, BODY_TIMEOUT, JSON_DEPTH_MAX};

/// A response with a text of some kind.
pub(crate) fn reply(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Full::new(text.into()));
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

/// Reads a request's JSON body: its kind, size, time, depth and form are checked, in this order.
pub(crate) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if kind
        .split(';')
        .next()
        .is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json"))
    {
        return Err(Problem::new(415, "the body must be JSON")
            .with_help("send `Content-Type: application/json`"));
    }
    let body = Limited::new(request.into_body(), BODY_BYTES_MAX);
    let bytes = match tokio::time::timeout(BODY_TIMEOUT, body.collect()).await {
        Err(_) => return Err(Problem::new(408, "the body took too long")),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Problem::new(
                413,
                format!("the body is larger than {BODY_BYTES_MAX} bytes"),
            ));
        }
        Ok(Err(error)) => {
            return Err(Problem::new(400, format!("the body could not be read: {error}")));
        }
        Ok(Ok(body)) => body.to_bytes(),
    };
    parse_json(&bytes)
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
    fn depth_counts_open_brackets_outside_of_strings() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!is_too_deep(nested(JSON_DEPTH_MAX).as_bytes()));
        assert!(is_too_deep(nested(JSON_DEPTH_MAX + 1).as_bytes()));
        assert!(!is_too_deep(format!("\"{}\\\"{}\"", "[".repeat(99), "{".repeat(99)).as_bytes()));
        assert!(!is_too_deep("[],".repeat(1000).as_bytes()));
    }
}
