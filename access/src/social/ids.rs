//! Ids: of envelopes, which hold few kinds of characters, and of buttons, which must differ.

use super::sign::sha256_hex;
use crate::limits::ENVELOPE_ID_CHARS_MAX;

/// A provider's id as an envelope's: what an envelope's may not hold is `%XX` with a dot for the
/// percent sign; what is too long is a hash. Different ids stay different.
pub(super) fn envelope(raw: &str) -> String {
    let mut id = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b':' | b'@' => {
                id.push(char::from(byte));
            }
            other => id.push_str(&format!(".{other:02X}")),
        }
    }
    if id.is_empty() || id.len() > ENVELOPE_ID_CHARS_MAX {
        format!("sha256:{}", sha256_hex(raw))
    } else {
        id
    }
}

/// What a button sends: its place before its payload, because providers want the buttons of one
/// menu to differ.
pub(super) fn button(place: usize, payload: &str) -> String {
    format!("{place}|{payload}")
}

/// The payload of a button that was pressed.
pub(super) fn payload(sent: &str) -> &str {
    match sent.split_once('|') {
        Some((place, payload))
            if !place.is_empty() && place.bytes().all(|c| c.is_ascii_digit()) =>
        {
            payload
        }
        _ => sent,
    }
}

/// A UUID that is the same for the same key: version 8, of a hash.
pub(super) fn uuid(key: &str) -> String {
    let hex = sha256_hex(key);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_only_what_envelopes_may() {
        let long = "x".repeat(129);
        for (raw, id) in [
            ("wamid.HBg+A/==", "wamid.2EHBg.2BA.2F.3D.3D".to_owned()),
            ("Ev08MFD220", "Ev08MFD220".to_owned()),
            ("é", ".C3.A9".to_owned()),
            (&long, format!("sha256:{}", sha256_hex(&long))),
            ("", format!("sha256:{}", sha256_hex(""))),
        ] {
            assert_eq!(envelope(raw), id);
            assert!(id.len() <= 128);
        }
    }

    #[test]
    fn buttons_carry_their_payload() {
        for payload_in in ["3:0", "say", "", "a|b", "|", "7|x"] {
            assert_eq!(payload(&button(12, payload_in)), payload_in);
        }
        for strange in ["say", "|x", "a|b", ""] {
            assert_eq!(payload(strange), strange);
        }
    }

    #[test]
    fn a_uuid_is_the_same_for_the_same_key() {
        let id = uuid("s:1");
        assert_eq!(id, uuid("s:1"));
        assert_ne!(id, uuid("s:2"));
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
