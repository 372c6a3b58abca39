//! `GET /v1/sessions/{session}`: where a conversation is. Fields that only a role may see are
//! withheld: nobody who asks here has a role yet.

use flowright_engine::model::{Fact, Handoff, Session, Status};
use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::Response;
use super::app::Shared;
use super::body;
use super::problem::Problem;
use crate::programs::hex;

pub(super) async fn get(app: &Shared, id: &str) -> Result<Response, Problem> {
    let Some((session, program)) = app.dispatch.session(id).await? else {
        return Err(Problem::new(404, format!("there is no session `{id}`"))
            .with_help("a session begins with its first message"));
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
        "status": status_word(&session),
        "flows": flows,
        "wake_at_ms": session.wake_at_ms,
        "handoff": handoff(&session.status),
        "replies": replies,
    });
    Ok(body::json(StatusCode::OK, &document))
}

pub(super) const fn status_word(session: &Session) -> &'static str {
    match session.status {
        Status::Bot => "bot",
        Status::HandedOff(_) => "handed_off",
    }
}

fn handoff(status: &Status) -> Json {
    let Status::HandedOff(handoff) = status else { return Json::Null };
    let Handoff { at_ms, skill_name, urgency, reason, because, rules, summary, .. } = &**handoff;
    let urgency = ["low", "normal", "high", "critical"].get(usize::from(*urgency)).copied();
    json!({
        "at_ms": at_ms,
        "skill": skill_name,
        "urgency": urgency,
        "reason": reason,
        "because": because,
        "rules": rules,
        "summary": {
            "flow": summary.flow,
            "state": summary.state,
            "intent": summary.intent,
            "confidence_percent": summary.confidence_percent,
            "sentiment_percent": summary.sentiment_percent,
            "language": summary.lang.to_string(),
            "customer": summary.customer.iter().map(fact).collect::<Vec<_>>(),
            "slots": summary.slots.iter().map(fact).collect::<Vec<_>>(),
            "tried": summary.tried,
            "transcript": summary.transcript,
        },
    })
}

fn fact(fact: &Fact) -> Json {
    match &fact.visible_to {
        Some(role) => json!({ "name": fact.name, "withheld": format!("visible to {role}") }),
        None if fact.personal => json!({ "name": fact.name, "withheld": "personal" }),
        None => json!({ "name": fact.name, "value": fact.value, "turn": fact.turn }),
    }
}
