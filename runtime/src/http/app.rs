//! What every handler needs: the way to the sessions, who may come in, what the chat offers.

use std::sync::Arc;

use flowright_access::social::Changes;
use flowright_compiler::ir::ChannelDef;
use hyper::HeaderMap;
use tokio::sync::watch;

use super::body::Room;
use super::problem::Problem;
use super::refreshes::Refreshes;
use crate::access::Access;
use crate::access::social::Social;
use crate::clients::Clients;
use crate::desk::Desk;
use crate::desk::accounts::Accounts;
use crate::dispatch::{Dispatch, Journals};
use crate::secret::Secret;

/// Shared by all connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(pub(crate) Arc<Shared>);

/// See [`App`].
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dispatch: Dispatch,
    pub(crate) access: Access,
    /// Who may sign in at the desk.
    pub(crate) accounts: Accounts,
    /// Which of them are there, and what they have.
    pub(crate) desk: Desk,
    /// The webhooks of messengers.
    pub(crate) social: Social,
    /// Who has a key, the operators' token among them.
    pub(super) clients: Clients,
    /// The webhooks of the company's records.
    pub(super) refreshes: Option<Refreshes>,
    allowed_origins: Vec<String>,
    pub(crate) demo_customers: Vec<serde_json::Value>,
    /// The journals of all conversations, where they may be read.
    pub(super) journals: Option<Journals>,
    /// For the bodies of requests.
    pub(crate) room: Room,
    closing: watch::Sender<bool>,
}

impl App {
    /// `token`: what operators send; `allowed_origins`: sites whose pages may open a
    /// WebSocket; `demo_customers`: profiles that the web chat may choose from.
    #[must_use]
    pub fn new(
        access: Access,
        (accounts, desk): (Accounts, Desk),
        token: Option<Secret>,
        allowed_origins: Vec<String>,
        demo_customers: Vec<serde_json::Value>,
    ) -> Self {
        let closing = watch::Sender::new(false);
        let room = Room::default();
        let dispatch = access.dispatch().clone();
        Self(Arc::new(Shared {
            dispatch,
            access,
            accounts,
            desk,
            social: Social::default(),
            clients: Clients::default().with_token(token.as_ref()),
            refreshes: None,
            allowed_origins,
            demo_customers,
            journals: None,
            room,
            closing,
        }))
    }

    /// With webhooks; before anybody else has it.
    pub(crate) fn with_social(mut self, social: Social) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.social = social;
        }
        self
    }

    /// With journals that a debugger may read; before anybody else has it.
    pub(crate) fn with_journals(mut self, journals: Option<Journals>) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.journals = journals;
        }
        self
    }

    /// With clients besides the token, and who reads what the company's records tell; before anybody
    /// else has it.
    pub(crate) fn with_clients(mut self, clients: Clients, changes: Option<Changes>) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.0) {
            shared.clients = shared.clients.and(&clients);
            shared.refreshes = changes.map(Refreshes::new);
        }
        self
    }
}

impl Shared {
    /// Comes back when the server goes down.
    pub(crate) async fn closed(&self) {
        // Fails only when the sender is gone, and `self` holds it.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Whether the server goes down.
    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Sends everybody away.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether a page may open a WebSocket: the server's own, an allowed one, or no page at all.
    pub(crate) fn admits_origin(&self, headers: &HeaderMap) -> bool {
        let is_allowed =
            |origin: &str| self.allowed_origins.iter().any(|allowed| allowed == origin);
        is_own_page(headers)
            || headers.get("origin").and_then(|o| o.to_str().ok()).is_some_and(is_allowed)
    }

    /// The bot's channel of a kind, by name when one is wanted.
    pub(crate) fn channel(&self, kind: &str, name: Option<&str>) -> Result<ChannelDef, Problem> {
        let program = self.dispatch.program();
        let mut of_kind = program.channels.iter().filter(|channel| channel.kind == kind);
        let found = match name {
            Some(name) => of_kind.find(|channel| channel.name == name),
            None => of_kind.next(),
        };
        found.cloned().ok_or_else(|| match name {
            Some(name) => Problem::new(400, format!("the bot has no {kind} channel `{name}`")),
            None => Problem::new(404, format!("the bot has no {kind} channel"))
                .with_help(format!("declare one: channel api: {kind}")),
        })
    }
}

/// Whether a request comes from a page of the server's own, or from no page at all.
pub(super) fn is_own_page(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all("origin").iter();
    let Some(origin) = origins.next() else { return true };
    let site = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    origins.next().is_none() && host.is_some() && site.map(|(_, site)| site) == host
}
