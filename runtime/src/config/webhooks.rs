//! `[webhooks.CHANNEL]`: what a webhook channel needs besides what its declaration says.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::NluUrl;

/// `[webhooks]`, by the channel's name.
pub type WebhooksConfig = BTreeMap<String, WebhookConfig>;

/// `[webhooks.CHANNEL]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// Where the provider's API is, instead of on the internet.
    pub api: Option<NluUrl>,
    /// WeCom's CorpID, WeChat's AppID.
    pub account: Option<String>,
    /// The environment variable with WeCom's or WeChat's EncodingAESKey.
    pub aes_key_env: Option<String>,
    /// The one before, while they change.
    pub aes_key_before_env: Option<String>,
    /// The one with the secret before, while they change.
    pub secret_before_env: Option<String>,
    /// The one with what was written into Meta's form.
    pub verify_token_env: Option<String>,
    /// How many messages a second are sent at most; a text, as all that is written here.
    pub per_second: Option<PerSecond>,
}

/// A number of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PerSecond(pub u32);

impl TryFrom<String> for PerSecond {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(number @ 1..=10_000) => Ok(Self(number)),
            _ => Err(format!("`{text}` is no number of messages from 1 to 10000")),
        }
    }
}

/// Why a webhook channel cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Something that it needs is not there: the channel stays closed, all others are served.
    #[error("R0231: the channel `{channel}` is closed, it lacks {}", .missing.join(", and "))]
    Lacks {
        /// The channel.
        channel: String,
        /// What, and where to put it.
        missing: Vec<String>,
    },
    /// Something is there, and cannot be right.
    #[error("R0232: the channel `{channel}`: {what}")]
    Unusable {
        /// The channel.
        channel: String,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// Settings for a channel that is not there.
    #[error(
        "R0233: `[webhooks.{name}]`: the bot has no webhook channel `{name}`{}; {}",
        .hint.as_deref().map(|h| format!(", did you mean `{h}`?")).unwrap_or_default(),
        if .known.is_empty() { "it has none".to_owned() } else { format!("its webhook channels are {}", .known.join(", ")) }
    )]
    Unknown {
        /// The name.
        name: String,
        /// A channel that was probably meant.
        hint: Option<String>,
        /// All webhook channels.
        known: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn settings_are_read_and_wrong_ones_told_with_their_line() {
        let text = "[webhooks.wecom]\napi = \"http://127.0.0.1:1\"\naccount = \"ww1\"\n\
                    aes_key_env = \"K\"\nper_second = \"20\"\n";
        let webhooks = Config::parse("f", text).unwrap().webhooks;
        assert_eq!(webhooks["wecom"].per_second.map(|n| n.0), Some(20));
        assert_eq!(
            webhooks["wecom"].api.as_ref().map(|a| a.0.to_string()).as_deref(),
            Some("http://127.0.0.1:1/")
        );
        for (text, line, message) in [
            ("[webhooks.wecom]\naes_key_en = \"K\"\n", 2, "did you mean `aes_key_env`?"),
            ("[webhooks.wecom]\nper_second = \"0\"\n", 2, "from 1 to 10000"),
            ("[webhooks.wecom]\nper_second = 20\n", 2, "must be a text in quotes"),
            ("[webhooks.wecom]\napi = \"qyapi\"\n", 2, "must begin with http:// or https://"),
            ("[webhooks]\nwecom = \"x\"\n", 2, "`wecom` must be a table"),
        ] {
            let error = Config::parse("f", text).unwrap_err().to_string();
            assert!(error.contains(&format!("f:{line}: ")) && error.contains(message), "{error}");
        }
    }
}
