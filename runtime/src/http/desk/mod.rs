//! `/desk/v1`: what agents do and see, for the console of this server and for consoles of a company's own.
//! Who asks is somebody with an account ([`super::desk_callers`]); what she may not see is not there.

mod conversation;
mod live;
mod moves;
mod notes;
mod queue;
mod suggestions;

use hyper::{Method, StatusCode};

use super::app::App;
use super::attachments;
use super::body;
use super::desk_callers::DeskCaller;
use super::problem::Problem;
use super::router::{nothing_at, only, only_get, session_id};
use super::{Request, Response};
use crate::desk::Worker;
use crate::desk::accounts::Account;
use crate::dispatch::Held;

/// Answers what is asked at the desk, `parts` being what follows `/desk/v1`.
pub(super) async fn answer(
    app: &App,
    parts: &[&str],
    request: Request,
) -> Result<Response, Problem> {
    match parts {
        ["live"] => {
            only(&request, &[Method::GET], "GET")?;
            live::open(app, request).await
        }
        ["queue"] => {
            only_get(&request)?;
            let caller = app.0.agent(request.headers())?;
            Ok(body::json(StatusCode::OK, &queue::of(&app.0, &caller).await?))
        }
        ["presence"] => {
            only(&request, &[Method::POST], "POST")?;
            queue::presence(&app.0, request).await
        }
        ["conversations", id] => {
            only_get(&request)?;
            let caller = app.0.agent(request.headers())?;
            let document = conversation::of(&app.0, &caller, &session_id(id)?).await?;
            Ok(body::json(StatusCode::OK, &document))
        }
        ["conversations", id, "suggestions"] => {
            only_get(&request)?;
            let caller = app.0.agent(request.headers())?;
            let query = request.uri().query().unwrap_or("");
            let found = suggestions::of(&app.0, &caller, &session_id(id)?, query).await?;
            Ok(body::json(StatusCode::OK, &found))
        }
        ["conversations", id, "attachments", file] => {
            only_get(&request)?;
            let caller = app.0.agent(request.headers())?;
            let (session, ..) = conversation::seen(&app.0, &caller, &session_id(id)?).await?;
            attachments::of_conversation(&app.0, &session, file, &request).await
        }
        ["conversations", id, "notes"] => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.agent(request.headers())?;
            notes::post(&app.0, &caller, &session_id(id)?, request).await
        }
        ["conversations", id, what] if moves::ALL.contains(what) => {
            only(&request, &[Method::POST], "POST")?;
            let caller = app.0.agent(request.headers())?;
            moves::post(&app.0, &caller, (&session_id(id)?, what), request).await
        }
        _ => Err(nothing_at(request.uri().path())),
    }
}

/// Whether somebody sees a conversation: it is hers, it waits for what she can do, or she supervises.
fn sees(caller: &DeskCaller, held: &Held) -> bool {
    let account = &caller.account;
    match &held.owner {
        _ if caller.supervises => true,
        Some(owner) => owner.agent == account.id,
        None => held.skill.as_ref().is_none_or(|skill| account.skills.contains_key(skill)),
    }
}

/// An account as the desk's floor knows it.
fn worker(account: &Account) -> Worker {
    let usual = Worker::new(&account.id, &account.name, []);
    Worker {
        skills: account.skills.clone(),
        capacity: account.capacity.channels.clone(),
        capacity_of_others: account.capacity.default.unwrap_or(usual.capacity_of_others),
        weight_milli: account.weight_milli,
        ..usual
    }
}
