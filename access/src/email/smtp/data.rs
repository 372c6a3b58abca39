//! The content of a message on its way in: ends at CR LF `.` CR LF and nowhere else. A CR or LF that
//! is alone is what one server takes for the end of a message and the next one does not ("SMTP
//! smuggling"): such a message is refused whole.

/// Where in a line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Text,
    Cr,
    Dot,
    DotCr,
}

/// What came of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fed {
    /// All of them belong to the message.
    More,
    /// The message is over; so many of them belonged to it.
    Over(usize),
    /// There is a CR or LF that is alone.
    Bare,
    /// It is so much too large that its end is not waited for.
    Endless,
}

/// A message that is being received.
#[derive(Debug)]
pub(super) struct Content {
    bytes: Vec<u8>,
    at: At,
    bytes_max: usize,
    too_large: usize,
}

impl Content {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), at: At::Start, bytes_max, too_large: 0 }
    }

    pub(super) fn feed(&mut self, input: &[u8]) -> Fed {
        let mut rest = input;
        while let Some((&byte, tail)) = rest.split_first() {
            if self.at == At::Text && byte != b'\r' && byte != b'\n' {
                let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n'));
                let (run, tail) = rest.split_at(end.unwrap_or(rest.len()));
                self.push(run);
                rest = tail;
                continue;
            }
            rest = tail;
            match (self.at, byte) {
                (At::DotCr, b'\n') => return Fed::Over(input.len() - rest.len()),
                (At::Cr, b'\n') => {
                    self.push(b"\r\n");
                    self.at = At::Start;
                }
                (At::Cr | At::DotCr, _) | (_, b'\n') => return Fed::Bare,
                (At::Dot, b'\r') => self.at = At::DotCr,
                (_, b'\r') => self.at = At::Cr,
                // A dot in front was put there, or the line would have none.
                (At::Start, b'.') => self.at = At::Dot,
                (_, byte) => {
                    self.push(&[byte]);
                    self.at = At::Text;
                }
            }
        }
        if self.too_large > self.bytes_max { Fed::Endless } else { Fed::More }
    }

    fn push(&mut self, run: &[u8]) {
        if self.too_large == 0 && self.bytes.len() + run.len() <= self.bytes_max {
            self.bytes.extend_from_slice(run);
        } else {
            self.bytes = Vec::new();
            self.too_large = self.too_large.saturating_add(run.len());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The message; nothing if it is too large.
    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        (self.too_large == 0).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Fed};

    /// Fed in pieces of every size, the same comes out.
    fn fed(input: &[u8], max: usize) -> (Fed, Option<Vec<u8>>) {
        let piece = |size: usize| {
            let mut content = Content::new(max);
            let mut before = 0;
            for piece in input.chunks(size) {
                match content.feed(piece) {
                    Fed::More => before += piece.len(),
                    Fed::Over(n) => return (Fed::Over(before + n), content.into_bytes()),
                    end => return (end, None),
                }
            }
            (Fed::More, content.into_bytes())
        };
        let whole = piece(input.len().max(1));
        for size in 1..input.len() {
            assert_eq!(
                piece(size),
                whole,
                "{:?} in pieces of {size}",
                String::from_utf8_lossy(input)
            );
        }
        whole
    }

    #[test]
    fn a_message_ends_at_its_end_and_nowhere_else() {
        for (input, message) in [
            ("a\r\n.\r\n", "a\r\n"),
            (".\r\n", ""),
            ("\r\n.\r\n", "\r\n"),
            ("..\r\n.\r\n", ".\r\n"),
            (".a\r\n...\r\n.\r\n", "a\r\n..\r\n"),
            ("a.\r\nb\r\n.\r\n", "a.\r\nb\r\n"),
        ] {
            let bytes = message.as_bytes().to_vec();
            assert_eq!(
                fed(input.as_bytes(), 99),
                (Fed::Over(input.len()), Some(bytes)),
                "{input:?}"
            );
        }
        let rest = fed(b"a\r\n.\r\nQUIT\r\n", 99);
        assert_eq!(rest, (Fed::Over(6), Some(b"a\r\n".to_vec())));
        assert_eq!(fed(b"a\r\n.\r", 99).0, Fed::More);
    }

    #[test]
    fn lone_line_ends_are_seen_wherever_they_are() {
        for end in ["\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\n.\r", "\r.\n"]
        {
            let input = format!("a{end}MAIL FROM:<x@y>\r\n.\r\n");
            assert_eq!(fed(input.as_bytes(), 99).0, Fed::Bare, "{end:?}");
        }
        for input in ["\n", "a\n", "\ra", "\r\r\n", ".\n", ".\ra", "a\r\n\n", "\r\n.\r\r\n"] {
            assert_eq!(fed(input.as_bytes(), 99).0, Fed::Bare, "{input:?}");
        }
    }

    #[test]
    fn what_is_too_large_is_read_to_its_end_and_not_kept() {
        let over = |n: usize| format!("{}\r\n.\r\n", "a".repeat(n));
        assert_eq!(fed(over(8).as_bytes(), 10).1, Some(b"aaaaaaaa\r\n".to_vec()));
        assert_eq!(fed(over(9).as_bytes(), 10), (Fed::Over(14), None));
        let mut content = Content::new(10);
        assert_eq!(content.feed(&[b'a'; 20]), Fed::Endless);
    }
}
