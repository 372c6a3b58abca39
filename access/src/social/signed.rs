//! The signature of our own webhooks: HMAC-SHA256 over a time and the body, so that nobody can send it
//! again later.

use super::http::Incoming;
use super::received::Verified;
use super::refusal::Refusal;
use super::sign::{Keys, from_hex, timely};
use crate::limits::SIGNATURES_MAX;

/// The header that it stands in.
pub(super) const SIGNATURE: &str = "flowright-signature";

/// Whether a request is signed with one of the secrets, now. Nothing of its body was read.
pub(super) fn admit<'a>(
    secrets: &Keys,
    incoming: &Incoming<'a>,
    now_ms: i64,
) -> Result<Verified<'a>, Refusal> {
    incoming.is_post()?;
    let (time, given) = signature(incoming.header(SIGNATURE)?)?;
    timely(time, SIGNATURE, now_ms)?;
    secrets.signed(&[time, b".", incoming.body], &given)?;
    Ok(Verified::new(incoming.body))
}

/// `t=1700000000,v1=…`; `v1` may be there several times, while secrets change.
fn signature(header: &[u8]) -> Result<(&[u8], Vec<Vec<u8>>), Refusal> {
    let malformed = Refusal::MalformedSignature(SIGNATURE);
    let (mut time, mut given) = (None, Vec::new());
    for part in header.split(|c| *c == b',').take(SIGNATURES_MAX + 1) {
        let part = part.trim_ascii();
        if let Some(text) = part.strip_prefix(b"t=") {
            if time.replace(text).is_some() {
                return Err(malformed);
            }
        } else if let Some(text) = part.strip_prefix(b"v1=") {
            given.push(from_hex(text, 32).ok_or(malformed)?);
        }
    }
    match (time, given.is_empty()) {
        (Some(time), false) => Ok((time, given)),
        _ => Err(malformed),
    }
}
