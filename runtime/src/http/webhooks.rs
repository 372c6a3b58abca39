//! Webhooks: what messengers send. Who may is decided by their signatures, not by a token of ours.

use flowright_access::limits::WEBHOOK_BODY_BYTES_MAX;
use flowright_access::social::Incoming;
use hyper::StatusCode;

use super::app::Shared;
use super::body::{read_raw, reply};
use super::problem::Problem;
use super::{Request, Response};
use crate::access::AccessError;
use crate::access::social::{Account, Door, Unreceived};

/// Takes a request at a webhook's path.
pub(super) async fn take(app: &Shared, door: &Door, request: Request) -> Result<Response, Problem> {
    let account = match door {
        Door::Open(account) => account,
        Door::Closed(why) => {
            tracing::warn!(%why, "a request to a channel that is closed");
            return Err(Problem::new(
                503,
                "this channel is closed: something that it needs is missing",
            )
            .with_code("R0231"));
        }
    };
    let (parts, body) = request.into_parts();
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let (body, _taken) = read_raw(body, WEBHOOK_BODY_BYTES_MAX, &app.room).await?;
    let incoming = Incoming {
        method: parts.method.as_str(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    let answer =
        account.receive(&app.access, &incoming).await.map_err(|why| problem(account, why))?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    Ok(reply(status, answer.content_type, answer.body))
}

/// What a provider, or somebody else, is told.
fn problem(account: &Account, why: Unreceived) -> Problem {
    let channel = account.name();
    match why {
        Unreceived::Refused(refusal) => {
            tracing::warn!(channel, %refusal, "a request is refused");
            let problem = Problem::new(refusal.status(), refusal.to_string());
            if refusal.status() == 405 { problem.allow("GET, POST") } else { problem }
        }
        Unreceived::Malformed(malformed) => {
            tracing::warn!(channel, %malformed, "a request makes no sense");
            Problem::new(400, malformed.to_string())
        }
        Unreceived::NotKept(AccessError::Dispatch(error)) => Problem::from(error),
        Unreceived::NotKept(error) => Problem::new(400, error.to_string()),
        Unreceived::NotFetched(cause) => {
            tracing::warn!(channel, cause, "what was announced could not be fetched");
            Problem::new(503, "what was announced could not be fetched")
        }
    }
}
