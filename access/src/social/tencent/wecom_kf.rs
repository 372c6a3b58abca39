//! WeChat Customer Service: what customers wrote is fetched after it was announced. Asked from the
//! beginning, the API gives everything of three days: ids tell what is known.

use serde_json::{Value, json};

use super::super::http::{Answer, Call, HttpAnswer};
use super::super::outcome::Outcome;
use super::super::received::{At, Message, Pull, Pulled, Received};
use super::super::sign::Key;
use super::super::{ids, json as read};
use crate::limits::PULL_MESSAGES_MAX;
use crate::v1::{Delivery, DeliveryStage};

/// Written by a customer; what the system and servicers write has other numbers.
const FROM_CUSTOMER: i64 = 3;

/// The request for what is there behind a cursor.
pub(super) fn ask(pull: &Pull, cursor: &str, token: &Key) -> Call {
    let body = json!({
        "cursor": cursor,
        "token": pull.token,
        "limit": PULL_MESSAGES_MAX,
        "open_kfid": pull.account,
    });
    super::post("/cgi-bin/kf/sync_msg", token, &body)
}

/// What came.
pub(super) fn read(answer: &Answer<'_>, at: At<'_>) -> Result<Pulled, Outcome> {
    match super::read(answer, "") {
        Outcome::Taken { .. } => {}
        other => return Err(other),
    }
    let body = answer.json();
    let mut received = Received::new(HttpAnswer::text("success"));
    for item in read::items(&body, "/msg_list").take(PULL_MESSAGES_MAX) {
        let kind = read::text(item, "/msgtype");
        if kind == "event" {
            event(item, at, &mut received);
        } else if read::whole(item, "/origin") == Some(FROM_CUSTOMER) {
            match message(item, kind) {
                Some(message) => received.take(message, at),
                None => received.skip(kind),
            }
        } else {
            received.skip(&format!("{kind} that no customer wrote"));
        }
    }
    Ok(Pulled {
        received,
        cursor: read::text(&body, "/next_cursor").to_owned(),
        more: read::whole(&body, "/has_more") == Some(1),
    })
}

fn message(item: &Value, kind: &str) -> Option<Message> {
    let (account, from) = (read::text(item, "/open_kfid"), read::text(item, "/external_userid"));
    let mut out = Message {
        id: read::text(item, "/msgid").to_owned(),
        address: from.to_owned(),
        sent_at_ms: read::seconds_ms(item, "/send_time"),
        reply_to: json!({ "account": account, "to": from }).to_string(),
        ..Message::default()
    };
    if out.id.is_empty() || from.is_empty() || account.is_empty() {
        return None;
    }
    let at = |key: &str| read::text(item, &format!("/{kind}/{key}"));
    match kind {
        "text" => {
            out.text = at("content").to_owned();
            out.payload = ids::payload(at("menu_id")).to_owned();
        }
        "image" | "voice" | "video" | "file" => {
            let media_type = match kind {
                "voice" => "audio/amr",
                "image" => "image/*",
                "video" => "video/*",
                _ => "",
            };
            out.attachments.push(read::attachment(at("media_id"), media_type, "", None));
        }
        "location" => {
            let number = |key: &str| {
                item.pointer(&format!("/location/{key}")).and_then(Value::as_f64).unwrap_or(0.0)
            };
            let (x, y) = (number("latitude"), number("longitude"));
            out.tell(format!("location: {x}, {y} {} {}", at("name"), at("address")).trim());
        }
        "link" => out.text = format!("{}\n{}", at("title"), at("url")).trim().to_owned(),
        "business_card" => out.tell(&format!("contact: {}", at("userid"))),
        other => out.tell(&format!("unsupported message: {other}")),
    }
    Some(out)
}

/// Of the events only one is about something that was said here.
fn event(item: &Value, at: At<'_>, received: &mut Received) {
    let kind = read::text(item, "/event/event_type");
    if kind != "msg_send_fail" {
        return received.skip(kind);
    }
    let why = read::whole(item, "/event/fail_type").unwrap_or(0);
    received.deliveries.push(Delivery {
        channel: at.channel.to_owned(),
        stage: DeliveryStage::Failed.into(),
        at_ms: read::seconds_ms(item, "/send_time"),
        provider_id: read::text(item, "/event/fail_msgid").to_owned(),
        cause: format!("WeChat Customer Service did not send it: fail_type {why}"),
        ..Delivery::default()
    });
}
