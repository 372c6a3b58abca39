//! `GET /v1/sessions/{session}/events`: what is said, as it is said, as server-sent events (WHATWG HTML,
//! 9.2). A client that comes again goes on after the last one it has.

use std::collections::VecDeque;
use std::sync::Arc;

use flowright_engine::model::Status;
use futures_util::StreamExt as _;
use futures_util::stream;
use http_body_util::{Either, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::app::{App, Shared};
use super::idle::InUse;
use super::problem::Problem;
use super::replies::{known, sequence};
use super::sessions::status_word;
use super::socket::writing;
use super::{Request, Response};
use crate::clients::Caller;
use crate::dispatch::{Heard, StoreError, StoredReply};
use crate::limits::PING_EVERY;

/// An answer that goes on until its client leaves or the server goes down.
pub(super) async fn get(
    app: &App,
    caller: &Caller,
    session: String,
    request: &Request,
) -> Result<Response, Problem> {
    let sent = last_event(request)?;
    known(&app.0, caller, &session).await?;
    // Listening begins before the store is read, so that nothing falls between.
    let heard = app.0.dispatch.listen(&session);
    let follower = Follower {
        app: Arc::clone(&app.0),
        session,
        sent,
        heard,
        ready: VecDeque::new(),
        handed_off: None,
        _in_use: request.extensions().get::<InUse>().cloned(),
    };
    let follower = follower.begun().await?;
    let events = stream::unfold(follower, Follower::next);
    let frames = events.map(|text| Ok(Frame::data(Bytes::from(text)))).boxed();
    let mut response = Response::new(Either::Right(StreamBody::new(frames)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    // A proxy that collects an answer before it passes it on would keep everything.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The last reply that the client has: browsers say it in a header when they come again.
fn last_event(request: &Request) -> Result<u64, Problem> {
    let header = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let query = request.uri().query().unwrap_or("");
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after="));
    let Some(last) = header.or(after) else { return Ok(0) };
    sequence(last).ok_or_else(|| Problem::new(400, "the last event is not a number from 0 on"))
}

/// One client that listens.
struct Follower {
    app: Arc<Shared>,
    session: String,
    /// The last reply that was sent.
    sent: u64,
    heard: Receiver<Heard>,
    /// Written, and not sent yet.
    ready: VecDeque<String>,
    /// Whether the client was told that a human has the conversation; absent before it was told.
    handed_off: Option<bool>,
    /// Its connection is not idle.
    _in_use: Option<InUse>,
}

impl Follower {
    /// With what the client has not seen, and who has the conversation.
    async fn begun(mut self) -> Result<Self, Problem> {
        self.ready.push_back("retry: 1000\n\n".to_owned());
        self.catch_up().await?;
        self.put_status().await?;
        Ok(self)
    }

    /// The next piece of the body; nothing more when the server goes down, or cannot read: the client
    /// comes again and is told what it missed.
    async fn next(mut self) -> Option<(String, Self)> {
        while self.ready.is_empty() {
            let app = Arc::clone(&self.app);
            tokio::select! {
                () = app.closed() => return None,
                () = tokio::time::sleep(PING_EVERY) => self.ready.push_back(": still here\n\n".to_owned()),
                heard = self.heard.recv() => self.take(heard).await.ok()?,
            }
        }
        let text: String = self.ready.drain(..).collect();
        Some((text, self))
    }

    async fn take(&mut self, heard: Result<Heard, RecvError>) -> Result<(), StoreError> {
        match heard {
            Ok(Heard::Reply(reply)) if reply.seq <= self.sent => Ok(()),
            Ok(Heard::Reply(reply)) if reply.seq == self.sent.saturating_add(1) => {
                self.put(&reply);
                self.put_status().await
            }
            Ok(Heard::Returned) => self.put_status().await,
            // Who listens here names the conversation.
            Ok(Heard::Left) => Ok(()),
            Ok(Heard::Typing(who)) => {
                let data = writing(&who);
                self.ready.push_back(format!("event: typing\ndata: {data}\n\n"));
                Ok(())
            }
            // Some were missed: they are in the store.
            Ok(Heard::Reply(_)) | Err(RecvError::Lagged(_)) => {
                self.catch_up().await?;
                self.put_status().await
            }
            Err(RecvError::Closed) => Err(StoreError::Failed("nobody tells any more".to_owned())),
        }
    }

    async fn catch_up(&mut self) -> Result<(), StoreError> {
        for reply in self.app.dispatch.replies_after(&self.session, self.sent).await? {
            self.put(&reply);
        }
        Ok(())
    }

    fn put(&mut self, reply: &StoredReply) {
        self.sent = reply.seq;
        let data = serde_json::to_value(reply).unwrap_or_default();
        self.ready.push_back(format!("event: reply\nid: {}\ndata: {data}\n\n", reply.seq));
    }

    async fn put_status(&mut self) -> Result<(), StoreError> {
        let Some((session, _)) = self.app.dispatch.session(&self.session).await? else {
            return Ok(());
        };
        let handed_off = session.status != Status::Bot;
        if self.handed_off.replace(handed_off) != Some(handed_off) {
            let data = json!({ "status": status_word(handed_off) });
            self.ready.push_back(format!("event: status\ndata: {data}\n\n"));
        }
        Ok(())
    }
}
