//! The WebSocket of the web chat: a customer's messages in, replies out as they become durable.
//! A page that comes back names the last reply it has and gets those after it.

use std::sync::Arc;

use flowright_access::v1::Proof;
use flowright_access::v1::proof::Kind;
use flowright_engine::model::Status;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{Either, Full};
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::app::{App, Shared};
use super::listen::Place;
use super::messages::{checked_id, checked_text};
use super::problem::Problem;
use super::sessions::status_word;
use super::{Request, Response};
use crate::dispatch::{DispatchError, Heard, Incoming, StoreError, StoredReply};
use crate::limits::{FRAME_BYTES_MAX, PING_EVERY, SOCKET_SEND_TIMEOUT};

/// The protocol's name, for pages that bring a token.
const PROTOCOL: &str = "flowright.v1";

/// Characters that a session's id has at least here, where knowing it is what lets one in.
const SESSION_ID_CHARS_MIN: usize = 16;

/// What a page asks for in the address: `?session=ID&conversation=ID&after=SEQ&customer=ID&language=zh`.
#[derive(Debug, Default)]
struct Wanted {
    /// The page's own id, which nobody else knows; then that of the conversation that it is in.
    session: String,
    /// The conversation that `after` is a place in, where it is another than the page's own.
    conversation: Option<String>,
    /// The page is in another conversation than its own: that of the customer whose page it is.
    elsewhere: bool,
    after: u64,
    customer: Option<Json>,
    language: Option<String>,
}

/// What a page sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Sent {
    Message {
        id: String,
        #[serde(default)]
        text: String,
        payload: Option<String>,
    },
}

