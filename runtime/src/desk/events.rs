//! What a desk elsewhere is told: all that becomes of a conversation that a human has, or that waits for
//! one. Each step is one event, in the step's own commit; facts that are personal or for a role are withheld.

use flowright_engine::model::{Command, DeskMove, Event, Handoff, Session, Status, Then};
use serde_json::{Map, Value as Json, json};

use crate::shown;
use crate::store::{Commit, HeldChange};

/// What a step has to tell; nothing of steps of the bot's own conversations.
pub(crate) fn of(commit: &Commit) -> Option<Json> {
    let (kind, more) = told(commit)?;
    let Session { id, channel, epoch, .. } = &commit.session;
    let mut event = json!({
        "type": kind,
        "session": id,
        "channel": channel,
        "seq": commit.seq,
        "at_ms": commit.at_ms,
        "epoch": epoch,
    });
    if let (Json::Object(event), Json::Object(more)) = (&mut event, more) {
        event.extend(said(more));
    }
    Some(event)
}

/// Without what there is none of.
fn said(fields: Map<String, Json>) -> impl Iterator<Item = (String, Json)> {
    fields.into_iter().filter(|(_, value)| !value.is_null())
}

fn told(commit: &Commit) -> Option<(&'static str, Json)> {
    let handed_over = commit.commands.iter().find_map(|command| match command {
        Command::Handoff(handoff) => Some(&**handoff),
        _ => None,
    });
    if let Some(handoff) = handed_over {
        return Some(("handed_over", with(handoff)));
    }
    match (&commit.session.status, &commit.event) {
        (Status::HandedOff(handoff), event) => of_held(commit, handoff, event),
        (Status::Bot, Event::Agent { name, text, then, .. }) => Some(match then {
            Then::Close(outcome) => {
                ("closed", json!({ "agent": name, "text": text, "outcome": outcome }))
            }
            Then::Bot | Then::Stay => ("returned", json!({ "agent": name, "text": text })),
        }),
        (Status::Bot, Event::Left { into }) if commit.held == HeldChange::Gone => {
            Some(("moved", json!({ "into": into })))
        }
        (Status::Bot, _) => (commit.held == HeldChange::Gone).then(|| ("returned", json!({}))),
    }
}

fn of_held(commit: &Commit, handoff: &Handoff, event: &Event) -> Option<(&'static str, Json)> {
    Some(match event {
        Event::Message { text, attachments, .. } => {
            let files = (!attachments.is_empty()).then_some(attachments);
            ("message", json!({ "from": "customer", "text": text, "attachments": files }))
        }
        Event::Agent { name, text, .. } => {
            ("message", json!({ "from": "agent", "agent": name, "text": text }))
        }
        Event::Desk { what: DeskMove::Claim { owner, why: _ }, .. } => {
            ("claimed", json!({ "by": owner }))
        }
        Event::Desk { what: DeskMove::Release { why }, .. } => {
            ("waiting", json!({ "why": why, "skill": handoff.skill_name }))
        }
        Event::Desk { what: DeskMove::Transfer { skill }, .. } => {
            ("waiting", json!({ "why": "transferred", "skill": skill }))
        }
        Event::Note { by, text } => ("note", json!({ "by": by, "text": text })),
        // It has waited so long that it is more urgent.
        Event::Wake if commit.held != HeldChange::Same => {
            ("more_urgent", json!({ "urgency": shown::urgency(handoff.urgency) }))
        }
        // What another conversation of the customer held is in it now, perhaps the human who had that.
        Event::Joined { other } => {
            let mut told = with(handoff);
            if let Json::Object(told) = &mut told {
                told.insert("from".to_owned(), json!(other.id));
            }
            ("joined", told)
        }
        _ => return None,
    })
}

fn with(handoff: &Handoff) -> Json {
    json!({ "handoff": shown::handoff(handoff), "owner": handoff.owner })
}
