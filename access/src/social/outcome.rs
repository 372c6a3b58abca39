//! What came of sending something.

use super::http::Answer;
use super::sign::Key;

/// Pause where only somebody with the right to the account can mend it: a token that is not valid
/// any more. What waits is then sent when it is mended.
pub(super) const OPERATOR_MS: i64 = 300_000;
/// Characters of a provider's words that are kept.
const CAUSE_CHARS_MAX: usize = 300;

/// What an answer of a provider means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has it.
    Taken {
        /// Its name for it.
        provider_id: Option<String>,
    },
    /// It may work later.
    Again {
        /// Why not now.
        cause: String,
        /// Not before so long.
        after_ms: Option<i64>,
    },
    /// The token that the provider gave is not valid any more: with a new one it may work at once.
    StaleToken {
        /// In the provider's words.
        cause: String,
    },
    /// It will never work.
    Dead {
        /// Why.
        cause: String,
    },
}

impl Outcome {
    pub(super) fn taken(id: &str) -> Self {
        Self::Taken { provider_id: Some(id.to_owned()).filter(|id| !id.is_empty()) }
    }

    pub(super) fn again(cause: impl Into<String>, after_ms: Option<i64>) -> Self {
        Self::Again { cause: short(cause.into()), after_ms }
    }

    pub(super) fn stale(cause: impl Into<String>) -> Self {
        Self::StaleToken { cause: short(cause.into()) }
    }

    pub(super) fn dead(cause: impl Into<String>) -> Self {
        Self::Dead { cause: short(cause.into()) }
    }

    /// The same, or that it will never work where it was said that it has.
    pub(super) fn or_dead(self, cause: &str) -> Self {
        match self {
            Self::Taken { .. } => Self::dead(cause),
            outcome => outcome,
        }
    }

    /// What a status means that the provider did not explain.
    pub(super) fn of_status(answer: &Answer<'_>, words: &str) -> Self {
        let cause = match words {
            "" => format!("status {}", answer.status),
            words => format!("status {}: {words}", answer.status),
        };
        match answer.status {
            200..=299 => Self::Taken { provider_id: None },
            401 => Self::again(cause, Some(OPERATOR_MS)),
            408 | 425 | 429 | 500..=599 => Self::again(cause, answer.retry_after_ms()),
            _ => Self::dead(cause),
        }
    }
}

/// Words of a provider, without line breaks and not too many.
fn short(text: String) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CAUSE_CHARS_MAX).collect()
}

/// A token that a provider gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub key: Key,
    /// Until when, ms since 1970 UTC.
    pub until_ms: i64,
}
