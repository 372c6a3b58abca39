//! The engine's forms and JSON as the messages of gRPC, and back.

use flowright_access::v1;
use flowright_engine::model::{self, Reason, Speaker};
use prost_types::value::Kind;
use prost_types::{Struct, Value};
use serde_json::Value as Json;

use crate::attachments::StoredAttachment;
use crate::dispatch::StoredReply;
use crate::http::problem::Problem;
use crate::shown::withheld;

/// Whole numbers up to here are the same in JSON and in a double.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Something said to the customer.
pub(super) fn reply(stored: &StoredReply) -> v1::Reply {
    let StoredReply { seq, turn, reply } = stored;
    let choice = |choice: &model::Choice| v1::Choice {
        payload: choice.payload.clone(),
        label: choice.label.clone(),
    };
    v1::Reply {
        seq: *seq,
        turn: *turn,
        text: reply.text.clone(),
        choices: reply.choices.iter().map(choice).collect(),
        links: reply.links.iter().map(link).collect(),
        images: reply.images.iter().map(image).collect(),
        card: reply.card.as_ref().map(card),
        agent: reply.agent.clone().unwrap_or_default(),
        on: reply.on.clone().unwrap_or_default(),
    }
}

pub(super) fn replies(stored: &[StoredReply]) -> Vec<v1::Reply> {
    stored.iter().map(reply).collect()
}

fn link(media: &model::Media) -> v1::Link {
    v1::Link { url: media.url.clone(), label: media.label.clone().unwrap_or_default() }
}

fn image(media: &model::Media) -> v1::Image {
    v1::Image { url: media.url.clone(), label: media.label.clone().unwrap_or_default() }
}

fn card(card: &model::Card) -> v1::Card {
    v1::Card {
        title: card.title.clone(),
        body: card.body.clone().unwrap_or_default(),
        links: card.links.iter().map(link).collect(),
        images: card.images.iter().map(image).collect(),
    }
}

/// Who has a conversation.
pub(super) const fn conversation_status(handed_off: bool) -> v1::ConversationStatus {
    if handed_off { v1::ConversationStatus::HandedOff } else { v1::ConversationStatus::Bot }
}

/// A handoff; what is personal or for a role is withheld.
pub(super) fn handoff(handoff: &model::Handoff) -> v1::Handoff {
    v1::Handoff {
        at_ms: handoff.at_ms,
        skill: handoff.skill_name.clone().unwrap_or_default(),
        urgency: v1::Urgency::try_from(i32::from(handoff.urgency) + 1).unwrap_or_default() as i32,
        reason: reason(handoff.reason) as i32,
        because: handoff.because.clone(),
        rules: handoff.rules.clone(),
        summary: Some(summary(&handoff.summary)),
    }
}

const fn reason(reason: Reason) -> v1::HandoffReason {
    match reason {
        Reason::Flow => v1::HandoffReason::Flow,
        Reason::Misses => v1::HandoffReason::Misses,
        Reason::Tries => v1::HandoffReason::Tries,
        Reason::Failure => v1::HandoffReason::Failure,
        Reason::Rule => v1::HandoffReason::Rule,
    }
}

fn summary(summary: &model::Summary) -> v1::Summary {
    let tried = |tried: &model::Tried| v1::Tried {
        action: tried.action.clone(),
        result: tried.result.clone(),
        turn: tried.turn,
    };
    v1::Summary {
        flow: summary.flow.clone().unwrap_or_default(),
        state: summary.state.clone().unwrap_or_default(),
        intent: summary.intent.clone().unwrap_or_default(),
        confidence_percent: summary.confidence_percent.map(u32::from),
        sentiment_percent: summary.sentiment_percent.map(i32::from),
        language: summary.lang.to_string(),
        customer: summary.customer.iter().map(fact).collect(),
        slots: summary.slots.iter().map(fact).collect(),
        tried: summary.tried.iter().map(tried).collect(),
        transcript: summary.transcript.iter().map(line).collect(),
        attachments: summary.attachments.iter().map(attached).collect(),
    }
}

fn fact(fact: &model::Fact) -> v1::Fact {
    let name = fact.name.clone();
    match withheld(fact) {
        Some(withheld) => v1::Fact { name, withheld, ..v1::Fact::default() },
        None => {
            let (value, turn) = (fact.value.clone(), fact.turn);
            v1::Fact { name, value, turn, ..v1::Fact::default() }
        }
    }
}

