//! `POST /desk/v1/conversations/{session}/notes`: what somebody who sees a conversation writes down about it,
//! for whoever has it after her. The customer is told nothing of it.

use flowright_engine::limits::NOTE_CHARS_MAX;
use serde::Deserialize;

use super::conversation;
use crate::dispatch::DeskNote;
use crate::http::app::Shared;
use crate::http::body::read_json;
use crate::http::desk_callers::DeskCaller;
use crate::http::messages::{carried_out, checked_id};
use crate::http::problem::Problem;
use crate::http::{Request, Response};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteBody {
    id: String,
    text: String,
}

/// Keeps a note.
pub(super) async fn post(
    app: &Shared,
    caller: &DeskCaller,
    session: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (NoteBody { id, text }, _taken) = read_json(request, &app.room).await?;
    let of_hers = format!("{}/{}", caller.account.id, checked_id("note", &id)?);
    check(&text)?;
    conversation::seen(app, caller, session).await?;
    let note = DeskNote { id: of_hers, by: caller.owner(), text };
    let answer = app.dispatch.note(session, note).await?;
    Ok(carried_out(session, &id, &answer))
}

fn check(text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(400, "the note is empty"));
    }
    if text.chars().count() > NOTE_CHARS_MAX {
        let detail = format!("the note is longer than {NOTE_CHARS_MAX} characters");
        return Err(Problem::new(413, detail));
    }
    Ok(())
}
