//! Languages by their ISO 639-1 code.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language: two lower-case ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lang([u8; 2]);

impl Lang {
    /// Chinese.
    pub const ZH: Self = Self(*b"zh");
    /// English.
    pub const EN: Self = Self(*b"en");

    /// Reads `zh`; anything but two lower-case ASCII letters is refused.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 2] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_lowercase).then_some(Self(bytes))
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}
