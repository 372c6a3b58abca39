//! `POST /desk/v1/conversations/{session}/…`: what somebody does with a conversation. Each names the change
//! of hands that she knows (`epoch`): where somebody was first, nothing is done, and she is told.

use flowright_compiler::ir::Outcome;
use flowright_engine::model::{DeskMove, Owner, Ownership, Released, Then};
use http_body_util::{Either, Full};
use hyper::StatusCode;
use serde::Deserialize;

use super::conversation;
use crate::dispatch::{AgentMove, Answer, DeskOrder};
use crate::http::app::Shared;
use crate::http::body::read_json;
use crate::http::desk_callers::DeskCaller;
use crate::http::messages::{carried_out, checked_id, checked_text};
use crate::http::problem::Problem;
use crate::http::{Request, Response};

/// What somebody can do with a conversation.
pub(super) const ALL: [&str; 8] =
    ["claim", "assign", "release", "transfer", "say", "close", "return", "typing"];

/// The body of a move; what a move does not take is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveBody {
    id: String,
    epoch: u64,
    text: Option<String>,
    outcome: Option<Outcome>,
    skill: Option<String>,
    agent: Option<String>,
}

/// Carries out what somebody does.
pub(super) async fn post(
    app: &Shared,
    caller: &DeskCaller,
    (session, what): (&str, &str),
    request: Request,
) -> Result<Response, Problem> {
    if what == "typing" {
        return typing(app, caller, session).await;
    }
    let (body, _taken): (MoveBody, _) = read_json(request, &app.room).await?;
    // By whom, so that nobody is answered with what another has done.
    let id = format!("{}/{}", caller.account.id, checked_id("move", &body.id)?);
    let answer = match what {
        "claim" | "assign" | "release" | "transfer" => {
            let order = order(app, caller, session, what, &body).await?;
            app.dispatch.desk(session, DeskOrder { id, epoch: body.epoch, what: order }).await?
        }
        _ => says(app, caller, (session, id), what, &body).await?,
    };
    Ok(carried_out(session, &body.id, &answer))
}

/// That a move has these fields, and none of the others.
fn takes(what: &str, body: &MoveBody, fields: &[&str]) -> Result<(), Problem> {
    let given = [
        ("text", body.text.is_some()),
        ("outcome", body.outcome.is_some()),
        ("skill", body.skill.is_some()),
        ("agent", body.agent.is_some()),
    ];
    match given.iter().find(|(name, given)| *given && !fields.contains(name)) {
        Some((name, _)) => Err(Problem::new(400, format!("`{what}` takes no `{name}`"))),
        None => Ok(()),
    }
}

fn needs(what: &str, name: &str) -> Problem {
    Problem::new(400, format!("`{what}` needs `{name}`"))
}

async fn order(
    app: &Shared,
    caller: &DeskCaller,
    session: &str,
    what: &str,
    body: &MoveBody,
) -> Result<DeskMove, Problem> {
    let (_, held, _) = conversation::seen(app, caller, session).await?;
    let is_hers = held.owner.as_ref().is_some_and(|owner| owner.agent == caller.account.id);
    let may_move = caller.supervises || is_hers;
    let refused = |why: &str| Err(Problem::new(403, why.to_owned()).with_code("R0402"));
    match what {
        "claim" => {
            takes(what, body, &[])?;
            Ok(DeskMove::Claim { owner: caller.owner(), why: None })
        }
        "assign" => {
            takes(what, body, &["agent"])?;
            if !caller.supervises {
                return refused("only who supervises gives conversations to others");
            }
            let agent = body.agent.as_deref().ok_or_else(|| needs(what, "agent"))?;
            let owner = present(app, agent).await?;
            Ok(DeskMove::Claim { owner, why: None })
        }
        "release" if may_move => {
            takes(what, body, &[])?;
            Ok(DeskMove::Release { why: Released::PutBack })
        }
        "transfer" if may_move => {
            takes(what, body, &["skill"])?;
            let skill = body.skill.clone().ok_or_else(|| needs(what, "skill"))?;
            Ok(DeskMove::Transfer { skill })
        }
        _ => refused("the conversation is not yours: claim it first"),
    }
}

/// An agent whom the desk has seen.
async fn present(app: &Shared, agent: &str) -> Result<Owner, Problem> {
    let overview = app.desk.overview(|_| false).await;
    let workers = overview.map(|overview| overview.workers).unwrap_or_default();
    let found = workers.into_iter().find(|worker| worker.agent == agent);
    found.map(|worker| Owner { agent: worker.agent, name: worker.name }).ok_or_else(|| {
        Problem::new(422, format!("there is no agent `{agent}` at the desk"))
            .with_help("name one of `agents` in /desk/v1/queue by its `agent`")
    })
}

async fn says(
    app: &Shared,
    caller: &DeskCaller,
    (session, id): (&str, String),
    what: &str,
    body: &MoveBody,
) -> Result<Answer, Problem> {
    let then = match what {
        "close" => {
            takes(what, body, &["text", "outcome"])?;
            Then::Close(body.outcome.unwrap_or(Outcome::Resolved))
        }
        "return" => {
            takes(what, body, &["text"])?;
            Then::Bot
        }
        _ => {
            takes(what, body, &["text"])?;
            Then::Stay
        }
    };
    if body.text.is_none() && then == Then::Stay {
        return Err(needs(what, "text"));
    }
    let account = &caller.account;
    let done = AgentMove {
        id,
        name: account.name.clone(),
        text: body.text.clone().map(|text| checked_text(text, false)).transpose()?,
        then,
        handoff_at_ms: None,
        by: Some(Ownership { agent: account.id.clone(), epoch: body.epoch }),
    };
    Ok(app.dispatch.agent(session, done).await?)
}

/// That she is writing: told to the pages that are open, and kept nowhere.
async fn typing(app: &Shared, caller: &DeskCaller, session: &str) -> Result<Response, Problem> {
    let (_, held, _) = conversation::seen(app, caller, session).await?;
    if held.owner.is_none_or(|owner| owner.agent != caller.account.id) {
        return Err(Problem::new(403, "the conversation is not yours").with_code("R0402"));
    }
    app.dispatch.agent_typing(session, caller.account.name.clone()).await?;
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
