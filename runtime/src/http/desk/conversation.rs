//! A conversation as an agent sees it: who writes, what it is about, what was tried, why a human is wanted,
//! and all that was said.

use std::sync::Arc;

use flowright_compiler::ir::Program;
use flowright_engine::model::{Handoff, Session, Status};
use serde_json::{Value as Json, json};

use super::sees;
use crate::desk::accounts::Sight;
use crate::dispatch::Held;
use crate::http::app::Shared;
use crate::http::desk_callers::DeskCaller;
use crate::http::problem::Problem;

/// One that somebody sees. What she does not see is to her as if there were none.
pub(super) async fn of(app: &Shared, caller: &DeskCaller, id: &str) -> Result<Json, Problem> {
    let (session, held, program) = seen(app, caller, id).await?;
    let Status::HandedOff(handoff) = &session.status else { return Err(absent(id)) };
    Ok(document(caller, &held, (&session, handoff), &program))
}

/// One that somebody sees, as it is.
pub(super) async fn seen(
    app: &Shared,
    caller: &DeskCaller,
    id: &str,
) -> Result<(Session, Held, Arc<Program>), Problem> {
    let found = app.dispatch.session(id).await?.ok_or_else(|| absent(id))?;
    let held = Held::of(&found.0).filter(|held| sees(caller, held)).ok_or_else(|| absent(id))?;
    Ok((found.0, held, found.1))
}

fn absent(id: &str) -> Problem {
    Problem::new(404, format!("no conversation `{id}` is at the desk for you"))
        .with_help("the bot has it, another agent has it, or it waits for another skill")
}

fn document(
    caller: &DeskCaller,
    held: &Held,
    (session, handoff): (&Session, &Handoff),
    program: &Arc<Program>,
) -> Json {
    let is_owner = held.owner.as_ref().is_some_and(|owner| owner.agent == caller.account.id);
    let sight = Sight {
        roles: &program.roles,
        account: &caller.account,
        supervises: caller.supervises,
        is_owner,
    };
    let Handoff { reason, because, rules, summary, assigned, .. } = handoff;
    let mut document = json!({
        "conversation": held,
        "is_yours": is_owner,
        "reason": reason,
        "because": because,
        "rules": rules,
        "summary": sight.seen(summary),
        "transcript": session.transcript,
        "attachments": session.attachments,
        "notes": session.notes,
        "sentiment_percent": session.sentiment_percent,
    });
    // How agents stand beside each other is for who supervises.
    if let (Json::Object(document), true) = (&mut document, caller.supervises) {
        document.insert("assigned".to_owned(), json!(assigned));
    }
    document
}
