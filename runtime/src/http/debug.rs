//! `/debug/v1`: journals, for the debugger. There only with `flowright serve --debug`, which listens on
//! loopback alone: what is read here is all that customers and actions said.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::app::{App, Shared};
use super::body;
use super::problem::Problem;
use super::router::{nothing_at, only_get, operator, session_id};
use super::{Request, Response};
use crate::clients::Caller;
use crate::dispatch::{Journals, LatestSession, StoredStep};
use crate::programs::hex;

/// What there is under `/debug/v1`.
pub(super) async fn answer(
    app: &App,
    caller: Option<&Caller>,
    path: &[&str],
    request: &Request,
) -> Result<Response, Problem> {
    let Some(journals) = &app.0.journals else {
        return Err(nothing_at(request.uri().path()));
    };
    only_get(request)?;
    operator(app, caller, request)?;
    match path {
        ["sessions"] => sessions(&app.0, journals).await,
        ["sessions", id, "journal"] => {
            let query = request.uri().query().unwrap_or("");
            journal(&app.0, journals, &session_id(id)?, query).await
        }
        _ => Err(nothing_at(request.uri().path())),
    }
}

/// The sessions that went on last.
async fn sessions(app: &Shared, journals: &Journals) -> Result<Response, Problem> {
    let latest = journals.latest().await?;
    let session = |session: &LatestSession| {
        json!({
            "session": session.id,
            "bundle": hex(&session.bundle),
            "at_ms": session.at_ms,
        })
    };
    let document = json!({
        "bundle": hex(&app.dispatch.bundle()),
        "sessions": latest.iter().map(session).collect::<Vec<Json>>(),
    });
    Ok(body::json(StatusCode::OK, &document))
}

/// The steps of a session after one, and the session behind the last of all.
async fn journal(
    app: &Shared,
    journals: &Journals,
    id: &str,
    query: &str,
) -> Result<Response, Problem> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let after = match pairs.into_iter().find(|(name, _)| *name == "after") {
        None => 0,
        Some((_, number)) => number
            .parse()
            .map_err(|_| Problem::new(400, "`after` is the number of a step".to_owned()))?,
    };
    // The session first: a step that is stored meanwhile is asked for the next time.
    let Some((session, seq)) = app.dispatch.session_at(id).await? else {
        return Err(Problem::no_session(id));
    };
    let steps = journals.after(id, after).await?;
    let step = |step: &StoredStep| {
        json!({
            "seq": step.seq, "at_ms": step.at_ms, "event": step.event, "commands": step.commands,
        })
    };
    let known = steps.iter().filter(|step| step.seq <= seq);
    let document = json!({
        "session": session, "seq": seq, "steps": known.map(step).collect::<Vec<Json>>(),
    });
    Ok(body::json(StatusCode::OK, &document))
}
