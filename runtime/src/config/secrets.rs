//! Secrets that webhooks are signed with, both ways: one, or two while they change.

use flowright_access::social::Keys;
use flowright_access::token::KEY_BYTES_MIN;

use super::{Config, ConfigError};

impl Config {
    /// What is signed with the secrets in some environment variables; nothing where none is named.
    ///
    /// # Errors
    /// A variable that nobody set, or a secret that could be guessed.
    pub fn keys<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Option<Keys>, ConfigError> {
        let found: Vec<(&str, Option<String>)> =
            names.map(|name| (name, self.variable(name))).collect();
        let missing = found.iter().filter(|(_, secret)| secret.is_none());
        let missing: Vec<String> = missing.map(|(name, _)| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(ConfigError::MissingVariables(missing));
        }
        let secrets = found.into_iter().filter_map(|(name, secret)| Some((name, secret?)));
        let secrets: Vec<String> =
            secrets.map(|(name, secret)| long(name, secret)).collect::<Result<_, _>>()?;
        // They are none, one or two, and none of them is empty.
        Ok(Keys::new("secret_env", secrets).ok())
    }
}

fn long(name: &str, secret: String) -> Result<String, ConfigError> {
    let (bytes, least) = (secret.len(), KEY_BYTES_MIN);
    if bytes < least {
        return Err(ConfigError::ShortKey { name: name.to_owned(), at: None, bytes, least });
    }
    Ok(secret)
}
