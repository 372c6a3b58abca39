//! `/admin`: what operators look at and do. The API's token lets them in.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::body;
use super::problem::Problem;
use super::{Request, Response};
use crate::dispatch::OutboxItem;
use crate::limits::DEAD_SHOWN_MAX;

/// What waits to be sent, and what is not sent any more. What is in it is for whoever it is sent to.
pub(super) async fn outbox(app: &Shared) -> Result<Response, Problem> {
    let (waiting, dead) = app.dispatch.outbox_sizes().await?;
    let letters = app.dispatch.dead_letters(DEAD_SHOWN_MAX).await?;
    let letters: Vec<Json> = letters.iter().map(letter).collect();
    let document = json!({ "waiting": waiting, "dead": dead, "dead_letters": letters });
    Ok(body::json(StatusCode::OK, &document))
}

fn letter(item: &OutboxItem) -> Json {
    json!({
        "id": item.id,
        "kind": item.kind.name(),
        "session": item.session,
        "channel": item.channel,
        "key": item.key,
        "attempts": item.attempts,
        "since_ms": item.since_ms,
        "cause": item.cause,
    })
}

/// Tries a dead letter again.
pub(super) async fn retry(app: &Shared, id: &str) -> Result<Response, Problem> {
    let none = || {
        Problem::new(404, format!("there is no dead letter `{id}`"))
            .with_help("GET /admin/outbox lists them")
    };
    let number = id.parse().map_err(|_| none())?;
    if !app.dispatch.revive(number).await? {
        return Err(none());
    }
    Ok(body::json(StatusCode::ACCEPTED, &json!({ "id": number })))
}

/// Every bundle that is kept, and which of them is current.
pub(super) async fn bundles(app: &Shared) -> Result<Response, Problem> {
    let bundles = app.dispatch.bundles().await?;
    Ok(body::json(StatusCode::OK, &json!({ "bundles": bundles })))
}

/// Takes a new bundle. The place is taken before the body is read: two of them are not held at once.
pub(super) async fn reload(app: &Shared, request: Request) -> Result<Response, Problem> {
    let place = app.dispatch.begin_reload()?;
    let (bytes, _taken) = body::read_bundle(request, &app.room).await?;
    let reloaded = place.take(bytes).await?;
    Ok(body::json(StatusCode::OK, &reloaded))
}
