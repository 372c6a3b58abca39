//! Messages in XML, which WeCom's apps and WeChat's accounts have in common.

use super::super::ids;
use super::super::json::attachment;
use super::super::received::Message;
use super::xml::{Fields, field};

/// What a document says.
pub(super) enum Told {
    /// A customer's message.
    Message(Box<Message>),
    /// Nothing to a bot, by its kind.
    Nothing(String),
}

/// Reads a message or an event. `reply_to` is what is needed to answer.
pub(super) fn read(fields: &Fields, reply_to: String) -> Told {
    let at = |path: &str| field(fields, path);
    let (from, kind) = (at("FromUserName"), at("MsgType"));
    let seconds: i64 = at("CreateTime").parse().unwrap_or(0);
    let mut out = Message {
        address: from.to_owned(),
        sent_at_ms: seconds.saturating_mul(1_000).max(0),
        reply_to,
        ..Message::default()
    };
    // Events have no id: who and when is the provider's own advice.
    out.id = match at("MsgId") {
        "" => format!("{from}:{}:{}", at("CreateTime"), at("Event")),
        id => id.to_owned(),
    };
    if from.is_empty() {
        return Told::Nothing(kind.to_owned());
    }
    match kind {
        "text" => {
            out.text = at("Content").to_owned();
            out.payload = ids::payload(at("bizmsgmenuid")).to_owned();
        }
        "image" => file(&mut out, at("MediaId"), "image/*"),
        "voice" => {
            out.text = at("Recognition").to_owned();
            file(&mut out, at("MediaId"), "audio/*");
        }
        "video" | "shortvideo" => file(&mut out, at("MediaId"), "video/*"),
        "location" => {
            let place =
                format!("location: {}, {} {}", at("Location_X"), at("Location_Y"), at("Label"));
            out.tell(place.trim());
        }
        "link" => out.text = format!("{}\n{}", at("Title"), at("Url")).trim().to_owned(),
        "event" => return event(fields, out),
        other => out.tell(&format!("unsupported message: {other}")),
    }
    Told::Message(Box::new(out))
}

/// Events: only pressing something says something.
fn event(fields: &Fields, mut out: Message) -> Told {
    let kind = field(fields, "Event");
    if !kind.eq_ignore_ascii_case("click") {
        return Told::Nothing(kind.to_owned());
    }
    out.payload = field(fields, "EventKey").to_owned();
    Told::Message(Box::new(out))
}

fn file(out: &mut Message, id: &str, media_type: &str) {
    out.attachments.push(attachment(id, media_type, "", None));
}
