//! Messages of the protocol: a header with their length, a blank line, JSON.

use std::io::{BufRead, Read as _, Write};

use serde_json::Value as Json;

/// Bytes of one message.
const MESSAGE_BYTES_MAX: usize = 4 << 20;
/// Bytes of one line of a header.
const HEADER_BYTES_MAX: usize = 1_024;
/// Lines of a header.
const HEADER_LINES_MAX: usize = 16;

/// Why a message cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    /// Where it begins and ends is not known any more: nothing behind it can be read.
    #[error("{0}")]
    Lost(String),
    /// It is over, and what is behind it can be read.
    #[error("{0}")]
    Bad(String),
}

fn lost(cause: impl std::fmt::Display) -> WireError {
    WireError::Lost(cause.to_string())
}

/// Reads a message; nothing where there are no more.
pub(super) fn read(input: &mut impl BufRead) -> Result<Option<Json>, WireError> {
    let Some(length) = header(input)? else { return Ok(None) };
    let mut bytes = vec![0; length];
    input.read_exact(&mut bytes).map_err(lost)?;
    let json = serde_json::from_slice(&bytes);
    json.map(Some).map_err(|e| WireError::Bad(format!("a message is no JSON: {e}")))
}

/// The length that a header tells.
fn header(input: &mut impl BufRead) -> Result<Option<usize>, WireError> {
    let mut length = None;
    for number in 0..HEADER_LINES_MAX {
        let Some(line) = line(input)? else {
            return if number == 0 { Ok(None) } else { Err(lost("a header breaks off")) };
        };
        if line.is_empty() {
            return match length {
                Some(length) => Ok(Some(length)),
                None => Err(lost("a header without `Content-Length`")),
            };
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(lost("a header with a line that has no colon"));
        };
        if name.trim().eq_ignore_ascii_case("content-length") {
            let bytes: usize =
                value.trim().parse().map_err(|_| lost("a `Content-Length` that is no number"))?;
            if bytes > MESSAGE_BYTES_MAX {
                let most = MESSAGE_BYTES_MAX;
                return Err(lost(format!("a message of {bytes} bytes, more than {most}")));
            }
            length = Some(bytes);
        }
    }
    Err(lost(format!("a header of more than {HEADER_LINES_MAX} lines")))
}

/// A line of a header without its end.
fn line(input: &mut impl BufRead) -> Result<Option<String>, WireError> {
    let mut bytes = Vec::new();
    let most = HEADER_BYTES_MAX as u64;
    let read = input.by_ref().take(most).read_until(b'\n', &mut bytes).map_err(lost)?;
    if read == 0 {
        return Ok(None);
    }
    if bytes.pop() != Some(b'\n') {
        return Err(lost("a header with a line that does not end"));
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map(Some).map_err(|_| lost("a header that is no text"))
}

/// Writes a message.
pub(super) fn write(output: &mut impl Write, message: &Json) -> std::io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Option<Json>, WireError> {
        read(&mut text.as_bytes())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let message = serde_json::json!({ "command": "订单", "n": [1, 2] });
        let mut bytes = Vec::new();
        write(&mut bytes, &message).unwrap();
        write(&mut bytes, &message).unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).unwrap(), Some(message.clone()));
        assert_eq!(read(&mut input).unwrap(), Some(message));
        assert_eq!(read(&mut input).unwrap(), None);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for text in [
            "garbage\r\n\r\n",
            "Content-Length: 99999999999\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}",
            "Content-Type: x\r\n\r\n{}",
            "Content-Length: 5\r\n\r\n{}",
            "Content-Length: 2",
            &"x".repeat(5_000),
            &"A: b\r\n".repeat(100),
        ] {
            assert!(matches!(of(text), Err(WireError::Lost(_))), "{text}");
        }
        assert!(matches!(of("Content-Length: 2\r\n\r\n{x"), Err(WireError::Bad(_))));
    }
}
