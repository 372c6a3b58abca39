//! From `[api.clients]` and the environment to who has a key; or what is wrong, all of it at the start.

use flowright_compiler::diag::closest;

use super::{CLIENT_KEY_BYTES_MIN, Client, Clients};
use crate::config::{ClientConfig, Config, ConfigError};
use crate::secret::Secret;

impl Clients {
    /// The clients of a configuration, for a bot with these channels.
    ///
    /// # Errors
    /// A channel that there is not, variables that nobody set, keys that cannot be sent, could be
    /// guessed, or are those of two.
    pub fn open(config: &Config, channels: &[String]) -> Result<Self, ConfigError> {
        let all = &config.api.clients;
        for (name, client) in all {
            check_channels(name, client, channels)?;
        }
        let missing: Vec<String> =
            all.iter().flat_map(|(name, client)| missing(config, name, client)).collect();
        if !missing.is_empty() {
            return Err(ConfigError::MissingVariables(missing));
        }
        let mut owners = Vec::new();
        if let Some(token) = config.api.token_env.as_ref().and_then(|name| config.variable(name)) {
            owners.push((token, "`token_env` of `[api]`".to_owned(), None));
        }
        let mut opened = Vec::new();
        for (name, client) in all {
            let mut keys = Vec::new();
            for (key, variable) in client.variables() {
                let value = config.variable(variable).unwrap_or_default();
                check_key(client, variable, &value)?;
                let own = format!("`{key}` of `[api.clients.{name}]` ({})", client.place);
                // A key that has not changed yet is the same as the one before it.
                let is_other = |owner: &Option<&String>| owner.is_none_or(|owner| owner != name);
                let twice = owners.iter().find(|(has, _, owner)| *has == value && is_other(owner));
                if let Some((_, other, _)) = twice {
                    return Err(ConfigError::KeyTwice { one: own, other: other.clone() });
                }
                owners.push((value.clone(), own, Some(name)));
                keys.push(Secret::from(value));
            }
            let (rights, channels) =
                (client.may.iter().copied().collect(), client.channels.clone());
            opened.push((Client { name: name.clone(), rights, channels }, keys));
        }
        Ok(Self::new(opened))
    }
}

fn check_channels(name: &str, client: &ClientConfig, known: &[String]) -> Result<(), ConfigError> {
    let mut named = client.channels.iter().flatten();
    let Some(unknown) = named.find(|channel| !known.contains(channel)) else { return Ok(()) };
    Err(ConfigError::UnknownChannel {
        at: format!("`channels` of `[api.clients.{name}]` ({})", client.place),
        name: unknown.clone(),
        hint: closest(unknown, known.iter().map(String::as_str)).map(str::to_owned),
        known: known.to_vec(),
    })
}

/// The variables of a client that nobody set, each with where it is named.
fn missing(config: &Config, name: &str, client: &ClientConfig) -> Vec<String> {
    let variables = client.variables();
    variables
        .filter(|(_, variable)| config.variable(variable).is_none())
        .map(|(key, variable)| {
            format!("`{variable}` (`{key}` of `[api.clients.{name}]`, {})", client.place)
        })
        .collect()
}

fn check_key(client: &ClientConfig, variable: &str, key: &str) -> Result<(), ConfigError> {
    if !is_sendable(key) {
        return Err(ConfigError::UnusableToken(variable.to_owned()));
    }
    if key.len() < CLIENT_KEY_BYTES_MIN {
        return Err(ConfigError::ShortKey {
            name: variable.to_owned(),
            at: Some(client.place.clone()),
            bytes: key.len(),
            least: CLIENT_KEY_BYTES_MIN,
        });
    }
    Ok(())
}

/// Whether a client can send it as a bearer token: visible characters, and no spaces, which would be
/// cut off at its ends.
#[must_use]
pub fn is_sendable(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Right;

    const BASE: &str = "[api]\ntoken_env = \"TOKEN\"\n\n[api.clients.app]\nkey_env = \"APP\"\n\
                        key_before_env = \"APP_BEFORE\"\nmay = [\"write\", \"vouch\"]\n\
                        channels = [\"api\"]\n\n[api.clients.crm]\nkey_env = \"CRM\"\n\
                        may = [\"refresh\"]\n";

    fn open(env: &[(&str, &str)]) -> Result<Clients, ConfigError> {
        let env: String = env.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
        let config = Config::parse("flowright.toml", &format!("{BASE}[env]\n{env}")).unwrap();
        Clients::open(&config, &["api".to_owned(), "desk".to_owned()])
    }

    #[test]
    fn clients_are_read_with_their_rights_and_keys() {
        let (app, before, crm) = ("a".repeat(32), "b".repeat(32), "c".repeat(40));
        let clients = open(&[("APP", &app), ("APP_BEFORE", &before), ("CRM", &crm)]).unwrap();
        for (key, name, right) in [
            (&app, "app", Right::Vouch),
            (&before, "app", Right::Write),
            (&crm, "crm", Right::Refresh),
        ] {
            let caller = clients.caller(Some(key)).unwrap();
            assert!(caller.name() == name && caller.has(right) && !caller.has(Right::Read));
        }
        // One that has not been changed yet.
        assert!(open(&[("APP", &app), ("APP_BEFORE", &app), ("CRM", &crm)]).is_ok());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let (app, before, crm) = ("a".repeat(32), "b".repeat(32), "c".repeat(40));
        let good: [(&str, &str); 3] = [("APP", &app), ("APP_BEFORE", &before), ("CRM", &crm)];
        let with = |name: &'static str, value: &'static str| {
            let mut env = good.to_vec();
            env.retain(|(known, _)| *known != name);
            env.push((name, value));
            open(&env).unwrap_err().to_string()
        };
        let same_as_app = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let cases = [
            (
                open(&good[..2]).unwrap_err().to_string(),
                "R0203: environment variables are missing: `CRM` (`key_env` of `[api.clients.crm]`, \
                 flowright.toml:10)",
            ),
            (
                with("CRM", "short"),
                "R0214: the environment variable `CRM` (flowright.toml:10) holds",
            ),
            (with("CRM", "a key with spaces, which nobody can send"), "R0206: "),
            (with("CRM", ""), "R0206: "),
            (
                with("CRM", same_as_app),
                "R0241: `key_env` of `[api.clients.crm]` (flowright.toml:10) is the same key as \
                 `key_env` of `[api.clients.app]` (flowright.toml:4)",
            ),
            (with("TOKEN", same_as_app), "is the same key as `token_env` of `[api]`"),
        ];
        for (said, expected) in cases {
            assert!(said.contains(expected), "{said}\n{expected}");
            assert!(!said.contains(same_as_app), "{said}");
        }
        let text = BASE.replace("\"api\"", "\"apii\"");
        let config = Config::parse("flowright.toml", &text).unwrap();
        let said = Clients::open(&config, &["api".to_owned()]).unwrap_err().to_string();
        let expected = "R0210: `channels` of `[api.clients.app]` (flowright.toml:4): the bot has no \
                        channel `apii`, did you mean `api`?; its channels are api";
        assert_eq!(said, expected);
    }
}
