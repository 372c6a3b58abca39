//! One-time codes that go to an address. A code is made of the server's key and of random bits that are
//! kept: the same each time it is asked for, so that it need not be kept itself, and nobody makes it who
//! has the store and not the key.

use subtle::ConstantTimeEq as _;

/// Digits of a code.
pub const DIGITS: usize = 6;
/// Codes that there are.
const CODES: u64 = 1_000_000;

/// Random bits of one code.
pub type Salt = [u8; 16];

/// What codes are made with.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

impl std::fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeKey")
    }
}

impl CodeKey {
    /// A key made of a secret of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(blake3::derive_key("flowright 2026-11 one-time codes", secret))
    }

    /// The code of a ticket.
    #[must_use]
    pub fn code(&self, salt: &Salt, ticket: &str) -> Code {
        let mut hash = blake3::Hasher::new_keyed(&self.0);
        hash.update(salt).update(ticket.as_bytes());
        let bytes = hash.finalize().as_bytes().first_chunk().copied().unwrap_or_default();
        // 2^64 codes of 10^6: none is likelier than another by more than 10^-13.
        Code(format!("{:0width$}", u64::from_le_bytes(bytes) % CODES, width = DIGITS))
    }
}

/// A code: neither printed nor logged.
#[derive(Clone)]
pub struct Code(String);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}

impl Code {
    /// Whether it is what somebody wrote, spaces and the like aside. It takes as long for the right
    /// digits as for wrong ones.
    #[must_use]
    pub fn is(&self, written: &str) -> bool {
        let digits: String = written
            .chars()
            .filter_map(|c| digit(c).map(|digit| char::from(b'0' + digit)))
            .collect();
        self.0.as_bytes().ct_eq(digits.as_bytes()).into()
    }

    /// Its digits, for the one who is to have them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A digit, also one as wide as a Chinese character.
fn digit(c: char) -> Option<u8> {
    let digit = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '\u{FF10}'..='\u{FF19}' => u32::from(c) - 0xFF10,
        _ => return None,
    };
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::{CodeKey, DIGITS};

    #[test]
    fn a_code_is_the_same_again_and_anothers_is_another() {
        let key = CodeKey::new(b"0123456789abcdef");
        let code = key.code(&[1; 16], "t");
        assert_eq!(code.reveal(), key.code(&[1; 16], "t").reveal());
        let others = [
            key.code(&[2; 16], "t"),
            key.code(&[1; 16], "u"),
            CodeKey::new(b"0123456789abcdeF").code(&[1; 16], "t"),
        ];
        assert!(others.iter().all(|other| other.reveal() != code.reveal()));
        assert_eq!(format!("{key:?} {code:?}"), "CodeKey Code");
    }

    #[test]
    fn codes_are_six_digits_all_over_the_range() {
        let key = CodeKey::new(b"k");
        let codes: Vec<String> =
            (0..2_000).map(|n| key.code(&[0; 16], &n.to_string()).reveal().to_owned()).collect();
        assert!(codes.iter().all(|c| c.len() == DIGITS && c.bytes().all(|b| b.is_ascii_digit())));
        for first in b'0'..=b'9' {
            let share = codes.iter().filter(|code| code.as_bytes().first() == Some(&first)).count();
            assert!((120..280).contains(&share), "{share} of 2000 begin with {first}");
        }
    }

    #[test]
    fn it_is_known_however_it_is_written() {
        let code = CodeKey::new(b"k").code(&[0; 16], "t");
        let digits = code.reveal().to_owned();
        let (a, b) = digits.split_at(3);
        let wide: String = digits
            .chars()
            .map(|c| char::from_u32(u32::from(c) - u32::from('0') + 0xFF10).unwrap())
            .collect();
        for written in [&digits, &format!("{a} {b}"), &format!(" {a}-{b}."), &wide] {
            assert!(code.is(written), "{written}");
        }
        let longer = format!("{digits}0");
        for written in ["", "1", a, &longer] {
            assert!(!code.is(written), "{written}");
        }
    }
}
