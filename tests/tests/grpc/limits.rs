//! Who may call, how much may come and for how long; frames that are none.

use std::time::Duration;

use flowright_access::v1::talk_response::Kind;
use flowright_access::v1::{ActRequest, SendResponse, TalkOpen};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_tests::World;
use hyper::body::Bytes;
use prost::Message as _;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::caller::{channel, client, is_status, message, open, say, texts};
use super::raw::{Raw, SEND, TALK, framed};
use super::{echo, echo_with};

/// `grpc-status` of calls that went well, and of others.
const OK: Option<i32> = Some(Code::Ok as i32);

type Adds = fn(Request<()>) -> Result<Request<()>, Status>;
type Client = ConversationsClient<InterceptedService<Channel, Adds>>;

fn with(channel: &Channel, adds: Adds) -> Client {
    ConversationsClient::with_interceptor(channel.clone(), adds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_asked_for() {
    let world = echo_with(|mut options| {
        options.token = Some("secret-token".to_owned().into());
        options
    })
    .await;
    let channel = channel(&world).await;
    let wrong: [Adds; 5] = [
        Ok,
        |mut request| {
            request.metadata_mut().insert("authorization", "Bearer wrong".parse().unwrap());
            Ok(request)
        },
        |mut request| {
            request.metadata_mut().insert("authorization", "secret-token".parse().unwrap());
            Ok(request)
        },
        |mut request| {
            request.metadata_mut().insert("authorization", "Bearer secret-toke".parse().unwrap());
            Ok(request)
        },
        |mut request| {
            request.metadata_mut().insert("token", "Bearer secret-token".parse().unwrap());
            Ok(request)
        },
    ];
    for adds in wrong {
        let mut client = with(&channel, adds);
        let refused = client.send(message("s", "1", "echo")).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{refused:?}");
        let talked = client.talk(futures_util::stream::empty()).await.map(drop);
        assert_eq!(talked.unwrap_err().code(), Code::Unauthenticated);
        let act = client.act(ActRequest::default()).await.unwrap_err();
        assert_eq!(act.code(), Code::Unauthenticated);
    }
    let mut right = with(&channel, |mut request| {
        request.metadata_mut().insert("authorization", "Bearer secret-token".parse().unwrap());
        Ok(request)
    });
    let said = right.send(message("s", "1", "echo")).await.unwrap().into_inner();
    assert_eq!((texts(&said), said.turn), (vec!["What?"], 1));
    // That it is well is no secret.
    let mut health = HealthClient::new(channel);
    assert!(health.check(HealthCheckRequest::default()).await.is_ok());
}

/// Without a token an operator is whoever is on this machine and no web page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_of_agents_are_for_operators() {
    let world = echo().await;
    let raw = Raw::open(&world).await;
    let act = framed(&ActRequest::default().encode_to_vec());
    let path = "/flowright.v1.Conversations/Act";
    let kind = ("content-type", "application/grpc");
    let page = [kind, ("origin", "http://localhost")];
    let asked = raw.ask("POST", path, &page, &act).await.unwrap();
    assert_eq!(asked.grpc, Some(Code::PermissionDenied as i32));
    let asked = raw.ask("POST", path, &[kind], &act).await.unwrap();
    assert_eq!(asked.grpc, Some(Code::InvalidArgument as i32), "it is let in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_has_a_size() {
    let world = echo().await;
    let client = client(&world).await;
    let large = say(&client, message("s", "1", &"x".repeat(5 << 20))).await.unwrap_err();
    assert_eq!(large.code(), Code::ResourceExhausted, "{large:?}");
    let fits = say(&client, message("s", "1", &"x".repeat(3 << 20))).await.unwrap_err();
    assert_eq!(fits.code(), Code::InvalidArgument, "{fits:?}");
    let stream = open(&client, "t", 0).await;
    stream.say("1", &"x".repeat(5 << 20));
    let (_, ended) = stream.finish().await;
    assert_eq!(ended.unwrap_err().code(), Code::ResourceExhausted);
    assert_eq!(say(&client, message("s", "1", "echo")).await.unwrap().turn, 1);
}

/// What is no message is answered as what it is, and the connection goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_are_none_are_refused() {
    let world = echo().await;
    let raw = Raw::open(&world).await;
    let good = message("s", "1", "echo").encode_to_vec();
    let whole = framed(&good);
    let mut longer = whole.clone();
    longer.splice(1..5, 1_000_u32.to_be_bytes());
    let mut shorter = whole.clone();
    shorter.splice(1..5, 3_u32.to_be_bytes());
    let flagged = |flag: u8| {
        let mut bytes = whole.clone();
        bytes.splice(0..1, [flag]);
        bytes
    };
    let endless = [[0, 0xff, 0xff, 0xff, 0xff].as_slice(), &good].concat();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("one byte", vec![0]),
        ("half a prefix", whole.iter().take(4).copied().collect()),
        ("half a message", whole.iter().take(9).copied().collect()),
        ("longer than it is", longer),
        ("shorter than it is", shorter),
        ("compressed by nothing", flagged(1)),
        ("an unknown flag", flagged(7)),
        ("longer than anything", endless),
        ("no Protobuf", framed(&[0xff; 40])),
        ("no UTF-8", framed(&[0x0a, 2, 0xc3, 0x28])),
        ("nested without end", framed(&nested(5_000))),
    ];
    for (what, body) in &cases {
        for path in [SEND, TALK] {
            let outcome = raw.call(path, body).await.unwrap();
            assert_eq!(outcome.http, 200, "{what} {path}");
            let code = outcome.grpc.unwrap_or_else(|| panic!("{what} {path}: no status"));
            assert_ne!(code, Code::Ok as i32, "{what} {path}");
        }
    }
    let empty = framed(&[]);
    let outcome = raw.call(SEND, &empty).await.unwrap();
    assert_eq!(outcome.grpc, Some(Code::InvalidArgument as i32));
    let outcome = raw.call(SEND, &whole).await.unwrap();
    assert_eq!(outcome.grpc, OK);
    let answer = SendResponse::decode(outcome.body.get(5..).unwrap()).unwrap();
    assert_eq!((answer.turn, answer.is_repeat), (1, false), "none of them was carried out");
}

