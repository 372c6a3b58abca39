//! Meta: WhatsApp and Messenger. Both sign the raw body with the app's secret and make sure of the
//! address by a challenge.

mod messenger;
mod messenger_send;
mod whatsapp;
mod whatsapp_send;

pub use messenger::Messenger;
pub use whatsapp::WhatsApp;

use super::Admitted;
use super::http::{Answer, HttpAnswer, Incoming};
use super::json;
use super::outcome::{OPERATOR_MS, Outcome};
use super::received::Verified;
use super::refusal::Refusal;
use super::sign::{Keys, from_hex};
use crate::limits::CHALLENGE_BYTES_MAX;

const SIGNATURE: &str = "x-hub-signature-256";
const CHALLENGE: &str = "hub.challenge";

/// Where Meta's API is; the version is part of the address.
const API: &str = "https://graph.facebook.com/v23.0";

/// Where Meta keeps files.
const MEDIA_HOSTS: &[&str] = &["fbsbx.com", "fbcdn.net"];

/// Checks a request: a GET by the token that the operator chose, a POST by its signature.
fn admit<'a>(
    incoming: &Incoming<'a>,
    secrets: &Keys,
    verify_token: &Keys,
) -> Result<Admitted<'a>, Refusal> {
    if incoming.method == "GET" {
        return challenge(incoming, verify_token).map(Admitted::Handshake);
    }
    incoming.is_post()?;
    let malformed = Refusal::MalformedSignature(SIGNATURE);
    let given = incoming.header(SIGNATURE)?.strip_prefix(b"sha256=").ok_or(malformed)?;
    let given = from_hex(given, 32).ok_or(malformed)?;
    secrets.signed(&[incoming.body], &[given])?;
    Ok(Admitted::Message(Verified::new(incoming.body)))
}

fn challenge(incoming: &Incoming<'_>, verify_token: &Keys) -> Result<HttpAnswer, Refusal> {
    if incoming.param("hub.mode")? != "subscribe" {
        return Err(Refusal::MalformedChallenge);
    }
    verify_token.contain(incoming.param("hub.verify_token")?.as_bytes())?;
    let challenge = incoming.param(CHALLENGE)?;
    // What is sent back is shown by whoever asked: nothing but letters and digits.
    let fits = challenge.len() <= CHALLENGE_BYTES_MAX
        && challenge.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
    if fits && !challenge.is_empty() {
        Ok(HttpAnswer::text(challenge.into_owned()))
    } else {
        Err(Refusal::MalformedChallenge)
    }
}

/// What an answer of the Graph API means; `id` is where a message's id is.
fn read(answer: &Answer<'_>, id: &str) -> Outcome {
    let body = answer.json();
    if (200..300).contains(&answer.status) && body.get("error").is_none() {
        return Outcome::taken(json::text(&body, id));
    }
    let Some(code) = json::whole(&body, "/error/code") else {
        return Outcome::of_status(answer, "");
    };
    let details = match json::text(&body, "/error/error_data/details") {
        "" => json::text(&body, "/error/message"),
        details => details,
    };
    let cause = format!("{code}: {details}");
    match code {
        // The operator's token has run out, or has no right (yet).
        0 | 3 | 190 | 200..=299 => Outcome::again(cause, Some(OPERATOR_MS)),
        // Too much at once: of the app, the number, or one customer.
        4 | 17 | 32 | 613 | 80_007 | 130_429 | 131_056 => {
            Outcome::again(cause, Some(answer.retry_after_ms().unwrap_or(60_000)))
        }
        // Trouble of theirs, which passes.
        1 | 2 | 1_200 | 131_000 | 131_016 | 131_057 | 133_004 | 133_016 => {
            Outcome::again(cause, answer.retry_after_ms())
        }
        _ if answer.status >= 500 => Outcome::again(cause, answer.retry_after_ms()),
        _ => Outcome::dead(cause),
    }
}
