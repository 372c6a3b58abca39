//! `POST /v1/sessions/{session}/agent`: what an agent does who has the conversation. Whoever lets agents
//! in vouches for them: it is for systems with the right `agent`.

use flowright_compiler::ir::Outcome;
use flowright_engine::model::Then;
use http_body_util::{Either, Full};
use hyper::StatusCode;
use serde::Deserialize;

use super::app::Shared;
use super::body::read_json;
use super::messages::{carried_out, checked_id, checked_text};
use super::problem::Problem;
use super::{Request, Response};
use crate::clients::Caller;
use crate::dispatch::AgentMove;
use crate::limits::AGENT_CHARS_MAX;

/// The body of a move.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveBody {
    id: String,
    agent: String,
    text: Option<String>,
    #[serde(default)]
    then: ThenBody,
    outcome: Option<Outcome>,
    handoff_at_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ThenBody {
    #[default]
    Stay,
    Bot,
    Close,
}

pub(super) async fn post(
    app: &Shared,
    caller: &Caller,
    session: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (body, _taken): (MoveBody, _) = read_json(request, &app.room).await?;
    let MoveBody { id, agent, text, then, outcome, handoff_at_ms } = body;
    let then = match (then, outcome) {
        (ThenBody::Stay, None) => Then::Stay,
        (ThenBody::Bot, None) => Then::Bot,
        (ThenBody::Close, outcome) => Then::Close(outcome.unwrap_or(Outcome::Resolved)),
        (_, Some(_)) => {
            return Err(Problem::new(400, "only what is closed has an `outcome`")
                .with_help("write `\"then\": \"close\"`, or leave `outcome` out"));
        }
    };
    if text.is_none() && then == Then::Stay {
        return Err(Problem::new(400, "the move does nothing")
            .with_help("send `text`, or `\"then\": \"bot\"` or `\"close\"`"));
    }
    let done = AgentMove {
        id: checked_id("move", &id)?,
        name: checked_name(agent)?,
        text: text.map(|text| checked_text(text, false)).transpose()?,
        then,
        handoff_at_ms,
        by: None,
    };
    app.sees(caller, session).await?;
    let answer = app.dispatch.agent(session, done).await?;
    Ok(carried_out(session, &id, &answer))
}

/// The body of a sign that an agent is writing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypingBody {
    agent: String,
}

/// `POST /v1/sessions/{session}/agent/typing`: told to the pages that are open, and kept nowhere.
pub(super) async fn typing(
    app: &Shared,
    caller: &Caller,
    session: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (body, _taken): (TypingBody, _) = read_json(request, &app.room).await?;
    let name = checked_name(body.agent)?;
    app.sees(caller, session).await?;
    app.dispatch.agent_typing(session, name).await?;
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// A name that can be shown on a line.
pub(crate) fn checked_name(name: String) -> Result<String, Problem> {
    let fits = !name.trim().is_empty()
        && name.chars().count() <= AGENT_CHARS_MAX
        && !name.chars().any(char::is_control);
    if fits {
        return Ok(name);
    }
    Err(Problem::new(400, "`agent` is not a name").with_help(format!(
        "1 to {AGENT_CHARS_MAX} characters on one line, as the customer sees it"
    )))
}
