//! `[deliver]`: addresses that are sent what is said and handed off.

use std::collections::BTreeMap;

use flowright_compiler::diag::closest;
use serde::Deserialize;

use super::{ConfigError, NluUrl};

/// `[deliver]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliverConfig {
    /// `[deliver.replies.CHANNEL]`
    pub replies: BTreeMap<String, DeliverAddress>,
    /// `[deliver.handoffs]`
    pub handoffs: Option<DeliverAddress>,
    /// `[deliver.desk]`
    pub desk: Option<DeliverAddress>,
}

/// Where something is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverAddress {
    /// Where.
    pub url: NluUrl,
    /// Name of the environment variable that holds the token to send.
    #[serde(default)]
    pub token_env: Option<String>,
    /// Name of the one with the secret to sign with.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// The secret before, with which it is signed as well.
    #[serde(default)]
    pub secret_before_env: Option<String>,
}

impl DeliverAddress {
    /// Names of the environment variables that secrets to sign with are in.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        [&self.secret_env, &self.secret_before_env].into_iter().filter_map(|name| name.as_deref())
    }
}

impl DeliverConfig {
    /// All of them.
    pub fn addresses(&self) -> impl Iterator<Item = &DeliverAddress> {
        self.replies.values().chain(&self.handoffs).chain(&self.desk)
    }

    /// Names of all environment variables that are needed.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.addresses()
            .flat_map(|address| address.token_env.as_deref().into_iter().chain(address.secrets()))
    }

    /// That every channel is one of these.
    ///
    /// # Errors
    /// [`ConfigError::UnknownChannel`].
    pub fn check(&self, channels: &[String]) -> Result<(), ConfigError> {
        match self.replies.keys().find(|name| !channels.contains(name)) {
            None => Ok(()),
            Some(name) => Err(ConfigError::UnknownChannel {
                at: format!("`[deliver.replies.{name}]`"),
                name: name.clone(),
                hint: closest(name, channels.iter().map(String::as_str)).map(str::to_owned),
                known: channels.to_vec(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn addresses_are_read_and_their_channels_checked() {
        let text = "[deliver.replies.api]\nurl = \"https://crm.example.com/replies\"\n\
                    token_env = \"T\"\n[deliver.handoffs]\nurl = \"http://127.0.0.1:1/h\"\n";
        let deliver = Config::parse("f", text).unwrap().deliver;
        assert_eq!(deliver.replies["api"].token_env.as_deref(), Some("T"));
        assert!(deliver.handoffs.is_some());
        assert_eq!(deliver.check(&["web".to_owned(), "api".to_owned()]), Ok(()));
        let error = deliver.check(&["web".to_owned(), "apis".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("R0210") && error.contains("did you mean `apis`?"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, message) in [
            ("[deliver.handoff]\nurl = \"http://h/x\"\n", 1, "did you mean `handoffs`?"),
            ("[deliver.handoffs]\nurl = \"h\"\n", 2, "must begin with http:// or https://"),
            (
                "[deliver.handoffs]\ntoken_env = \"T\"\n",
                1,
                "`[deliver.handoffs]` has no `url`: write `url = ",
            ),
            (
                "[deliver.desk]\nurl = \"http://h/x\"\n",
                1,
                "`[deliver.desk]` has no `secret_env`: write `secret_env = ",
            ),
            (
                "[deliver.handoffs]\nurl = \"http://h/x\"\nsecret_before_env = \"S\"\n",
                1,
                "`[deliver.handoffs]` has no `secret_env`",
            ),
            ("\n[deliver.replies.api]\n", 2, "`[deliver.replies.api]` has no `url`"),
        ] {
            let error = Config::parse("f", text).unwrap_err().to_string();
            assert!(error.contains(&format!("f:{line}: ")) && error.contains(message), "{error}");
        }
    }
}
