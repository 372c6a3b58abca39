//! What Telegram sends.

use serde_json::{Value, json};

use super::super::http::HttpAnswer;
use super::super::received::{At, Message, Received, Verified};
use super::super::refusal::Malformed;
use super::super::{ids, json as read};

/// Reads an update: one message, or one button that was pressed.
pub(super) fn parse(verified: &Verified<'_>, at: At<'_>) -> Result<Received, Malformed> {
    let body = verified.json()?;
    let update = read::whole(&body, "/update_id").ok_or(Malformed("no `update_id`"))?;
    let mut received = Received::new(HttpAnswer::text(""));
    let message = if let Some(message) = body.get("message") {
        written(message)
    } else if let Some(query) = body.get("callback_query") {
        // The answer may be a request: this one ends the button's waiting.
        let id = read::text(query, "/id");
        let method = json!({ "method": "answerCallbackQuery", "callback_query_id": id });
        received.answer = HttpAnswer::json(&method);
        pressed(query)
    } else {
        None
    };
    match message {
        Some(mut message) => {
            message.id = format!("update:{update}");
            received.take(message, at);
        }
        None => received.skip(kind(&body)),
    }
    Ok(received)
}

/// What an update is, by the key that only such updates have.
fn kind(body: &Value) -> &str {
    let keys = body.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.as_str()).find(|key| *key != "update_id").unwrap_or("update")
}

/// From whom, and where the answer goes. What bots write is nothing to a bot.
fn from(user: &Value, chat: &Value) -> Option<Message> {
    let (user_id, chat_id) = (read::id(user, "/id"), read::id(chat, "/id"));
    if user_id.is_empty() || chat_id.is_empty() || read::is_true(user, "/is_bot") {
        return None;
    }
    let address = match read::text(chat, "/type") {
        "private" => user_id,
        // In a group everybody talks about something else.
        _ => format!("{chat_id}:{user_id}"),
    };
    let name = format!("{} {}", read::text(user, "/first_name"), read::text(user, "/last_name"));
    Some(Message {
        address,
        name: name.trim().to_owned(),
        language: language(read::text(user, "/language_code")),
        ..Message::default()
    })
}

/// `zh-hans` is `zh`.
fn language(code: &str) -> String {
    let main = code.split('-').next().unwrap_or_default();
    let is_one = (2..=3).contains(&main.len()) && main.bytes().all(|c| c.is_ascii_alphabetic());
    if is_one { main.to_ascii_lowercase() } else { String::new() }
}

fn written(message: &Value) -> Option<Message> {
    let mut out = from(message.get("from")?, message.get("chat")?)?;
    let chat = read::id(message, "/chat/id");
    let thread = read::whole(message, "/message_thread_id");
    let is_topic = read::is_true(message, "/is_topic_message");
    out.reply_to = json!({ "chat": chat, "thread": thread.filter(|_| is_topic) }).to_string();
    out.sent_at_ms = read::seconds_ms(message, "/date");
    out.text = read::text(message, "/text").to_owned();
    if out.text.is_empty() {
        out.text = read::text(message, "/caption").to_owned();
    }
    files(message, &mut out);
    others(message, &mut out);
    let is_empty = out.text.is_empty() && out.attachments.is_empty();
    if is_empty && is_of_service(message) {
        return None;
    }
    if is_empty {
        out.tell("unsupported message");
    }
    Some(out)
}

/// Somebody came or went, a title changed: nobody said anything.
fn is_of_service(message: &Value) -> bool {
    const NEWS: [&str; 12] = [
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
    ];
    NEWS.iter().any(|key| message.get(key).is_some())
}

fn files(message: &Value, out: &mut Message) {
    let largest = |file: &&Value| read::whole(file, "/file_size").unwrap_or(0);
    if let Some(photo) = read::items(message, "/photo").max_by_key(largest) {
        let bytes = read::whole(photo, "/file_size");
        out.attachments.push(read::attachment(
            read::text(photo, "/file_id"),
            "image/jpeg",
            "",
            bytes,
        ));
    }
    for (kind, media_type) in [
        ("document", ""),
        ("voice", "audio/ogg"),
        ("audio", "audio/mpeg"),
        ("video", "video/mp4"),
        ("video_note", "video/mp4"),
        ("animation", "video/mp4"),
        ("sticker", "image/webp"),
    ] {
        let Some(file) = message.get(kind) else { continue };
        // An animation comes as a document, too.
        if kind == "document" && message.get("animation").is_some() {
            continue;
        }
        let media_type = match read::text(file, "/mime_type") {
            "" => media_type,
            told => told,
        };
        let (id, name) = (read::text(file, "/file_id"), read::text(file, "/file_name"));
        let bytes = read::whole(file, "/file_size");
        out.attachments.push(read::attachment(id, media_type, name, bytes));
        if kind == "sticker" {
            out.tell(format!("sticker {}", read::text(file, "/emoji")).trim());
        }
    }
}

fn others(message: &Value, out: &mut Message) {
    if let Some(contact) = message.get("contact") {
        let name = read::text(contact, "/first_name");
        out.tell(format!("contact: {name} {}", read::text(contact, "/phone_number")).trim());
    } else if let Some(place) = message.get("location") {
        let at = |key: &str| place.get(key).and_then(Value::as_f64).unwrap_or(0.0);
        let name = read::text(message, "/venue/title");
        out.tell(format!("location: {}, {} {name}", at("latitude"), at("longitude")).trim());
    } else if message.get("poll").is_some() {
        out.tell("unsupported message: poll");
    }
}

fn pressed(query: &Value) -> Option<Message> {
    let message = query.get("message")?;
    let mut out = from(query.get("from")?, message.get("chat")?)?;
    let thread = read::whole(message, "/message_thread_id");
    let is_topic = read::is_true(message, "/is_topic_message");
    let chat = read::id(message, "/chat/id");
    out.reply_to = json!({ "chat": chat, "thread": thread.filter(|_| is_topic) }).to_string();
    let data = read::text(query, "/data");
    if data.is_empty() {
        return None;
    }
    out.payload = ids::payload(data).to_owned();
    // What the button said stands in the message that it is under.
    let mut buttons = read::items(message, "/reply_markup/inline_keyboard")
        .filter_map(Value::as_array)
        .flatten()
        .filter(|button| read::text(button, "/callback_data") == data);
    if let Some(button) = buttons.next() {
        out.text = read::text(button, "/text").to_owned();
    }
    Some(out)
}
