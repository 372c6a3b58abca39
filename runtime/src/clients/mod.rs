//! Client systems: each has a key of its own, rights, and perhaps channels that it is kept to. The
//! operators' token may do all.

mod open;
mod right;

use std::fmt;
use std::sync::Arc;

pub use open::is_sendable;
pub use right::{Right, Rights};

use crate::secret::Secret;

/// Bytes of a client's key at least: what HMAC-SHA256 asks of a key, too.
pub const CLIENT_KEY_BYTES_MIN: usize = 32;

/// A system that has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// As flowright.toml calls it.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// The channels that it writes on and whose conversations it sees; all of them without.
    pub channels: Option<Vec<String>>,
}

/// What is kept of a key: enough to know it again, and nothing that could be sent.
#[derive(Clone, PartialEq, Eq)]
struct KeyHash(blake3::Hash);

impl KeyHash {
    fn of(key: &str) -> Self {
        Self(blake3::hash(key.as_bytes()))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(key)")
    }
}

/// Everybody who has a key, and the operators' token. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    keys: Arc<Vec<(KeyHash, Caller)>>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Whoever reaches this machine: nobody has a key.
    Anybody,
    /// Who has the operators' token.
    Operator,
    /// A client system.
    Client {
        /// Which.
        client: Arc<Client>,
        /// It sent the key before the present one.
        is_old_key: bool,
    },
}

impl Clients {
    /// From clients with their keys: the present one, and the one before while it is being changed.
    pub fn new(clients: impl IntoIterator<Item = (Client, Vec<Secret>)>) -> Self {
        let mut keys = Vec::new();
        for (client, own) in clients {
            let client = Arc::new(client);
            keys.extend(own.iter().enumerate().map(|(number, key)| {
                let caller = Caller::Client { client: client.clone(), is_old_key: number > 0 };
                (KeyHash::of(key.reveal()), caller)
            }));
        }
        Self { keys: Arc::new(keys) }
    }

    /// With the operators' token besides, where there is one.
    #[must_use]
    pub(crate) fn with_token(mut self, token: Option<&Secret>) -> Self {
        let known = token.map(|token| (KeyHash::of(token.reveal()), Caller::Operator));
        Arc::make_mut(&mut self.keys).extend(known);
        self
    }

    /// With others besides.
    #[must_use]
    pub(crate) fn and(&self, others: &Self) -> Self {
        Self { keys: Arc::new(self.keys.iter().chain(others.keys.iter()).cloned().collect()) }
    }

    /// Whether nobody has a key: then nobody is asked for one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The clients, each once.
    #[must_use]
    pub fn all(&self) -> Vec<&Client> {
        let mut all: Vec<&Client> = Vec::new();
        for (_, caller) in self.keys.iter() {
            if let Caller::Client { client, .. } = caller
                && all.last().is_none_or(|last| last.name != client.name)
            {
                all.push(client);
            }
        }
        all
    }

    /// Whose a key is. Hashes are compared in constant time, and all of them, so that the time tells
    /// neither how much of a key is right nor whose it nearly is.
    pub(crate) fn caller(&self, sent: Option<&str>) -> Option<Caller> {
        if self.is_empty() {
            return Some(Caller::Anybody);
        }
        let sent = KeyHash::of(sent?);
        self.keys.iter().fold(None, |found, (key, caller)| match *key == sent {
            true => Some(caller.clone()),
            false => found,
        })
    }
}

impl Caller {
    /// Somebody without a right.
    pub(crate) fn nobody() -> Self {
        let (name, rights) = ("(nobody)".to_owned(), Rights::default());
        let client = Arc::new(Client { name, rights, channels: Some(Vec::new()) });
        Self::Client { client, is_old_key: false }
    }

    /// As logs and metrics call it. No client's name has brackets.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Anybody => "(anybody)",
            Self::Operator => "(token)",
            Self::Client { client, .. } => &client.name,
        }
    }

    pub(crate) fn has(&self, right: Right) -> bool {
        match self {
            Self::Anybody | Self::Operator => true,
            Self::Client { client, .. } => client.rights.have(right),
        }
    }

    /// The channels that it is kept to, if it is.
    pub(crate) fn channels(&self) -> Option<&[String]> {
        match self {
            Self::Anybody | Self::Operator => None,
            Self::Client { client, .. } => client.channels.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(name: &str) -> Client {
        Client { name: name.to_owned(), rights: Rights::default(), channels: None }
    }

    fn secret(text: &str) -> Secret {
        text.to_owned().into()
    }

    #[test]
    fn a_key_is_known_as_long_as_it_is_one_of_the_two() {
        let keys = vec![secret("new"), secret("old")];
        let clients = Clients::new([(client("a"), keys), (client("b"), vec![secret("b-key")])]);
        let clients = clients.with_token(Some(&secret("token")));
        let whose = |key: Option<&str>| clients.caller(key).map(|c| c.name().to_owned());
        let is_old = |key| match clients.caller(Some(key)) {
            Some(Caller::Client { is_old_key, .. }) => Some(is_old_key),
            _ => None,
        };
        assert_eq!(
            ["new", "old", "b-key", "token"].map(is_old),
            [Some(false), Some(true), Some(false), None]
        );
        for (key, expected) in [
            (Some("new"), Some("a")),
            (Some("old"), Some("a")),
            (Some("b-key"), Some("b")),
            (Some("token"), Some("(token)")),
            (Some("ne"), None),
            (Some("new "), None),
            (Some(""), None),
            (None, None),
        ] {
            assert_eq!(whose(key).as_deref(), expected, "{key:?}");
        }
        assert_eq!(clients.all().iter().map(|c| &*c.name).collect::<Vec<_>>(), ["a", "b"]);
        assert!(!format!("{clients:?}").contains("b-key"));
    }

    #[test]
    fn where_nobody_has_a_key_nobody_is_asked_for_one() {
        let nobody = Clients::default().with_token(None);
        assert_eq!(nobody.caller(None), Some(Caller::Anybody));
        assert_eq!(nobody.caller(Some("x")), Some(Caller::Anybody));
        // A token that is empty is one that nobody has.
        let empty = Clients::default().with_token(Some(&secret("")));
        assert_eq!(empty.caller(None), None);
    }
}
