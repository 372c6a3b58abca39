//! What must not be given to a reader of messages: it keeps a structure for each part and header, and
//! takes parts in parts as deep as they are. A message of 25 MB could say a million of either.

use super::Unreadable;
use crate::email::limits::{BOUNDARY_LINES_MAX, HEADER_LINES_MAX, MULTIPART_BYTES_MAX, PARTS_MAX};

/// The header that every part must have in which other parts can lie.
const CONTENT_TYPE: &[u8] = b"content-type";
/// What it says of such parts. The end of each is looked for in all that follows.
const MULTIPART: &[u8] = b"multipart";

pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    let (mut parts, mut multiparts, mut boundaries, mut headers) = (0, 0, 0, 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        // Counted wherever it stands: what a line is, a reader may see otherwise.
        parts += count(line, CONTENT_TYPE);
        multiparts += count(line, MULTIPART);
        boundaries += usize::from(line.starts_with(b"--"));
        headers += usize::from(is_header(line));
    }
    let read = bytes.len().saturating_mul(multiparts);
    if parts > PARTS_MAX || boundaries > BOUNDARY_LINES_MAX || read > MULTIPART_BYTES_MAX {
        return Err(Unreadable::TooMany("parts"));
    }
    if headers > HEADER_LINES_MAX {
        return Err(Unreadable::TooMany("headers"));
    }
    Ok(())
}

fn count(line: &[u8], word: &[u8]) -> usize {
    let Some(first) = word.first() else { return 0 };
    let begins = line.iter().enumerate().filter(|(_, byte)| byte.to_ascii_lowercase() == *first);
    let is_there = |at: usize| {
        let own = line.get(at..at + word.len());
        own.is_some_and(|own| own.eq_ignore_ascii_case(word))
    };
    begins.filter(|(at, _)| is_there(*at)).count()
}

/// Whether a line may be a header: a word and a colon.
fn is_header(line: &[u8]) -> bool {
    let end = line.iter().position(|byte| *byte <= b' ' || *byte == b':' || *byte > b'~');
    end.is_some_and(|end| end > 0 && line.get(end) == Some(&b':'))
}

#[cfg(test)]
mod tests {
    use super::{CONTENT_TYPE, check, count, is_header};
    use crate::email::mime::Unreadable;

    #[test]
    fn parts_are_counted_wherever_they_stand() {
        assert_eq!(count(b"content-type: a Content-Type:CONTENT-TYPE", CONTENT_TYPE), 3);
        assert_eq!(count(b"-type content- contenttype", CONTENT_TYPE), 0);
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(1_000);
        assert_eq!(check(nested.as_bytes()), Err(Unreadable::TooMany("parts")));
        let flat = "--b\r\n\r\n".repeat(20_000);
        assert_eq!(check(flat.as_bytes()), Err(Unreadable::TooMany("parts")));
        let wide = format!("{}{}", "multipart/mixed\n".repeat(20), " ".repeat(20 << 20));
        assert_eq!(check(wide.as_bytes()), Err(Unreadable::TooMany("parts")));
        let headers = "a:\n".repeat(600_000);
        assert_eq!(check(headers.as_bytes()), Err(Unreadable::TooMany("headers")));
        assert_eq!(check(b"Subject: a\r\n\r\nb"), Ok(()));
    }

    #[test]
    fn headers_are_words_with_a_colon() {
        for (line, is) in [
            ("a: b", true),
            ("a:", true),
            (":", false),
            ("a b: c", false),
            (" a:", false),
            ("", false),
        ] {
            assert_eq!(is_header(line.as_bytes()), is, "{line:?}");
        }
    }
}
