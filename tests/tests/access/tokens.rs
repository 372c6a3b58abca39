//! Pages whose site says which customer has them open, and clients that say whose messages they send.

use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text, send, texts};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Signed with Python's `hmac`, at the time at which the server's clock begins.
const KEY: &str = "the-shop's-own-key-of-32-bytes-!";
const C1: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTEiLCJpYXQiOjE3ODAyNzU2MDAsImV4cCI6MTc4MDI3OTIwMH0.AwXakIFbxOOfkfjt4eMGFwkibBmLKQP7yzY70W18s5c";
const C2: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTIiLCJleHAiOjE3ODAyNzkyMDB9.OnRHdZo_EXfdIRN7_gy2liG3_w66HfJnJLjfwUNksuU";
const EXPIRED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTEiLCJleHAiOjE3ODAyNzIwMDB9.Yq_0UVspE2R_sqrEvMnG3W3JpnxrsDyBPp_jWX76g08";
/// By somebody with another key.
const FORGED: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTEiLCJleHAiOjE3ODAyNzkyMDB9.2_bYlc1lO8m-2IjvyZUwhlA-x_l076MhWr9lfaPSyoA";

const PAGE: &str = "session=0123456789abcdef0123";

async fn world(keys: &[&str]) -> World {
    let bundle = bundle_of_text(&format!("customer {{ id: text }}\n{ECHO}"));
    let keys = keys.iter().map(|key| Secret::from((*key).to_owned())).collect();
    World::start_bundle(bundle, |o| Options { token_keys: keys, ..o }).await
}

/// Opens a page's socket; `Err`: the status of the refusal.
async fn open(
    world: &World,
    query: &str,
    protocols: &str,
) -> Result<WebSocketStream<TcpStream>, u16> {
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?{query}", world.server.address);
    let mut request = url.into_client_request().unwrap();
    if !protocols.is_empty() {
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
    }
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, response)) => {
            let confirmed = response.headers().get("sec-websocket-protocol");
            assert_eq!(confirmed.is_some(), protocols.contains("flowright.v1"));
            Ok(socket)
        }
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        // The connection broke: no status.
        Err(_) => Err(0),
    }
}

/// What comes up to a document of a kind.
async fn until(socket: &mut WebSocketStream<TcpStream>, kind: &str) -> Vec<Json> {
    let mut seen: Vec<Json> = Vec::new();
    while seen.last().is_none_or(|last| last["type"] != kind) {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            seen.push(serde_json::from_str(&text).unwrap());
        }
    }
    seen
}

async fn post(world: &World, body: Json) -> (u16, Json) {
    send(&world.url("/v1/messages"), "POST", Some(body), &[]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_with_a_token_is_in_the_conversation_that_the_customer_has_elsewhere() {
    let world = world(&["an old key that nobody signs with now", KEY]).await;
    let customer = json!({ "id": "C-1" });
    let (status, answer) =
        post(&world, json!({ "id": "1", "text": "echo", "customer": customer })).await;
    assert_eq!((status, texts(&answer)), (200, vec!["What?".to_owned()]), "{answer}");
    let session = answer["session"].as_str().unwrap();
    let protocols = format!("flowright.v1, token.{C1}");
    let mut page = open(&world, PAGE, &protocols).await.unwrap();
    // It learns which one it is in, and what was said there.
    let seen = until(&mut page, "status").await;
    assert_eq!(seen[0]["conversation"], session);
    assert_eq!(seen[1]["text"], "What?");
    let message = json!({ "type": "message", "id": "1", "text": "one" });
    page.send(Message::text(message.to_string())).await.unwrap();
    assert_eq!(until(&mut page, "ack").await[0]["text"], "1: one");
    // A page that comes again says what it has seen of that conversation.
    drop(page);
    let again = format!("{PAGE}&conversation={session}&after=2");
    let mut page = open(&world, &again, &protocols).await.unwrap();
    assert_eq!(until(&mut page, "status").await[1]["seq"], 3);
    // What is said elsewhere is heard here.
    let (_, answer) = post(&world, json!({ "id": "2", "text": "two", "customer": customer })).await;
    assert_eq!(answer["session"], session);
    assert_eq!(until(&mut page, "reply").await[0]["text"], "2: two");
    // Another customer at the same page sees nothing of it.
    let mut page = open(&world, PAGE, &format!("flowright.v1, token.{C2}")).await.unwrap();
    let seen = until(&mut page, "status").await;
    let said: Vec<_> = seen.iter().filter_map(|seen| seen["text"].as_str()).collect();
    assert_eq!(said, ["Hello, how can I help you?"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_proves_nothing_opens_no_page() {
    let with_key = world(&[KEY]).await;
    for token in [EXPIRED, FORGED, "x", ""] {
        let opened = open(&with_key, PAGE, &format!("flowright.v1, token.{token}")).await;
        assert_eq!(opened.err(), Some(401), "{token}");
    }
    // Only the token, not the protocol: browsers would close what does not confirm one they asked for.
    assert_eq!(open(&with_key, PAGE, &format!("token.{C1}")).await.err(), Some(400));
    // Without a token it is a visitor's page as ever.
    assert!(open(&with_key, PAGE, "flowright.v1").await.is_ok());
    assert!(open(&with_key, PAGE, "").await.is_ok());
    let without = world(&[]).await;
    assert_eq!(open(&without, PAGE, &format!("flowright.v1, token.{C1}")).await.err(), Some(401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_without_a_session_says_whose_it_is() {
    let world = world(&[]).await;
    let (_, first) = post(&world, json!({ "id": "1", "text": "echo", "from": "desk-7" })).await;
    let (_, second) = post(&world, json!({ "id": "2", "text": "one", "from": "desk-7" })).await;
    assert_eq!((&second["session"], texts(&second)[0].as_str()), (&first["session"], "1: one"));
    let again = post(&world, json!({ "id": "2", "text": "one", "from": "desk-7" })).await.1;
    assert_eq!((&again["repeated"], &again["replies"]), (&json!(true), &second["replies"]));
    // Ids are the client's own: another sender's is another message only under another one.
    let (_, other) = post(&world, json!({ "id": "3", "text": "echo", "from": "desk-8" })).await;
    assert_ne!(other["session"], first["session"]);
    let long = "x".repeat(513);
    for (body, detail) in [
        (json!({ "id": "1", "text": "echo" }), "whose message"),
        (json!({ "id": "1", "text": "echo", "from": "" }), "whose message"),
        (json!({ "id": "1", "text": "echo", "from": long }), "512 bytes"),
        (json!({ "id": "1", "text": "echo", "customer": {} }), "whose message"),
    ] {
        let (status, problem) = post(&world, body).await;
        assert_eq!(status, 400, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    let (status, problem) =
        world.post("a-session", json!({ "id": "1", "text": "echo", "from": "desk-7" })).await;
    assert_eq!(status, 400, "{problem}");
}
