//! Operators' look at messages that were acknowledged and wait, or cannot be carried out.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::problem::Problem;
use super::{Response, body};
use crate::access::Spooled;
use crate::limits::DEAD_SHOWN_MAX;

/// `GET /admin/spool`. What they say is the customers': it is not shown.
pub(super) async fn list(app: &Shared) -> Result<Response, Problem> {
    let (waiting, dead) = app.access.spool_sizes().await?;
    let messages = app.access.spool_dead(DEAD_SHOWN_MAX).await?;
    let messages: Vec<Json> = messages.iter().map(shown).collect();
    let document = json!({ "waiting": waiting, "dead": dead, "dead_messages": messages });
    Ok(body::json(StatusCode::OK, &document))
}

fn shown((message, cause): &(Spooled, String)) -> Json {
    json!({
        "id": message.number,
        "channel": message.channel,
        "message": message.id,
        "at_ms": message.at_ms,
        "cause": cause,
    })
}

/// `POST /admin/spool/{id}/retry`
pub(super) async fn retry(app: &Shared, id: &str) -> Result<Response, Problem> {
    let none = || {
        Problem::new(404, format!("no message `{id}` waits for somebody to mend what it failed at"))
            .with_help("GET /admin/spool lists them")
    };
    let number = id.parse().map_err(|_| none())?;
    if !app.access.revive(number).await? {
        return Err(none());
    }
    Ok(body::json(StatusCode::ACCEPTED, &json!({ "id": number })))
}
