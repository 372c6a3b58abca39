//! What Slack is sent: one message, its text also as blocks where there is more than text.

use serde_json::{Value, json};

use super::super::http::Call;
use super::super::layout::{Button, Layout, Shows, Unit, cut, layout};
use super::super::sign::Key;
use super::super::{Saying, json as read};

/// Characters of a section; a longer text is several.
const SECTION_MAX: usize = 3_000;
/// Blocks of one message.
const BLOCKS_MAX: usize = 50;
/// Characters of what an image shows, in words.
const ALT_MAX: usize = 2_000;

/// The request that says something.
pub(super) fn render(saying: &Saying<'_>, shows: &Shows, token: &Key) -> Result<Vec<Call>, String> {
    let address: Value = serde_json::from_str(saying.reply_to).map_err(|e| e.to_string())?;
    let (channel, thread) = (read::text(&address, "/channel"), read::text(&address, "/thread"));
    if channel.is_empty() {
        return Err("the message names no conversation to answer in".to_owned());
    }
    let laid = layout(saying.reply, shows);
    let messages = if laid.texts.is_empty() { vec![String::new()] } else { laid.texts.clone() };
    let last = messages.len().saturating_sub(1);
    let call = |(place, text): (usize, &String)| {
        let mut body = json!({ "channel": channel, "text": escaped(text), "unfurl_links": false });
        let blocks = if place == last { blocks(text, &laid) } else { Vec::new() };
        if let Some(body) = body.as_object_mut() {
            if !thread.is_empty() {
                body.insert("thread_ts".to_owned(), thread.into());
            }
            if !blocks.is_empty() {
                body.insert("blocks".to_owned(), blocks.into());
            }
        }
        Call::post("/chat.postMessage", &body).bearer(token.reveal())
    };
    let said = |(place, text): &(usize, &String)| {
        !text.is_empty() || (*place == last && !blocks(text, &laid).is_empty())
    };
    Ok(messages.iter().enumerate().filter(said).map(call).collect())
}

/// Nothing where the text is all there is: Slack shows that itself.
fn blocks(text: &str, laid: &Layout<'_>) -> Vec<Value> {
    if laid.buttons.is_empty() && laid.images.is_empty() && laid.links.is_empty() {
        return Vec::new();
    }
    let section =
        |text: String| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    let mut blocks: Vec<Value> = sections(text).into_iter().map(section).collect();
    blocks.extend(laid.links.iter().map(|link| section(linked(&link.url, &link.label))));
    blocks.extend(laid.images.iter().map(|image| {
        let alt = if image.label.is_empty() { "🖼" } else { image.label.as_str() };
        let alt = cut(alt, ALT_MAX, Unit::Characters);
        json!({ "type": "image", "image_url": image.url, "alt_text": alt })
    }));
    blocks.truncate(BLOCKS_MAX - 1);
    if !laid.buttons.is_empty() {
        let button = |b: &Button| {
            let text = json!({ "type": "plain_text", "text": b.label, "emoji": false });
            json!({ "type": "button", "text": text, "value": b.id, "action_id": b.id })
        };
        let elements: Vec<Value> = laid.buttons.iter().map(button).collect();
        blocks.push(json!({ "type": "actions", "elements": elements }));
    }
    blocks
}

/// Pieces of an escaped text, none of which ends inside of an escape.
fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut length = 0;
    for c in text.chars() {
        let mut bytes = [0; 4];
        let shown = escaped(c.encode_utf8(&mut bytes));
        let more = shown.chars().count();
        if length + more > SECTION_MAX {
            sections.push(String::new());
            length = 0;
        }
        length += more;
        if let Some(section) = sections.last_mut() {
            section.push_str(&shown);
        }
    }
    sections.retain(|section| !section.trim().is_empty());
    sections
}

/// What Slack would take for a mention or a link is a character.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A link with a label, in which nothing ends it.
fn linked(url: &str, label: &str) -> String {
    let url = url.replace('|', "%7C").replace('>', "%3E").replace('<', "%3C");
    match label {
        "" => format!("<{url}>"),
        label => format!("<{url}|{}>", escaped(label).replace('|', "¦")),
    }
}
