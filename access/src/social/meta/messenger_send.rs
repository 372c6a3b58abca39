//! Messenger: what goes out.

use serde_json::{Value, json};

use super::super::http::Call;
use super::super::layout::{Button, Shows, layout};
use super::super::sign::Key;
use super::super::{Saying, json as read};

/// The requests that say something.
pub(super) fn render(saying: &Saying<'_>, shows: &Shows, token: &Key) -> Result<Vec<Call>, String> {
    let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
    let (page, to) = (read::text(&address, "/page"), read::text(&address, "/to"));
    if to.is_empty() || page.is_empty() || !page.bytes().all(|c| c.is_ascii_digit()) {
        return Err("the message names no page to answer from, or nobody to answer".to_owned());
    }
    let laid = layout(saying.reply, shows);
    let image = |image: &&crate::v1::Image| {
        let payload = json!({ "url": image.url, "is_reusable": true });
        json!({ "attachment": { "type": "image", "payload": payload } })
    };
    let mut messages: Vec<Value> = laid.images.iter().map(image).collect();
    messages.extend(laid.texts.iter().map(|text| json!({ "text": text })));
    if let (false, Some(last)) = (laid.buttons.is_empty(), messages.last_mut()) {
        let quick =
            |b: &Button| json!({ "content_type": "text", "title": b.label, "payload": b.id });
        let quick: Vec<Value> = laid.buttons.iter().map(quick).collect();
        if let Some(last) = last.as_object_mut() {
            last.insert("quick_replies".to_owned(), quick.into());
        }
    }
    let call = |message: Value| {
        let body = json!({
            "recipient": { "id": to },
            "messaging_type": "RESPONSE",
            "message": message,
        });
        Call::post(format!("/{page}/messages"), &body).bearer(token.reveal())
    };
    Ok(messages.into_iter().map(call).collect())
}
