//! Operators' look at who writes in a conversation, and their way to undo what linked an address to it.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::app::Shared;
use super::body::{self, read_json};
use super::problem::Problem;
use super::replies::known;
use super::{Request, Response};
use crate::access::StoredIdentity;
use crate::clients::Caller;

/// An address on a channel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressBody {
    channel: String,
    address: String,
}

/// `GET /admin/sessions/{session}/identities`
pub(super) async fn list(
    app: &Shared,
    caller: &Caller,
    session: &str,
) -> Result<Response, Problem> {
    known(app, caller, session).await?;
    let identities = app.access.identities_of(session).await?;
    let identities: Vec<Json> = identities.iter().map(shown).collect();
    Ok(body::json(StatusCode::OK, &json!({ "session": session, "identities": identities })))
}

fn shown(identity: &StoredIdentity) -> Json {
    let customer = identity.customer.as_ref();
    json!({
        "channel": identity.channel,
        "address": identity.address,
        "customer": customer.map(|(id, _)| id),
        "proof": customer.map(|(_, proof)| proof),
        "since_ms": identity.since_ms,
    })
}

/// `POST /admin/identities/split`
pub(super) async fn split(app: &Shared, request: Request) -> Result<Response, Problem> {
    let (AddressBody { channel, address }, _taken) = read_json(request, &app.room).await?;
    if app.access.split(&channel, &address).await? {
        return Ok(body::json(StatusCode::OK, &json!({ "channel": channel, "address": address })));
    }
    Err(Problem::new(404, format!("nobody has written from this address on `{channel}`"))
        .with_help(
            "GET /admin/sessions/{session}/identities shows the addresses of a conversation",
        ))
}
