//! A conversation as it goes, on a stream: messages in, replies out as they become durable. A caller
//! that comes back names the last reply it has and gets those after it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use flowright_access::v1;
use flowright_access::v1::talk_request::Kind as Asked;
use flowright_access::v1::talk_response::Kind;
use flowright_engine::model::Status as Holder;
use futures_util::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::{Status, Streaming};
use tracing::Instrument as _;

use super::calls::Writer;
use super::deadline::Deadline;
use super::{convert, status};
use crate::clients::Caller;
use crate::dispatch::{DispatchError, Heard, StoredReply};
use crate::http::App;
use crate::http::callers::span;
use crate::http::messages::checked_id;
use crate::http::problem::Problem;
use crate::limits::{BODY_TIMEOUT, GRPC_QUEUE_MAX, SOCKET_SEND_TIMEOUT};

/// What a caller is sent: the answers, and at the end how the stream ends.
#[derive(Debug)]
pub(super) struct Answers {
    answers: mpsc::Receiver<v1::TalkResponse>,
    end: End,
}

/// How a stream ends: with nothing where all is well.
type End = Arc<Mutex<Option<Status>>>;

impl Stream for Answers {
    type Item = Result<v1::TalkResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(answer) = ready!(self.answers.poll_recv(cx)) {
            return Poll::Ready(Some(Ok(answer)));
        }
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        Poll::Ready(end.map(Err))
    }
}

/// Begins to talk, in a task of its own: it ends when the caller is gone.
pub(super) fn begin(
    app: App,
    caller: Caller,
    deadline: Deadline,
    requests: Streaming<v1::TalkRequest>,
) -> Answers {
    let (out, answers) = mpsc::channel(GRPC_QUEUE_MAX);
    // Whoever is cut off has not come to an end.
    let end: End = Arc::new(Mutex::new(Some(status::going_down())));
    let told = Arc::clone(&end);
    let span = span(Some(&caller));
    let talking = async move {
        let gone = out.clone();
        let ended = tokio::select! {
            biased;
            () = gone.closed() => return,
            () = deadline.over() => Err(status::too_late()),
            ended = serve(app, caller, requests, out) => ended,
        };
        *told.lock().unwrap_or_else(PoisonError::into_inner) = ended.err();
    };
    tokio::spawn(talking.instrument(span));
    Answers { answers, end }
}

async fn serve(
    app: App,
    caller: Caller,
    mut requests: Streaming<v1::TalkRequest>,
    out: mpsc::Sender<v1::TalkResponse>,
) -> Result<(), Status> {
    let first = tokio::select! {
        first = timeout(BODY_TIMEOUT, requests.message()) => first,
        () = app.0.closed() => return Err(status::going_down()),
    };
    let first =
        first.map_err(|_| Status::deadline_exceeded("`open` took too long to arrive"))??;
    let Some(Asked::Open(open)) = first.and_then(|first| first.kind) else {
        return Err(refused(400, "a stream begins with `open`"));
    };
    let opened = Talk::open(app, &caller, open, out).await;
    let mut talk = opened.map_err(|problem| status::of(&problem))?;
    talk.begin().await?;
    talk.go_on(&mut requests).await
}

fn refused(code: u16, detail: &str) -> Status {
    status::of(&Problem::new(code, detail))
}

/// One open stream.
struct Talk {
    app: App,
    session: String,
    writer: Writer,
    /// The last reply that was sent.
    sent: u64,
    heard: broadcast::Receiver<Heard>,
    out: mpsc::Sender<v1::TalkResponse>,
}

impl Talk {
    async fn open(
        app: App,
        caller: &Caller,
        open: v1::TalkOpen,
        out: mpsc::Sender<v1::TalkResponse>,
    ) -> Result<Self, Problem> {
        let v1::TalkOpen { session, after, channel, language, customer } = open;
        let session = checked_id("session", &session)?;
        let writer = Writer::of(&app, caller, channel, language, customer)?;
        app.0.may_name(caller, &writer.channel, &session).await?;
        // Listening begins before the store is read, so that nothing falls between.
        let heard = app.0.dispatch.listen(&session);
        Ok(Self { app, session, writer, sent: after, heard, out })
    }

    /// Opens the session when it is new, and sends what the caller has not seen.
    async fn begin(&mut self) -> Result<(), Status> {
        let who = self.writer.silent();
        let opened = self.app.0.dispatch.open(&self.session, who).await;
        self.catch_up().await?;
        let answer = opened.map_err(|error| status::of(&error.into()))?;
        self.put_status(answer.handed_off).await
    }

