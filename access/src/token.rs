//! Tokens by which the company's own site says which customer has its page open: JSON Web Tokens (RFC 7519)
//! signed with HMAC-SHA256. The header decides nothing but whether it is one of these: no other algorithm,
//! no key from inside the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use sha2::Sha256;

/// Bytes of a token.
pub const TOKEN_BYTES_MAX: usize = 8 << 10;
/// Bytes that a key has at least: as many as the hash (RFC 7518, 3.2).
pub const KEY_BYTES_MIN: usize = 32;
/// How far a token may be ahead of our clock, or behind it, ms.
pub const LEEWAY_MS: i64 = 60_000;

/// What a token says.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims {
    /// The customer's id: `sub`.
    pub customer: String,
    /// Until when it holds, ms since 1970 UTC: `exp`.
    pub expires_ms: i64,
    /// What the site knows of her: `profile`.
    pub profile: Option<Map<String, Json>>,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not three parts of base64url, or not the JSON that they must be.
    #[error("the token is not a signed JSON Web Token")]
    Malformed,
    /// Signed in another way, or not at all.
    #[error("the token is not signed with HS256")]
    Algorithm,
    /// Signed with another key, or changed.
    #[error("the token's signature is wrong")]
    Signature,
    /// It has no `exp`, or that has passed.
    #[error("the token has expired, or says no `exp`")]
    Expired,
    /// Its time has not come: `nbf`, `iat`.
    #[error("the token is from the future")]
    Early,
    /// It is for somebody else: `aud`.
    #[error("the token is for another service")]
    Audience,
    /// It names nobody.
    #[error("the token names no customer: `sub`")]
    Nobody,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    /// What must be understood is not.
    #[serde(default)]
    crit: Option<Json>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    sub: String,
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    aud: Option<Json>,
    profile: Option<Map<String, Json>>,
}

/// What a token says, if one of the keys signed it, it holds at `now_ms`, and it is for `audience` or for
/// nobody in particular.
///
/// # Errors
/// [`Refused`].
pub fn verify(token: &str, keys: &[&[u8]], audience: &str, now_ms: i64) -> Result<Claims, Refused> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Refused::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
    let (header, body) = signed.split_once('.').ok_or(Refused::Malformed)?;
    let header: Header = decoded(header)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(Refused::Algorithm);
    }
    if header.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Refused::Malformed);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Malformed)?;
    // Every key is tried: how long it takes tells nothing of which one it was.
    let is_of = |key: &&[u8]| is_signed(signed.as_bytes(), &signature, key);
    if keys.iter().filter(|key| is_of(key)).count() == 0 {
        return Err(Refused::Signature);
    }
    // Only now is anything of it believed.
    claims(decoded(body)?, audience, now_ms)
}

fn is_signed(signed: &[u8], signature: &[u8], key: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    mac.update(signed);
    key.len() >= KEY_BYTES_MIN && mac.verify_slice(signature).is_ok()
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, Refused> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)
}

