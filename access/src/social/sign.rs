//! Signatures and secrets. Whatever is compared with a secret is compared in constant time, and with
//! both secrets while they change.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::refusal::{BadKey, Refusal};
use crate::limits::WEBHOOK_TIME_WINDOW_MS;

/// A secret text, which nothing shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// What is not empty.
    ///
    /// # Errors
    /// [`BadKey::Empty`].
    pub fn new(name: &'static str, text: impl Into<String>) -> Result<Self, BadKey> {
        let text = text.into();
        if text.trim().is_empty() { Err(BadKey::Empty(name)) } else { Ok(Self(text)) }
    }

    /// A token that a provider gave.
    pub(super) fn given(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What it is, for the one place that sends or compares it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// One secret, or two while they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// From one or two texts.
    ///
    /// # Errors
    /// None, more than two, or an empty one.
    pub fn new<T: Into<String>>(
        name: &'static str,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, BadKey> {
        let keys: Result<Vec<Key>, _> = texts.into_iter().map(|t| Key::new(name, t)).collect();
        match keys? {
            keys if keys.is_empty() => Err(BadKey::Empty(name)),
            keys if keys.len() > 2 => Err(BadKey::Many(name)),
            keys => Ok(Self(keys)),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }

    /// Whether one of these signatures over some pieces is made with one of the keys (HMAC-SHA256).
    pub(super) fn signed(&self, pieces: &[&[u8]], given: &[Vec<u8>]) -> Result<(), Refusal> {
        let mut right = Choice::from(0);
        for key in &self.0 {
            let made = hmac_sha256(key, pieces);
            for signature in given {
                right |= made.as_slice().ct_eq(signature);
            }
        }
        if right.into() { Ok(()) } else { Err(Refusal::WrongSignature) }
    }

    /// Whether a token that is sent along is one of the keys.
    pub(super) fn contain(&self, token: &[u8]) -> Result<(), Refusal> {
        let mut right = Choice::from(0);
        for key in &self.0 {
            right |= same(key.reveal().as_bytes(), token);
        }
        if right.into() { Ok(()) } else { Err(Refusal::WrongToken) }
    }
}

/// Whether two texts are the same. Their lengths take no time of their own either.
fn same(a: &[u8], b: &[u8]) -> Choice {
    Sha256::digest(a).as_slice().ct_eq(Sha256::digest(b).as_slice())
}

/// HMAC-SHA256 over pieces.
pub(super) fn hmac_sha256(key: &Key, pieces: &[&[u8]]) -> Vec<u8> {
    // A key of any length can be used: there is no error.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()) else {
        return Vec::new();
    };
    pieces.iter().for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

/// SHA-1 over texts in their order, as WeChat and WeCom sign.
pub(super) fn sorted_sha1(mut texts: Vec<&str>) -> Vec<u8> {
    texts.sort_unstable();
    sha1::Sha1::digest(texts.concat()).to_vec()
}

/// Whether a SHA-1 that was made here is the one that was sent.
pub(super) fn same_sha1(made: &[u8], given: &[u8]) -> Choice {
    made.ct_eq(given)
}

/// A signature in hexadecimal of so many bytes.
pub(super) fn from_hex(text: &[u8], bytes: usize) -> Option<Vec<u8>> {
    if text.len() != bytes * 2 {
        return None;
    }
    let digit = |c: &u8| char::from(*c).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    text.chunks(2).map(byte).collect()
}

/// Bytes in hexadecimal.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in hexadecimal, for names of things.
pub(super) fn sha256_hex(text: &str) -> String {
    to_hex(&Sha256::digest(text.as_bytes()))
}

/// A signature in base64 of so many bytes.
pub(super) fn from_base64(text: &[u8], bytes: usize) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|decoded| decoded.len() == bytes)
}

/// Whether a signed time, in seconds, is now.
pub(super) fn timely(text: &[u8], name: &'static str, now_ms: i64) -> Result<(), Refusal> {
    let malformed = Refusal::MalformedTime(name);
    let text = std::str::from_utf8(text).map_err(|_| malformed)?;
    if text.is_empty() || text.len() > 12 || !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(malformed);
    }
    let seconds: i64 = text.parse().map_err(|_| malformed)?;
    let ahead = seconds.saturating_mul(1_000).saturating_sub(now_ms);
    if ahead > WEBHOOK_TIME_WINDOW_MS {
        Err(Refusal::Future)
    } else if ahead < -WEBHOOK_TIME_WINDOW_MS {
        Err(Refusal::Old)
    } else {
        Ok(())
    }
}
