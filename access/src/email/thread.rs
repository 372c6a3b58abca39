//! Ids of our own messages. One says which reply of which conversation it is, to us alone: it is
//! sealed with a key, so that nobody can read a conversation's id in it or make one up. Nothing has
//! to be kept to know it again, and a reply that is sent twice has the same id twice.
//!
//! The seal is the usual construction of a synthetic IV: what is said is hashed with one key, the
//! hash is the start of a key stream of another, and reading checks the hash.

use super::Address;
use super::limits::MESSAGE_ID_CHARS_MAX;

/// What our ids begin with.
const MARK: &str = "fr.";
/// Bytes of the hash in an id.
const TAG_BYTES: usize = 16;
/// Bytes that say whom it was sent to.
const TO_BYTES: usize = 8;
/// Letters of five bits each. Small letters only: some servers change capitals.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What ids are sealed with.
#[derive(Clone)]
pub struct Key {
    hash: [u8; 32],
    stream: [u8; 32],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// A reply: its conversation, its place in it, and whom it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The conversation.
    pub session: String,
    /// The reply's place.
    pub seq: u64,
    to: [u8; TO_BYTES],
}

impl Place {
    /// Of a reply to somebody.
    #[must_use]
    pub fn new(session: &str, seq: u64, to: &Address) -> Self {
        Self { session: session.to_owned(), seq, to: short(to) }
    }

    /// Whether it was sent to this address. Whoever it was forwarded to knows its id as well, and is
    /// not who has the conversation.
    #[must_use]
    pub fn was_sent_to(&self, address: &Address) -> bool {
        self.to == short(address)
    }
}

fn short(address: &Address) -> [u8; TO_BYTES] {
    let hash = blake3::hash(address.key().as_bytes());
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

impl Key {
    /// A key made of a secret of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self {
            hash: blake3::derive_key("flowright 2026-11 email ids: hash", secret),
            stream: blake3::derive_key("flowright 2026-11 email ids: stream", secret),
        }
    }

    /// The id of a reply, without brackets, in the domain that sends it.
    #[must_use]
    pub fn id(&self, place: &Place, from: &Address) -> String {
        let mut said = place.seq.to_be_bytes().to_vec();
        said.extend_from_slice(&place.to);
        said.extend_from_slice(place.session.as_bytes());
        let tag = self.tag(&said);
        self.mask(&tag, &mut said);
        let sealed: Vec<u8> = tag.into_iter().chain(said).collect();
        format!("{MARK}{}@{}", letters(&sealed), from.domain())
    }

    /// Which reply an id is of; nothing if it is not one of ours.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<Place> {
        let (local, _) = id.rsplit_once('@')?;
        let mark = local.get(..MARK.len())?;
        if !mark.eq_ignore_ascii_case(MARK) || id.len() > MESSAGE_ID_CHARS_MAX {
            return None;
        }
        let sealed = bytes(local.get(MARK.len()..)?)?;
        let (tag, said) = sealed.split_at_checked(TAG_BYTES)?;
        let mut said = said.to_vec();
        self.mask(tag, &mut said);
        // Compared as one number: how much of it is right is not to be seen from the time it takes.
        let wrong = self.tag(&said).iter().zip(tag).fold(0, |wrong, (a, b)| wrong | (a ^ b));
        let (seq, rest) = said.split_first_chunk::<8>()?;
        let (to, session) = rest.split_first_chunk::<TO_BYTES>()?;
        let session = std::str::from_utf8(session).ok()?.to_owned();
        (wrong == 0).then_some(Place { session, seq: u64::from_be_bytes(*seq), to: *to })
    }

    /// The nearest of these ids that is ours.
    #[must_use]
    pub fn nearest<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> Option<Place> {
        ids.into_iter().find_map(|id| self.place(id))
    }

    fn tag(&self, said: &[u8]) -> Vec<u8> {
        let hash = blake3::keyed_hash(&self.hash, said);
        hash.as_bytes().iter().take(TAG_BYTES).copied().collect()
    }

    fn mask(&self, tag: &[u8], said: &mut [u8]) {
        let mut stream = vec![0; said.len()];
        blake3::Hasher::new_keyed(&self.stream).update(tag).finalize_xof().fill(&mut stream);
        for (byte, mask) in said.iter_mut().zip(stream) {
            *byte ^= mask;
        }
    }
}

