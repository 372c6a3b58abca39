//! Client systems with keys of their own, over gRPC: the right of each call, `customer` in one, and
//! conversations of other channels.

use flowright_access::v1::talk_request::Kind as Asked;
use flowright_access::v1::{
    ActRequest, DownloadRequest, GetRequest, ListRepliesRequest, SendRequest, TalkOpen,
    TalkRequest, Then,
};
use flowright_runtime::clients::{Client, Clients, Right};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text};
use tonic::metadata::MetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::caller::{channel, message, message_of, profile};

type Adds = Box<dyn FnMut(Request<()>) -> Result<Request<()>, Status> + Send>;
type Keyed = ConversationsClient<InterceptedService<Channel, Adds>>;

fn client(name: &str, rights: &[Right], channels: Option<&[&str]>) -> (Client, Vec<Secret>) {
    let channels = channels.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let client =
        Client { name: name.to_owned(), rights: rights.iter().copied().collect(), channels };
    (client, vec![key(name).into()])
}

fn key(name: &str) -> String {
    format!("{name}-key-{}", "x".repeat(32))
}

async fn world(clients: Vec<(Client, Vec<Secret>)>) -> World {
    let channels = "channel api: rest\nchannel rpc: grpc\nchannel other: grpc";
    let source = ECHO.replacen("channel api: rest", channels, 1);
    let clients = Clients::new(clients);
    World::start_bundle(bundle_of_text(&source), move |o| Options { clients, ..o }).await
}

/// Calls with the key of a client.
async fn with_key(world: &World, name: &str) -> Keyed {
    let bearer: MetadataValue<_> = format!("Bearer {}", key(name)).parse().unwrap();
    let adds = move |mut request: Request<()>| {
        request.metadata_mut().insert("authorization", bearer.clone());
        Ok(request)
    };
    ConversationsClient::with_interceptor(channel(world).await, Box::new(adds))
}

/// The code of a status with that of its details.
fn shown(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    (status.code(), details.error_info().map(|info| info.reason.clone()).unwrap_or_default())
}

fn lacks() -> (Code, String) {
    (Code::PermissionDenied, "R0402".to_owned())
}

/// What became of a call, if it did not go well.
async fn called(client: &mut Keyed, call: &str) -> Option<Status> {
    let session = "s".to_owned();
    match call {
        "Send" => client.send(message("s", "1", "echo")).await.err(),
        "Get" => client.get(GetRequest { session }).await.err(),
        "ListReplies" => {
            client.list_replies(ListRepliesRequest { session, ..Default::default() }).await.err()
        }
        "Act" => client.act(ActRequest::default()).await.err(),
        "Upload" => client.upload(futures_util::stream::empty()).await.err(),
        "Download" => client.download(DownloadRequest { id: "none".to_owned() }).await.err(),
        _ => talk(client, TalkOpen { session, ..TalkOpen::default() }).await,
    }
}

/// How a stream begins, if not well.
async fn talk(client: &mut Keyed, open: TalkOpen) -> Option<Status> {
    let open = TalkRequest { kind: Some(Asked::Open(open)) };
    let requests = futures_util::stream::iter([open]);
    match client.talk(requests).await {
        Err(status) => Some(status),
        Ok(answers) => answers.into_inner().message().await.err(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_needs_its_right() {
    let mut clients: Vec<_> =
        Right::ALL.iter().map(|right| client(right.name(), &[*right], None)).collect();
    clients.push(client("both", &[Right::Write, Right::Read], None));
    let world = world(clients).await;
    let needs = [
        ("Send", &["write", "both"][..]),
        ("Get", &["read", "both"]),
        ("ListReplies", &["read", "both"]),
        ("Talk", &["both"]),
        ("Act", &["agent"]),
        ("Upload", &["write", "both"]),
        ("Download", &["read", "both"]),
    ];
    for (call, may) in needs {
        let mut unknown = with_key(&world, "nobody").await;
        let status = called(&mut unknown, call).await.unwrap();
        assert_eq!(shown(&status), (Code::Unauthenticated, "R0401".to_owned()), "{call}");
        for name in Right::ALL.map(Right::name).into_iter().chain(["both"]) {
            let status = called(&mut with_key(&world, name).await, call).await;
            if !may.contains(&name) {
                let status = status.unwrap();
                assert_eq!(shown(&status), lacks(), "{call} by {name}: {status:?}");
                assert!(
                    status.message().contains(&format!("the client `{name}` has not the right"))
                );
                continue;
            }
            // What is empty is none, and is let in.
            let expected = match call {
                "Act" | "Upload" => Some(Code::InvalidArgument),
                "Download" => Some(Code::NotFound),
                _ => None,
            };
            assert_eq!(status.map(|status| status.code()), expected, "{call} by {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_vouched_for_by_who_may() {
    let both = [Right::Write, Right::Read];
    let world = world(vec![client("app", &both, None)]).await;
    let mut app = with_key(&world, "app").await;
    let sent = app.send(message_of("s", "1", "echo", "C-1001")).await.unwrap_err();
    assert!(shown(&sent) == lacks() && sent.message().contains("`vouch`"), "{sent:?}");
    let open = TalkOpen {
        session: "s".to_owned(),
        customer: Some(profile("C-1001")),
        ..TalkOpen::default()
    };
    assert_eq!(shown(&talk(&mut app, open).await.unwrap()), lacks());
    assert_eq!(app.send(message("s", "1", "echo")).await.unwrap().into_inner().turn, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_of_other_channels_are_not_there() {
    let rights = [Right::Write, Right::Read, Right::Agent];
    let world = world(vec![
        client("app", &rights, Some(&["rpc"])),
        client("other", &rights, Some(&["other"])),
        client("rest", &rights, Some(&["api"])),
    ])
    .await;
    let mut app = with_key(&world, "app").await;
    assert!(app.send(message("s", "1", "echo")).await.is_ok());
    assert!(app.get(GetRequest { session: "s".to_owned() }).await.is_ok());
    let not_its_channel = (Code::PermissionDenied, "R0403".to_owned());
    for name in ["other", "rest"] {
        let mut client = with_key(&world, name).await;
        for call in ["Get", "ListReplies"] {
            assert_eq!(called(&mut client, call).await.unwrap().code(), Code::NotFound, "{call}");
        }
        let act = ActRequest {
            session: "s".to_owned(),
            id: "m".to_owned(),
            agent: "Li".to_owned(),
            then: Then::Bot.into(),
            ..ActRequest::default()
        };
        assert_eq!(client.act(act).await.unwrap_err().code(), Code::NotFound);
        for call in ["Send", "Talk"] {
            assert_eq!(shown(&called(&mut client, call).await.unwrap()), not_its_channel, "{call}");
        }
    }
    let mut other = with_key(&world, "other").await;
    let on =
        |channel: &str| SendRequest { channel: channel.to_owned(), ..message("t", "1", "echo") };
    assert_eq!(shown(&other.send(on("rpc")).await.unwrap_err()), not_its_channel);
    assert_eq!(other.send(on("fax")).await.unwrap_err().code(), Code::InvalidArgument);
    assert!(other.send(on("")).await.is_ok());
    let found = other.get(GetRequest { session: "t".to_owned() }).await.unwrap().into_inner();
    assert_eq!(found.channel, "other");
    // A stream's session is its client's, too.
    assert!(
        talk(&mut app, TalkOpen { session: "u".to_owned(), ..TalkOpen::default() }).await.is_none()
    );
    assert_eq!(shown(&other.send(message("u", "1", "echo")).await.unwrap_err()), not_its_channel);
}