/// A profile whose values hold each other.
fn nested(depth: usize) -> Vec<u8> {
    let wrapped = |tag: u8, inner: Vec<u8>| {
        let mut bytes = vec![tag << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
        bytes.extend(inner);
        bytes
    };
    // A list of values in a value in a list.
    let inner = (0..depth).fold(Vec::new(), |inner, _| wrapped(6, wrapped(1, inner)));
    let entry = [wrapped(1, b"x".to_vec()), wrapped(2, inner)].concat();
    wrapped(7, wrapped(1, entry))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_called_so_is_not_there() {
    let world = echo().await;
    let raw = Raw::open(&world).await;
    let body = framed(&message("s", "1", "echo").encode_to_vec());
    for path in [
        "/flowright.v1.Conversations/Sent",
        "/flowright.v2.Conversations/Send",
        "/flowright.v1.Conversations",
        "/grpc.health.v1.Health/Cure",
        "/grpc.reflection.v1.ServerReflection/Mirror",
        "/v1/sessions/s/messages",
        "/",
    ] {
        let outcome = raw.call(path, &body).await.unwrap();
        assert_eq!(outcome.grpc, Some(Code::Unimplemented as i32), "{path}");
    }
    // Anything else on this address is HTTP.
    let kinds = ["application/json", "application/grpcx", "text/plain"];
    for kind in kinds {
        let outcome = raw.ask("POST", SEND, &[("content-type", kind)], &body).await.unwrap();
        assert_eq!((outcome.http, outcome.grpc), (404, None), "{kind}");
    }
    for kind in ["application/grpc+proto", "application/grpc;charset=utf-8"] {
        let outcome = raw.ask("POST", SEND, &[("content-type", kind)], &body).await.unwrap();
        assert_eq!((outcome.http, outcome.grpc), (200, OK), "{kind}");
    }
    let timeouts = [("1", Code::InvalidArgument), ("0n", Code::DeadlineExceeded)];
    for (time, code) in timeouts {
        let headers = [("content-type", "application/grpc"), ("grpc-timeout", time)];
        let outcome = raw.ask("POST", SEND, &headers, &body).await.unwrap();
        assert_eq!(outcome.grpc, Some(code as i32), "{time}");
    }
}

/// A caller that begins a message and does not go on is told so, on a call and on a stream; one that
/// says nothing on an open stream is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_begun_must_come() {
    let world = echo().await;
    let raw = Raw::open(&world).await;
    let half = |path: &'static str, first: Vec<u8>| {
        let mut requests = raw.requests.clone();
        async move {
            let request = hyper::Request::post(format!("http://localhost{path}"))
                .header("content-type", "application/grpc")
                .body(())
                .unwrap();
            let (answer, mut sending) = requests.send_request(request, false).unwrap();
            sending.send_data(Bytes::from(first), false).unwrap();
            let (head, mut body) = answer.await.unwrap().into_parts();
            while let Some(part) = body.data().await {
                let part = part.unwrap();
                body.flow_control().release_capacity(part.len()).unwrap();
            }
            let trailers = body.trailers().await.unwrap().unwrap_or(head.headers);
            drop(sending);
            trailers.get("grpc-status").unwrap().to_str().unwrap().to_owned()
        }
    };
    let first = TalkOpen { session: "t".to_owned(), ..TalkOpen::default() };
    let first = flowright_access::v1::TalkRequest {
        kind: Some(flowright_access::v1::talk_request::Kind::Open(first)),
    };
    let mut talk = framed(&first.encode_to_vec());
    talk.extend([0, 0, 0, 0, 9, 1]);
    let quiet = async {
        let mut stream = open(&client(&world).await, "quiet", 0).await;
        stream.until(is_status).await;
        tokio::time::sleep(Duration::from_secs(23)).await;
        stream.say("1", "echo");
        stream.until(|kind| matches!(kind, Kind::Ack(_))).await.len()
    };
    let all = tokio::join!(half(SEND, vec![0, 0]), half(TALK, talk), half(TALK, vec![0]), quiet);
    let late = (Code::DeadlineExceeded as i32).to_string();
    assert_eq!(all, (late.clone(), late.clone(), late, 2));
}

