//! WhatsApp's Cloud API: what goes out.

use serde_json::{Value, json};

use super::super::http::Call;
use super::super::layout::{Button, Layout, Shows, cut, layout};
use super::super::sign::Key;
use super::super::{Saying, json as read};

/// What the button that opens a list says. WhatsApp asks for one; there is no room for more.
const OPEN_LIST: &str = "☰";
/// Characters of an image's caption.
const CAPTION_MAX: usize = 1_024;

/// The requests that say something.
pub(super) fn render(saying: &Saying<'_>, shows: &Shows, token: &Key) -> Result<Vec<Call>, String> {
    let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
    let (number, to) = (read::text(&address, "/number"), read::text(&address, "/to"));
    if to.is_empty() || number.is_empty() || !number.bytes().all(|c| c.is_ascii_digit()) {
        return Err("the message names no number to answer from, or nobody to answer".to_owned());
    }
    let mut messages = Vec::new();
    let laid = layout(saying.reply, shows);
    for image in &laid.images {
        let caption = cut(&image.label, CAPTION_MAX, shows.unit);
        let mut content = json!({ "link": image.url });
        if let (Some(content), false) = (content.as_object_mut(), caption.is_empty()) {
            content.insert("caption".to_owned(), caption.into());
        }
        messages.push(("image", content));
    }
    messages.extend(texts(&laid));
    let call = |(kind, content): (&str, Value)| {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            "type": kind,
        });
        if let Some(body) = body.as_object_mut() {
            body.insert(kind.to_owned(), content);
        }
        Call::post(format!("/{number}/messages"), &body).bearer(token.reveal())
    };
    Ok(messages.into_iter().map(call).collect())
}

fn texts(laid: &Layout<'_>) -> Vec<(&'static str, Value)> {
    let text = |text: &String| ("text", json!({ "preview_url": false, "body": text }));
    let mut messages: Vec<_> = laid.texts.iter().map(text).collect();
    if let (false, Some(last)) = (laid.buttons.is_empty(), laid.texts.last()) {
        messages.pop();
        messages.push(("interactive", menu(last, laid)));
    }
    messages
}

/// Three buttons, or a list.
fn menu(text: &str, laid: &Layout<'_>) -> Value {
    let body = json!({ "text": text });
    if laid.form == 0 {
        let reply =
            |b: &Button| json!({ "type": "reply", "reply": { "id": b.id, "title": b.label } });
        let buttons: Vec<Value> = laid.buttons.iter().map(reply).collect();
        return json!({ "type": "button", "body": body, "action": { "buttons": buttons } });
    }
    let row = |b: &Button| json!({ "id": b.id, "title": b.label });
    let rows: Vec<Value> = laid.buttons.iter().map(row).collect();
    json!({
        "type": "list",
        "body": body,
        "action": { "button": OPEN_LIST, "sections": [{ "rows": rows }] },
    })
}
