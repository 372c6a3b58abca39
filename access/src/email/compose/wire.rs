//! The last look at a message before it may be sent.

use crate::email::limits::LINE_BYTES_MAX;

/// Whether a message is one on every server's reading: lines end in CR LF and nowhere else, none is
/// too long, none begins with a dot, and all of it is ASCII without NUL.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not ASCII")?;
    if !text.ends_with("\r\n") {
        return Err("its last line has no end");
    }
    for line in text.split("\r\n") {
        if line.contains(['\r', '\n', '\0']) {
            return Err("a line end is alone");
        }
        if line.starts_with('.') {
            return Err("a line begins with a dot");
        }
        if line.len() > LINE_BYTES_MAX {
            return Err("a line is too long");
        }
    }
    let (headers, body) = text.split_once("\r\n\r\n").ok_or("it has no body")?;
    // An address outside of ASCII is written as it is: that is what SMTPUTF8 is for.
    if !body.is_ascii()
        || headers.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    {
        return Err("it is not ASCII");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_two_servers_may_read_in_two_ways_is_not_sent() {
        assert_eq!(check(b"Subject: a\r\n\r\nb\r\n"), Ok(()));
        let long = format!("A: {}\r\n\r\nb\r\n", "x".repeat(1_000));
        for bad in [
            "A: b\r\n\r\nc",
            "A: b\n\r\n\r\nc\r\n",
            "A: b\r\n\r\nc\nd\r\n",
            "A: b\r\n\r\nc\rd\r\n",
            "A: b\r\n\r\n.\r\n",
            "A: b\r\n\r\n..\r\n",
            "A: b\r\n\r\nc\0\r\n",
            "A: b\x01\r\n\r\nc\r\n",
            "A: b\r\n\r\né\r\n",
            "A: b\r\n",
            "",
            &long,
        ] {
            assert!(check(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
