//! What Telegram is sent: plain texts, which nothing in them can format.

use serde_json::{Value, json};

use super::super::http::Call;
use super::super::layout::{Shows, Unit, cut, layout};
use super::super::sign::Key;
use super::super::{Saying, json as read};

/// Bytes of what a button sends.
const DATA_BYTES_MAX: usize = 64;
/// Units of an image's caption.
const CAPTION_MAX: usize = 1_024;

/// The requests that say something.
pub(super) fn render(saying: &Saying<'_>, shows: &Shows, token: &Key) -> Result<Vec<Call>, String> {
    let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
    let chat: i64 = read::whole(&address, "/chat").ok_or("the message names no chat")?;
    let thread = read::whole(&address, "/thread");
    let call = |method: &str, mut body: Value| {
        if let Some(body) = body.as_object_mut() {
            body.insert("chat_id".to_owned(), chat.into());
            if let Some(thread) = thread {
                body.insert("message_thread_id".to_owned(), thread.into());
            }
        }
        Call::post(format!("/bot{}/{method}", token.reveal()), &body)
    };
    // A payload that no button of theirs can hold: numbered lines say it, too.
    let room = Shows { menus: &[], ..*shows };
    let fits = |(place, choice): (usize, &crate::v1::Choice)| {
        super::super::ids::button(place, &choice.payload).len() <= DATA_BYTES_MAX
    };
    let all_fit = saying.reply.choices.iter().enumerate().all(fits);
    let laid = layout(saying.reply, if all_fit { shows } else { &room });
    let image = |image: &&crate::v1::Image| {
        let caption = cut(&image.label, CAPTION_MAX, Unit::Utf16);
        call("sendPhoto", json!({ "photo": image.url, "caption": caption }))
    };
    let mut calls: Vec<Call> = laid.images.iter().map(image).collect();
    let last = laid.texts.len().saturating_sub(1);
    for (place, text) in laid.texts.iter().enumerate() {
        let mut body = json!({ "text": text });
        if let (true, false, Some(body)) =
            (place == last, laid.buttons.is_empty(), body.as_object_mut())
        {
            let rows: Vec<Value> = laid
                .buttons
                .iter()
                .map(|b| json!([{ "text": b.label, "callback_data": b.id }]))
                .collect();
            body.insert("reply_markup".to_owned(), json!({ "inline_keyboard": rows }));
        }
        calls.push(call("sendMessage", body));
    }
    Ok(calls)
}
