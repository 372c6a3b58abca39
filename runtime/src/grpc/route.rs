//! Which service answers a call, for whom and for how long.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use flowright_access::FILE_DESCRIPTOR_SET;
use futures_util::future::BoxFuture;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;
use tonic::codegen::Service;
use tonic_health::pb::health_server::HealthServer;
use tonic_reflection::server::Builder;
use tracing::Instrument as _;

use super::calls::Calls;
use super::deadline::Deadline;
use super::frames::{Frames, Held};
use super::health::Healthy;
use super::status;
use super::v1::conversations_server::ConversationsServer;
use crate::clients::{Caller, Right};
use crate::http::App;
use crate::http::callers::span;
use crate::http::idle::Use;
use crate::http::problem::Problem;
use crate::limits::{GRPC_CALLS_MAX, GRPC_MESSAGE_BYTES_MAX};

/// The service of conversations, as it is called.
pub(super) const CONVERSATIONS: &str = "flowright.v1.Conversations";

/// What answers calls. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub(super) app: App,
    calls: Arc<Semaphore>,
    conversations: ConversationsServer<Calls>,
    health: HealthServer<Healthy>,
    /// What tells callers of the services, in both versions that there are: clients ask for either.
    reflection: Describes,
    reflection_alpha: Describes,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

type Answering = BoxFuture<'static, Result<Response<tonic::body::Body>, Infallible>>;
/// A service whose type has no name.
type Describes = Arc<dyn Fn(Request<Frames>) -> Answering + Send + Sync>;

fn describes<S>(service: S) -> Describes
where
    S: Service<Request<Frames>, Future = Answering> + Clone + Send + Sync + 'static,
{
    Arc::new(move |request| service.clone().call(request))
}

/// Who answers a call, and whether one message is all that comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Callee {
    Send,
    /// Where a conversation is and what was said in it, and what there is not.
    Read,
    /// For desks.
    Act,
    /// Where files come in: many messages come.
    Upload,
    Talk,
    Health,
    Reflection,
    ReflectionAlpha,
}

impl Callee {
    fn at(path: &str) -> Option<Self> {
        let (service, method) = path.strip_prefix('/')?.split_once('/')?;
        Some(match (service, method) {
            (CONVERSATIONS, "Act") => Self::Act,
            (CONVERSATIONS, "Upload") => Self::Upload,
            (CONVERSATIONS, "Talk") => Self::Talk,
            (CONVERSATIONS, "Send") => Self::Send,
            (CONVERSATIONS, _) => Self::Read,
            ("grpc.health.v1.Health", _) => Self::Health,
            ("grpc.reflection.v1.ServerReflection", _) => Self::Reflection,
            ("grpc.reflection.v1alpha.ServerReflection", _) => Self::ReflectionAlpha,
            _ => return None,
        })
    }

    const fn takes_one_message(self) -> bool {
        !matches!(self, Self::Upload | Self::Talk | Self::Reflection | Self::ReflectionAlpha)
    }
}

impl Services {
    /// Over what every handler needs.
    ///
    /// # Errors
    /// The description of the services cannot be read: a fault of ours.
    pub fn new(app: App) -> Result<Self, tonic_reflection::server::Error> {
        let described = || {
            Builder::configure()
                .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .with_service_name(CONVERSATIONS)
                .with_service_name("grpc.health.v1.Health")
        };
        let conversations = ConversationsServer::new(Calls(app.clone()));
        Ok(Self {
            calls: Arc::new(Semaphore::new(GRPC_CALLS_MAX)),
            conversations: conversations.max_decoding_message_size(GRPC_MESSAGE_BYTES_MAX),
            health: HealthServer::new(Healthy(app.clone())),
            reflection: describes(described().build_v1()?),
            reflection_alpha: describes(described().build_v1alpha()?),
            app,
        })
    }

    /// Answers a call; whatever goes wrong is its status.
    pub(crate) async fn answer(
        self,
        request: Request<Incoming>,
        used: Arc<Use>,
    ) -> Response<Answer> {
        if !is_grpc(&request) {
            let mut response = Response::new(Answer::default());
            *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return response;
        }
        let (body, held) = match self.call(request).await {
            Ok(answered) => answered,
            Err(refused) => (refused.into_http(), None),
        };
        body.map(|body| Answer { body, _held: Some((used, held)) })
    }

