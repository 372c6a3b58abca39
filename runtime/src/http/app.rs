//! What every handler needs: the way to the sessions, who may come in, what the chat offers.

use std::sync::Arc;

use flowright_compiler::ir::ChannelDef;
use hyper::HeaderMap;
use hyper::header::HeaderValue;
use tokio::sync::watch;

use super::Request;
use super::body::Room;
use super::problem::Problem;
use crate::access::Access;
use crate::access::social::Social;
use crate::dispatch::Dispatch;
use crate::secret::Secret;

/// Shared by all connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(pub(crate) Arc<Shared>);

/// See [`App`].
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) dispatch: Dispatch,
    pub(crate) access: Access,
    /// The webhooks of messengers.
    pub(crate) social: Social,
    token: Option<Secret>,
    allowed_origins: Vec<String>,
    pub(crate) demo_customers: Vec<serde_json::Value>,
    /// For the bodies of requests.
    pub(crate) room: Room,
    closing: watch::Sender<bool>,
}

impl App {
    /// `token`: what REST clients must send; `allowed_origins`: sites whose pages may open a
    /// WebSocket; `demo_customers`: profiles that the web chat may choose from.
    #[must_use]
    pub fn new(
        access: Access,
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
            social: Social::default(),
            token,
            allowed_origins,
            demo_customers,
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

    /// Lets a REST client in.
    pub(crate) fn authorise(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get("authorization").and_then(|v| v.to_str().ok());
        let sent = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
        if same(sent.as_bytes(), token.reveal().as_bytes()) {
            return Ok(());
        }
        Err(Problem::new(401, "a valid bearer token is needed").with_help(
            "send `Authorization: Bearer TOKEN` with the token that the server was started with",
        ))
    }

    /// Lets an operator in. No page of a browser is one: without a token any page that somebody on
    /// this machine has open could send requests here, and browsers say in `Origin` that a page did. A
    /// page whose name was made to lead here says its own name in `Host`.
    pub(crate) fn authorise_admin(&self, request: &Request) -> Result<(), Problem> {
        let headers = request.headers();
        self.authorise(headers)?;
        if headers.contains_key("origin") {
            return Err(Problem::new(403, "web pages may not administer this server")
                .with_help("ask without the header `Origin`, with curl for example"));
        }
        let is_other = |host: &HeaderValue| !host.to_str().is_ok_and(is_local);
        let is_other_in_host = headers.get("host").is_some_and(is_other);
        // Where HTTP/2 has it.
        let authority = request.uri().authority();
        let is_other = is_other_in_host || authority.is_some_and(|name| !is_local(name.as_str()));
        if self.token.is_none() && is_other {
            return Err(Problem::new(403, "without a token only this machine may administer")
                .with_help("ask http://localhost, or set `[api] token_env`"));
        }
        Ok(())
    }

    /// Whether a page may open a WebSocket: the server's own, an allowed one, or no page at all.
    pub(crate) fn admits_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get("origin") else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let host = headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("");
        let own = origin.split_once("://").is_some_and(|(_, site)| site == host);
        own || self.allowed_origins.iter().any(|allowed| allowed == origin)
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

/// Whether a host, with or without a port, is this machine by itself.
fn is_local(host: &str) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
    let (name, rest) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((name, rest)) => (name, rest),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    ends(rest) && (is_loopback || name.eq_ignore_ascii_case("localhost"))
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// Compares secrets in a time that does not depend on where they differ.
fn same(left: &[u8], right: &[u8]) -> bool {
    blake3::hash(left) == blake3::hash(right)
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_this_machine_is_local() {
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.1.2.3", "[::1]:8080", "[::1]"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "10.0.0.1",
            "",
            "localhost:x",
            "[::2]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
