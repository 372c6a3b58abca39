//! `GET /v1/sessions/{session}`: where a conversation is. Fields that only a role may see are
//! withheld: nobody who asks here has a role yet.

use flowright_engine::model::Status;
use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::Response;
use super::app::Shared;
use super::body;
use super::problem::Problem;
use crate::clients::Caller;
use crate::programs::hex;
use crate::shown;

pub(super) async fn get(app: &Shared, caller: &Caller, id: &str) -> Result<Response, Problem> {
    app.sees(caller, id).await?;
    let Some((session, program)) = app.dispatch.session(id).await? else {
        return Err(Problem::no_session(id));
    };
    let replies = app.dispatch.replies_after(id, 0).await?;
    let flows: Vec<Json> = session
        .stack
        .iter()
        .filter_map(|frame| {
            let flow = program.flows.get(frame.flow.index())?;
            let state = flow.states.get(frame.state.index())?;
            Some(json!({ "flow": flow.name, "state": state.name }))
        })
        .collect();
    let document = json!({
        "session": session.id,
        "bundle": hex(&session.bundle),
        "language": session.lang.to_string(),
        "channel": session.channel,
        "turn": session.turn,
        "status": status_word(matches!(session.status, Status::HandedOff(_))),
        "flows": flows,
        "wake_at_ms": session.wake_at_ms,
        "handoff": handoff(&session.status),
        "replies": replies,
    });
    Ok(body::json(StatusCode::OK, &document))
}

/// Who has a conversation.
pub(super) const fn status_word(handed_off: bool) -> &'static str {
    if handed_off { "handed_off" } else { "bot" }
}

fn handoff(status: &Status) -> Json {
    match status {
        Status::Bot => Json::Null,
        Status::HandedOff(handoff) => shown::handoff(handoff),
    }
}