/// Answers the handshake; the conversation goes on in its own task.
pub(super) async fn upgrade(
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
    let (app, upgrading) = (app.clone(), hyper::upgrade::on(&mut request));
    let place = request.extensions().get::<Place>().cloned();
    tokio::spawn(async move {
        let _place = place;
        match upgrading.await {
            Ok(upgraded) => Socket::open(app, channel, wanted, upgraded).await.serve().await,
            Err(error) => tracing::debug!(%error, "a WebSocket did not begin"),
        }
    });
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert("sec-websocket-accept", accept);
    if let Some(name) = protocol.name {
        headers.insert("sec-websocket-protocol", name);
    }
    Ok(response)
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

fn accept_key(headers: &HeaderMap) -> Result<HeaderValue, Problem> {
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

/// One open WebSocket.
struct Socket {
    app: App,
    session: String,
    /// The page does not know yet which one that is.
    elsewhere: bool,
    channel: String,
    customer: Option<Json>,
    language: Option<String>,
    /// The last reply that was sent.
    sent: u64,
    heard: Receiver<Heard>,
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Socket {
    async fn open(app: App, channel: String, wanted: Wanted, upgraded: Upgraded) -> Self {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits)).await;
        // Listening begins before the store is read, so that nothing falls between.
        let heard = app.0.dispatch.listen(&wanted.session);
        let Wanted { session, elsewhere, after, customer, language, .. } = wanted;
        Self { app, session, elsewhere, channel, customer, language, sent: after, heard, stream }
    }

    async fn serve(mut self) {
        let ended = self.talk().await;
        let frame = match ended {
            Ok(code) => CloseFrame { code, reason: "".into() },
            Err(WsError::Capacity(_)) => {
                CloseFrame { code: CloseCode::Size, reason: "the message is too long".into() }
            }
            Err(error) => {
                tracing::debug!(%error, "a WebSocket ended");
                return;
            }
        };
        // The page may be gone already, or take nothing any more.
        let _ = tokio::time::timeout(SOCKET_SEND_TIMEOUT, self.stream.close(Some(frame))).await;
    }

    async fn talk(&mut self) -> Result<CloseCode, WsError> {
        if let Some(code) = self.begin().await? {
            return Ok(code);
        }
        let app = Arc::clone(&self.app.0);
        let mut pings = tokio::time::interval(PING_EVERY);
        let mut answered = true;
        loop {
            tokio::select! {
                () = app.closed() => return Ok(CloseCode::Restart),
                _ = pings.tick() => {
                    if !std::mem::replace(&mut answered, false) {
                        return Ok(CloseCode::Away);
                    }
                    self.put(Message::Ping(Vec::new().into())).await?;
                }
                heard = self.heard.recv() => match heard {
                    Ok(heard) => self.pass_on(&heard).await?,
                    Err(RecvError::Lagged(_)) => {
                        self.catch_up().await?;
                        self.send_status().await?;
                    }
                    Err(RecvError::Closed) => return Ok(CloseCode::Error),
                },
                message = self.stream.next() => match message {
                    None => return Ok(CloseCode::Normal),
                    Some(message) => {
                        answered = true;
                        match message? {
                            // The page comes back, to the channel that is at its address now.
                            Message::Text(_) if !self.has_channel() => {
                                return Ok(CloseCode::Restart);
                            }
                            Message::Text(text) => self.take(text.as_bytes()).await?,
                            Message::Binary(_) => return Ok(CloseCode::Unsupported),
                            Message::Close(_) => return Ok(CloseCode::Normal),
                            _ => {}
                        }
                    }
                },
            }
        }
    }

    /// Opens the session when it is new, and sends what the page has not seen. A page whose session
    /// could not be opened is to come again: otherwise it would wait for a greeting that never comes.
    async fn begin(&mut self) -> Result<Option<CloseCode>, WsError> {
        if self.elsewhere {
            let named = json!({ "type": "conversation", "conversation": self.session });
            self.send(&named).await?;
        }
        let who = self.incoming(String::new(), String::new(), None);
        let opened = self.app.0.dispatch.open(&self.session, who).await;
        self.catch_up().await?;
        match opened {
            Ok(answer) => self.send(&status(answer.handed_off)).await.map(|()| None),
            Err(error) => {
                let again = passes_soon(&error);
                self.refuse(None, error).await?;
                Ok(again.then_some(CloseCode::Again))
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), WsError> {
        match self.app.0.dispatch.replies_after(&self.session, self.sent).await {
            Ok(missed) => {
                for reply in &missed {
                    self.put_reply(reply).await?;
                }
                Ok(())
            }
            Err(error) => self.refuse(None, DispatchError::Store(error)).await,
        }
    }

    /// A message is carried out while replies go out: those of its first steps are seen before an
    /// action comes back.
    async fn take(&mut self, text: &[u8]) -> Result<(), WsError> {
        let Sent::Message { id, text, payload } = match super::body::parse_json(text) {
            Ok(sent) => sent,
            Err(problem) => return self.send(&error(None, &problem)).await,
        };
        let checked = checked_id("message", &id).and_then(|id| {
            let text = checked_text(text, payload.is_some())?;
            let payload = payload.map(|payload| checked_text(payload, true)).transpose()?;
            Ok((id, text, payload))
        });
        let (id, text, payload) = match checked {
            Ok(checked) => checked,
            Err(problem) => return self.send(&error(Some(&id), &problem)).await,
        };
        let message = self.incoming(id.clone(), text, payload);
        let (dispatch, session) = (self.app.0.dispatch.clone(), self.session.clone());
        let work = async move { dispatch.message(&session, message).await };
        tokio::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                heard = self.heard.recv() => match heard {
                    Ok(heard) => self.pass_on(&heard).await?,
                    Err(_) => self.catch_up().await?,
                },
            }
        };
        match done {
            Ok(answer) => {
                for reply in &answer.replies {
                    self.send_reply(reply).await?;
                }
                self.send(&json!({ "type": "ack", "id": id, "turn": answer.turn, "repeated": answer.repeated })).await?;
                self.send(&status(answer.handed_off)).await
            }
            Err(error) => self.refuse(Some(&id), error).await,
        }
    }

    /// Whether the current program has the channel that the page came in by.
    fn has_channel(&self) -> bool {
        self.app.0.channel("websocket", Some(&self.channel)).is_ok()
    }

    fn incoming(&self, id: String, text: String, payload: Option<String>) -> Incoming {
        let lang = self.language.as_deref().and_then(flowright_nlu::lang::Lang::parse);
        Incoming {
            reply_to: None,
            id,
            channel: self.channel.clone(),
            text,
            payload,
            customer: self.customer.clone(),
            lang,
        }
    }

    /// Who has the conversation: that it changed may be among what was missed.
    async fn send_status(&mut self) -> Result<(), WsError> {
        match self.app.0.dispatch.session(&self.session).await {
            Ok(Some((session, _))) => self.send(&status(session.status != Status::Bot)).await,
            Ok(None) => Ok(()),
            Err(error) => self.refuse(None, DispatchError::Store(error)).await,
        }
    }

    async fn pass_on(&mut self, heard: &Heard) -> Result<(), WsError> {
        match heard {
            Heard::Reply(reply) => self.send_reply(reply).await,
            Heard::Returned => self.send(&status(false)).await,
        }
    }

    /// Once each, in order, whichever way it came. What another channel's message was answered
    /// before it may be on its way still: it is in the store.
    async fn send_reply(&mut self, reply: &StoredReply) -> Result<(), WsError> {
        if reply.seq <= self.sent {
            return Ok(());
        }
        if reply.seq > self.sent.saturating_add(1) {
            return self.catch_up().await;
        }
        self.put_reply(reply).await
    }

    async fn put_reply(&mut self, reply: &StoredReply) -> Result<(), WsError> {
        self.sent = reply.seq;
        let mut document = serde_json::to_value(reply).unwrap_or_default();
        if let Some(object) = document.as_object_mut() {
            object.insert("type".to_owned(), json!("reply"));
        }
        self.send(&document).await
    }

    async fn refuse(&mut self, id: Option<&str>, why: DispatchError) -> Result<(), WsError> {
        self.send(&error(id, &Problem::from(why))).await
    }

    async fn send(&mut self, document: &Json) -> Result<(), WsError> {
        self.put(Message::text(document.to_string())).await
    }

    /// Sends a message. A client that takes nothing for too long is cut off: what waits for it would
    /// never end.
    async fn put(&mut self, message: Message) -> Result<(), WsError> {
        let sent = tokio::time::timeout(SOCKET_SEND_TIMEOUT, self.stream.send(message)).await;
        sent.unwrap_or_else(|_| Err(WsError::Io(std::io::ErrorKind::TimedOut.into())))
    }
}

fn status(handed_off: bool) -> Json {
    json!({ "type": "status", "status": status_word(handed_off) })
}

/// Whether what kept something from being done is over soon by itself.
const fn passes_soon(error: &DispatchError) -> bool {
    matches!(
        error,
        DispatchError::Overloaded
            | DispatchError::SessionBusy
            | DispatchError::Store(StoreError::Overloaded | StoreError::Full(_))
    )
}

fn error(id: Option<&str>, problem: &Problem) -> Json {
    json!({ "type": "error", "id": id, "problem": problem.json() })
}
