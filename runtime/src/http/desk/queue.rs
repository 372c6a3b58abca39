//! What waits and what agents have, and whether an agent takes more.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{sees, worker};
use crate::desk::Presence;
use crate::http::app::Shared;
use crate::http::body::{self, read_json};
use crate::http::desk_callers::DeskCaller;
use crate::http::problem::Problem;
use crate::http::{Request, Response};
use crate::limits::DESK_PLACES_SHOWN_MAX;

/// The conversations that somebody sees, what waits first; and who is there: herself, or all agents for
/// who supervises.
pub(super) async fn of(app: &Shared, caller: &DeskCaller) -> Result<Json, Problem> {
    let looks = caller.clone();
    let overview = app.desk.overview(move |held| sees(&looks, held)).await;
    let overview = overview.ok_or_else(|| Problem::overloaded("the desk is going down"))?;
    let (all, me) = (overview.places.len(), &caller.account.id);
    let workers = overview.workers.iter().filter(|w| caller.supervises || w.agent == *me);
    let program = app.dispatch.program();
    let skills: Vec<&String> = program.skills.iter().map(|skill| &skill.name).collect();
    Ok(json!({
        "at_ms": app.dispatch.now_ms(),
        "conversations": overview.places.iter().take(DESK_PLACES_SHOWN_MAX).collect::<Vec<_>>(),
        "more": all.saturating_sub(DESK_PLACES_SHOWN_MAX),
        "agents": workers.collect::<Vec<_>>(),
        "skills": skills,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PresenceBody {
    presence: Presence,
}

/// `POST /desk/v1/presence`: she takes conversations, or none for now. Who has no page open is offline
/// whatever she says.
pub(super) async fn presence(app: &Shared, request: Request) -> Result<Response, Problem> {
    let caller = app.agent(request.headers())?;
    let (PresenceBody { presence }, _taken): (PresenceBody, _) =
        read_json(request, &app.room).await?;
    app.desk.declare(worker(&caller.account)).await;
    app.desk.wants(&caller.account.id, presence).await;
    Ok(body::json(StatusCode::OK, &json!({ "presence": presence })))
}
