//! What is not sent any more, as operators see it, and who may look.

use std::time::Duration;

use flowright_tests::{ECHO, World, bundle_of_text, send};
use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt as _;

use super::{talk, until_sent, world};
use crate::frames::{END_HEADERS, END_STREAM, HEADERS, Raw, frame, request_to};
use crate::receiver::{Does, Receiver};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_kept_shown_and_tried_again_on_request() {
    let receiver = Receiver::start(|parcel| match parcel.json()["seq"].as_u64() {
        Some(2) => Does::Says(400),
        _ => Does::Says(200),
    })
    .await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 2).await;
    until_sent(&world, 0).await;
    let replies = world.server.dispatch().replies_after("s", 0).await.unwrap().len();
    assert_eq!(receiver.taken().len(), replies - 1, "what follows goes on");
    let outbox = || send_to(&world, "/admin/outbox", "GET");
    let (status, shown) = outbox().await;
    assert_eq!((status, &shown["waiting"], &shown["dead"]), (200, &json!(0), &json!(1)));
    let letter = &shown["dead_letters"][0];
    for (name, value) in [
        ("key", json!("s/2")),
        ("kind", json!("reply")),
        ("session", json!("s")),
        ("channel", json!("api")),
        ("attempts", json!(1)),
        ("cause", json!("status 400")),
    ] {
        assert_eq!(letter[name], value, "{name}: {shown}");
    }
    assert!(is_described(&world, letter).await, "{letter}");
    assert!(!shown.to_string().contains("word 1"), "what was said is for the receiver: {shown}");
    let retry = format!("/admin/outbox/{}/retry", letter["id"]);
    // Refused again, then taken.
    assert_eq!(send_to(&world, &retry, "POST").await.0, 202);
    until_sent(&world, 0).await;
    assert_eq!(outbox().await.1["dead"], 1);
    receiver.changes(|_| Does::Says(200));
    assert_eq!(send_to(&world, &retry, "POST").await.0, 202);
    until_sent(&world, 0).await;
    assert_eq!(outbox().await.1["dead"], 0);
    let seqs: Vec<u64> =
        receiver.taken().iter().map(|parcel| parcel.json()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs.last(), Some(&2), "{seqs:?}");
    for path in [&retry, "/admin/outbox/99/retry", "/admin/outbox/x/retry"] {
        let (status, problem) = send_to(&world, path, "POST").await;
        assert_eq!(status, 404, "{path}: {problem}");
    }
    let metrics = world.server.dispatch().metrics().render();
    let dead = "flowright_deliveries_total{kind=\"reply\",result=\"dead\"} 2";
    assert!(metrics.contains(dead), "{metrics}");
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_of_the_server_is_looked_at_over_http_2_too() {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    for (name, is_let_in) in [("localhost", true), ("127.0.0.1:80", true), ("evil.example", false)]
    {
        let mut raw = Raw::open(world.server.address, &[]).await;
        let block = request_to(name, "GET", "/admin/outbox");
        let ask = frame(HEADERS, END_STREAM | END_HEADERS, 1, &block);
        raw.stream.write_all(&ask).await.unwrap();
        let (frames, _) = raw.frames(Duration::from_secs(2)).await;
        let answer = frames.iter().find(|frame| frame.kind == HEADERS).unwrap();
        // `:status: 200` is number 8 of the static table.
        assert_eq!(answer.payload.first() == Some(&0x88), is_let_in, "{name}: {frames:?}");
    }
    world.server.stop().await;
}

/// Every door of operators can be shut, and says what else may come of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_operators_may_be_answered_is_described() {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    let api = send_to(&world, "/openapi.json", "GET").await.1;
    let mut seen = 0;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let kept = path.starts_with("/admin") || path.contains("/agent");
            let statuses = if kept { &["401", "403", "500"][..] } else { &[] };
            seen += usize::from(kept);
            for status in statuses {
                assert!(operation["responses"][status].is_object(), "{method} {path}: {status}");
            }
        }
    }
    // Agents' moves and signs, who writes and a split, the outbox, the spool, bundles, and accounts.
    assert_eq!(seen, 16);
    world.server.stop().await;
}

/// Whether a dead letter has just what the API's description says that it has.
async fn is_described(world: &World, letter: &Json) -> bool {
    let api = send_to(world, "/openapi.json", "GET").await.1;
    let described = api.pointer("/components/schemas/DeadLetter/properties").unwrap();
    let keys = |json: &Json| -> Vec<String> { json.as_object().unwrap().keys().cloned().collect() };
    keys(described) == keys(letter)
}

async fn send_to(world: &World, path: &str, method: &str) -> (u16, Json) {
    send(&world.url(path), method, None, &[]).await
}

/// Without a token anybody on the machine may look; a page that somebody opened may not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_come_in_and_web_pages_do_not() {
    let open = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    let closed = World::start_bundle(bundle_of_text(ECHO), |mut options| {
        options.token = Some("secret-token".to_owned().into());
        options
    })
    .await;
    let right = ("authorization", "Bearer secret-token");
    let page = ("origin", "https://evil.example");
    for (method, path, found) in
        [("GET", "/admin/outbox", 200), ("POST", "/admin/outbox/1/retry", 404)]
    {
        for (world, headers, expected) in [
            (&open, &[][..], found),
            (&open, &[page][..], 403),
            (&open, &[("origin", "null")][..], 403),
            (&open, &[("host", "evil.example")][..], 403),
            (&open, &[("host", "localhost")][..], found),
            (&open, &[("host", "m\u{fc}nchen.example")][..], 403),
            (&closed, &[right, ("host", "desk.example.com")][..], found),
            (&open, &[("origin", &*open.url(""))][..], 403),
            (&closed, &[][..], 401),
            (&closed, &[page][..], 401),
            (&closed, &[right][..], found),
            (&closed, &[right, page][..], 403),
        ] {
            let (status, answer) = send(&world.url(path), method, None, headers).await;
            assert_eq!(status, expected, "{method} {path} {headers:?}: {answer}");
        }
    }
    open.server.stop().await;
    closed.server.stop().await;
}