fn claims(body: Body, audience: &str, now_ms: i64) -> Result<Claims, Refused> {
    let expires_ms = body.exp.map(ms).ok_or(Refused::Expired)?;
    if now_ms.saturating_sub(LEEWAY_MS) >= expires_ms {
        return Err(Refused::Expired);
    }
    let ahead = now_ms.saturating_add(LEEWAY_MS);
    if [body.nbf, body.iat].into_iter().flatten().any(|at| ms(at) > ahead) {
        return Err(Refused::Early);
    }
    let is_for_us = match &body.aud {
        None => true,
        Some(Json::String(one)) => one == audience,
        Some(Json::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        Some(_) => false,
    };
    if !is_for_us {
        return Err(Refused::Audience);
    }
    if body.sub.is_empty() {
        return Err(Refused::Nobody);
    }
    Ok(Claims { customer: body.sub, expires_ms, profile: body.profile })
}

/// Seconds, perhaps with a fraction, as ms. What is no number or beyond all time is the end of time.
#[expect(clippy::cast_possible_truncation, reason = "`as` stops at the ends")]
fn ms(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW_MS: i64 = 1_800_000_000_000;

    fn part(json: &str) -> String {
        URL_SAFE_NO_PAD.encode(json)
    }

    fn signed(header: &str, body: &str, key: &[u8]) -> String {
        let signed = format!("{}.{}", part(header), part(body));
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// The example of RFC 7515, appendix A.1: another's signature over another's bytes.
    #[test]
    fn the_published_example_is_verified() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = URL_SAFE_NO_PAD.decode(key).unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let at = |now_ms| verify(token, &[&key], "acme", now_ms);
        // It is signed and in time, and names nobody.
        assert_eq!(at(1_300_819_380_000 - 1), Err(Refused::Nobody));
        assert_eq!(at(1_300_819_380_000 + LEEWAY_MS), Err(Refused::Expired));
        let other = [key.as_slice(), &[0]].concat();
        assert_eq!(verify(token, &[&other], "acme", 0), Err(Refused::Signature));
    }

    #[test]
    fn what_is_not_signed_for_us_now_proves_nothing() {
        const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
        const GOOD: &str = r#"{"sub":"C-1","exp":1800000060,"aud":["x","acme"]}"#;
        let verified = |token: &str| verify(token, &[b"short", KEY], "acme", NOW_MS);
        let good = signed(HS256, GOOD, KEY);
        assert_eq!(verified(&good).unwrap().customer, "C-1");
        let (head, signature) = good.rsplit_once('.').unwrap();
        let other_body =
            format!("{}.{}.{signature}", part(HS256), part(&GOOD.replace("C-1", "C-2")));
        for (token, refused) in [
            (String::new(), Refused::Malformed),
            ("a.b.c".to_owned(), Refused::Malformed),
            (good.replace('.', ""), Refused::Malformed),
            (format!("{good}="), Refused::Malformed),
            (format!("{head}."), Refused::Signature),
            (other_body, Refused::Signature),
            (
                signed(HS256, GOOD, b"another key of enough bytes, as it must be"),
                Refused::Signature,
            ),
            (signed(HS256, GOOD, b"short"), Refused::Signature),
            (signed(r#"{"alg":"none"}"#, GOOD, KEY), Refused::Algorithm),
            (signed(r#"{"alg":"hs256"}"#, GOOD, KEY), Refused::Algorithm),
            (signed(r#"{"alg":"RS256","jwk":{}}"#, GOOD, KEY), Refused::Algorithm),
            (signed(r#"{"alg":"HS256","crit":["x"]}"#, GOOD, KEY), Refused::Algorithm),
            (signed(r#"{"alg":"HS256","typ":"JWE"}"#, GOOD, KEY), Refused::Malformed),
            (signed(HS256, "[]", KEY), Refused::Malformed),
            (signed(HS256, r#"{"sub":"C-1"}"#, KEY), Refused::Expired),
            (signed(HS256, r#"{"sub":"C-1","exp":1799999940}"#, KEY), Refused::Expired),
            (signed(HS256, r#"{"sub":"C-1","exp":-1e300}"#, KEY), Refused::Expired),
            (signed(HS256, r#"{"sub":"C-1","exp":1e300,"nbf":1800000061}"#, KEY), Refused::Early),
            (signed(HS256, r#"{"sub":"C-1","exp":1e300,"iat":1e300}"#, KEY), Refused::Early),
            (signed(HS256, r#"{"sub":"C-1","exp":1e300,"aud":"other"}"#, KEY), Refused::Audience),
            (signed(HS256, r#"{"sub":"C-1","exp":1e300,"aud":7}"#, KEY), Refused::Audience),
            (signed(HS256, r#"{"sub":"","exp":1e300}"#, KEY), Refused::Nobody),
            (format!("{head}{}.{signature}", "A".repeat(TOKEN_BYTES_MAX)), Refused::Malformed),
        ] {
            assert_eq!(verified(&token), Err(refused), "{token}");
        }
    }
}
