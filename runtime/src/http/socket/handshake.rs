//! How a page gets a WebSocket: whether its site may, what it asks for, whose page it is.

use flowright_access::v1::Proof;
use flowright_access::v1::proof::Kind;
use http_body_util::{Either, Full};
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Socket;
use crate::http::app::{App, Shared};
use crate::http::listen::Place;
use crate::http::messages::checked_id;
use crate::http::problem::Problem;
use crate::http::{Request, Response};

/// The protocol's name, for pages that bring a token.
const PROTOCOL: &str = "flowright.v1";

/// Characters that a session's id has at least here, where knowing it is what lets one in.
const SESSION_ID_CHARS_MIN: usize = 16;

/// What a page asks for in the address: `?session=ID&conversation=ID&after=SEQ&customer=ID&language=zh`.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The page's own id, which nobody else knows; then that of the conversation that it is in.
    pub(super) session: String,
    /// The conversation that `after` is a place in, where it is another than the page's own.
    pub(super) conversation: Option<String>,
    /// The page is in another conversation than its own: that of the customer whose page it is.
    pub(super) elsewhere: bool,
    pub(super) after: u64,
    pub(super) customer: Option<Json>,
    pub(super) language: Option<String>,
}

/// Answers the handshake; the conversation goes on in its own task.
pub(in crate::http) async fn upgrade(
    app: &App,
    channel: String,
    mut request: Request,
) -> Result<Response, Problem> {
    if !app.0.admits_origin(request.headers()) {
        return Err(Problem::new(403, "pages of this origin may not talk to this server")
            .with_help("add the origin under `[web] allowed_origins` in flowright.toml"));
    }
    let accept = accept_key(request.headers())?;
    let mut wanted = wanted(&app.0, request.uri().query().unwrap_or(""))?;
    let protocol = protocol(request.headers())?;
    let entered = app.0.access.enter(&channel, &wanted.session, &protocol.proofs).await?;
    wanted.enter(entered);
    let app = app.clone();
    let mut response = begin(&mut request, accept, async move |upgraded| {
        Socket::open(app, channel, wanted, upgraded).await.serve().await;
    });
    if let Some(name) = protocol.name {
        response.headers_mut().insert("sec-websocket-protocol", name);
    }
    Ok(response)
}

/// That the connection is a WebSocket from here on; it is served in a task of its own, and keeps its place
/// among the connections.
pub(in crate::http) fn begin<S: Future<Output = ()> + Send>(
    request: &mut Request,
    accept: HeaderValue,
    serve: impl FnOnce(Upgraded) -> S + Send + 'static,
) -> Response {
    let upgrading = hyper::upgrade::on(&mut *request);
    let place = request.extensions().get::<Place>().cloned();
    tokio::spawn(async move {
        let _place = place;
        match upgrading.await {
            Ok(upgraded) => serve(upgraded).await,
            Err(error) => tracing::debug!(%error, "a WebSocket did not begin"),
        }
    });
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert("sec-websocket-accept", accept);
    response
}

/// What a page asks for in `Sec-WebSocket-Protocol`: the protocol's name, and the token that says whose
/// page it is. An address is no place for a token: it is written into logs.
#[derive(Debug, Default)]
struct Protocol {
    /// To be confirmed.
    name: Option<HeaderValue>,
    proofs: Vec<Proof>,
}

fn protocol(headers: &HeaderMap) -> Result<Protocol, Problem> {
    let mut protocol = Protocol::default();
    let asked = headers.get_all("sec-websocket-protocol").into_iter();
    let asked = asked.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    for word in asked.map(str::trim) {
        if word == PROTOCOL {
            protocol.name = Some(HeaderValue::from_static(PROTOCOL));
        } else if let Some(token) = word.strip_prefix("token.") {
            let kind = Some(Kind::SignedToken(token.to_owned()));
            protocol.proofs.push(Proof { kind });
        }
    }
    if protocol.name.is_none() && !protocol.proofs.is_empty() {
        return Err(Problem::new(
            400,
            format!("the protocol `{PROTOCOL}` is not among those asked for"),
        )
        .with_help(format!("new WebSocket(address, [\"{PROTOCOL}\", \"token.\" + token])")));
    }
    Ok(protocol)
}

/// What the key of a handshake is answered with, where it is one.
pub(in crate::http) fn accept_key(headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    let is = |name: &str, value: &str| {
        let text = headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
        text.split(',').any(|part| part.trim().eq_ignore_ascii_case(value))
    };
    let not_one =
        |why: &str| Problem::new(400, format!("this is not a WebSocket handshake: {why}"));
    if !is("upgrade", "websocket") || !is("connection", "upgrade") {
        return Err(Problem::new(426, "this address speaks WebSocket only"));
    }
    if !is("sec-websocket-version", "13") {
        return Err(not_one("version 13 is spoken here"));
    }
    let key = headers.get("sec-websocket-key").ok_or_else(|| not_one("its key is missing"))?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(|_| not_one("its key"))
}

fn wanted(app: &Shared, query: &str) -> Result<Wanted, Problem> {
    let mut wanted = Wanted::default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = &*percent_decode_str(value).decode_utf8_lossy();
        match name {
            "session" => wanted.session = checked_id("session", value)?,
            "conversation" => wanted.conversation = Some(checked_id("conversation", value)?),
            "after" => {
                wanted.after =
                    value.parse().map_err(|_| Problem::new(400, "`after` is not a number"))?;
            }
            "customer" if !value.is_empty() => wanted.customer = Some(demo_customer(app, value)?),
            "language" => wanted.language = Some(value.to_owned()),
            _ => {}
        }
    }
    if wanted.session.len() < SESSION_ID_CHARS_MIN {
        return Err(Problem::new(400, "the session id is too easy to guess")
            .with_help(format!("at least {SESSION_ID_CHARS_MIN} random characters")));
    }
    Ok(wanted)
}

impl Wanted {
    /// Into the conversation that the page belongs to, with what vouches for the customer.
    fn enter(&mut self, (session, profile): (String, Option<Json>)) {
        let had = self.conversation.take().unwrap_or_else(|| self.session.clone());
        if had != session {
            self.after = 0;
        }
        self.elsewhere = self.session != session;
        self.session = session;
        self.customer = profile.or_else(|| self.customer.take());
    }
}

/// One of the customers that a development server offers.
fn demo_customer(app: &Shared, id: &str) -> Result<Json, Problem> {
    let found = app.demo_customers.iter().find(|c| c.get("id").and_then(Json::as_str) == Some(id));
    found
        .cloned()
        .ok_or_else(|| Problem::new(403, "this server does not let pages say who they are"))
}
