//! What a client may do. Each request asks for one right, or for one and then another.

use std::fmt;

use serde::Deserialize;

/// A right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Messages of senders.
    Write,
    /// Conversations: where they are, what was said, how far it has come.
    Read,
    /// To say which customer somebody is, and what is true of her.
    Vouch,
    /// What agents do.
    Agent,
    /// To say that a customer's profile has changed.
    Refresh,
    /// Articles of the knowledge base: to search, read and edit them.
    Knowledge,
    /// `/metrics`.
    Metrics,
    /// Everything under `/admin`.
    Operate,
}

impl Right {
    /// All of them, as they are listed.
    pub const ALL: [Self; 8] = [
        Self::Write,
        Self::Read,
        Self::Vouch,
        Self::Agent,
        Self::Refresh,
        Self::Knowledge,
        Self::Metrics,
        Self::Operate,
    ];

    /// As flowright.toml calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Vouch => "vouch",
            Self::Agent => "agent",
            Self::Refresh => "refresh",
            Self::Knowledge => "knowledge",
            Self::Metrics => "metrics",
            Self::Operate => "operate",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Some of them.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights(u8);

impl Rights {
    /// Whether a right is among them.
    #[must_use]
    pub const fn have(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// The names, in the order of [`Right::ALL`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Right::ALL.into_iter().filter(move |right| self.have(*right)).map(Right::name)
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |bits, right| bits | right.bit()))
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_read_by_its_name_and_gives_no_other() {
        for right in Right::ALL {
            let json = serde_json::Value::String(right.name().to_owned());
            assert_eq!(serde_json::from_value::<Right>(json).unwrap(), right);
            let alone: Rights = [right].into_iter().collect();
            for other in Right::ALL {
                assert_eq!(alone.have(other), right == other, "{right:?} {other:?}");
            }
        }
    }
}
