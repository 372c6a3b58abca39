//! JSON that was changed at random, by REST and WebSocket: each message is answered, none breaks anything.
//! `FLOWRIGHT_LONG=1` tries a million of both.

use std::time::Duration;

use flowright_tests::World;
use flowright_tests::seeds::{Random, changed, is_long, seed};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value as Json;
use tokio_tungstenite::tungstenite::Message;

use super::plain::Plain;
use super::sockets::{self, Socket};

/// What comes in, as it is meant; `N` is a number that is new each time.
const REST: [(&str, &str); 4] = [
    ("sessions/sN/messages", r#"{"id":"mN","text":"Bestellung 12345 für morgen 明天"}"#),
    (
        "sessions/sN/messages",
        r#"{"id":"mN","text":"hi","language":"zh","customer":{"id":"C-1001"}}"#,
    ),
    ("messages", r#"{"id":"mN","from":"cN","text":"hello","payload":"yes","attachments":["aN"]}"#),
    ("sessions/sN/agent", r#"{"id":"aN","agent":"Li","text":"hello","then":"close"}"#),
];
const SOCKET: [&str; 4] = [
    r#"{"type":"message","id":"mN","text":"I want to change my order \u4f60"}"#,
    r#"{"type":"message","id":"mN","payload":"yes","attachments":["aN"]}"#,
    r#"{"type":"file","id":"fN","name":"plan.pdf","bytes":26}"#,
    r#"{"type":"typing"}"#,
];

fn many() -> usize {
    if is_long() { 1_000_000 } else { 2_000 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_json_by_rest_is_answered() {
    let mut random = Random::new(seed("changed_json"));
    let world = World::start("order_change").await;
    let mut plain = Plain::new(world.server.address);
    let (mut taken, mut refused) = (0, 0);
    for number in 0..many() {
        let (path, meant) = REST[random.below(REST.len())];
        let path = path.replace('N', &random.below(50).to_string());
        let body = changed(meant.replace('N', &number.to_string()).into_bytes(), &mut random);
        let mut request = format!(
            "POST /v1/{path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend(&body);
        let shown = || String::from_utf8_lossy(&body).into_owned();
        let (status, answer) =
            plain.ask(&request).await.unwrap_or_else(|| panic!("no answer: {path} {}", shown()));
        match status {
            200 => taken += 1,
            400..=499 => {
                assert!(serde_json::from_str::<Json>(&answer).is_ok(), "{answer}");
                refused += 1;
            }
            _ => panic!("{status} {answer}: {path} {}", shown()),
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} {refused}");
    assert!(!world.say_plain("after", "1", "hello").await.is_empty(), "it still talks");
    world.server.stop().await;
}

/// That the server hears and answers what was sent: how many answers were errors; nothing where it closed.
async fn answered(socket: &mut Socket) -> Option<usize> {
    socket.send(Message::Ping(Vec::new().into())).await.ok()?;
    let mut errors = 0;
    loop {
        let next = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.unwrap();
        match next?.ok()? {
            Message::Pong(_) => return Some(errors),
            Message::Close(_) => return None,
            Message::Text(text) => {
                let document: Json = serde_json::from_str(text.as_str()).unwrap();
                errors += usize::from(document["type"] == "error");
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_json_by_websocket_is_answered() {
    let mut random = Random::new(seed("changed_json_socket"));
    let world = World::start("order_change").await;
    let session = |number: usize| format!("session=0123456789abcdef{:04}", number % 50);
    let mut socket = sockets::open(&world, &session(0)).await;
    let (mut errors, mut closed) = (0, 0);
    for number in 0..many() {
        let meant = SOCKET[random.below(SOCKET.len())].replace('N', &number.to_string());
        let sent = match String::from_utf8(changed(meant.into_bytes(), &mut random)) {
            Ok(text) => Message::text(text),
            Err(bytes) => Message::binary(bytes.into_bytes()),
        };
        let told = match socket.send(sent).await {
            Ok(()) => answered(&mut socket).await,
            Err(_) => None,
        };
        match told {
            Some(more) => errors += more,
            None => {
                closed += 1;
                socket = sockets::open(&world, &session(number)).await;
            }
        }
    }
    assert!(errors > 0 && closed < many(), "{errors} {closed}");
    let mut socket = sockets::open(&world, "session=ffffffffffffffffffff").await;
    sockets::until(&mut socket, "status").await;
    sockets::say(&mut socket, "1", "thank you").await;
    sockets::until(&mut socket, "ack").await;
    world.server.stop().await;
}
