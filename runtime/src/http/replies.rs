//! `GET /v1/sessions/{session}/replies` and `…/deliveries`: what was said, page by page, and how far it has
//! come.

use flowright_access::v1::Delivery;
use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::problem::Problem;
use super::{Response, body};
use crate::clients::Caller;
use crate::limits::REPLIES_SHOWN_MAX;

/// Which replies a client wants: `?after=SEQ&limit=COUNT`.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    after: u64,
    limit: usize,
}

fn wanted(query: &str) -> Result<Wanted, Problem> {
    let mut wanted = Wanted { after: 0, limit: REPLIES_SHOWN_MAX };
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let not_one = || Problem::new(400, format!("`{name}` is not a number from 0 on"));
        match name {
            "after" => wanted.after = sequence(value).ok_or_else(not_one)?,
            "limit" => {
                let limit: usize = value.parse().map_err(|_| not_one())?;
                if !(1..=REPLIES_SHOWN_MAX).contains(&limit) {
                    let detail = format!("`limit` is not from 1 to {REPLIES_SHOWN_MAX}");
                    return Err(Problem::new(400, detail));
                }
                wanted.limit = limit;
            }
            _ => {}
        }
    }
    Ok(wanted)
}

/// A reply's number, as a client names it: no more than the store can count to.
pub(super) fn sequence(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| i64::try_from(*number).is_ok())
}

pub(super) async fn list(
    app: &Shared,
    caller: &Caller,
    session: &str,
    query: &str,
) -> Result<Response, Problem> {
    let wanted = wanted(query)?;
    known(app, caller, session).await?;
    let mut replies = app.dispatch.replies_after(session, wanted.after).await?;
    let more = replies.len() > wanted.limit;
    replies.truncate(wanted.limit);
    let document = json!({ "session": session, "replies": replies, "more": more });
    Ok(body::json(StatusCode::OK, &document))
}

pub(super) async fn deliveries(
    app: &Shared,
    caller: &Caller,
    session: &str,
) -> Result<Response, Problem> {
    known(app, caller, session).await?;
    let deliveries = app.access.deliveries(session).await?;
    let deliveries: Vec<Json> = deliveries.iter().map(shown).collect();
    let document = json!({ "session": session, "deliveries": deliveries });
    Ok(body::json(StatusCode::OK, &document))
}

fn shown(delivery: &Delivery) -> Json {
    let name = delivery.stage().as_str_name();
    let stage = name.strip_prefix("DELIVERY_STAGE_").unwrap_or(name).to_ascii_lowercase();
    let mut document = json!({
        "seq": delivery.seq,
        "channel": delivery.channel,
        "stage": stage,
        "at_ms": delivery.at_ms,
    });
    let more = [("provider_id", &delivery.provider_id), ("cause", &delivery.cause)];
    for (name, value) in more.into_iter().filter(|(_, value)| !value.is_empty()) {
        if let Some(object) = document.as_object_mut() {
            object.insert(name.to_owned(), json!(value));
        }
    }
    document
}

/// That there is such a session, and that the caller sees it.
pub(super) async fn known(app: &Shared, caller: &Caller, session: &str) -> Result<(), Problem> {
    app.sees(caller, session).await?;
    match app.dispatch.session(session).await? {
        Some(_) => Ok(()),
        None => Err(Problem::no_session(session)),
    }
}
