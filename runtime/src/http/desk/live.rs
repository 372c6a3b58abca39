//! `/desk/v1/live`: a WebSocket that tells an agent what she sees as it changes. As long as it is open she
//! is there, and conversations come to her.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::HeaderMap;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::{conversation, queue, worker};
use crate::desk::News;
use crate::desk::accounts::AccountNews;
use crate::dispatch::Heard;
use crate::http::app::App;
use crate::http::body::parse_json;
use crate::http::desk_callers::DeskCaller;
use crate::http::messages::checked_id;
use crate::http::problem::Problem;
use crate::http::socket::{accept_key, begin, error, writing};
use crate::http::{Request, Response};
use crate::limits::{FRAME_BYTES_MAX, PING_EVERY, SOCKET_SEND_TIMEOUT};

/// Of many changes in a short time one is told.
const TOLD_EVERY: Duration = Duration::from_millis(150);

/// What a page sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Sent {
    /// The conversation that she looks at, if any.
    Watch { conversation: Option<String> },
}

pub(super) async fn open(app: &App, mut request: Request) -> Result<Response, Problem> {
    let caller = app.0.agent(request.headers())?;
    let accept = accept_key(request.headers())?;
    let (app, headers) = (app.clone(), request.headers().clone());
    Ok(begin(&mut request, accept, async move |upgraded| {
        Live::open(app, caller, headers, upgraded).await.serve().await;
    }))
}

