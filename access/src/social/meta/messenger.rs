//! Messenger: what comes in.

use serde_json::{Value, json};

use super::super::http::{Answer, Call, HttpAnswer, Incoming};
use super::super::layout::{MenuForm, Shows, Unit};
use super::super::media::{Media, Place};
use super::super::outcome::Outcome;
use super::super::received::{At, Message, ReadUntil, Received, Verified};
use super::super::refusal::{Malformed, Refusal};
use super::super::sign::{Key, Keys};
use super::super::{Admitted, Pace, Provider, Saying, ids, json as read};
use crate::v1::{Delivery, DeliveryStage};

/// A page.
#[derive(Debug, Clone)]
pub struct Messenger {
    /// The app's secrets.
    pub secrets: Keys,
    /// What the operator wrote into the form at Meta.
    pub verify_token: Keys,
    /// The page's token, for sending.
    pub access_token: Key,
}

const SHOWS: Shows = Shows {
    text_max: 2_000,
    unit: Unit::Characters,
    menus: &[MenuForm { choices_max: 13, label_max: 20, text_max: 2_000 }],
    label_unit: Unit::Characters,
    links: false,
    images: true,
};

impl Provider for Messenger {
    fn name(&self) -> &'static str {
        "messenger"
    }

    fn api(&self) -> &'static str {
        super::API
    }

    fn pace(&self) -> Pace {
        Pace { per_second: 250, apart_ms: 0 }
    }

    fn shows(&self) -> &'static Shows {
        &SHOWS
    }

    fn admit<'a>(&self, incoming: &Incoming<'a>, _now_ms: i64) -> Result<Admitted<'a>, Refusal> {
        super::admit(incoming, &self.secrets, &self.verify_token)
    }

    fn parse(&self, verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
        let body = verified.json()?;
        if !matches!(read::text(&body, "/object"), "page" | "instagram") {
            return Err(Malformed("`object` is neither `page` nor `instagram`"));
        }
        let mut received = Received::new(HttpAnswer::text("EVENT_RECEIVED"));
        for (entry, event) in read::nested(&body, "/entry", "/messaging") {
            read_event(entry, event, at, &mut received);
        }
        // While another app has the conversation, this one only listens.
        for _ in read::nested(&body, "/entry", "/standby") {
            received.skip("standby");
        }
        received.within_limits()
    }

    fn render(&self, saying: &Saying<'_>) -> Result<Vec<Call>, String> {
        super::messenger_send::render(saying, &SHOWS, &self.access_token)
    }

    fn read(&self, answer: &Answer<'_>) -> Outcome {
        super::read(answer, "/message_id")
    }

    fn media(&self, at_provider: &str, _token: Option<&Key>) -> Option<Media> {
        // The address holds all that is needed.
        Some(Media::At(Place::url(at_provider, None)))
    }

    fn media_hosts(&self) -> &'static [&'static str] {
        super::MEDIA_HOSTS
    }
}

fn read_event(entry: &Value, event: &Value, at: At<'_>, received: &mut Received) {
    if event.get("delivery").is_some() {
        let at_ms = read::whole(event, "/delivery/watermark").unwrap_or(at.now_ms);
        for mid in read::items(event, "/delivery/mids").filter_map(Value::as_str) {
            received.deliveries.push(Delivery {
                channel: at.channel.to_owned(),
                stage: DeliveryStage::Delivered.into(),
                at_ms,
                provider_id: mid.to_owned(),
                ..Delivery::default()
            });
        }
    } else if let Some(at_ms) = read::whole(event, "/read/watermark") {
        let address = read::text(event, "/sender/id").to_owned();
        received.read_until.push(ReadUntil { address, at_ms });
    } else {
        match read_message(entry, event) {
            Some(message) => received.take(message, at),
            None => received.skip(kind(event)),
        }
    }
}

/// What an event is, by the key that only such events have.
fn kind(event: &Value) -> &str {
    let own = ["sender", "recipient", "timestamp"];
    let keys = event.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.as_str()).find(|key| !own.contains(key)).unwrap_or("event")
}

/// A customer's message; nothing where it says nothing to a bot.
fn read_message(entry: &Value, event: &Value) -> Option<Message> {
    let from = read::text(event, "/sender/id");
    let is_echo =
        read::is_true(event, "/message/is_echo") || read::is_true(event, "/message/is_deleted");
    if from.is_empty() || is_echo {
        return None;
    }
    let sent_at_ms = read::whole(event, "/timestamp").unwrap_or(0).max(0);
    let mut page = read::text(event, "/recipient/id");
    if page.is_empty() {
        page = read::text(entry, "/id");
    }
    let mut out = Message {
        address: from.to_owned(),
        sent_at_ms,
        reply_to: json!({ "page": page, "to": from }).to_string(),
        ..Message::default()
    };
    if let Some(message) = event.get("message") {
        out.id = read::text(message, "/mid").to_owned();
        out.text = read::text(message, "/text").to_owned();
        out.payload = ids::payload(read::text(message, "/quick_reply/payload")).to_owned();
        read::items(message, "/attachments").for_each(|file| attach(file, &mut out));
        if out.text.is_empty() && out.payload.is_empty() && out.attachments.is_empty() {
            out.tell("unsupported message");
        }
    } else if event.get("postback").is_some() {
        out.id = read::text(event, "/postback/mid").to_owned();
        if out.id.is_empty() {
            // Older subscriptions give postbacks no id.
            out.id = format!("postback:{from}:{sent_at_ms}");
        }
        out.text = read::text(event, "/postback/title").to_owned();
        out.payload = ids::payload(read::text(event, "/postback/payload")).to_owned();
    }
    Some(out).filter(|out| !out.id.is_empty())
}

fn attach(file: &Value, out: &mut Message) {
    let (kind, url) = (read::text(file, "/type"), read::text(file, "/payload/url"));
    match kind {
        "image" | "audio" | "video" | "file" if !url.is_empty() => {
            // Meta says what kind it is, not which format.
            let media_type = if kind == "file" { String::new() } else { format!("{kind}/*") };
            out.attachments.push(read::attachment(url, &media_type, "", None));
        }
        _ => {
            let title = read::text(file, "/title");
            out.tell(format!("{kind} {title} {url}").trim());
        }
    }
}