    async fn call(&self, request: Request<Incoming>) -> Result<Answered, Status> {
        let path = request.uri().path();
        let callee =
            Callee::at(path).ok_or_else(|| Status::unimplemented("there is no such method"))?;
        let caller = self.let_in(callee, &request).map_err(|problem| status::of(&problem))?;
        let span = span(Some(&caller));
        let deadline = Deadline::of(request.headers()).map_err(|problem| status::of(&problem))?;
        let place = Arc::clone(&self.calls).try_acquire_owned();
        let place = place.map_err(|_| {
            status::of(&Problem::overloaded("the server answers too many calls at the moment"))
        })?;
        if deadline.is_over() {
            return Err(status::too_late());
        }
        // Held until the answer is there: so much may wait.
        let held = Held::default();
        let room = self.app.0.room.clone();
        let one = callee.takes_one_message();
        let mut request = request.map(|body| Frames::new(body, room, held.clone(), one));
        request.extensions_mut().insert(deadline);
        request.extensions_mut().insert(caller);
        let answered = tokio::select! {
            biased;
            answered = self.answer_by(callee, request).instrument(span) => answered,
            () = deadline.over() => return Err(status::too_late()),
        };
        Ok((answered, Some(place)))
    }

    fn let_in(&self, callee: Callee, request: &Request<Incoming>) -> Result<Caller, Problem> {
        let app = &self.app.0;
        let caller = app.caller(request.headers());
        let caller = caller.as_ref();
        let let_in = match callee {
            Callee::Send | Callee::Upload => app.let_in(caller, Right::Write)?,
            Callee::Read => app.let_in(caller, Right::Read)?,
            Callee::Talk => {
                app.let_in(caller, Right::Write)?;
                app.let_in(caller, Right::Read)?
            }
            Callee::Act => {
                app.let_in_no_page(caller, Right::Agent, request.headers(), request.uri())?
            }
            // What is there and whether it is well is for everybody, as over HTTP.
            Callee::Health | Callee::Reflection | Callee::ReflectionAlpha => &Caller::Anybody,
        };
        Ok(let_in.clone())
    }

    async fn answer_by(
        &self,
        callee: Callee,
        request: Request<Frames>,
    ) -> Response<tonic::body::Body> {
        let answered = match callee {
            Callee::Send | Callee::Read | Callee::Act | Callee::Upload | Callee::Talk => {
                self.conversations.clone().call(request).await
            }
            Callee::Health => self.health.clone().call(request).await,
            Callee::Reflection => (self.reflection)(request).await,
            Callee::ReflectionAlpha => (self.reflection_alpha)(request).await,
        };
        match answered {
            Ok(answered) => answered,
            Err(never) => match never {},
        }
    }
}

/// Whether a request is a call of gRPC.
pub(crate) fn is_grpc(request: &Request<Incoming>) -> bool {
    let kind = request.headers().get("content-type").map(HeaderValue::as_bytes);
    let is_kind = kind.and_then(|kind| kind.strip_prefix(b"application/grpc"));
    let is_kind = is_kind.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')));
    is_kind && request.method() == Method::POST && request.version() == Version::HTTP_2
}

/// An answer as it goes out, and the place of its call.
type Answered = (Response<tonic::body::Body>, Option<OwnedSemaphorePermit>);

/// The body of an answer: while it goes out, its call is under way.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    body: tonic::body::Body,
    _held: Option<(Arc<Use>, Option<OwnedSemaphorePermit>)>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::Callee;

    #[test]
    fn a_path_is_a_service_and_a_method() {
        for (path, expected) in [
            ("/flowright.v1.Conversations/Send", Some((Callee::Send, true))),
            ("/flowright.v1.Conversations/ListReplies", Some((Callee::Read, true))),
            ("/flowright.v1.Conversations/Nothing", Some((Callee::Read, true))),
            ("/flowright.v1.Conversations/Act", Some((Callee::Act, true))),
            ("/flowright.v1.Conversations/Talk", Some((Callee::Talk, false))),
            ("/grpc.health.v1.Health/Watch", Some((Callee::Health, true))),
            (
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                Some((Callee::Reflection, false)),
            ),
            ("/flowright.v1.Conversations", None),
            ("/flowright.v1/Send", None),
            ("flowright.v1.Conversations/Send", None),
            ("/", None),
            ("", None),
        ] {
            let found = Callee::at(path).map(|callee| (callee, callee.takes_one_message()));
            assert_eq!(found, expected, "{path}");
        }
    }
}
