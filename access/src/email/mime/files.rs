//! Files that came with a message.

use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::line;
use crate::attachment::clean;
use crate::email::limits::{FILES_MAX, SUBJECT_CHARS_MAX};

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The name that its sender gave it, without a path.
    pub name: String,
    /// The media type that its sender gave it.
    pub media_type: String,
    /// What it holds. Texts are in UTF-8, whatever they came in.
    pub bytes: Vec<u8>,
}

/// What comes as a part of its own and is no file of anybody: signatures and reports.
const NO_FILES: [&str; 6] = [
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
];

/// The files of a message, and how many more there are.
pub(super) fn of(parsed: &Message<'_>, bytes: &[u8]) -> (Vec<File>, usize) {
    let is_body = |id: &u32| parsed.text_body.contains(id) || parsed.html_body.contains(id);
    let ids = parsed.attachments.iter().filter(|id| {
        // A picture in the text is in the body, and a file all the same.
        let is_text = parsed.part(**id).is_some_and(|part| part.is_text());
        !(is_text && is_body(id))
    });
    let mut files = Vec::new();
    let mut left_out = 0;
    for part in ids.filter_map(|id| parsed.part(*id)) {
        let media_type = media_type(part);
        if NO_FILES.contains(&media_type.as_str()) {
            continue;
        }
        if files.len() >= FILES_MAX {
            left_out += 1;
            continue;
        }
        files.push(File { name: name(part), media_type, bytes: content(part, bytes) });
    }
    (files, left_out)
}

fn media_type(part: &MessagePart<'_>) -> String {
    let Some(kind) = part.content_type() else {
        return if part.is_message() { "message/rfc822" } else { "text/plain" }.to_owned();
    };
    let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("")).to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || "/.+-_".contains(c);
    if kind.len() <= 100 && !kind.ends_with('/') && kind.chars().all(fits) {
        return kind;
    }
    "application/octet-stream".to_owned()
}

fn name(part: &MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name() {
        return clean(name);
    }
    match &part.body {
        PartType::Message(message) => {
            let subject = line(message.subject().unwrap_or(""), SUBJECT_CHARS_MAX);
            clean(&format!("{}.eml", if subject.is_empty() { "message" } else { &subject }))
        }
        _ => String::new(),
    }
}

fn content(part: &MessagePart<'_>, bytes: &[u8]) -> Vec<u8> {
    match &part.body {
        // A message in a message that was not encoded says that its bytes are the outer one's.
        PartType::Message(_) if part.encoding == Encoding::None => {
            let (from, to) = (part.offset_body as usize, part.offset_end as usize);
            bytes.get(from..to.min(bytes.len())).unwrap_or(&[]).to_vec()
        }
        _ => part.contents().to_vec(),
    }
}
