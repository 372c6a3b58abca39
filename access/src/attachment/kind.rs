//! What a file is, by its first bytes.

/// How many of a file's first bytes its type is told by.
pub const HEAD_BYTES: usize = 8 << 10;

/// Types that are taken where nothing else is configured: what customers send, and nothing that runs when it
/// is opened. Pages and drawings that may hold scripts (HTML, SVG, XML) are not among them.
pub const TAKEN: [&str; 21] = [
    "image/*",
    "audio/*",
    "video/*",
    "text/plain",
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/epub+zip",
];

/// A file's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The media type: `image/png`.
    pub media_type: &'static str,
    /// How names of such files end, without the dot; empty: nobody knows.
    pub extension: &'static str,
}

const UNKNOWN: Kind = Kind { media_type: "application/octet-stream", extension: "" };
const TEXT: Kind = Kind { media_type: "text/plain", extension: "txt" };
const HTML: Kind = Kind { media_type: "text/html", extension: "html" };
const SVG: Kind = Kind { media_type: "image/svg+xml", extension: "svg" };
const XML: Kind = Kind { media_type: "text/xml", extension: "xml" };
const SCRIPT: Kind = Kind { media_type: "text/x-shellscript", extension: "sh" };

/// What browsers take for a page when it comes near the beginning, in lower case.
const PAGES: [&str; 12] = [
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<script",
    "<iframe",
    "<object",
    "<embed",
    "<style",
    "<img",
    "<meta",
    "<link",
];

impl Kind {
    /// By a file's first [`HEAD_BYTES`] bytes, or all of them where there are fewer.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        let text = readable(head);
        // Before the signatures: a page is one whatever stands before it.
        if let Some(markup) = text.as_deref().and_then(markup) {
            return markup;
        }
        match infer::get(head) {
            Some(found) => {
                Self { media_type: usual(found.mime_type()), extension: found.extension() }
            }
            None if text.is_some() => TEXT,
            None => UNKNOWN,
        }
    }
}

/// The names that this project uses, where others are about.
fn usual(media_type: &'static str) -> &'static str {
    match media_type {
        "application/x-rar-compressed" => "application/vnd.rar",
        "text/rtf" => "application/rtf",
        "application/doc" => "application/msword",
        other => other,
    }
}

/// A file that is text as far as one sees, in lower case; in UTF-8, what Chinese systems write, or UTF-16 as
/// spreadsheets save it.
fn readable(head: &[u8]) -> Option<String> {
    let unit: Option<fn([u8; 2]) -> u16> = match head {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    if let Some(unit) = unit {
        let (pairs, _) = head.as_chunks::<2>();
        let text =
            String::from_utf16_lossy(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
        let odd = |c: char| c.is_control() && !"\t\n\r".contains(c) || c == '\u{fffd}';
        // What is cut off may end in half a character.
        let text = text.trim_end_matches('\u{fffd}');
        return (!text.contains(odd)).then(|| text.to_lowercase());
    }
    let odd = |byte: &u8| *byte < 0x20 && !b"\t\n\r\x0c\x1b".contains(byte);
    if head.is_empty() || head.iter().any(odd) {
        return None;
    }
    Some(String::from_utf8_lossy(head).to_lowercase())
}

/// Whether a text is to be run or drawn rather than to be read.
fn markup(text: &str) -> Option<Kind> {
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if text.starts_with("#!") {
        return Some(SCRIPT);
    }
    if !text.starts_with('<') {
        return None;
    }
    // In front of what decides there may be a declaration, a comment, a name.
    if text.contains("<svg") {
        return Some(SVG);
    }
    if PAGES.iter().any(|tag| text.contains(tag)) {
        return Some(HTML);
    }
    text.starts_with("<?xml").then_some(XML)
}

/// A type, or all of a family: `image/*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypePattern(String);

impl TypePattern {
    /// Of a text such as `image/*` or `application/pdf`; nothing where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |part: &str| {
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".+-".contains(c);
            !part.is_empty() && part.len() <= 100 && part.chars().all(fits)
        };
        let (family, kind) = text.split_once('/')?;
        (fits(family) && (kind == "*" || fits(kind))).then(|| Self(text.to_owned()))
    }

    /// Whether a type is meant. Drawings that may hold scripts must be named: they are no mere images.
    #[must_use]
    pub fn fits(&self, media_type: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(family) => media_type.starts_with(family) && media_type != SVG.media_type,
            None => self.0 == media_type,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive without compression that holds an empty file of this name.
    fn zip(name: &str) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        bytes.extend([name.len() as u8, 0, 0, 0]);
        bytes.extend(name.bytes());
        bytes
    }

    #[test]
    fn files_are_what_they_hold() {
        let utf16 = |text: &str| {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
        };
        let rows: [(&[u8], &str); 27] = [
            (&utf16("订单\t1\r\n"), "text/plain"),
            (&utf16("<html><body>"), "text/html"),
            (&utf16("a\u{1}"), "application/octet-stream"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (&zip("a.txt"), "application/zip"),
            (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
            (b"MZ\x90\0\x03\0\0\0", "application/vnd.microsoft.portable-executable"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "application/x-executable"),
            (b"#!/bin/sh\nrm -rf /\n", "text/x-shellscript"),
            (b"Order 12345 is late.\r\n", "text/plain"),
            ("订单12345还没到".as_bytes(), "text/plain"),
            (b"\xb6\xa9\xb5\xa5,1\r\n", "text/plain"),
            (b"<!DOCTYPE html><p>", "text/html"),
            (b"\xef\xbb\xbf  <HTML>", "text/html"),
            (b"<!-- x --><ScRipt>alert(1)</script>", "text/html"),
            (b"<svg onload=alert(1)>", "image/svg+xml"),
            (b"<?xml version='1.0'?><svg xmlns='x'/>", "image/svg+xml"),
            (b"<?xml version='1.0'?><order/>", "text/xml"),
            (b"<3 this is no page", "text/plain"),
            (b"", "application/octet-stream"),
            (b"\x00\x01\x02\x03", "application/octet-stream"),
            (b"GIF89a is what I sent", "image/gif"),
            (b"ID3\x03\0\0\0\0", "audio/mpeg"),
        ];
        for (bytes, media_type) in rows {
            assert_eq!(
                Kind::of(bytes).media_type,
                media_type,
                "{:?}",
                bytes.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn what_runs_or_draws_is_not_taken_by_itself() {
        let taken = TAKEN.map(|text| TypePattern::parse(text).unwrap());
        let is_taken = |media_type: &str| taken.iter().any(|pattern| pattern.fits(media_type));
        for media_type in ["image/png", "image/heif", "video/mp4", "application/pdf", "text/plain"]
        {
            assert!(is_taken(media_type), "{media_type}");
        }
        for media_type in [
            "image/svg+xml",
            "text/html",
            "text/xml",
            "text/x-shellscript",
            "application/x-executable",
            "application/vnd.microsoft.portable-executable",
            "application/octet-stream",
            "imagex/png",
        ] {
            assert!(!is_taken(media_type), "{media_type}");
        }
        assert!(TypePattern::parse("image/svg+xml").unwrap().fits("image/svg+xml"));
        for wrong in ["", "image", "image/", "/png", "*/*", "image/p*", "Image/png", "a/b/c"] {
            assert_eq!(TypePattern::parse(wrong), None, "{wrong}");
        }
    }
}
