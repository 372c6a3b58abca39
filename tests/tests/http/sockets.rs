//! WebSockets: a session over one or several of them, and whose pages get one.

use std::time::Duration;

use flowright_tests::{World, bundle_of_text};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::raw;

pub(crate) type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

const SESSION: &str = "session=0123456789abcdef0123";

pub(crate) async fn open(world: &World, query: &str) -> Socket {
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?{query}", world.server.address);
    let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    socket
}

/// The next document that is more than a sign that somebody writes.
async fn next(socket: &mut Socket) -> Json {
    loop {
        let document = next_of_all(socket).await;
        if document["type"] != "typing" {
            return document;
        }
    }
}

async fn next_of_all(socket: &mut Socket) -> Json {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap();
        match message.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The next documents up to one of a type, that one included.
pub(crate) async fn until(socket: &mut Socket, kind: &str) -> Vec<Json> {
    let mut seen = Vec::new();
    loop {
        seen.push(next(socket).await);
        if seen.last().unwrap()["type"] == kind {
            return seen;
        }
    }
}

/// The same with signs.
async fn all_until(socket: &mut Socket, kind: &str) -> Vec<Json> {
    let mut seen = Vec::new();
    loop {
        seen.push(next_of_all(socket).await);
        if seen.last().unwrap()["type"] == kind {
            return seen;
        }
    }
}

pub(crate) async fn say(socket: &mut Socket, id: &str, text: &str) {
    let message = json!({ "type": "message", "id": id, "text": text });
    socket.send(Message::text(message.to_string())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_talks_and_comes_back_where_it_was() {
    let world = World::start("order_change").await;
    let mut socket = open(&world, SESSION).await;
    let greeting = until(&mut socket, "status").await;
    assert_eq!(greeting[0]["type"], "reply", "{greeting:?}");
    say(&mut socket, "1", "我需要修改订单#12345的交货日期。").await;
    let answers = until(&mut socket, "ack").await;
    assert_eq!(answers[0]["text"], "当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):");
    let seen = answers[0]["seq"].as_u64().unwrap();
    drop(socket);
    let world = world.restart().await;
    let mut socket = open(&world, &format!("{SESSION}&after={}", seen - 1)).await;
    let missed = until(&mut socket, "status").await;
    assert_eq!(missed[0]["seq"], seen, "what was said before is sent again from there");
    assert_eq!(missed.len(), 2, "{missed:?}");
    // The same message again is acknowledged and not carried out again.
    say(&mut socket, "1", "我需要修改订单#12345的交货日期。").await;
    let again = until(&mut socket, "ack").await;
    assert_eq!((again.len(), &again[0]["repeated"]), (1, &json!(true)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sockets_of_a_session_hear_the_same() {
    let world = World::start("order_change").await;
    let (mut first, mut second) = (open(&world, SESSION).await, open(&world, SESSION).await);
    until(&mut first, "status").await;
    until(&mut second, "status").await;
    say(&mut first, "1", "谢谢").await;
    let told = until(&mut first, "ack").await;
    let heard = next(&mut second).await;
    assert_eq!(told[0]["seq"], heard["seq"]);
    assert_eq!(told[0]["text"], heard["text"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_site_gets_no_socket() {
    let world = World::start("order_change").await;
    let key = [
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version: 13",
        "connection: upgrade",
        "upgrade: websocket",
    ]
    .join("\r\n");
    for (origin, query, expected) in [
        ("https://evil.example", SESSION, "403"),
        ("null", SESSION, "403"),
        ("http://x", SESSION, "101"),
        ("http://x", "session=short", "400"),
        ("http://x", "session=0123456789abcdef0123&customer=C-1001", "403"),
    ] {
        let request =
            format!("GET /chat?{query} HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\n{key}\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{origin} {query}: {answer}");
    }
}

async fn type_in(socket: &mut Socket) {
    socket.send(Message::text(r#"{"type":"typing"}"#)).await.unwrap();
}

/// What somebody writes is no message yet: other pages see a sign of it, once in a while, and nothing is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_see_that_somebody_writes() {
    let world = World::start_bundle(bundle_of_text(flowright_tests::ECHO), |o| o).await;
    let (mut first, mut second) = (open(&world, SESSION).await, open(&world, SESSION).await);
    until(&mut first, "status").await;
    until(&mut second, "status").await;
    // A page that tells it a thousand times tells it once.
    for _ in 0..1_000 {
        type_in(&mut first).await;
    }
    say(&mut first, "1", "echo").await;
    let own = all_until(&mut first, "ack").await;
    assert!(own.iter().all(|document| document["type"] != "typing"), "{own:?}");
    let heard = all_until(&mut second, "reply").await;
    let signs: Vec<_> = heard.iter().filter(|document| document["type"] == "typing").collect();
    // On a machine that takes two seconds for them a second one passes.
    assert!((1..=10).contains(&signs.len()), "{heard:?}");
    assert_eq!(signs[0], &json!({ "type": "typing", "who": "customer" }));
    let session = "0123456789abcdef0123";
    let url = world.url(&format!("/v1/sessions/{session}/agent/typing"));
    let body = || Some(json!({ "agent": "Li Wei" }));
    assert_eq!(flowright_tests::send(&url, "POST", body(), &[]).await.0, 409);
    let nobody = world.url("/v1/sessions/nobody/agent/typing");
    assert_eq!(flowright_tests::send(&nobody, "POST", body(), &[]).await.0, 404);
    let page = [("origin", "http://x")];
    assert_eq!(flowright_tests::send(&url, "POST", body(), &page).await.0, 403);
    say(&mut first, "2", "human").await;
    until(&mut first, "ack").await;
    assert_eq!(flowright_tests::send(&url, "POST", body(), &[]).await.0, 204);
    let heard = all_until(&mut second, "typing").await;
    let sign = json!({ "type": "typing", "who": "agent", "agent": "Li Wei" });
    assert_eq!(heard.last(), Some(&sign));
    let line = Some(json!({ "agent": "Li\nWei" }));
    assert_eq!(flowright_tests::send(&url, "POST", line, &[]).await.0, 400);
}

/// Pages see that the bot is at work while it asks elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_is_seen_at_work() {
    let world = World::start("order_change").await;
    let mut socket = open(&world, SESSION).await;
    until(&mut socket, "status").await;
    say(&mut socket, "1", "我需要修改订单#12345的交货日期。").await;
    let heard = all_until(&mut socket, "ack").await;
    assert_eq!(heard[0], json!({ "type": "typing", "who": "bot" }), "{heard:?}");
    assert_eq!(heard[1]["type"], "reply", "{heard:?}");
}

/// A page that knows more than the server: its store is another one now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_conversation_that_is_lost_begins_anew() {
    let world = World::start("order_change").await;
    let mut socket = open(&world, &format!("{SESSION}&after=57")).await;
    let heard = until(&mut socket, "status").await;
    let named =
        json!({ "type": "conversation", "conversation": "0123456789abcdef0123", "after": 0 });
    assert_eq!((&heard[0], &heard[1]["seq"]), (&named, &json!(1)), "{heard:?}");
}

/// The widget is for pages of all sites, and says which of them may talk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widget_may_stand_on_any_site() {
    let world = World::start_with("order_change", |mut options| {
        options.allowed_origins = vec!["https://shop.example".to_owned()];
        options
    })
    .await;
    let ask = async |path: &str, origin: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\nconnection: close\r\n\r\n"
        );
        raw(&world, request.as_bytes()).await
    };
    for path in ["/widget.js", "/widget.json"] {
        let answer = ask(path, "https://evil.example").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("cross-origin-resource-policy: cross-origin"), "{answer}");
        assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    }
    for (origin, admitted) in
        [("https://shop.example", true), ("http://x", true), ("https://evil.example", false)]
    {
        let answer = ask("/widget.json", origin).await;
        assert!(answer.contains(&format!("\"admitted\":{admitted}")), "{origin}: {answer}");
    }
    // What is for the server's own pages stays theirs.
    let own = ask("/chat.json", "https://shop.example").await;
    assert!(!own.contains("access-control-allow-origin"), "{own}");
}

/// Says back what it hears, at length.
pub(crate) const ECHO: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket { path "/chat" }
channel api: rest
skill s
route { otherwise -> s }
intent echo { en "echo this", "echo", "echo please", "say it back", "repeat my words" }
flow echo {
  on intent echo
  slot words: text { ask "What?" }
  state start {
    fill words
    when words == "stop" { end resolved }
    say "{words}{words}{words}{words}"
    clear words
    -> start
  }
}
"#;

/// A page that takes nothing holds nobody up, and is cut off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_never_reads_is_cut_off() {
    let world = World::start_bundle(flowright_tests::bundle_of_text(ECHO), |o| o).await;
    let session = "0123456789abcdef0123";
    world.say_plain(session, "0", "echo this").await;
    // More than the buffers of both ends of a connection hold.
    let long = "字".repeat(9_000);
    let mut said_bytes = 0;
    for number in 1..=60 {
        let said = world.say_plain(session, &number.to_string(), &long).await;
        said_bytes += said.iter().map(String::len).sum::<usize>();
    }
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?session={session}", world.server.address);
    let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let begun = std::time::Instant::now();
    world.say_plain("another-session", "1", "echo this").await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    tokio::time::sleep(Duration::from_secs(12)).await;
    // Whoever reads only now finds the end before everything was sent.
    let mut stream = socket.into_inner();
    let mut read = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut read);
    let ended = tokio::time::timeout(Duration::from_secs(20), end).await;
    assert!(ended.is_ok(), "the connection is open still");
    assert!(read.len() < said_bytes, "everything was sent: {} of {said_bytes}", read.len());
    let begun = std::time::Instant::now();
    world.server.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

const RENAMED: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket { path "/chat" }
skill s
route { otherwise -> s }
intent hello { pattern r"^hello$"  en "hello", "good morning", "hi there", "hey you", "good evening" }
flow greet {
  on intent hello
  slot name: text { ask "What is your name?" }
  state start { fill name  say "Hello {name}."  end resolved }
}
"#;

/// A page that came in by a channel that has another name now is sent to come again, and what it sent
/// was not taken: it sends it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_whose_channel_has_another_name_comes_again() {
    let world = World::start_bundle(bundle_of_text(RENAMED), |options| options).await;
    let mut socket = open(&world, SESSION).await;
    until(&mut socket, "status").await;
    say(&mut socket, "1", "hello").await;
    until(&mut socket, "status").await;
    let new =
        RENAMED.replace("channel web:", "channel talk:") + "migrate { channel web is talk }\n";
    world.server.dispatch().reload(bundle_of_text(&new)).await.unwrap();
    say(&mut socket, "2", "Ann").await;
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Ping(_))) => {}
                other => return other,
            }
        }
    };
    let last = tokio::time::timeout(Duration::from_secs(10), closed).await.unwrap();
    let Some(Ok(Message::Close(Some(frame)))) = last else { panic!("{last:?}") };
    assert_eq!(frame.code, CloseCode::Restart);
    let mut socket = open(&world, &format!("{SESSION}&after=100")).await;
    until(&mut socket, "status").await;
    say(&mut socket, "2", "Ann").await;
    let heard = until(&mut socket, "ack").await;
    assert_eq!(heard.last().unwrap()["repeated"], false, "{heard:?}");
    let session = world.session("0123456789abcdef0123").await;
    assert_eq!(session["channel"], "talk", "{session}");
    let said = session["replies"].as_array().unwrap().last().unwrap();
    assert_eq!(said["text"], "Hello Ann.");
}
