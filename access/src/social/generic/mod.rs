//! Anything else: a signed webhook with JSON of our own, both ways.

use serde_json::{Value, json};

use super::http::{Answer, Call, HttpAnswer, Incoming};
use super::layout::{MenuForm, Shows, Unit};
use super::media::{Media, Place};
use super::outcome::Outcome;
use super::received::{At, Message, Received, Verified};
use super::refusal::{Malformed, Refusal};
use super::sign::{Key, Keys};
use super::signed::{self, SIGNATURE};
use super::{Admitted, Pace, Provider, Saying, json as read};
use crate::v1;
use crate::v1::{Delivery, DeliveryStage};

/// A system of the company's own.
#[derive(Debug, Clone)]
pub struct Generic {
    /// What both sides sign with; what goes out is signed with each of them.
    pub secrets: Keys,
}

const ANY: usize = usize::MAX;

/// Whoever takes our own JSON shows what it will.
const SHOWS: Shows = Shows {
    text_max: ANY,
    unit: Unit::Characters,
    menus: &[MenuForm { choices_max: ANY, label_max: ANY, text_max: ANY }],
    label_unit: Unit::Characters,
    links: true,
    images: true,
};

impl Provider for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn api(&self) -> &'static str {
        ""
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 200, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        signed::admit(&self.secrets, incoming, now_ms).map(Admitted::Message)
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        let body = verified.json()?;
        let mut received = Received::new(HttpAnswer::json(&json!({ "status": "accepted" })));
        for message in read::items(&body, "/messages") {
            received.take(read_message(message)?, at);
        }
        for news in read::items(&body, "/deliveries") {
            received.deliveries.push(read_delivery(news, at)?);
        }
        if received.envelopes.is_empty() && received.deliveries.is_empty() {
            return Err(Malformed("neither `messages` nor `deliveries`"));
        }
        received.within_limits()
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
        let body = json!({
            "id": saying.key,
            "to": read::text(&address, "/to"),
            "reply_to": read::text(&address, "/message"),
            "reply": shown(saying.reply),
        });
        let call = Call::post("", &body);
        let signature = signed::sign(&self.secrets, &call.body, saying.now_ms);
        Ok(vec![call.with(SIGNATURE, signature).with("idempotency-key", saying.key)])
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        let body = answer.json();
        match Outcome::of_status(answer, read::text(&body, "/error")) {
            Outcome::Taken { .. } => Outcome::taken(&read::id(&body, "/id")),
            outcome => outcome,
        }
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        // Only behind the address that replies go to: the other side is whoever has the secret, and it may
        // pass on what others wrote.
        Some(Media::At(Place::url(at_provider, None)))
    }
}

fn read_message(message: &Value) -> Result<Message, Malformed> {
    let (id, address) = (read::text(message, "/id"), read::text(message, "/from/address"));
    if id.is_empty() {
        return Err(Malformed("a message without `id`"));
    }
    if address.is_empty() {
        return Err(Malformed("a message without `from.address`"));
    }
    let mut out = Message {
        id: id.to_owned(),
        address: address.to_owned(),
        name: read::text(message, "/from/name").to_owned(),
        text: read::text(message, "/text").to_owned(),
        payload: read::text(message, "/payload").to_owned(),
        language: read::text(message, "/language").to_owned(),
        conversation: read::text(message, "/conversation").to_owned(),
        sent_at_ms: read::whole(message, "/sent_at_ms").unwrap_or(0).max(0),
        reply_to: json!({ "to": address, "message": id }).to_string(),
        ..Message::default()
    };
    for file in read::items(message, "/attachments") {
        let at = |key: &str| read::text(file, key);
        let bytes = read::whole(file, "/bytes");
        out.attachments.push(read::attachment(at("/url"), at("/media_type"), at("/name"), bytes));
    }
    if out.text.is_empty() && out.payload.is_empty() && out.attachments.is_empty() {
        return Err(Malformed("a message without `text`, `payload` and `attachments`"));
    }
    Ok(out)
}

fn read_delivery(news: &Value, at: At<'_>) -> Result<Delivery, Malformed> {
    let stage = match read::text(news, "/stage") {
        "sent" => DeliveryStage::Sent,
        "delivered" => DeliveryStage::Delivered,
        "read" => DeliveryStage::Read,
        "failed" => DeliveryStage::Failed,
        _ => return Err(Malformed("a delivery whose `stage` is none")),
    };
    let provider_id = read::id(news, "/id");
    if provider_id.is_empty() {
        return Err(Malformed("a delivery without `id`"));
    }
    Ok(Delivery {
        channel: at.channel.to_owned(),
        stage: stage.into(),
        at_ms: read::whole(news, "/at_ms").unwrap_or(at.now_ms),
        provider_id,
        cause: read::text(news, "/cause").to_owned(),
        ..Delivery::default()
    })
}

/// A reply as JSON, with what is empty left out.
fn shown(reply: &v1::Reply) -> Value {
    let link = |url: &str, label: &str| json!({ "url": url, "label": label });
    let links = |links: &[v1::Link]| -> Vec<Value> {
        links.iter().map(|l| link(&l.url, &l.label)).collect()
    };
    let images = |images: &[v1::Image]| -> Vec<Value> {
        images.iter().map(|i| link(&i.url, &i.label)).collect()
    };
    let choice = |c: &v1::Choice| json!({ "payload": c.payload, "label": c.label });
    let choices: Vec<Value> = reply.choices.iter().map(choice).collect();
    let card = reply.card.as_ref().map(|card| {
        json!({
            "title": card.title,
            "body": card.body,
            "links": links(&card.links),
            "images": images(&card.images),
        })
    });
    let mut shown = json!({
        "seq": reply.seq,
        "text": reply.text,
        "choices": choices,
        "links": links(&reply.links),
        "images": images(&reply.images),
        "card": card,
        "agent": reply.agent,
    });
    if let Some(shown) = shown.as_object_mut() {
        shown.retain(|_, value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        });
    }
    shown
}
