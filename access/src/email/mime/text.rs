//! A message's words: the plain part where there is one with words in it, else the HTML as text.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::{flowed, html};
use crate::email::limits::BODY_CHARS_MAX;

pub(super) fn of(parsed: &Message<'_>) -> String {
    let plain = joined(parsed, &parsed.text_body, false);
    let text = if plain.trim().is_empty() || says_only_that_there_is_html(&plain) {
        let html = joined(parsed, &parsed.html_body, true);
        if html.trim().is_empty() { plain } else { html }
    } else {
        plain
    };
    match text.char_indices().nth(BODY_CHARS_MAX) {
        Some((end, _)) => text.get(..end).unwrap_or("").to_owned(),
        None => text,
    }
}

/// The parts of a body under each other.
fn joined(parsed: &Message<'_>, parts: &[u32], as_html: bool) -> String {
    let parts = parts.iter().filter_map(|id| parsed.part(*id));
    let texts: Vec<String> = parts.filter_map(|part| text(part, as_html)).collect();
    texts.join("\n")
}

fn text(part: &MessagePart<'_>, as_html: bool) -> Option<String> {
    match &part.body {
        PartType::Html(html) => Some(html::to_text(html)),
        PartType::Text(text) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let kind = part.content_type();
            let has = |name: &str, value: &str| {
                let own = kind.and_then(|kind| kind.attribute(name));
                own.is_some_and(|own| own.eq_ignore_ascii_case(value))
            };
            let is_flowed = !as_html && has("format", "flowed");
            Some(if is_flowed { flowed::join(&text, has("delsp", "yes")) } else { text })
        }
        _ => None,
    }
}

/// Some programs put a line into the plain part that only says that it is none.
fn says_only_that_there_is_html(plain: &str) -> bool {
    const WORDS: [&str; 4] =
        ["does not support html", "doesn't support html", "不支持html", "view this email in html"];
    let plain = plain.to_lowercase();
    plain.chars().count() < 300 && WORDS.iter().any(|words| plain.contains(words))
}
