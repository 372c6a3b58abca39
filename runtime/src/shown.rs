//! What of a handoff whoever has no role may see: fields that are personal, or for a role, are withheld.
//! It is what the API shows, and what is sent out.

use flowright_engine::model::{Fact, Handoff, Summary};
use serde_json::{Value as Json, json};

/// A handoff with its summary.
pub(crate) fn handoff(handoff: &Handoff) -> Json {
    let Handoff { at_ms, skill_name, urgency, reason, because, rules, summary, .. } = handoff;
    json!({
        "at_ms": at_ms,
        "skill": skill_name,
        "urgency": self::urgency(*urgency),
        "reason": reason,
        "because": because,
        "rules": rules,
        "summary": self::summary(summary, |known| Some(fact(known))),
    })
}

/// How urgent, by its name.
pub(crate) fn urgency(level: u8) -> Option<&'static str> {
    ["low", "normal", "high", "critical"].get(usize::from(level)).copied()
}

/// A summary, with its facts as somebody is shown them.
pub(crate) fn summary(summary: &Summary, fact: impl Fn(&Fact) -> Option<Json>) -> Json {
    let facts = |facts: &[Fact]| facts.iter().filter_map(&fact).collect::<Vec<_>>();
    json!({
        "flow": summary.flow,
        "state": summary.state,
        "intent": summary.intent,
        "confidence_percent": summary.confidence_percent,
        "sentiment_percent": summary.sentiment_percent,
        "language": summary.lang.to_string(),
        "customer": facts(&summary.customer),
        "slots": facts(&summary.slots),
        "tried": summary.tried,
        "transcript": summary.transcript,
        "attachments": summary.attachments,
    })
}

fn fact(fact: &Fact) -> Json {
    match withheld(fact) {
        Some(why) => json!({ "name": fact.name, "withheld": why }),
        None => json!({ "name": fact.name, "value": fact.value, "turn": fact.turn }),
    }
}

/// Why a fact is not shown.
pub(crate) fn withheld(fact: &Fact) -> Option<String> {
    match &fact.visible_to {
        Some(role) => Some(format!("visible to {role}")),
        None => fact.personal.then(|| "personal".to_owned()),
    }
}
