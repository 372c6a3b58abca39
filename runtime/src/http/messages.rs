//! A customer's message in, what the bot says out: in a session that the client names, or in that of
//! whoever it is from.

use flowright_access::v1::proof::Kind;
use flowright_access::v1::{Attachment, Envelope, Identity, Proof};
use flowright_nlu::lang::Lang;
use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::app::Shared;
use super::body::{Taken, json, read_json};
use super::problem::Problem;
use super::sessions::status_word;
use super::{Request, Response};
use crate::access::id_of;
use crate::clients::{Caller, Right};
use crate::dispatch::Answer;
use crate::limits::{ADDRESS_BYTES_MAX, ID_CHARS_MAX, MESSAGE_CHARS_MAX};

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
    /// Ids of files that were handed over before.
    #[serde(default)]
    attachments: Vec<String>,
    /// Whose message it is, where the address of the request names no session.
    from: Option<String>,
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

/// `POST /v1/sessions/{session}/messages`: in a session that the client names.
pub(super) async fn post(
    app: &Shared,
    caller: &Caller,
    session: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (envelope, _taken) = read(app, caller, request, Some(session)).await?;
    app.may_name(caller, &envelope.channel, session).await?;
    carry_out(app, envelope).await
}

/// `POST /v1/messages`: in the session of whoever it is from.
pub(super) async fn post_from(
    app: &Shared,
    caller: &Caller,
    request: Request,
) -> Result<Response, Problem> {
    let (envelope, _taken) = read(app, caller, request, None).await?;
    carry_out(app, envelope).await
}

async fn carry_out(app: &Shared, envelope: Envelope) -> Result<Response, Problem> {
    let id = envelope.id.clone();
    let answered = app.access.carry_out(envelope).await?;
    Ok(carried_out(&answered.session, &id, &answered.answer))
}

/// Reads a message. The room that it takes is held until the answer is there: so much may wait.
async fn read(
    app: &Shared,
    caller: &Caller,
    request: Request,
    session: Option<&str>,
) -> Result<(Envelope, Taken), Problem> {
    let key = request.headers().get("idempotency-key");
    let key = key.and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (body, taken): (MessageBody, _) = read_json(request, &app.room).await?;
    if body.customer.is_some() {
        app.grant(caller, Right::Vouch)?;
    }
    let channel = app.channel_of(caller, "rest", body.channel.as_deref())?.name;
    let id = message_id(body.id, key)?;
    let address = match (session, body.from) {
        (Some(_), Some(_)) => {
            return Err(Problem::new(
                400,
                "`from` and a session in the address do not go together",
            )
            .with_help("send it to /v1/messages, or leave `from` out"));
        }
        (session, from) => checked_from(session, from, body.customer.as_ref())?,
    };
    let language = body.language.as_deref().map(language).transpose()?;
    let may_be_empty = body.payload.is_some() || !body.attachments.is_empty();
    let text = checked_text(body.text, may_be_empty)?;
    let payload = body.payload.map(|payload| checked_text(payload, true)).transpose()?;
    let vouched = body.customer.map(|profile| Kind::VouchedProfile(profile.to_string()));
    let from = Identity { channel: channel.clone(), address, ..Identity::default() };
    let envelope = Envelope {
        id,
        channel,
        from: Some(from),
        text,
        payload: payload.unwrap_or_default(),
        language: language.map(|lang| lang.to_string()).unwrap_or_default(),
        proofs: vouched.map(|kind| Proof { kind: Some(kind) }).into_iter().collect(),
        conversation: session.unwrap_or_default().to_owned(),
        attachments: body.attachments.into_iter().map(named).collect(),
        ..Envelope::default()
    };
    Ok((envelope, taken))
}

/// A file that is known by its id.
pub(crate) fn named(id: String) -> Attachment {
    Attachment { id, ..Attachment::default() }
}

/// From the body or the header.
fn message_id(id: Option<String>, key: Option<String>) -> Result<String, Problem> {
    match (id, key) {
        (Some(id), Some(key)) if id != key => {
            Err(Problem::new(400, "`id` and the header Idempotency-Key differ"))
        }
        (Some(id), _) => checked_id("message", &id),
        (None, Some(key)) => checked_id("message", &key),
        (None, None) => Err(Problem::new(400, "the message has no id").with_help(
            "send `id` in the body or an Idempotency-Key header: the same id is never carried out twice",
        )),
    }
}

/// What a message that names no session comes from: what the client calls its sender, else the customer's
/// id.
pub(crate) fn sender(
    called: Option<String>,
    customer: Option<&serde_json::Value>,
) -> Option<String> {
    let of_customer = || customer?.as_object().and_then(id_of);
    called.filter(|called| !called.is_empty()).or_else(of_customer)
}

/// The address that a message comes from: what the client calls the sender, or the customer's id.
fn checked_from(
    session: Option<&str>,
    from: Option<String>,
    customer: Option<&serde_json::Value>,
) -> Result<String, Problem> {
    if let Some(session) = session {
        return Ok(session.to_owned());
    }
    let from = sender(from, customer).ok_or_else(|| {
        Problem::new(400, "it says nothing of whose message it is").with_help(
            "send `from`, any name that you know the sender by, or `customer` with its `id`",
        )
    })?;
    if from.len() > ADDRESS_BYTES_MAX {
        return Err(Problem::new(400, format!("`from` is longer than {ADDRESS_BYTES_MAX} bytes")));
    }
    Ok(from)
}

/// The answer to what was carried out.
pub(super) fn carried_out(session: &str, id: &str, answer: &Answer) -> Response {
    let status = status_word(answer.handed_off);
    json(StatusCode::OK, &CarriedOut { session, id, status, answer })
}

pub(crate) fn language(name: &str) -> Result<Lang, Problem> {
    Lang::parse(name).ok_or_else(|| {
        Problem::new(400, format!("`{name}` is not a language"))
            .with_help("such as \"zh\" or \"en\"")
    })
}

/// A text within limits; empty only beside a payload.
pub(crate) fn checked_text(text: String, may_be_empty: bool) -> Result<String, Problem> {
    if text.chars().count() > MESSAGE_CHARS_MAX {
        let detail = format!("the message is longer than {MESSAGE_CHARS_MAX} characters");
        return Err(Problem::new(413, detail));
    }
    if text.trim().is_empty() && !may_be_empty {
        return Err(Problem::new(400, "the message is empty")
            .with_help("send `text`, a button's `payload`, or `attachments`"));
    }
    Ok(text)
}

/// An id of a session or message: visible ASCII that needs no quoting anywhere.
pub(crate) fn checked_id(what: &str, id: &str) -> Result<String, Problem> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
    if !id.is_empty() && id.len() <= ID_CHARS_MAX && id.chars().all(fits) {
        return Ok(id.to_owned());
    }
    Err(Problem::new(400, format!("the {what} id is not one"))
        .with_help(format!("1 to {ID_CHARS_MAX} letters, digits, and - _ . : @")))
}