/// One open page.
struct Live {
    app: App,
    caller: DeskCaller,
    /// By which she is known; asked again now and then, for her account may be closed.
    headers: HeaderMap,
    news: Receiver<News>,
    /// Changes of accounts, hers among them.
    accounts: Receiver<AccountNews>,
    /// The conversation that she looks at.
    watched: Option<(String, Receiver<Heard>)>,
    /// Whether she saw it when she was last told of it.
    is_seen: bool,
    /// When what has changed is told; nothing where nothing has.
    floor_at: Option<Instant>,
    conversation_at: Option<Instant>,
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Live {
    async fn open(app: App, caller: DeskCaller, headers: HeaderMap, upgraded: Upgraded) -> Self {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits)).await;
        let (news, accounts) = (app.0.desk.listen(), app.0.accounts.listen());
        let now = Some(Instant::now());
        Self {
            app,
            caller,
            headers,
            news,
            accounts,
            watched: None,
            is_seen: false,
            floor_at: now,
            conversation_at: None,
            stream,
        }
    }

    async fn serve(mut self) {
        let _signed_on = self.app.0.desk.sign_on(worker(&self.caller.account)).await;
        let code = match self.talk().await {
            Ok(code) => code,
            Err(error) => {
                tracing::debug!(%error, "a WebSocket of the desk ended");
                return;
            }
        };
        let frame = CloseFrame { code, reason: "".into() };
        // The page may be gone already, or take nothing any more.
        let _ = tokio::time::timeout(SOCKET_SEND_TIMEOUT, self.stream.close(Some(frame))).await;
    }

    async fn talk(&mut self) -> Result<CloseCode, WsError> {
        let app = self.app.clone();
        let mut pings = tokio::time::interval(PING_EVERY);
        let mut answered = true;
        loop {
            let floor_at = self.floor_at;
            let conversation_at = self.conversation_at;
            tokio::select! {
                () = app.0.closed() => return Ok(CloseCode::Restart),
                _ = pings.tick() => {
                    if !std::mem::replace(&mut answered, false) {
                        return Ok(CloseCode::Away);
                    }
                    if !self.is_signed_in().await {
                        return Ok(CloseCode::Policy);
                    }
                    self.put(Message::Ping(Vec::new().into())).await?;
                }
                changed = self.accounts.recv() => match changed {
                    Err(RecvError::Closed) => return Ok(CloseCode::Restart),
                    _ if !self.is_signed_in().await => return Ok(CloseCode::Policy),
                    _ => {}
                },
                news = self.news.recv() => match news {
                    Ok(news) => self.heard_news(&news),
                    Err(RecvError::Lagged(_)) => self.soon(true),
                    Err(RecvError::Closed) => return Ok(CloseCode::Restart),
                },
                heard = said(&mut self.watched) => self.heard(heard).await?,
                () = at(floor_at) => self.tell_floor().await?,
                () = at(conversation_at) => self.tell_conversation().await?,
                message = self.stream.next() => match message {
                    None => return Ok(CloseCode::Normal),
                    Some(message) => {
                        answered = true;
                        match message? {
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

    /// Whether her login holds; what is declared of her may have changed.
    async fn is_signed_in(&mut self) -> bool {
        let Ok(caller) = self.app.0.agent(&self.headers) else { return false };
        if caller.account != self.caller.account {
            self.app.0.desk.declare(worker(&caller.account)).await;
            self.soon(true);
        }
        self.caller = caller;
        true
    }

    fn heard_news(&mut self, news: &News) {
        let is_watched = match news {
            News::Place(place) => {
                self.watched.as_ref().is_some_and(|(watched, _)| *watched == place.session)
            }
            News::People | News::Due(_) => false,
        };
        self.soon(is_watched);
    }

    /// What she sees is told soon, with what follows until then.
    fn soon(&mut self, conversation: bool) {
        let at = Instant::now() + TOLD_EVERY;
        self.floor_at.get_or_insert(at);
        if conversation {
            self.conversation_at.get_or_insert(at);
        }
    }

    /// Something was said in the conversation that she looks at, or somebody writes there.
    async fn heard(&mut self, heard: Option<Heard>) -> Result<(), WsError> {
        match heard {
            Some(Heard::Typing(who)) => {
                let Some((watched, _)) = self.watched.as_ref().filter(|_| self.is_seen) else {
                    return Ok(());
                };
                let who = writing(&who);
                self.send(&json!({ "type": "typing", "conversation": watched, "typing": who }))
                    .await
            }
            _ => {
                self.conversation_at.get_or_insert(Instant::now() + TOLD_EVERY);
                Ok(())
            }
        }
    }

    async fn tell_floor(&mut self) -> Result<(), WsError> {
        self.floor_at = None;
        let told = match queue::of(&self.app.0, &self.caller).await {
            Ok(queue) => json!({ "type": "queue", "queue": queue }),
            Err(problem) => error(None, &problem),
        };
        self.send(&told).await
    }

    async fn tell_conversation(&mut self) -> Result<(), WsError> {
        self.conversation_at = None;
        let Some((watched, _)) = &self.watched else { return Ok(()) };
        let found = conversation::of(&self.app.0, &self.caller, watched).await;
        self.is_seen = found.is_ok();
        let told = match found {
            Ok(document) => json!({ "type": "conversation", "document": document }),
            // The bot has it, or another agent.
            Err(problem) if problem.status == 404 => {
                json!({ "type": "gone", "conversation": watched })
            }
            Err(problem) => error(None, &problem),
        };
        self.send(&told).await
    }

    async fn take(&mut self, text: &[u8]) -> Result<(), WsError> {
        let wanted = parse_json(text).and_then(|Sent::Watch { conversation }| {
            conversation.map(|id| checked_id("conversation", &id)).transpose()
        });
        match wanted {
            Ok(wanted) => {
                let listen = |id: String| {
                    let heard = self.app.0.dispatch.listen(&id);
                    (id, heard)
                };
                self.watched = wanted.map(listen);
                self.is_seen = false;
                self.conversation_at = None;
                self.tell_conversation().await
            }
            Err(problem) => self.send(&error(None, &problem)).await,
        }
    }

    async fn send(&mut self, told: &Json) -> Result<(), WsError> {
        self.put(Message::text(told.to_string())).await
    }

    /// A page that takes nothing for too long is given up.
    async fn put(&mut self, message: Message) -> Result<(), WsError> {
        match tokio::time::timeout(SOCKET_SEND_TIMEOUT, self.stream.send(message)).await {
            Ok(sent) => sent,
            Err(_) => Err(WsError::ConnectionClosed),
        }
    }
}

/// Comes back at a moment, or never.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// What is heard of the conversation that is looked at; nothing where some was missed.
async fn said(watched: &mut Option<(String, Receiver<Heard>)>) -> Option<Heard> {
    match watched {
        Some((_, heard)) => heard.recv().await.ok(),
        None => std::future::pending().await,
    }
}
