//! The header under which a file is handed out: to be saved, never to be shown in the page's place.

use std::fmt::Write as _;

/// `Content-Disposition` for a file of this name (RFC 6266): the name as it is for whoever reads RFC 8187, and
/// one of ASCII for the rest.
#[must_use]
pub fn content_disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " .-_".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::content_disposition;

    #[test]
    fn no_name_leaves_its_quotes() {
        for (name, header) in [
            ("bill.pdf", "attachment; filename=\"bill.pdf\"; filename*=UTF-8''bill.pdf"),
            (
                "合同 1.pdf",
                "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%201.pdf",
            ),
            (
                "a\"; x=\"\r\nSet-Cookie: a",
                "attachment; filename=\"a__ x____Set-Cookie_ a\"; filename*=UTF-8''a%22%3B%20x%3D%22%0D%0ASet-Cookie%3A%20a",
            ),
        ] {
            assert_eq!(content_disposition(name), header);
        }
    }
}
