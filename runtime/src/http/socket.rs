//! The WebSocket of the web chat: a customer's messages in, replies out as they become durable.
//! A page that comes back names the last reply it has and gets those after it.

mod file;
mod handshake;
mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use flowright_engine::model::Status;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::app::App;
use super::messages::{checked_id, checked_text};
use super::problem::Problem;
use crate::dispatch::{DispatchError, Heard, Incoming, StoredReply, Typing};
use crate::limits::{FRAME_BYTES_MAX, PING_EVERY, SOCKET_SEND_TIMEOUT, TYPING_EVERY};
use handshake::Wanted;
pub(super) use handshake::{accept_key, begin, upgrade};
pub(super) use told::{error, writing};
use told::{passes_soon, status};

/// What a page sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Sent {
    Message {
        id: String,
        #[serde(default)]
        text: String,
        payload: Option<String>,
        #[serde(default)]
        attachments: Vec<String>,
    },
    /// A file is to come, in binary frames.
    File { id: String, name: String, bytes: u64 },
    /// The customer is writing.
    Typing,
}

/// One open WebSocket.
struct Socket {
    app: App,
    /// Tells its own signals from those of other pages.
    number: u64,
    /// When it was last passed on that the customer is writing here.
    typed: Option<Instant>,
    session: String,
    /// The page does not know yet which one that is.
    elsewhere: bool,
    channel: String,
    customer: Option<Json>,
    language: Option<String>,
    /// The last reply that was sent.
    sent: u64,
    heard: Receiver<Heard>,
    /// What comes of a file.
    file: file::Incoming,
    /// The conversation goes on in another one, which the page is told when it comes again.
    left: bool,
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Socket {
    async fn open(app: App, channel: String, wanted: Wanted, upgraded: Upgraded) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits)).await;
        // Listening begins before the store is read, so that nothing falls between.
        let heard = app.0.dispatch.listen(&wanted.session);
        let Wanted { session, elsewhere, after, customer, language, .. } = wanted;
        Self {
            app,
            number,
            typed: None,
            session,
            elsewhere,
            channel,
            customer,
            language,
            sent: after,
            heard,
            file: file::Incoming::default(),
            left: false,
            stream,
        }
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
            if self.left {
                return Ok(CloseCode::Restart);
            }
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
                            Message::Binary(bytes) => self.take_bytes(&bytes).await?,
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
        let who = self.incoming(String::new(), String::new(), None);
        let opened = self.app.0.dispatch.open(&self.session, who).await;
        // What the page knows is of a conversation that is not there any more.
        let lost = opened.as_ref().is_ok_and(|answer| !answer.repeated) && self.sent > 0;
        if lost {
            self.sent = 0;
        }
        if self.elsewhere || lost {
            let named =
                json!({ "type": "conversation", "conversation": self.session, "after": self.sent });
            self.send(&named).await?;
        }
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
        let (id, text, payload, attachments) = match super::body::parse_json(text) {
            Ok(Sent::Message { id, text, payload, attachments }) => {
                (id, text, payload, attachments)
            }
            Ok(Sent::File { id, name, bytes }) => {
                let known = checked_id("file", &id);
                let begun = match known {
                    Ok(_) => {
                        let (app, what) = (&self.app.0, (id.as_str(), name.as_str(), bytes));
                        self.file.begin(&app.access, &self.channel, what).await
                    }
                    Err(problem) => Err(problem),
                };
                return match begun {
                    Ok(()) => Ok(()),
                    Err(problem) => self.send(&error(Some(&id), &problem)).await,
                };
            }
            Ok(Sent::Typing) => {
                self.typing();
                return Ok(());
            }
            Err(problem) => return self.send(&error(None, &problem)).await,
        };
        let checked = checked_id("message", &id).and_then(|id| {
            let text = checked_text(text, payload.is_some() || !attachments.is_empty())?;
            let payload = payload.map(|payload| checked_text(payload, true)).transpose()?;
            Ok((id, text, payload))
        });
        let (id, text, payload) = match checked {
            Ok(checked) => checked,
            Err(problem) => return self.send(&error(Some(&id), &problem)).await,
        };
        let attached = self.app.0.access.attachments().attach(attachments, &self.session).await;
        let attachments = match attached {
            Ok(attachments) => attachments,
            Err(problem) => return self.send(&error(Some(&id), &problem.into())).await,
        };
        self.file.used();
        let message = Incoming { attachments, ..self.incoming(id.clone(), text, payload) };
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

    /// Takes bytes of a file.
    async fn take_bytes(&mut self, bytes: &[u8]) -> Result<(), WsError> {
        match self.file.take(bytes).await {
            None => Ok(()),
            Some((id, Ok(attachment))) => {
                self.send(&json!({ "type": "file", "id": id, "attachment": attachment })).await
            }
            Some((id, Err(problem))) => self.send(&error(id.as_deref(), &problem)).await,
        }
    }

    /// Tells whoever listens that the customer is writing; of many signals, one now and then.
    fn typing(&mut self) {
        let now = Instant::now();
        if self.typed.is_some_and(|last| now.duration_since(last) < TYPING_EVERY) {
            return;
        }
        self.typed = Some(now);
        self.app.0.dispatch.typing(&self.session, Typing::Customer { page: self.number });
    }

    /// Whether the current program has the channel that the page came in by.
    fn has_channel(&self) -> bool {
        self.app.0.channel("websocket", Some(&self.channel)).is_ok()
    }

    fn incoming(&self, id: String, text: String, payload: Option<String>) -> Incoming {
        let lang = self.language.as_deref().and_then(flowright_nlu::lang::Lang::parse);
        Incoming {
            reply_to: None,
            customer_id: None,
            attachments: Vec::new(),
            from: None,
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
            Heard::Left => {
                self.left = true;
                Ok(())
            }
            // She knows that she writes.
            Heard::Typing(Typing::Customer { page }) if *page == self.number => Ok(()),
            Heard::Typing(who) => {
                let mut sign = writing(who);
                if let Some(object) = sign.as_object_mut() {
                    object.insert("type".to_owned(), json!("typing"));
                }
                self.send(&sign).await
            }
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
        // What goes to another channel is not for a page, even if she has both open.
        if reply.reply.on.as_ref().is_some_and(|on| *on != self.channel) {
            return Ok(());
        }
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
