//! The signature of our own webhooks: HMAC-SHA256 over a time and the body, so that nobody can send it
//! again later.

use super::http::Incoming;
use super::received::Verified;
use super::refusal::Refusal;
use super::sign::{Keys, from_hex, hmac_sha256, timely, to_hex};
use crate::limits::SIGNATURES_MAX;

/// The header that it stands in.
pub const SIGNATURE: &str = "flowright-signature";

/// What a body is signed with at a moment, ms UTC: with each of the secrets, while they change.
#[must_use]
pub fn sign(secrets: &Keys, body: &[u8], now_ms: i64) -> String {
    let time = now_ms.div_euclid(1_000).to_string();
    let made = secrets.iter().map(|key| {
        let signature = hmac_sha256(key, &[time.as_bytes(), b".", body]);
        format!(",v1={}", to_hex(&signature))
    });
    let made: String = made.collect();
    format!("t={time}{made}")
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_what_openssl_signs() {
        // printf '1700000000.{"type":"closed"}' | openssl dgst -sha256 -hmac SECRET
        let secrets = ["a-secret-of-thirty-two-characters", "the-one-before-of-thirty-two-char"];
        let keys = Keys::new("secret_env", secrets).unwrap();
        let signed = sign(&keys, br#"{"type":"closed"}"#, 1_700_000_000_999);
        let expected = "t=1700000000,\
                        v1=d42577cc5d543c2f8a8a268e11db059742c8441a3e76f7106e107e00d62478e4,\
                        v1=327182b6a9449b5d0a0d291721126eddf49058cb06eb0344f15658a8cbd7ed6e";
        assert_eq!(signed, expected);
    }
}
