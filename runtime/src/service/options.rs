//! How a server runs, and what it must not be reached by.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use flowright_access::social::Changes;

use crate::access::email::EmailOptions;
use crate::access::social::SocialChannels;
use crate::access::{CodesOptions, Outlets};
use crate::actions::MoreVariables;
use crate::attachments::AttachmentOptions;
use crate::clients::Clients;
use crate::clock::{SharedClock, SteadyClock};
use crate::config::ConfigError;
use crate::desk::accounts::DeskOptions;
use crate::external::ExternalOptions;
use crate::outbox::Addresses;
use crate::secret::Secret;
use crate::store::{Durability, SqliteOptions};
use crate::transport::{HttpTransport, SharedTransport};

/// How a server runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where gRPC is spoken; without, it is spoken there too.
    pub grpc: Option<SocketAddr>,
    /// The SQLite file.
    pub store: PathBuf,
    /// How it is opened.
    pub sqlite: SqliteOptions,
    /// What operators send as a bearer token: it may do all.
    pub token: Option<Secret>,
    /// Client systems, each with a key and rights of its own.
    pub clients: Clients,
    /// How many one-time codes are sent.
    pub codes: CodesOptions,
    /// What reads webhooks that tell of changed customers.
    pub changes: Option<Changes>,
    /// Keys of the tokens by which the company's site says who its visitors are: the present one, and
    /// the one before.
    pub token_keys: Vec<Secret>,
    /// Origins that may open a WebSocket besides the server's own.
    pub allowed_origins: Vec<String>,
    /// Values of the environment variables that requests use.
    pub variables: BTreeMap<String, Secret>,
    /// Where those of bundles come from that are taken later.
    pub more_variables: MoreVariables,
    /// Customers that the web chat offers; ignored where anybody needs a key.
    pub demo_customers: Vec<serde_json::Value>,
    /// The model elsewhere that is asked with each utterance.
    pub external: Option<ExternalOptions>,
    /// Who is sent what is said and handed off.
    pub deliver: Addresses,
    /// Channels that send what is said on them by themselves.
    pub outlets: Outlets,
    /// The webhooks of messengers.
    pub social: SocialChannels,
    /// How mail comes in, where it does.
    pub email: Option<EmailOptions>,
    /// A debugger may read the journals of all conversations: on loopback only.
    pub debug: bool,
    /// Which files of customers are taken.
    pub attachments: AttachmentOptions,
    /// How long a conversation lasts without a word of the customer; for ever without.
    pub conversations_last: Option<Duration>,
    /// How people sign in at the desk.
    pub desk: DeskOptions,
    /// What tells the time.
    pub clock: SharedClock,
    /// What carries requests to the outside.
    pub transport: SharedTransport,
}

impl Options {
    /// On loopback, with defaults for everything else.
    #[must_use]
    pub fn local(store: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            grpc: None,
            store,
            sqlite: SqliteOptions::new(Durability::Full),
            token: None,
            clients: Clients::default(),
            changes: None,
            codes: CodesOptions::default(),
            token_keys: Vec::new(),
            allowed_origins: Vec::new(),
            variables: BTreeMap::new(),
            more_variables: MoreVariables::default(),
            demo_customers: Vec::new(),
            external: None,
            deliver: Addresses::default(),
            outlets: Outlets::new(),
            social: SocialChannels::default(),
            email: None,
            debug: false,
            attachments: AttachmentOptions::default(),
            conversations_last: None,
            desk: DeskOptions::default(),
            transport: Arc::new(HttpTransport::default()),
            clock: Arc::new(SteadyClock::default()),
        }
    }

    /// Whether nobody needs a key.
    pub(super) fn is_open(&self) -> bool {
        self.token.is_none() && self.clients.is_empty()
    }

    /// Whether who must not reach it cannot.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let is_open = self.is_open();
        for address in std::iter::once(self.listen).chain(self.grpc) {
            if is_open && !address.ip().is_loopback() {
                return Err(ConfigError::Unprotected(address));
            }
            if self.debug && !address.ip().is_loopback() {
                return Err(ConfigError::DebugOutside(address));
            }
        }
        Ok(())
    }
}
