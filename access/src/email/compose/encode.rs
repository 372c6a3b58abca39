//! Bodies as encoded lines. No line of a text is a line of the message: lines that begin with a dot
//! have it encoded, and there is no CR or LF but at the end of an encoded line.

use std::fmt::Write as _;

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

/// Characters of an encoded line (RFC 2045).
const LINE_CHARS_MAX: usize = 76;

/// A text as an encoded body: quoted-printable where most of it can be read so, else base64.
pub(super) fn body(text: &str) -> Body {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String =
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let odd = text.bytes().filter(|byte| !byte.is_ascii()).count();
    if odd * 6 > text.len() {
        let encoding = ContentTransferEncoding::Base64;
        if let Ok(body) = Body::new_with_encoding(text.clone(), encoding) {
            return body;
        }
    }
    let encoded = quoted_printable(&text);
    Body::dangerous_pre_encoded(encoded.into_bytes(), ContentTransferEncoding::QuotedPrintable)
}

fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push_str("\r\n");
        }
        let last = line.len().saturating_sub(1);
        let mut column = 0;
        for (at, byte) in line.bytes().enumerate() {
            let piece = piece(byte, column == 0, at == last);
            if column + piece.len() >= LINE_CHARS_MAX {
                out.push_str("=\r\n");
                column = 0;
                // It begins a line now.
                let piece = self::piece(byte, true, at == last);
                column += piece.len();
                out.push_str(&piece);
                continue;
            }
            column += piece.len();
            out.push_str(&piece);
        }
    }
    out
}

/// A byte as it is written, first or last in a line.
fn piece(byte: u8, first: bool, last: bool) -> String {
    let plain = match byte {
        b'=' => false,
        // A dot in front ends messages, `From ` begins them in some mailboxes.
        b'.' | b'F' | b'-' => !first,
        b' ' | b'\t' => !first && !last,
        b'!'..=b'~' => true,
        _ => false,
    };
    let mut out = String::new();
    if plain {
        out.push(char::from(byte));
    } else {
        let _ = write!(out, "={byte:02X}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::quoted_printable;

    #[test]
    fn lines_are_short_and_begin_with_nothing_special() {
        for (text, encoded) in [
            ("a = b", "a =3D b"),
            (".\n..a\nb.", "=2E\r\n=2E.a\r\nb."),
            ("From here", "=46rom here"),
            ("--b", "=2D-b"),
            ("a \nb\t", "a=20\r\nb=09"),
            ("é", "=C3=A9"),
            ("", ""),
        ] {
            assert_eq!(quoted_printable(text), encoded, "{text:?}");
        }
        for text in [".".repeat(400), "a .".repeat(200), "é.".repeat(200), " ".repeat(300)] {
            for line in quoted_printable(&text).split("\r\n") {
                assert!(line.len() <= 76 && !line.starts_with('.'), "{line:?}");
                assert!(!line.ends_with(' ') && !line.contains(['\r', '\n']), "{line:?}");
            }
        }
    }
}
