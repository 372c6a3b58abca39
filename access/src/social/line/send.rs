//! What LINE is sent. Pushed, not answered with a reply token: those hold for a minute and cannot be
//! sent twice, while a push with a retry key is carried out once however often it is sent.

use serde_json::{Value, json};

use super::super::http::Call;
use super::super::layout::{Button, Layout, Shows, Unit, cut, layout};
use super::super::sign::Key;
use super::super::{Saying, ids, json as read};

/// Messages of one request.
const MESSAGES_MAX: usize = 5;
/// Characters of what a button sends.
const DATA_MAX: usize = 300;
/// What stands between a payload and a label.
const BETWEEN: char = '\n';

/// What a button that was pressed sends.
pub(super) struct Pressed<'a> {
    pub(super) payload: &'a str,
    pub(super) label: &'a str,
}

/// Reads what a button sends: its payload, and its label, which LINE does not say.
pub(super) fn pressed(data: &str) -> Pressed<'_> {
    let (id, label) = data.split_once(BETWEEN).unwrap_or((data, ""));
    Pressed { payload: ids::payload(id), label }
}

fn data(button: &Button) -> String {
    let room = DATA_MAX.saturating_sub(button.id.chars().count() + 1);
    format!("{}{BETWEEN}{}", button.id, cut(&button.said, room, Unit::Characters))
}

/// The requests that say something.
pub(super) fn render(saying: &Saying<'_>, shows: &Shows, token: &Key) -> Result<Vec<Call>, String> {
    let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
    let to = read::text(&address, "/to");
    if to.is_empty() {
        return Err("the message names nobody to answer".to_owned());
    }
    let long = |choice: &crate::v1::Choice| choice.payload.chars().count() + 8 > DATA_MAX;
    let room = Shows { menus: &[], ..*shows };
    let can_press = !saying.reply.choices.iter().any(long);
    let laid = layout(saying.reply, if can_press { shows } else { &room });
    let messages = messages(&laid);
    let call = |(place, messages): (usize, &[Value])| {
        let key = ids::uuid(&format!("{}:{place}", saying.key));
        Call::post("/v2/bot/message/push", &json!({ "to": to, "messages": messages }))
            .bearer(token.reveal())
            .with("x-line-retry-key", key)
    };
    Ok(messages.chunks(MESSAGES_MAX).enumerate().map(call).collect())
}

fn messages(laid: &Layout<'_>) -> Vec<Value> {
    let image = |image: &&crate::v1::Image| json!({ "type": "image", "originalContentUrl": image.url, "previewImageUrl": image.url });
    let mut messages: Vec<Value> = laid.images.iter().map(image).collect();
    messages.extend(laid.texts.iter().map(|text| json!({ "type": "text", "text": text })));
    // Buttons are shown under the last message only.
    if let (false, Some(Value::Object(last))) = (laid.buttons.is_empty(), messages.last_mut()) {
        let item = |b: &Button| {
            let shown = cut(&b.said, DATA_MAX, Unit::Characters);
            json!({
                "type": "action",
                "action": {
                    "type": "postback",
                    "label": b.label,
                    "data": data(b),
                    "displayText": shown,
                },
            })
        };
        let items: Vec<Value> = laid.buttons.iter().map(item).collect();
        last.insert("quickReply".to_owned(), json!({ "items": items }));
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_its_payload_and_its_label() {
        let long = "长".repeat(400);
        for (payload, said) in [("3:0", "Yes"), ("say", "a\nb"), ("", ""), ("a|b", &long)] {
            let id = ids::button(2, payload);
            let button = Button { id, label: String::new(), said: said.to_owned() };
            let data = data(&button);
            assert!(data.chars().count() <= DATA_MAX);
            let back = pressed(&data);
            assert_eq!(back.payload, payload);
            assert_eq!(
                back.label,
                cut(said, DATA_MAX - 3 - payload.chars().count(), Unit::Characters)
            );
        }
        assert_eq!(pressed("made elsewhere").payload, "made elsewhere");
    }
}
