//! `POST /v1/sessions/{session}/messages`: a customer's message in, what the bot says out.

use flowright_nlu::lang::Lang;
use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::body::{json, read_json};
use super::problem::Problem;
use super::sessions::status_word;
use super::{Request, Response};
use crate::dispatch::{Answer, Incoming};
use crate::limits::{ID_CHARS_MAX, MESSAGE_CHARS_MAX};

/// The body of a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageBody {
    id: Option<String>,
    #[serde(default)]
    text: String,
    payload: Option<String>,
    channel: Option<String>,
    language: Option<String>,
    customer: Option<serde_json::Value>,
}

/// The answer to a message, or to an agent's move.
#[derive(Debug, Serialize)]
struct CarriedOut<'a> {
    session: &'a str,
    id: &'a str,
    status: &'static str,
    #[serde(flatten)]
    answer: &'a Answer,
}

pub(super) async fn post(
    app: &Shared,
    session: &str,
    request: Request,
) -> Result<Response, Problem> {
    let key = request.headers().get("idempotency-key");
    let key = key.and_then(|v| v.to_str().ok()).map(str::to_owned);
    // Held until the answer is there: so much may wait.
    let (body, _taken): (MessageBody, _) = read_json(request, &app.room).await?;
    let id = match (&body.id, key) {
        (Some(id), Some(key)) if *id != key => {
            return Err(Problem::new(400, "`id` and the header Idempotency-Key differ"));
        }
        (Some(id), _) => checked_id("message", id)?,
        (None, Some(key)) => checked_id("message", &key)?,
        (None, None) => {
            return Err(Problem::new(400, "the message has no id").with_help(
                "send `id` in the body or an Idempotency-Key header: the same id is never carried out twice",
            ));
        }
    };
    let message = Incoming {
        reply_to: None,
        channel: app.channel("rest", body.channel.as_deref())?.name,
        lang: body.language.as_deref().map(language).transpose()?,
        text: checked_text(body.text, body.payload.is_some())?,
        payload: body.payload.map(|payload| checked_text(payload, true)).transpose()?,
        customer: body.customer,
        id,
    };
    let id = message.id.clone();
    let answer = app.dispatch.message(session, message).await?;
    Ok(carried_out(session, &id, &answer))
}

/// The answer to what was carried out.
pub(super) fn carried_out(session: &str, id: &str, answer: &Answer) -> Response {
    let status = status_word(answer.handed_off);
    json(StatusCode::OK, &CarriedOut { session, id, status, answer })
}

fn language(name: &str) -> Result<Lang, Problem> {
    Lang::parse(name).ok_or_else(|| {
        Problem::new(400, format!("`{name}` is not a language"))
            .with_help("such as \"zh\" or \"en\"")
    })
}

/// A text within limits; empty only beside a payload.
pub(super) fn checked_text(text: String, may_be_empty: bool) -> Result<String, Problem> {
    if text.chars().count() > MESSAGE_CHARS_MAX {
        let detail = format!("the message is longer than {MESSAGE_CHARS_MAX} characters");
        return Err(Problem::new(413, detail));
    }
    if text.trim().is_empty() && !may_be_empty {
        return Err(Problem::new(400, "the message is empty")
            .with_help("send `text`, or a button's `payload`"));
    }
    Ok(text)
}

/// An id of a session or message: visible ASCII that needs no quoting anywhere.
pub(super) fn checked_id(what: &str, id: &str) -> Result<String, Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    if !id.is_empty() && id.len() <= ID_CHARS_MAX && id.chars().all(fits) {
        return Ok(id.to_owned());
    }
    Err(Problem::new(400, format!("the {what} id is not one"))
        .with_help(format!("1 to {ID_CHARS_MAX} letters, digits, and - _ . : @")))
}
