//! Who asks, over HTTP and gRPC alike, and whether she may: the right that a request needs, the channels
//! that a client is kept to, the conversations that it sees.

use flowright_compiler::ir::ChannelDef;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Uri};
use tracing::Span;

use super::app::Shared;
use super::problem::Problem;
use crate::access::Standing;
use crate::clients::{Caller, Right};

impl Shared {
    /// Who asks; nobody who is known where the key is missing or wrong. A header that is there twice is
    /// as good as none: nobody knows which counts.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Option<Caller> {
        let mut sent = headers.get_all("authorization").iter();
        let only = sent.next().filter(|_| sent.next().is_none());
        let text = only.and_then(|value| value.to_str().ok());
        let bearer = text.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| {
            // Schemes are written in any case (RFC 9110, 11.1).
            scheme.eq_ignore_ascii_case("bearer")
        });
        self.clients.caller(bearer.map(|(_, key)| key))
    }

    /// Lets a caller in that has a right; who that is.
    pub(crate) fn let_in<'c>(
        &self,
        caller: Option<&'c Caller>,
        right: Right,
    ) -> Result<&'c Caller, Problem> {
        let Some(caller) = caller else {
            self.count("(unknown)", right, "refused");
            tracing::warn!(right = right.name(), "a request without a known key is refused");
            return Err(Problem::new(401, "a valid key is needed")
                .with_help("send `Authorization: Bearer KEY`, with the key of your system or the server's token")
                .with_code("R0401"));
        };
        if let Caller::Client { client, is_old_key: true } = caller {
            let labels = vec![("client".to_owned(), client.name.clone())];
            self.dispatch.metrics().old_keys.get_or_create(&labels).inc();
        }
        self.grant(caller, right)?;
        Ok(caller)
    }

    /// That a caller who is let in has another right besides.
    pub(crate) fn grant(&self, caller: &Caller, right: Right) -> Result<(), Problem> {
        let (client, name) = (caller.name(), right.name());
        if caller.has(right) {
            self.count(client, right, "granted");
            return Ok(());
        }
        self.count(client, right, "refused");
        tracing::warn!(client, right = name, "a client is refused: it lacks the right");
        Err(Problem::new(403, format!("the client `{client}` has not the right `{name}`"))
            .with_help(format!("who runs the server gives it in `may` of `[api.clients.{client}]`"))
            .with_code("R0402"))
    }

    /// Lets somebody in whom no page of a browser may be: an operator, or a desk. Without a key any page
    /// that somebody on this machine has open could send requests here, and browsers say in `Origin` that
    /// a page did. A page whose name was made to lead here says its own name in `Host`.
    pub(crate) fn let_in_no_page<'c>(
        &self,
        caller: Option<&'c Caller>,
        right: Right,
        headers: &HeaderMap,
        uri: &Uri,
    ) -> Result<&'c Caller, Problem> {
        let caller = self.let_in(caller, right)?;
        if headers.contains_key("origin") {
            return Err(Problem::new(403, "web pages may not administer this server")
                .with_help("ask without the header `Origin`, with curl for example"));
        }
        let is_other = |host: &HeaderValue| !host.to_str().is_ok_and(is_local);
        let is_other_in_host = headers.get("host").is_some_and(is_other);
        // Where HTTP/2 has it.
        let is_other =
            is_other_in_host || uri.authority().is_some_and(|name| !is_local(name.as_str()));
        if *caller == Caller::Anybody && is_other {
            return Err(Problem::new(403, "without a token only this machine may administer")
                .with_help("ask http://localhost, or set `[api] token_env`"));
        }
        Ok(caller)
    }

    /// The channel of a kind that a caller writes on: the one that it names, or its first.
    pub(crate) fn channel_of(
        &self,
        caller: &Caller,
        kind: &str,
        name: Option<&str>,
    ) -> Result<ChannelDef, Problem> {
        let found = self.channel(kind, name)?;
        let Some(own) = caller.channels() else { return Ok(found) };
        let found = match name {
            Some(_) => Some(found),
            None => {
                let program = self.dispatch.program();
                let is_own = |c: &&ChannelDef| c.kind == kind && own.contains(&c.name);
                program.channels.iter().find(is_own).cloned()
            }
        };
        found.filter(|channel| own.contains(&channel.name)).ok_or_else(|| {
            let client = caller.name();
            let detail = match name {
                Some(name) => {
                    format!("the client `{client}` may not write on the channel `{name}`")
                }
                None => format!("the client `{client}` has no {kind} channel"),
            };
            refused(caller, detail).with_help(format!("it has {}", own.join(", ")))
        })
    }

    /// That a caller sees a session. What it does not see is to it as if there were none.
    pub(crate) async fn sees(&self, caller: &Caller, session: &str) -> Result<(), Problem> {
        let Some(own) = caller.channels() else { return Ok(()) };
        match self.access.standing(session, own).await? {
            Standing::Own => Ok(()),
            Standing::Absent => Err(Problem::no_session(session)),
            Standing::Elsewhere => {
                tracing::warn!(
                    client = caller.name(),
                    session,
                    "a client asks for a conversation of other channels"
                );
                Err(Problem::no_session(session))
            }
        }
    }

    /// Whether a caller sees a file: it belongs to a conversation that it sees; or, as long as no message
    /// came with it, it was handed over on a channel of its own.
    pub(crate) async fn sees_file(
        &self,
        caller: &Caller,
        session: Option<&str>,
        channel: &String,
    ) -> Result<bool, Problem> {
        let Some(own) = caller.channels() else { return Ok(true) };
        match session {
            Some(session) => Ok(self.access.standing(session, own).await? == Standing::Own),
            None => Ok(own.contains(channel)),
        }
    }

    /// That a caller may write in a session that it names, on a channel of its own.
    pub(crate) async fn may_name(
        &self,
        caller: &Caller,
        channel: &str,
        session: &str,
    ) -> Result<(), Problem> {
        let Some(own) = caller.channels() else { return Ok(()) };
        if self.access.name(channel, session, own).await? {
            return Ok(());
        }
        let detail = format!("the session `{session}` is one of other channels");
        Err(refused(caller, detail)
            .with_help("take another name for it, or POST to /v1/messages with `from`"))
    }

    fn count(&self, client: &str, right: Right, result: &str) {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let labels =
            vec![label("client", client), label("right", right.name()), label("result", result)];
        self.dispatch.metrics().rights.get_or_create(&labels).inc();
    }
}

fn refused(caller: &Caller, detail: String) -> Problem {
    tracing::warn!(client = caller.name(), "a client is refused: {detail}");
    Problem::new(403, detail).with_code("R0403")
}

/// What is logged while a client's request is carried out says whose it is.
pub(crate) fn span(caller: Option<&Caller>) -> Span {
    match caller {
        Some(Caller::Client { client, .. }) => tracing::info_span!("request", client = client.name),
        _ => Span::none(),
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
