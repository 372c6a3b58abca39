//! WhatsApp's Cloud API: what comes in.

use serde_json::{Value, json};

use super::super::http::{Answer, Call, HttpAnswer, Incoming};
use super::super::layout::{MenuForm, Shows, Unit};
use super::super::media::{Media, Place};
use super::super::outcome::Outcome;
use super::super::received::{At, Message, Received, Verified};
use super::super::refusal::{Malformed, Refusal};
use super::super::sign::{Key, Keys};
use super::super::{Admitted, Pace, Provider, Saying, ids, json as read};
use crate::v1::{Delivery, DeliveryStage};

/// An account.
#[derive(Debug, Clone)]
pub struct WhatsApp {
    /// The app's secrets.
    pub secrets: Keys,
    /// What the operator wrote into the form at Meta.
    pub verify_token: Keys,
    /// A token of a system user, for sending.
    pub access_token: Key,
}

const SHOWS: Shows = Shows {
    text_max: 4_096,
    unit: Unit::Characters,
    menus: &[
        MenuForm { choices_max: 3, label_max: 20, text_max: 1_024 },
        MenuForm { choices_max: 10, label_max: 24, text_max: 4_096 },
    ],
    label_unit: Unit::Characters,
    links: false,
    images: true,
};

impl Provider for WhatsApp {
    fn name(&self) -> &'static str {
        "whatsapp"
    }

    fn api(&self) -> &'static str {
        super::API
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 80, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, _now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        super::admit(incoming, &self.secrets, &self.verify_token)
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        let body = verified.json()?;
        if read::text(&body, "/object") != "whatsapp_business_account" {
            return Err(Malformed("`object` is not `whatsapp_business_account`"));
        }
        let mut received = Received::new(HttpAnswer::text("EVENT_RECEIVED"));
        for (_, change) in read::nested(&body, "/entry", "/changes") {
            let Some(value) = change.get("value") else { continue };
            if read::text(change, "/field") != "messages" {
                received.skip(read::text(change, "/field"));
                continue;
            }
            for message in read::items(value, "/messages") {
                match read_message(value, message) {
                    Some(message) => received.take(message, at),
                    None => received.skip(read::text(message, "/type")),
                }
            }
            for status in read::items(value, "/statuses") {
                match read_status(status, at) {
                    Some(delivery) => received.deliveries.push(delivery),
                    None => received.skip(read::text(status, "/status")),
                }
            }
        }
        received.within_limits()
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        super::whatsapp_send::render(saying, &SHOWS, &self.access_token)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        super::read(answer, "/messages/0/id")
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        let is_id = !at_provider.is_empty() && at_provider.bytes().all(|b| b.is_ascii_digit());
        is_id.then(|| {
            Media::Ask(Call::get(format!("/{at_provider}")).bearer(self.access_token.reveal()))
        })
    }

    fn read_media(&self, answer: &Answer<'_>) -> Result<Place, Outcome> {
        match read::text(&answer.json(), "/url") {
            "" => Err(super::read(answer, "/id").or_dead("it says nothing of where the file is")),
            url => Ok(Place::url(url, Some(&self.access_token))),
        }
    }

    fn media_hosts(&self) -> &'static [&'static str] {
        super::MEDIA_HOSTS
    }
}

/// A customer's message; nothing where it says nothing to a bot.
fn read_message(value: &Value, message: &Value) -> Option<Message> {
    let (id, from) = (read::text(message, "/id"), read::text(message, "/from"));
    if id.is_empty() || from.is_empty() {
        return None;
    }
    let contact = read::items(value, "/contacts").find(|c| read::text(c, "/wa_id") == from);
    let number = read::text(value, "/metadata/phone_number_id");
    let mut out = Message {
        id: id.to_owned(),
        address: from.to_owned(),
        name: contact.map_or("", |c| read::text(c, "/profile/name")).to_owned(),
        sent_at_ms: read::seconds_ms(message, "/timestamp"),
        reply_to: json!({ "number": number, "to": from }).to_string(),
        ..Message::default()
    };
    let kind = read::text(message, "/type");
    match kind {
        "text" => out.text = read::text(message, "/text/body").to_owned(),
        "interactive" => pressed(message, &mut out),
        "button" => {
            out.text = read::text(message, "/button/text").to_owned();
            out.payload = ids::payload(read::text(message, "/button/payload")).to_owned();
        }
        "image" | "audio" | "video" | "document" | "sticker" => media(message, kind, &mut out),
        "location" => {
            let at = |key: &str| {
                message.pointer(&format!("/location/{key}")).and_then(Value::as_f64).unwrap_or(0.0)
            };
            let name = read::text(message, "/location/name");
            out.tell(format!("location: {}, {} {name}", at("latitude"), at("longitude")).trim());
        }
        "contacts" => {
            for contact in read::items(message, "/contacts") {
                let name = read::text(contact, "/name/formatted_name");
                out.tell(
                    format!("contact: {name} {}", read::text(contact, "/phones/0/phone")).trim(),
                );
            }
        }
        // What she thinks of a message, and news of her number, are no messages.
        "reaction" | "system" | "" => return None,
        other => out.tell(&format!("unsupported message: {other}")),
    }
    Some(out)
}

fn pressed(message: &Value, out: &mut Message) {
    let kind = read::text(message, "/interactive/type");
    let at = |key: &str| read::text(message, &format!("/interactive/{kind}/{key}"));
    out.payload = ids::payload(at("id")).to_owned();
    out.text = at("title").to_owned();
    if out.payload.is_empty() && out.text.is_empty() {
        out.tell(&format!("unsupported answer: {kind}"));
    }
}

fn media(message: &Value, kind: &str, out: &mut Message) {
    let at = |key: &str| read::text(message, &format!("/{kind}/{key}"));
    out.text = at("caption").to_owned();
    out.attachments.push(read::attachment(at("id"), at("mime_type"), at("filename"), None));
}

fn read_status(status: &Value, at: At<'_>) -> Option<Delivery> {
    let stage = match read::text(status, "/status") {
        "sent" => DeliveryStage::Sent,
        "delivered" => DeliveryStage::Delivered,
        "read" | "played" => DeliveryStage::Read,
        "failed" => DeliveryStage::Failed,
        _ => return None,
    };
    let error = |key: &str| read::text(status, &format!("/errors/0/{key}"));
    let cause = match (read::whole(status, "/errors/0/code"), error("title")) {
        (Some(code), title) => format!("{code}: {title}"),
        (None, title) => title.to_owned(),
    };
    Some(Delivery {
        channel: at.channel.to_owned(),
        stage: stage.into(),
        at_ms: read::seconds_ms(status, "/timestamp"),
        provider_id: read::text(status, "/id").to_owned(),
        cause,
        ..Delivery::default()
    })
}