/// All ids of ours that stand anywhere in a text.
pub(super) fn anywhere(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';');
    text.split(ends).filter(|word| word.starts_with(MARK) && word.contains('@'))
}

fn letters(bytes: &[u8]) -> String {
    let (mut out, mut bits, mut count) = (String::new(), 0u16, 0);
    for byte in bytes {
        bits = (bits << 8) | u16::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(letter(bits >> count));
        }
    }
    if count > 0 {
        out.push(letter(bits << (5 - count)));
    }
    out
}

fn letter(bits: u16) -> char {
    LETTERS.get(usize::from(bits & 31)).map_or('a', |letter| char::from(*letter))
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u16, 0);
    for c in text.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == c.to_ascii_lowercase())?;
        bits = (bits << 5) | u16::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xFF).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Key, Place, anywhere, bytes, letters};
    use crate::email::Address;

    fn place(session: &str, seq: u64) -> Place {
        Place::new(session, seq, &Address::parse("ann@x.example").unwrap())
    }

    #[test]
    fn an_id_says_to_us_alone_what_it_is_of() {
        let key = Key::new(b"secret");
        let from = Address::parse("support@acme.example").unwrap();
        for (session, seq) in [("c", 1), ("mail-7f3a:x@y.z_0", 7), (&"s".repeat(128), u64::MAX)] {
            let id = key.id(&place(session, seq), &from);
            assert!(id.ends_with("@acme.example") && id.len() < 300, "{id}");
            assert!(!id.contains(session) || session == "c", "{id}");
            assert_eq!(key.place(&id), Some(place(session, seq)));
            assert_eq!(key.place(&id.to_uppercase()), Some(place(session, seq)));
            assert_eq!(key.id(&place(session, seq), &from), id);
            assert_eq!(Key::new(b"other").place(&id), None);
        }
        let place_of = |to: &str| place("c", 1).was_sent_to(&Address::parse(to).unwrap());
        assert!(place_of("Ann@X.example") && !place_of("bob@x.example"));
        let (one, two) = (key.id(&place("c", 1), &from), key.id(&place("c", 2), &from));
        assert_eq!(key.nearest(&["x@y".to_owned(), two, one]), Some(place("c", 2)));
    }

    #[test]
    fn a_changed_id_is_nobodys() {
        let key = Key::new(b"secret");
        let id = key.id(&place("c-1001", 3), &Address::parse("a@b").unwrap());
        let local = id.split('@').next().unwrap();
        for at in 3..local.len() {
            for new in ["b", "c", "7"] {
                let mut changed = id.clone();
                changed.replace_range(at..=at, new);
                let sealed = |id: &str| bytes(id.strip_prefix("fr.").unwrap());
                let same = sealed(changed.split('@').next().unwrap()) == sealed(local);
                assert_eq!(key.place(&changed).is_some(), same, "{changed}");
            }
        }
        for id in ["", "fr.", "fr.@b", "@", "fr.aaaa@b", "x.aaaa@b", "fr.ä@b", "fr.1@b"] {
            assert_eq!(key.place(id), None, "{id}");
        }
    }

    #[test]
    fn bytes_are_letters_and_back() {
        for length in 0..40u8 {
            let all: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37) ^ 0xA5).collect();
            assert_eq!(bytes(&letters(&all)), Some(all));
        }
    }

    #[test]
    fn ids_are_found_in_a_text() {
        let text = "Message-ID: <fr.abc@x.example>\nfr.nothing (fr.def@y), unfr.no@x";
        assert_eq!(anywhere(text).collect::<Vec<_>>(), ["fr.abc@x.example", "fr.def@y"]);
    }
}
