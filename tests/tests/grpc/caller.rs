//! A caller: tonic's client with the words that the tests use.

use std::time::Duration;

use flowright_access::v1::talk_request::Kind as Asked;
use flowright_access::v1::talk_response::Kind;
use flowright_access::v1::{
    GetRequest, GetResponse, SendRequest, SendResponse, TalkMessage, TalkOpen, TalkRequest,
    TalkResponse,
};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_tests::World;
use futures_util::stream;
use prost_types::value::Kind as Holds;
use prost_types::{Struct, Value};
use tokio::sync::mpsc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) type Client = ConversationsClient<Channel>;

/// A connection of its own.
pub(crate) async fn channel(world: &World) -> Channel {
    let address = format!("http://{}", world.server.grpc_address);
    Endpoint::from_shared(address).unwrap().connect().await.unwrap()
}

pub(crate) async fn client(world: &World) -> Client {
    ConversationsClient::new(channel(world).await)
}

/// A message without more.
pub(crate) fn message(session: &str, id: &str, text: &str) -> SendRequest {
    SendRequest {
        session: session.to_owned(),
        id: id.to_owned(),
        text: text.to_owned(),
        ..SendRequest::default()
    }
}

/// The same from a customer of the CRM.
pub(crate) fn message_of(session: &str, id: &str, text: &str, customer: &str) -> SendRequest {
    SendRequest { customer: Some(profile(customer)), ..message(session, id, text) }
}

pub(crate) fn profile(customer: &str) -> Struct {
    let tier = if customer == "C-1001" { "gold" } else { "silver" };
    let text = |text: &str| Value { kind: Some(Holds::StringValue(text.to_owned())) };
    let fields = [("id", text(customer)), ("tier", text(tier))];
    Struct { fields: fields.map(|(name, value)| (name.to_owned(), value)).into() }
}

pub(crate) fn texts(answer: &SendResponse) -> Vec<&str> {
    answer.replies.iter().map(|reply| reply.text.as_str()).collect()
}

pub(crate) async fn say(client: &Client, message: SendRequest) -> Result<SendResponse, Status> {
    client.clone().send(message).await.map(tonic::Response::into_inner)
}

pub(crate) async fn get(client: &Client, session: &str) -> Result<GetResponse, Status> {
    let asked = GetRequest { session: session.to_owned() };
    client.clone().get(asked).await.map(tonic::Response::into_inner)
}

/// An open stream.
pub(crate) struct Stream {
    requests: mpsc::UnboundedSender<TalkRequest>,
    pub(crate) answers: Streaming<TalkResponse>,
}

/// Opens a stream to a session, behind a reply.
pub(crate) async fn open(client: &Client, session: &str, after: u64) -> Stream {
    let open = TalkOpen { session: session.to_owned(), after, ..TalkOpen::default() };
    open_as(client, open).await
}

pub(crate) async fn open_as(client: &Client, open: TalkOpen) -> Stream {
    let (requests, mut waiting) = mpsc::unbounded_channel();
    requests.send(TalkRequest { kind: Some(Asked::Open(open)) }).unwrap();
    let waiting = stream::poll_fn(move |cx| waiting.poll_recv(cx));
    let answers = client.clone().talk(Request::new(waiting)).await.unwrap().into_inner();
    Stream { requests, answers }
}

impl Stream {
    pub(crate) fn ask(&self, kind: Option<Asked>) {
        self.requests.send(TalkRequest { kind }).unwrap();
    }

    pub(crate) fn say(&self, id: &str, text: &str) {
        let message =
            TalkMessage { id: id.to_owned(), text: text.to_owned(), ..TalkMessage::default() };
        self.ask(Some(Asked::Message(message)));
    }

    /// What comes next; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Kind>, Status> {
        let next = tokio::time::timeout(PATIENCE, self.answers.message()).await.unwrap()?;
        Ok(next.map(|answer| answer.kind.unwrap()))
    }

    /// Everything up to and with the first that is wanted.
    pub(crate) async fn until(&mut self, is_wanted: impl Fn(&Kind) -> bool) -> Vec<Kind> {
        let mut seen = Vec::new();
        loop {
            let next = self.next().await.unwrap().unwrap_or_else(|| panic!("the end: {seen:?}"));
            let is_last = is_wanted(&next);
            seen.push(next);
            if is_last {
                return seen;
            }
        }
    }

    /// The texts up to a message's end, with their numbers.
    pub(crate) async fn until_ack(&mut self, wanted: &str) -> Vec<(u64, String)> {
        let seen = self.until(|kind| matches!(kind, Kind::Ack(ack) if ack.id == wanted)).await;
        replies(&seen)
    }

    /// Says no more; whatever comes until the end, and how it ends.
    pub(crate) async fn finish(self) -> (Vec<Kind>, Result<(), Status>) {
        let Self { requests, mut answers } = self;
        drop(requests);
        let mut seen = Vec::new();
        loop {
            match tokio::time::timeout(PATIENCE, answers.message()).await.unwrap() {
                Ok(Some(answer)) => seen.push(answer.kind.unwrap()),
                Ok(None) => return (seen, Ok(())),
                Err(status) => return (seen, Err(status)),
            }
        }
    }
}

pub(crate) fn replies(seen: &[Kind]) -> Vec<(u64, String)> {
    let of = |kind: &Kind| match kind {
        Kind::Reply(reply) => Some((reply.seq, reply.text.clone())),
        _ => None,
    };
    seen.iter().filter_map(of).collect()
}

pub(crate) const fn is_status(kind: &Kind) -> bool {
    matches!(kind, Kind::Status(_))
}