/// A caller that takes nothing is cut off: others of its session are not kept waiting, and what it
/// did not take it gets when it comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_takes_nothing_is_cut_off() {
    let world = echo().await;
    world.say_plain("s", "begin", "echo").await;
    let raw = Raw::open(&world).await;
    let first = TalkOpen { session: "s".to_owned(), ..TalkOpen::default() };
    let first = flowright_access::v1::TalkRequest {
        kind: Some(flowright_access::v1::talk_request::Kind::Open(first)),
    };
    let request = hyper::Request::post(format!("http://localhost{TALK}"))
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let (answer, mut sending) = raw.requests.clone().send_request(request, false).unwrap();
    sending.send_data(framed(&first.encode_to_vec()).into(), false).unwrap();
    let mut body = answer.await.unwrap().into_body();
    let long = "x".repeat(9_900);
    let messages = 60;
    for number in 0..messages {
        assert_eq!(world.say_plain("s", &format!("m{number}"), &long).await.len(), 2);
    }
    tokio::time::sleep(Duration::from_secs(13)).await;
    let mut taken = 0;
    while let Some(part) = body.data().await {
        let part = part.unwrap();
        taken += part.len();
        body.flow_control().release_capacity(part.len()).unwrap();
    }
    let trailers = body.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("grpc-status").unwrap(), &(Code::Unavailable as i32).to_string());
    assert!(taken < messages * long.len() / 2, "so much waited for it: {taken}");
    let mut again = open(&client(&world).await, "s", 0).await;
    let seen = super::caller::replies(&again.until(is_status).await);
    assert_eq!(seen.len(), 1 + 2 * messages);
}

/// Calls that find the session full are told when to come again, and then are taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_finds_no_place_is_told_when_to_come() {
    use tonic_types::StatusExt as _;
    let world = World::start("order_change").await;
    world.crm.set_delay(Duration::from_millis(500));
    let client = client(&world).await;
    let first = super::caller::message_of("s", "0", "move order 12345 to 20 June", "C-1001");
    let others = (1..=200).map(|number| message("s", &format!("m{number}"), "你好"));
    let all = std::iter::once(first).chain(others).map(|message| say(&client, message));
    let mut refused = 0;
    for answer in futures_util::future::join_all(all).await {
        let Err(status) = answer else { continue };
        refused += 1;
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        let again = status.get_details_retry_info().and_then(|info| info.retry_delay);
        assert_eq!(again, Some(Duration::from_secs(1)));
        assert_eq!(status.metadata().get("grpc-retry-pushback-ms").unwrap(), "1000");
    }
    assert!(refused > 0, "all had a place");
    assert_eq!(say(&client, message("s", "m200", "你好")).await.map(drop).map_err(drop), Ok(()));
}
