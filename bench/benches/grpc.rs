//! Turns over gRPC beside a bare tonic endpoint of the same service on the same machine: calls, and
//! messages on streams, durable and not.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_access::v1;
use flowright_access::v1::talk_request::Kind as Asked;
use flowright_access::v1::talk_response::Kind;
use flowright_bench::grouped;
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_runtime::grpc::v1::conversations_server::{Conversations, ConversationsServer};
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::{Fresh, bundle_of, load};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, future};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status, Streaming};

/// Callers at once, so many on each connection.
const CALLERS: usize = 128;
const PER_CONNECTION: usize = 16;
const TIME: Duration = Duration::from_secs(5);
/// As long as what the bot says to thanks.
const WORDS: &str = "不客气!还有什么可以帮您?";

type Client = ConversationsClient<Channel>;

/// Answers each message with as many words as a turn does.
struct Bare;

fn reply(seq: u64) -> v1::Reply {
    v1::Reply { seq, turn: seq, text: WORDS.to_owned(), ..v1::Reply::default() }
}

fn answers(request: v1::TalkRequest) -> Vec<Result<v1::TalkResponse, Status>> {
    let answer = |kind| Ok(v1::TalkResponse { kind: Some(kind) });
    match request.kind {
        Some(Asked::Message(message)) => {
            let ack = v1::Ack { id: message.id, turn: 1, is_repeat: false };
            vec![answer(Kind::Reply(reply(1))), answer(Kind::Ack(ack)), answer(Kind::Status(1))]
        }
        _ => vec![answer(Kind::Status(1))],
    }
}

#[tonic::async_trait]
impl Conversations for Bare {
    type TalkStream = BoxStream<'static, Result<v1::TalkResponse, Status>>;
    type DownloadStream = BoxStream<'static, Result<v1::DownloadResponse, Status>>;

    async fn send(
        &self,
        request: Request<v1::SendRequest>,
    ) -> Result<Response<v1::SendResponse>, Status> {
        let v1::SendRequest { session, id, .. } = request.into_inner();
        let replies = vec![reply(1)];
        Ok(Response::new(v1::SendResponse {
            session,
            id,
            replies,
            turn: 1,
            is_repeat: false,
            status: 1,
        }))
    }

    async fn get(&self, _: Request<v1::GetRequest>) -> Result<Response<v1::GetResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_replies(
        &self,
        _: Request<v1::ListRepliesRequest>,
    ) -> Result<Response<v1::ListRepliesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn act(&self, _: Request<v1::ActRequest>) -> Result<Response<v1::ActResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn upload(
        &self,
        _: Request<Streaming<v1::UploadRequest>>,
    ) -> Result<Response<v1::Attachment>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn download(
        &self,
        _: Request<v1::DownloadRequest>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn talk(
        &self,
        request: Request<Streaming<v1::TalkRequest>>,
    ) -> Result<Response<Self::TalkStream>, Status> {
        let asked = request.into_inner().take_while(|asked| future::ready(asked.is_ok()));
        let answered = asked.flat_map(|asked| stream::iter(asked.map(answers).unwrap_or_default()));
        Ok(Response::new(answered.boxed()))
    }
}

/// An endpoint of the same library that does nothing.
async fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let incoming = stream::unfold(listener, |listener| async {
        let stream = listener.accept().await.map(|(stream, _)| {
            stream.set_nodelay(true).unwrap();
            stream
        });
        Some((stream, listener))
    });
    let server = Server::builder().add_service(ConversationsServer::new(Bare));
    tokio::spawn(server.serve_with_incoming(incoming.boxed()));
    address
}

/// A session of ten turns each.
fn session(caller: usize, number: usize) -> String {
    format!("c{caller}-{}", number / 10)
}