    /// Until the caller has nothing more to say, or the server goes down.
    async fn go_on(&mut self, requests: &mut Streaming<v1::TalkRequest>) -> Result<(), Status> {
        let app = self.app.clone();
        loop {
            tokio::select! {
                () = app.0.closed() => return Err(status::going_down()),
                heard = self.heard.recv() => self.pass_on(heard).await?,
                request = requests.message() => match request? {
                    None => return Ok(()),
                    Some(request) => self.take(request.kind).await?,
                },
            }
        }
    }

    /// A message is carried out while replies go out: those of its first steps are seen before an
    /// action comes back.
    async fn take(&mut self, asked: Option<Asked>) -> Result<(), Status> {
        let message = match asked {
            Some(Asked::Message(message)) => message,
            Some(Asked::Open(_)) => return Err(refused(400, "a stream is opened once")),
            None => {
                let unknown = Problem::new(400, "a request is neither `open` nor `message`");
                return self.put(Kind::Refusal(status::refusal("", &unknown))).await;
            }
        };
        // The bot may have become another one meanwhile; the caller learns of it when it comes back.
        if self.app.0.channel("grpc", Some(&self.writer.channel)).is_err() {
            return Err(status::of(&Problem::overloaded("the bot has another channel now")));
        }
        let id = message.id.clone();
        let message = match self.writer.says(&self.session, self.session.clone(), message) {
            Ok(message) => message,
            Err(problem) => return self.put(Kind::Refusal(status::refusal(&id, &problem))).await,
        };
        let access = self.app.0.access.clone();
        let work = async move { access.carry_out(message).await };
        tokio::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                heard = self.heard.recv() => self.pass_on(heard).await?,
            }
        };
        let answer = match done {
            Ok(answered) => answered.answer,
            Err(error) => {
                let refusal = status::refusal(&id, &error.into());
                return self.put(Kind::Refusal(refusal)).await;
            }
        };
        for reply in &answer.replies {
            self.send_reply(reply).await?;
        }
        let ack = v1::Ack { id, turn: answer.turn, is_repeat: answer.repeated };
        self.put(Kind::Ack(ack)).await?;
        self.put_status(answer.handed_off).await
    }

    async fn pass_on(&mut self, heard: Result<Heard, RecvError>) -> Result<(), Status> {
        match heard {
            Ok(Heard::Reply(reply)) => self.send_reply(&reply).await,
            Ok(Heard::Returned) => self.put_status(false).await,
            // Systems do not look on, and name their conversations themselves.
            Ok(Heard::Typing(_) | Heard::Left) => Ok(()),
            Err(RecvError::Lagged(_)) => {
                self.catch_up().await?;
                self.send_status().await
            }
            Err(RecvError::Closed) => Err(status::going_down()),
        }
    }

    /// Once each, in order, whichever way it came. What another channel's message was answered
    /// before it may be on its way still: it is in the store.
    async fn send_reply(&mut self, reply: &StoredReply) -> Result<(), Status> {
        if reply.seq <= self.sent {
            return Ok(());
        }
        if reply.seq > self.sent.saturating_add(1) {
            return self.catch_up().await;
        }
        self.put_reply(reply).await
    }

    async fn catch_up(&mut self) -> Result<(), Status> {
        let missed = self.app.0.dispatch.replies_after(&self.session, self.sent).await;
        let missed =
            missed.map_err(|error| status::of(&Problem::from(DispatchError::Store(error))))?;
        for reply in &missed {
            self.put_reply(reply).await?;
        }
        Ok(())
    }

    /// Who has the conversation: that it changed may be among what was missed.
    async fn send_status(&mut self) -> Result<(), Status> {
        let found = self.app.0.dispatch.session(&self.session).await;
        match found.map_err(|error| status::of(&Problem::from(DispatchError::Store(error))))? {
            Some((session, _)) => self.put_status(session.status != Holder::Bot).await,
            None => Ok(()),
        }
    }

    async fn put_status(&self, handed_off: bool) -> Result<(), Status> {
        self.put(Kind::Status(convert::conversation_status(handed_off) as i32)).await
    }

    async fn put_reply(&mut self, reply: &StoredReply) -> Result<(), Status> {
        self.sent = reply.seq;
        self.put(Kind::Reply(convert::reply(reply))).await
    }

    /// Sends something. A caller that takes nothing for too long is cut off: what waits for it would
    /// never end.
    async fn put(&self, kind: Kind) -> Result<(), Status> {
        let answer = v1::TalkResponse { kind: Some(kind) };
        match timeout(SOCKET_SEND_TIMEOUT, self.out.send(answer)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Status::cancelled("the caller is gone")),
            Err(_) => Err(status::of(
                &Problem::overloaded("replies were not taken in time")
                    .with_help("open the stream again with `after`"),
            )),
        }
    }
}
