//! One conversation that begins by email, goes on in a web page, is answered over REST and ends over gRPC:
//! one session, with everything that was said in it.

use flowright_access::v1::SendRequest;
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::mail::{mailbox, with_mailboxes};
use flowright_tests::{ECHO, World, bundle_of_text, send, texts};
use futures_util::{SinkExt as _, StreamExt as _};
use prost_types::value::Kind as Holds;
use prost_types::{Struct, Value};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::smarthost::Smarthost;
use super::{config, mail, mail_address, python, sent, until};

/// What the company's site signs with, and its token for the customer, made with Python's `hmac`.
const KEY: &str = "the-shop's-own-key-of-32-bytes-!";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTEwMDEiLCJleHAiOjE3ODAyNzkyMDB9.oDokerOfXC0UK0rGeGjo_dvSoT7ygodIbQZg_lgnWVk";

const CHANNELS: &str = r#"
customer {
  from get "{env.CRM_URL}/customers/{id}" { timeout 2s  keep 10m }
  find on mail get "{env.CRM_URL}/customers?email={address}" { timeout 2s }
  id: text
}
channel api: rest
channel rpc: grpc
channel mail: email { address "support@acme.example" }
"#;

async fn world(smarthost: &Smarthost) -> World {
    let more = "trusted = [\"127.0.0.1\"]\nauthserv_id = \"mx.acme.example\"\n";
    let text = config(smarthost.address, more);
    let bundle = bundle_of_text(&ECHO.replacen("channel api: rest\n", CHANNELS, 1));
    World::start_bundle(bundle, move |options| {
        let options = with_mailboxes(options, &text, &[mailbox("mail", "support@acme.example")]);
        Options { token_keys: vec![Secret::from(KEY.to_owned())], ..options }
    })
    .await
}

/// What comes to a page up to a document of a kind.
async fn seen(socket: &mut WebSocketStream<TcpStream>, kind: &str) -> Vec<Json> {
    let mut seen: Vec<Json> = Vec::new();
    while seen.last().is_none_or(|last| last["type"] != kind) {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            seen.push(serde_json::from_str(&text).unwrap());
        }
    }
    seen
}

fn replies(seen: &[Json]) -> Vec<&str> {
    let replies = seen.iter().filter(|document| document["type"] == "reply");
    replies.map(|reply| reply["text"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_from_mail_to_a_page_to_rest_to_grpc() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    if let Some(record) = world.crm.data().customers.get_mut("C-1001") {
        record["email"] = json!("ann@x.example");
    }
    // In the morning she writes an email, which the company's mail server has checked.
    let first = mail(
        json!({ "From": "Ann Lee <ann@x.example>", "Message-ID": "<1@x.example>",
                "Authentication-Results":
                    "mx.acme.example; dmarc=pass header.from=x.example" }),
        "echo",
    );
    let Some(taken) = python(mail_address(&world), &[first], None).await else { return };
    assert_eq!(taken, [json!({ "code": 250, "refused": {} })]);
    assert_eq!(sent(&smarthost, 1).await[0].body.trim_end(), "What?");
    // At noon she is logged in on the site, and opens the chat there.
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?session=0123456789abcdef0123", world.server.address);
    let mut request = url.into_client_request().unwrap();
    let protocols = format!("flowright.v1, token.{TOKEN}").parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocols);
    let (mut page, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let begun = seen(&mut page, "status").await;
    let session = begun[0]["conversation"].as_str().unwrap().to_owned();
    assert_eq!(replies(&begun), ["What?"], "{begun:?}");
    let one = json!({ "type": "message", "id": "1", "text": "one" });
    page.send(Message::text(one.to_string())).await.unwrap();
    assert_eq!(replies(&seen(&mut page, "ack").await), ["1: one", "What?"]);
    // Another system of the company passes on what she said on the telephone.
    let customer = json!({ "id": "C-1001" });
    let two = json!({ "id": "1", "text": "two", "customer": customer });
    let (status, answer) = send(&world.url("/v1/messages"), "POST", Some(two), &[]).await;
    assert_eq!((status, answer["session"].as_str()), (200, Some(session.as_str())), "{answer}");
    assert_eq!(texts(&answer), ["2: two", "What?"]);
    // And one that speaks gRPC what she said last.
    let address = format!("http://{}", world.server.grpc_address);
    let channel =
        tonic::transport::Endpoint::from_shared(address).unwrap().connect().await.unwrap();
    let id = Value { kind: Some(Holds::StringValue("C-1001".to_owned())) };
    let customer = Struct { fields: [("id".to_owned(), id)].into() };
    let said = |id: &str, text: &str| SendRequest {
        id: id.to_owned(),
        text: text.to_owned(),
        customer: Some(customer.clone()),
        ..SendRequest::default()
    };
    let mut client = ConversationsClient::new(channel);
    let answer = client.send(said("1", "three")).await.unwrap().into_inner();
    assert_eq!(answer.session, session);
    assert_eq!(answer.replies[0].text, "3: three");
    client.send(said("2", "stop")).await.unwrap();
    // The page has heard all of it; nothing of it was mailed.
    let mut heard = Vec::new();
    until("the page misses something", async || {
        heard.extend(seen(&mut page, "reply").await);
        replies(&heard).contains(&"3: three")
    })
    .await;
    assert_eq!(smarthost.mails().len(), 1);
    let url = world.url(&format!("/admin/sessions/{session}/identities"));
    let (_, shown) = send(&url, "GET", None, &[]).await;
    let shown = shown["identities"].as_array().unwrap().clone();
    let channels: Vec<_> = shown.iter().map(|i| (&i["channel"], &i["customer"])).collect();
    let hers = json!("C-1001");
    let expected = ["api", "mail", "rpc", "web"].map(|name| json!(name));
    let expected: Vec<_> = expected.iter().map(|name| (name, &hers)).collect();
    assert_eq!(channels, expected, "{shown:?}");
}