fn line(line: &model::Line) -> v1::Line {
    let from = match line.from {
        Speaker::Customer => v1::Speaker::Customer,
        Speaker::Bot => v1::Speaker::Bot,
        Speaker::Agent => v1::Speaker::Agent,
    };
    v1::Line {
        at_ms: line.at_ms,
        turn: line.turn,
        from: from as i32,
        text: line.text.clone(),
        on: line.on.clone().unwrap_or_default(),
        attachments: line.attachments.iter().map(attachment).collect(),
    }
}

/// A file of a conversation.
pub(super) fn attached(attached: &model::Attached) -> v1::Attached {
    v1::Attached { attachment: Some(attachment(&attached.attachment)), turn: attached.turn }
}

fn attachment(file: &model::Attachment) -> v1::Attachment {
    v1::Attachment {
        id: file.id.clone(),
        media_type: file.media_type.clone(),
        name: file.name.clone(),
        bytes: file.bytes,
        cause: file.cause.clone().unwrap_or_default(),
        ..v1::Attachment::default()
    }
}

/// A file that is here.
pub(super) fn stored(file: StoredAttachment) -> v1::Attachment {
    let StoredAttachment { id, name, media_type, bytes, hash, .. } = file;
    v1::Attachment { id, media_type, name, bytes, hash: hash.to_vec(), ..v1::Attachment::default() }
}

/// A customer's profile as JSON. It is no deeper than the decoder of Protobuf goes.
pub(super) fn profile(customer: Struct) -> Result<Json, Problem> {
    let field = |(name, value)| Ok((name, json(value)?));
    customer.fields.into_iter().map(field).collect::<Result<_, _>>().map(Json::Object)
}

fn json(value: Value) -> Result<Json, Problem> {
    Ok(match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(yes)) => Json::Bool(yes),
        Some(Kind::NumberValue(number)) => number_json(number)?,
        Some(Kind::StringValue(text)) => Json::String(text),
        Some(Kind::StructValue(fields)) => profile(fields)?,
        Some(Kind::ListValue(list)) => {
            Json::Array(list.values.into_iter().map(json).collect::<Result<_, _>>()?)
        }
    })
}

/// Whole numbers are written as such: an amount of 3 is no 3.0.
fn number_json(number: f64) -> Result<Json, Problem> {
    if number.fract() == 0.0 && number.abs() <= WHOLE_MAX {
        return Ok(Json::from(number as i64));
    }
    let number = serde_json::Number::from_f64(number);
    number
        .map(Json::Number)
        .ok_or_else(|| Problem::new(400, "customer: a number is infinite or none"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(kind: Kind) -> Value {
        Value { kind: Some(kind) }
    }

    #[test]
    fn a_profile_is_the_json_that_rest_would_take() {
        let inner = Struct { fields: [("a".to_owned(), of(Kind::NullValue(0)))].into() };
        let list = prost_types::ListValue {
            values: vec![of(Kind::BoolValue(true)), of(Kind::NumberValue(-0.5)), Value::default()],
        };
        let fields = [
            ("id", Kind::StringValue("C-1".to_owned())),
            ("orders", Kind::NumberValue(3.0)),
            ("large", Kind::NumberValue(1e300)),
            ("inner", Kind::StructValue(inner)),
            ("list", Kind::ListValue(list)),
        ];
        let fields = fields.map(|(name, kind)| (name.to_owned(), of(kind)));
        let expected = json!({
            "id": "C-1", "orders": 3, "large": 1e300, "inner": { "a": null },
            "list": [true, -0.5, null],
        });
        assert_eq!(profile(Struct { fields: fields.into() }), Ok(expected));
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let fields = [("x".to_owned(), of(Kind::NumberValue(number)))].into();
            assert!(profile(Struct { fields }).is_err(), "{number}");
        }
    }

    #[test]
    fn urgencies_have_their_names() {
        for (urgency, expected) in [
            (0, v1::Urgency::Low),
            (1, v1::Urgency::Normal),
            (2, v1::Urgency::High),
            (3, v1::Urgency::Critical),
            (4, v1::Urgency::Unspecified),
        ] {
            let found = v1::Urgency::try_from(urgency + 1).unwrap_or_default();
            assert_eq!(found, expected);
        }
    }
}
