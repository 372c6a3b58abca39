//! `[customers]`: how the company's records tell that what they say of a customer has changed.

use flowright_access::social::Changes;
use serde::Deserialize;

use super::{Config, ConfigError};
use crate::access::CodesOptions;

/// `[customers]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "CustomersKeys")]
pub struct CustomersConfig {
    /// Name of the environment variable that holds the secret that such webhooks are signed with.
    pub refresh_secret_env: Option<String>,
    /// The same for the secret before it, while it is being changed.
    pub refresh_secret_before_env: Option<String>,
    /// How many one-time codes an address is sent in an hour.
    pub codes_per_address: Option<PerHour>,
    /// How many a conversation has sent in an hour.
    pub codes_per_conversation: Option<PerHour>,
}

/// A number of codes in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PerHour(pub u32);

impl TryFrom<String> for PerHour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(number @ 1..=100) => Ok(Self(number)),
            _ => Err(format!("`{text}` is no number of codes in an hour from 1 to 100")),
        }
    }
}

/// The keys of `[customers]` as they are written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CustomersKeys {
    refresh_secret_env: Option<String>,
    refresh_secret_before_env: Option<String>,
    codes_per_address: Option<PerHour>,
    codes_per_conversation: Option<PerHour>,
}

impl TryFrom<CustomersKeys> for CustomersConfig {
    type Error = &'static str;

    fn try_from(keys: CustomersKeys) -> Result<Self, Self::Error> {
        let CustomersKeys {
            refresh_secret_env,
            refresh_secret_before_env,
            codes_per_address,
            codes_per_conversation,
        } = keys;
        if refresh_secret_env.is_none() && refresh_secret_before_env.is_some() {
            return Err(
                "`[customers]` has no `refresh_secret_env`: the secret before counts beside the present \
                 one only; write `refresh_secret_env = \"CRM_SECRET\"`, or leave both out",
            );
        }
        Ok(Self {
            refresh_secret_env,
            refresh_secret_before_env,
            codes_per_address,
            codes_per_conversation,
        })
    }
}

impl CustomersConfig {
    /// How many one-time codes are sent.
    #[must_use]
    pub fn codes(&self) -> CodesOptions {
        let usual = CodesOptions::default();
        CodesOptions {
            per_address: self.codes_per_address.map_or(usual.per_address, |number| number.0),
            per_conversation: self
                .codes_per_conversation
                .map_or(usual.per_conversation, |number| number.0),
        }
    }

    /// Names of the environment variables that secrets are in.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let both = [&self.refresh_secret_env, &self.refresh_secret_before_env];
        both.into_iter().filter_map(|name| name.as_deref())
    }
}

impl Config {
    /// Who reads webhooks of the company's records, where there is a secret for them.
    ///
    /// # Errors
    /// A variable that nobody set, or a secret that could be guessed.
    pub fn changes(&self) -> Result<Option<Changes>, ConfigError> {
        let keys = self.keys(self.customers.variables())?;
        Ok(keys.map(Changes::new))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn numbers_of_codes_are_read() {
        let of = |keys: &str| Config::parse("f", &format!("[customers]\n{keys}\n"));
        let usual = of("").unwrap().customers.codes();
        assert_eq!((usual.per_address, usual.per_conversation), (5, 5));
        let own = of("codes_per_address = \"3\"\ncodes_per_conversation = \"20\"").unwrap();
        let own = own.customers.codes();
        assert_eq!((own.per_address, own.per_conversation), (3, 20));
        for number in ["0", "101", "-1", "many", ""] {
            let said = of(&format!("codes_per_address = \"{number}\"")).unwrap_err().to_string();
            assert!(said.starts_with("R0202: f:2"), "{said}");
        }
    }

    #[test]
    fn secrets_are_read_and_what_is_wrong_is_told() {
        let long = "s".repeat(32);
        let env = format!("[env]\nNEW = \"{long}\"\nOLD = \"o{long}\"\nSHORT = \"s3cret\"\n");
        let of = |keys: &str| {
            let config = Config::parse("f", &format!("[customers]\n{keys}\n{env}")).unwrap();
            config.changes()
        };
        assert!(of("").unwrap().is_none());
        for keys in [
            "refresh_secret_env = \"NEW\"",
            "refresh_secret_env = \"NEW\"\nrefresh_secret_before_env = \"OLD\"",
        ] {
            let changes = of(keys).unwrap().unwrap();
            assert!(!format!("{changes:?}").contains(&long));
        }
        for (keys, expected) in [
            (
                "refresh_secret_env = \"NO_SUCH\"",
                "R0203: environment variables are missing: NO_SUCH",
            ),
            (
                "refresh_secret_env = \"SHORT\"",
                "R0214: the environment variable `SHORT` holds a key of 6",
            ),
        ] {
            let said = of(keys).unwrap_err().to_string();
            assert!(said.starts_with(expected), "{said}");
        }
        let text = "\n[customers]\nrefresh_secret_before_env = \"OLD\"\n";
        let said = Config::parse("f", text).unwrap_err().to_string();
        assert!(
            said.starts_with("R0202: f:2: `[customers]` has no `refresh_secret_env`"),
            "{said}"
        );
    }
}
