//! `flowright.toml`: where a project runs. What it says and does is in its `.flow` files.

mod attachments;
mod clients;
mod conversations;
mod customers;
mod deliver;
mod desk;
mod email;
mod keys;
mod nlu;
mod secrets;
mod webhooks;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;

pub use attachments::{AttachmentsConfig, FileType, Size};
pub use clients::{ApiConfig, ClientConfig};
pub use conversations::{ConversationsConfig, Lasts};
pub use customers::{CustomersConfig, PerHour};
pub use deliver::{DeliverAddress, DeliverConfig};
pub use desk::{DeskConfig, SignInLasts};
pub use email::{EmailConfig, EmailTls, SmarthostTls};
pub use nlu::{ElsewhereConfig, NluConfig, NluTimeout, NluUrl};
pub use webhooks::{PerSecond, WebhookConfig, WebhookError, WebhooksConfig};

/// A project's deployment. Unknown keys are errors.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[serve]`
    pub serve: ServeConfig,
    /// `[grpc]`
    pub grpc: GrpcConfig,
    /// `[store]`
    pub store: StoreConfig,
    /// `[nlu]`
    pub nlu: NluConfig,
    /// `[api]`
    pub api: ApiConfig,
    /// `[customers]`
    pub customers: CustomersConfig,
    /// `[web]`
    pub web: WebConfig,
    /// `[conversations]`
    pub conversations: ConversationsConfig,
    /// `[deliver]`
    pub deliver: DeliverConfig,
    /// `[desk]`
    pub desk: DeskConfig,
    /// `[webhooks.CHANNEL]`
    pub webhooks: WebhooksConfig,
    /// `[email]`
    pub email: EmailConfig,
    /// `[attachments]`
    pub attachments: AttachmentsConfig,
    /// `[env]`: development values of environment variables; the process environment wins.
    pub env: BTreeMap<String, String>,
    /// `[demo]`
    pub demo: DemoConfig,
}

/// `[serve]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeConfig {
    /// Address and port.
    pub listen: SocketAddr,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)) }
    }
}

/// `[grpc]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrpcConfig {
    /// Address and port where gRPC is spoken; without, it is spoken where HTTP is.
    pub listen: Option<SocketAddr>,
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// The SQLite file, relative to the project.
    pub path: PathBuf,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { path: PathBuf::from("flowright.sqlite") }
    }
}

/// `[web]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// Origins that may open a WebSocket besides the server's own.
    pub allowed_origins: Vec<String>,
    /// Name of the environment variable that holds the key of the tokens by which the company's site
    /// says which customer has a page open.
    pub token_key_env: Option<String>,
    /// The same for the key before it, as long as tokens signed with it may be about.
    pub token_key_before_env: Option<String>,
}

/// `[demo]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemoConfig {
    /// Customers that the web chat offers; only without an API token and on loopback.
    pub customers: Vec<toml::Table>,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("R0201: `{path}` cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
    /// The file is not as it must be.
    #[error("R0202: {path}:{line}: {message}{}", .hint.as_deref().map(|h| format!("; did you mean `{h}`?")).unwrap_or_default())]
    Malformed {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// A key that was probably meant.
        hint: Option<String>,
    },
    /// Environment variables that the project needs and nobody set.
    #[error("R0203: environment variables are missing: {}; set them, or give development values under `[env]` in flowright.toml", .0.join(", "))]
    MissingVariables(Vec<String>),
    /// Reachable from outside without a token.
    #[error(
        "R0204: `{0}` can be reached from outside and nobody needs a key: no API token is configured and no client; set `[api] token_env`, write `[api.clients.NAME]`, or listen on 127.0.0.1"
    )]
    Unprotected(SocketAddr),
    /// Conversations would be open to everybody who reaches the server.
    #[error(
        "R0204: `{0}` can be reached from outside and `--debug` shows all that is said: with it, listen on 127.0.0.1 alone"
    )]
    DebugOutside(SocketAddr),
    /// A channel that the bot does not have.
    #[error(
        "R0210: {at}: the bot has no channel `{name}`{}; its channels are {}",
        .hint.as_deref().map(|h| format!(", did you mean `{h}`?")).unwrap_or_default(),
        .known.join(", ")
    )]
    UnknownChannel {
        /// Where it is named.
        at: String,
        /// The name.
        name: String,
        /// A channel that was probably meant.
        hint: Option<String>,
        /// All channels.
        known: Vec<String>,
    },
    /// A role that the bot does not have.
    #[error(
        "R0215: `supervisors` of `[desk]`: the bot has no role `{name}`{}; {}",
        .hint.as_deref().map(|h| format!(", did you mean `{h}`?")).unwrap_or_default(),
        if .known.is_empty() { "it declares no role".to_owned() } else { format!("its roles are {}", .known.join(", ")) }
    )]
    UnknownRole {
        /// The name.
        name: String,
        /// A role that was probably meant.
        hint: Option<String>,
        /// All roles.
        known: Vec<String>,
    },
    /// Mail that cannot run so.
    #[error("R0221: `[email]`: {0}")]
    Email(String),
    /// A token that no request can carry.
    #[error(
        "R0206: the environment variable `{0}` holds no token that can be sent: it is empty, or has characters that an HTTP header cannot hold, such as line breaks"
    )]
    UnusableToken(String),
    /// A key that could be guessed.
    #[error(
        "R0214: the environment variable `{name}`{} holds a key of {bytes} bytes, which could be guessed: it must have at least {least}; make one with `openssl rand -hex 32`",
        .at.as_deref().map(|at| format!(" ({at})")).unwrap_or_default()
    )]
    ShortKey {
        /// The variable.
        name: String,
        /// Where it is named, if that is told.
        at: Option<String>,
        /// How many it has.
        bytes: usize,
        /// How many it must have.
        least: usize,
    },
    /// Two that could not be told apart.
    #[error(
        "R0241: {one} is the same key as {other}: nobody could tell which of them asks; give each a key of its own"
    )]
    KeyTwice {
        /// The one, and where it is named.
        one: String,
        /// The other.
        other: String,
    },
}

impl Config {
    /// Reads `flowright.toml` of a project folder; without the file, the defaults hold.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join("flowright.toml");
        let label = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(ConfigError::Unreadable { path: label, cause: e.to_string() }),
        };
        Self::parse(&label, &text)
    }

    /// Reads a configuration's text.
    ///
    /// # Errors
    /// [`ConfigError::Malformed`].
    pub fn parse(label: &str, text: &str) -> Result<Self, ConfigError> {
        let malformed = |at: usize, message: String, hint: Option<&str>| {
            let line = text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
            let hint = hint.map(str::to_owned);
            ConfigError::Malformed { path: label.to_owned(), line, message, hint }
        };
        let of_toml = |error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            malformed(at, error.message().to_owned(), None)
        };
        let whole = DeTable::parse(text).map_err(of_toml)?;
        if let Some(fault) = keys::fault(text, whole.get_ref()) {
            return Err(malformed(fault.at, fault.message, fault.hint));
        }
        let mut config: Self = toml::from_str(text).map_err(of_toml)?;
        config.api.put_places(label, text, whole.get_ref());
        Ok(config)
    }

    /// The value of an environment variable: the process's, else the development value.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| self.env.get(name).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_named_with_their_line() {
        let error = Config::parse(
            "flowright.toml",
            "[serve]\nlisten = \"127.0.0.1:1\"\n\n[stor]\npath = \"x\"\n",
        );
        let shown = error.unwrap_err().to_string();
        assert!(
            shown.contains("flowright.toml:4") && shown.contains("did you mean `store`"),
            "{shown}"
        );
    }
}
