//! WeCom and WeChat. Both encrypt what they send in the safe mode, which is the only one that is
//! taken: in plain mode the body is not signed.

mod crypt;
mod messages;
mod wechat;
mod wecom;
mod wecom_kf;
mod xml;

use std::borrow::Cow;

use subtle::Choice;

pub use crypt::SafeMode;
pub use wechat::WeChat;
pub use wecom::WeCom;

use super::http::{Answer, Call, Incoming, with_query};
use super::json;
use super::media::{Media, Place};
use super::outcome::{OPERATOR_MS, Outcome, Token};
use super::refusal::Refusal;
use super::sign::{Key, from_hex, same_sha1, sorted_sha1, timely};

const MSG_SIGNATURE: &str = "msg_signature";
const TIMESTAMP: &str = "timestamp";
const NONCE: &str = "nonce";

/// Seconds before its end at which a token is not used any more.
const TOKEN_MARGIN_SECONDS: i64 = 300;

/// Checks that one of the modes signed these parts, and that it was now. Gives which.
fn signed<'m>(
    incoming: &Incoming<'_>,
    modes: &'m [SafeMode],
    parameter: &'static str,
    part: Option<&str>,
    now_ms: i64,
) -> Result<&'m SafeMode, Refusal> {
    let given = incoming.param(parameter)?;
    let given = from_hex(given.as_bytes(), 20).ok_or(Refusal::MalformedSignature(parameter))?;
    let (time, nonce) = (incoming.param(TIMESTAMP)?, incoming.param(NONCE)?);
    let mut found = None;
    // All of them are tried, whichever it is.
    for mode in modes {
        let mut parts = vec![mode.token.reveal(), &*time, &*nonce];
        parts.extend(part);
        let right: Choice = same_sha1(&sorted_sha1(parts), &given);
        if bool::from(right) {
            found = Some(mode);
        }
    }
    let mode = found.ok_or(Refusal::WrongSignature)?;
    timely(time.as_bytes(), TIMESTAMP, now_ms)?;
    Ok(mode)
}

/// The message in a POST: signed, decrypted, meant for this account.
fn open(
    incoming: &Incoming<'_>,
    modes: &[SafeMode],
    receiver: &str,
    now_ms: i64,
) -> Result<Vec<u8>, Refusal> {
    incoming.is_post()?;
    if matches!(incoming.param(MSG_SIGNATURE), Err(Refusal::MissingParameter(_)))
        && incoming.param("signature").is_ok()
    {
        return Err(Refusal::PlainMode);
    }
    // The one thing that is read before it is known to be signed: what is signed stands in it.
    let encrypted = xml::encrypted(incoming.body)?;
    let mode = signed(incoming, modes, MSG_SIGNATURE, Some(&encrypted), now_ms)?;
    mode.open(&encrypted, receiver)
}

/// What a challenge holds.
fn echo<'a>(incoming: &Incoming<'a>) -> Result<Cow<'a, str>, Refusal> {
    incoming.param("echostr")
}

/// A token in an answer.
fn read_token(answer: &Answer<'_>, now_ms: i64) -> Result<Token, Outcome> {
    let body = answer.json();
    let token = json::text(&body, "/access_token");
    if token.is_empty() {
        return Err(match read(answer, "") {
            // Nothing was said yet: it is no worse than waiting.
            Outcome::Dead { cause } | Outcome::StaleToken { cause } => {
                Outcome::again(cause, Some(OPERATOR_MS))
            }
            Outcome::Taken { .. } => Outcome::again("an answer without a token", None),
            again => again,
        });
    }
    let seconds = json::whole(&body, "/expires_in").unwrap_or(0).clamp(0, 86_400);
    let left_ms = (seconds - TOKEN_MARGIN_SECONDS).max(30) * 1_000;
    Ok(Token { key: Key::given(token), until_ms: now_ms.saturating_add(left_ms) })
}

/// Where a file is: one for a few days, by its id.
fn media(at_provider: &str, token: Option<&Key>) -> Option<Media> {
    let query = [("access_token", token?.reveal()), ("media_id", at_provider)];
    let call = Call::get(with_query("/cgi-bin/media/get", &query));
    (!at_provider.is_empty()).then(|| Media::At(Place::api(call)))
}

/// An error is JSON with status 200, where a file was asked for.
fn refuses_media(answer: &Answer<'_>) -> Option<Outcome> {
    let is_json = answer.body.first() == Some(&b'{') && answer.body.len() < 4_096;
    match is_json && json::whole(&answer.json(), "/errcode").is_some_and(|code| code != 0) {
        true => Some(read(answer, "")),
        false => super::media::refusal(answer),
    }
}

/// What an answer of either API means; `id` is where a message's id is.
fn read(answer: &Answer<'_>, id: &str) -> Outcome {
    let body = answer.json();
    let Some(code) = json::whole(&body, "/errcode") else {
        return match answer.status {
            200..=299 => Outcome::again("an answer that is none", None),
            _ => Outcome::of_status(answer, ""),
        };
    };
    let cause = format!("{code}: {}", json::text(&body, "/errmsg"));
    match code {
        0 => Outcome::taken(&json::id(&body, id)),
        40_001 | 40_014 | 41_001 | 42_001 => Outcome::stale(cause),
        // Busy, and too often at once.
        -1 | 45_011 | 45_033 | 6_000 => Outcome::again(cause, Some(2_000)),
        45_009 => Outcome::again(cause, Some(60_000)),
        // The machine's address is not on the account's list: the operator can put it there.
        40_164 | 60_020 | 48_001 | 50_002 => Outcome::again(cause, Some(OPERATOR_MS)),
        _ => Outcome::dead(cause),
    }
}

/// A POST with the token that the API wants in its query.
fn post(path: &str, token: &Key, body: &serde_json::Value) -> Call {
    Call::post(with_query(path, &[("access_token", token.reveal())]), body)
}
