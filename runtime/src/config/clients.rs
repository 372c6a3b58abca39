//! `[api]`: who may use the API. The operators' token may do all; each client system has a key of its
//! own, and rights.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::de::DeTable;

use crate::clients::Right;

/// `[api]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiConfig {
    /// Name of the environment variable that holds the operators' token.
    pub token_env: Option<String>,
    /// `[api.clients.NAME]`
    pub clients: BTreeMap<String, ClientConfig>,
}

/// `[api.clients.NAME]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// Name of the environment variable that holds the client's key.
    pub key_env: String,
    /// The same for the key before it, while it is being changed.
    #[serde(default)]
    pub key_before_env: Option<String>,
    /// What it may do.
    pub may: Vec<Right>,
    /// The channels that it is kept to.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// Where its table begins: `flowright.toml:12`.
    #[serde(skip)]
    pub place: String,
}

impl ApiConfig {
    /// Whether anybody needs a key.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.token_env.is_some() || !self.clients.is_empty()
    }

    /// Names of all environment variables that keys are in.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let of_clients = self.clients.values().flat_map(ClientConfig::variables);
        self.token_env.as_deref().into_iter().chain(of_clients.map(|(_, variable)| variable))
    }

    /// Notes where each client stands in the text that all of this was read from.
    pub(super) fn put_places(&mut self, label: &str, text: &str, whole: &DeTable<'_>) {
        let api = whole.get("api").and_then(|api| api.get_ref().as_table());
        let clients = api.and_then(|api| api.get("clients")?.get_ref().as_table());
        for (name, _) in clients.into_iter().flat_map(DeTable::iter) {
            let Some(client) = self.clients.get_mut(name.get_ref().as_ref()) else { continue };
            let before = text.get(..name.span().start).unwrap_or_default();
            client.place = format!("{label}:{}", before.matches('\n').count() + 1);
        }
    }
}

impl ClientConfig {
    /// The keys of the table that name environment variables, and their names.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let before = self.key_before_env.as_deref().map(|name| ("key_before_env", name));
        std::iter::once(("key_env", self.key_env.as_str())).chain(before)
    }
}