/// Calls one after the other.
async fn calls(mut client: Client, caller: usize, begun: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let number = times.len();
        let (session, id) = (session(caller, number), format!("m{number}"));
        let text = "谢谢".to_owned();
        let sent = Instant::now();
        let message = v1::SendRequest { session, id, text, ..v1::SendRequest::default() };
        let answer = client.send(message).await.unwrap().into_inner();
        assert_eq!(answer.replies.len(), 1);
        times.push(sent.elapsed());
    }
    times
}

/// Messages one after the other, ten on a stream.
async fn talks(mut client: Client, caller: usize, begun: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let (requests, mut waiting) = mpsc::unbounded_channel();
        let ask = |kind| requests.send(v1::TalkRequest { kind: Some(kind) }).unwrap();
        let session = format!("t{caller}-{}", times.len());
        ask(Asked::Open(v1::TalkOpen { session, ..v1::TalkOpen::default() }));
        let waiting = stream::poll_fn(move |cx| waiting.poll_recv(cx));
        let mut answers = client.talk(waiting).await.unwrap().into_inner();
        until(&mut answers, |kind| matches!(kind, Kind::Status(_))).await;
        for number in 0..10 {
            let (id, text) = (format!("m{number}"), "谢谢".to_owned());
            let sent = Instant::now();
            ask(Asked::Message(v1::TalkMessage { id, text, ..v1::TalkMessage::default() }));
            until(&mut answers, |kind| matches!(kind, Kind::Ack(_))).await;
            times.push(sent.elapsed());
        }
    }
    times
}

async fn until(answers: &mut Streaming<v1::TalkResponse>, is_wanted: impl Fn(&Kind) -> bool) {
    while !answers.message().await.unwrap().unwrap().kind.is_some_and(|kind| is_wanted(&kind)) {}
}

/// Messages a second, and the time within which 99 of 100 were answered, in ms.
async fn measured(address: SocketAddr, on_streams: bool) -> (f64, f64) {
    let mut connections = Vec::new();
    for _ in 0..CALLERS / PER_CONNECTION {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        connections.push(endpoint.tcp_nodelay(true).connect().await.unwrap());
    }
    let begun = Instant::now();
    let callers = (0..CALLERS).map(|caller| {
        let channel = connections.get(caller / PER_CONNECTION).unwrap().clone();
        let client = Client::new(channel);
        tokio::spawn(async move {
            match on_streams {
                true => talks(client, caller, begun).await,
                false => calls(client, caller, begun).await,
            }
        })
    });
    let mut times = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        times.extend(caller.await.unwrap());
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    (rate, times.get(times.len() * 99 / 100).unwrap().as_secs_f64() * 1e3)
}

async fn served(durability: Durability, on_streams: bool) -> (f64, f64) {
    let loader: Loader = Arc::new(|bytes| load(bytes, true));
    let store = Fresh::new("bench.sqlite");
    let sqlite = SqliteOptions::new(durability);
    let options = Options { sqlite, ..Options::local(store.to_owned()) };
    let server = Service::start(&bundle_of("order_change"), loader, options).await.unwrap();
    let result = measured(server.grpc_address, on_streams).await;
    server.stop().await;
    result
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (seconds, connections) = (TIME.as_secs(), CALLERS / PER_CONNECTION);
        println!(
            "{CALLERS} callers on {connections} connections, {seconds} s each, all on this machine"
        );
        for (name, on_streams) in [("calls", false), ("messages on streams", true)] {
            let (bare_rate, p99) = measured(bare().await, on_streams).await;
            let bare = format!("{name}, bare tonic");
            println!("{bare:<40} {:>10}/s             p99 {p99:>7.2} ms", grouped(bare_rate));
            for (how, durability) in
                [("not durable", Durability::ProcessOnly), ("durable (fsync)", Durability::Full)]
            {
                let (rate, p99) = served(durability, on_streams).await;
                let percent = 100.0 * rate / bare_rate;
                let line = format!("{name}, {how}");
                println!(
                    "{line:<40} {:>10}/s  {percent:>6.1} %   p99 {p99:>7.2} ms",
                    grouped(rate)
                );
            }
        }
    });
}
