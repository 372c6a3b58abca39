//! What LINE sends.

use serde_json::{Value, json};

use super::super::http::HttpAnswer;
use super::super::json as read;
use super::super::received::{At, Message, Received, Verified};
use super::super::refusal::Malformed;
use super::send::{Pressed, pressed};

/// Reads a request: any number of events; none when LINE only looks whether somebody is there.
pub(super) fn parse(verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
    let body = verified.json()?;
    if !body.get("events").is_some_and(Value::is_array) {
        return Err(Malformed("no `events`"));
    }
    let mut received = Received::new(HttpAnswer::text(""));
    for event in read::items(&body, "/events") {
        match message(event) {
            Some(message) => received.take(message, at),
            None => received.skip(read::text(event, "/type")),
        }
    }
    received.within_limits()
}

/// A customer's message. While another module of the account has the conversation (`standby`), this
/// one only listens.
fn message(event: &Value) -> Option<Message> {
    let id = read::text(event, "/webhookEventId");
    let user = read::text(event, "/source/userId");
    if id.is_empty() || user.is_empty() || read::text(event, "/mode") == "standby" {
        return None;
    }
    let room = match read::text(event, "/source/groupId") {
        "" => read::text(event, "/source/roomId"),
        group => group,
    };
    let to = if room.is_empty() { user } else { room };
    let mut out = Message {
        id: id.to_owned(),
        address: if room.is_empty() { user.to_owned() } else { format!("{room}:{user}") },
        sent_at_ms: read::whole(event, "/timestamp").unwrap_or(0).max(0),
        reply_to: json!({ "to": to }).to_string(),
        ..Message::default()
    };
    match read::text(event, "/type") {
        "message" => written(event, &mut out),
        "postback" => {
            let Pressed { payload, label } = pressed(read::text(event, "/postback/data"));
            out.payload = payload.to_owned();
            out.text = label.to_owned();
        }
        _ => return None,
    }
    Some(out)
}

fn written(event: &Value, out: &mut Message) {
    let at = |key: &str| read::text(event, &format!("/message/{key}"));
    match at("type") {
        "text" => out.text = at("text").to_owned(),
        kind @ ("image" | "video" | "audio" | "file") => {
            let place = match at("contentProvider/originalContentUrl") {
                "" => at("id"),
                url => url,
            };
            let media_type = match kind {
                "image" => "image/jpeg",
                "video" => "video/mp4",
                "audio" => "audio/mp4",
                _ => "",
            };
            let bytes = read::whole(event, "/message/fileSize");
            out.attachments.push(read::attachment(place, media_type, at("fileName"), bytes));
        }
        "sticker" => {
            let words: Vec<&str> =
                read::items(event, "/message/keywords").filter_map(Value::as_str).take(3).collect();
            out.tell(format!("sticker {}", words.join(", ")).trim());
        }
        "location" => {
            let number = |key: &str| {
                event.pointer(&format!("/message/{key}")).and_then(Value::as_f64).unwrap_or(0.0)
            };
            let (x, y) = (number("latitude"), number("longitude"));
            out.tell(format!("location: {x}, {y} {} {}", at("title"), at("address")).trim());
        }
        other => out.tell(&format!("unsupported message: {other}")),
    }
}
