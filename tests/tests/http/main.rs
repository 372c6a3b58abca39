//! The server over real sockets, with a real CRM: conversations, repeats, restarts, bad requests.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod agents;
mod bundles;
mod changed;
mod clients;
mod elsewhere;
mod encoded;
mod events;
mod expiry;
mod external;
mod frames;
mod hostile;
mod lossy;
mod model;
mod odd;
mod once;
mod order;
mod outbox;
mod outside;
mod pinned;
mod plain;
mod receiver;
mod reload;
mod schemathesis;
mod sockets;
mod talks;
mod unstored;

use std::time::{Duration, Instant};

use flowright_tests::{Fresh, World, send};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_get_problem_documents() {
    let world = World::start("order_change").await;
    let messages = "/v1/sessions/s/messages";
    let long = "x".repeat(10_001);
    let cases: Vec<(&str, &str, Option<Json>, u16)> = vec![
        ("POST", messages, Some(json!({ "text": "hi" })), 400),
        ("POST", messages, Some(json!({ "id": "1" })), 400),
        ("POST", messages, Some(json!({ "id": "1", "text": "hi", "colour": 1 })), 400),
        ("POST", messages, Some(json!({ "id": "a b", "text": "hi" })), 400),
        ("POST", messages, Some(json!({ "id": "1", "text": long })), 413),
        ("POST", messages, Some(json!({ "id": "1", "text": "hi", "language": "chinese" })), 400),
        ("POST", messages, Some(json!({ "id": "1", "text": "hi", "channel": "fax" })), 400),
        (
            "POST",
            messages,
            Some(json!({ "id": "1", "text": "hi", "customer": { "idd": "C" } })),
            400,
        ),
        (
            "POST",
            messages,
            Some(json!({ "id": "1", "text": "hi", "customer": { "tier": "platinum" } })),
            400,
        ),
        ("POST", messages, None, 415),
        ("DELETE", messages, None, 405),
        ("GET", "/v1/sessions/nobody", None, 404),
        ("GET", "/v1/sessions/a%20b", None, 400),
        ("GET", "/nothing", None, 404),
        ("GET", "/chat?session=0123456789abcdef", None, 426),
    ];
    for (method, path, body, expected) in cases {
        let (status, problem) = send(&world.url(path), method, body.clone(), &[]).await;
        assert_eq!(status, expected, "{method} {path} {body:?}: {problem}");
        assert_eq!(problem["status"], expected, "{method} {path}");
        assert!(problem["detail"].as_str().is_some_and(|d| !d.is_empty()), "{problem}");
    }
    assert_eq!(send(&world.url("/readyz"), "GET", None, &[]).await.0, 200);
}

/// Sends bytes as they are; what comes back until the server closes, or nothing more comes.
async fn raw(world: &World, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.server.address).await.unwrap();
    // A server that has had enough closes before all is written; what it says of it is there.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_have_limits() {
    let world = World::start("order_change").await;
    let post = |body: &str| {
        format!(
            "POST /v1/sessions/s/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let deep = format!("{{\"id\":\"1\",\"text\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let answer = raw(&world, post(&deep).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("nested deeper"), "{answer}");
    let large = format!("{{\"id\":\"1\",\"text\":\"{}\"}}", "x".repeat(2 << 20));
    let answer = raw(&world, post(&large).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{}", answer.chars().take(200).collect::<String>());
    let answer = raw(&world, post("{\"id\": \"1\", \"text\": ").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_headers_are_cut_off_and_nobody_else_waits() {
    let world = World::start("order_change").await;
    let address = world.server.address;
    let begun = Instant::now();
    let dawdle = |first: &'static [u8]| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(first).await.unwrap();
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(20), end).await.is_ok()
    };
    let (nothing, half, preface, quick) = tokio::join!(
        dawdle(b""),
        dawdle(b"POST /v1/sessions/s/messages HTTP/1.1\r\nhost: x\r\n"),
        dawdle(b"PRI * HTTP"),
        async {
            let said = world.say("q", "1", "你好", "C-1001").await;
            (said, begun.elapsed())
        }
    );
    assert!(nothing && half && preface, "{nothing} {half} {preface}");
    assert!(quick.1 < Duration::from_secs(5), "{:?}", quick.1);
}

/// A byte now and then is no progress: headers and bodies have one time for all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_byte_by_byte_is_cut_off() {
    let world = World::start("order_change").await;
    let address = world.server.address;
    let drip = |at_once: &'static str, slowly: &'static str| async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        writer.write_all(at_once.as_bytes()).await.unwrap();
        let begun = Instant::now();
        let drops = tokio::spawn(async move {
            for byte in slowly.bytes().cycle() {
                if writer.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        let mut answer = Vec::new();
        let _ =
            tokio::time::timeout(Duration::from_secs(40), reader.read_to_end(&mut answer)).await;
        drops.abort();
        (begun.elapsed(), String::from_utf8_lossy(&answer).into_owned())
    };
    let head = "POST /v1/sessions/s/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
    let (headers, preface, body) = tokio::join!(
        drip("POST /v1/sessions/s/messages HTTP/1.1\r\n", "x-a: b\r\n"),
        drip("", "PRI * HTTP/2.0\r\n"),
        drip(head, "{\"id\": \"1\",   "),
    );
    for (what, (took, answer), most) in
        [("headers", headers, 15), ("preface", preface, 25), ("body", body, 30)]
    {
        assert!(took < Duration::from_secs(most), "{what}: {took:?}, {answer}");
    }
    assert_eq!(world.say("q", "1", "你好", "C-1001").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_is_spoken() {
    use http_body_util::{BodyExt as _, Full};
    let world = World::start("order_change").await;
    let client: hyper_util::client::legacy::Client<_, Full<hyper::body::Bytes>> =
        hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .http2_only(true)
            .build_http();
    let ask = |i: usize| {
        let body = json!({ "id": format!("m{i}"), "text": "你好" }).to_string();
        let request = hyper::Request::post(world.url(&format!("/v1/sessions/h{i}/messages")))
            .header("content-type", "application/json")
            .body(Full::new(body.into()))
            .unwrap();
        client.request(request)
    };
    for response in futures_util::future::join_all((0..30).map(ask)).await {
        let response = response.unwrap();
        assert_eq!(response.version(), hyper::Version::HTTP_2);
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_asked_for_and_needed_outside_of_loopback() {
    let world = World::start_with("order_change", |mut options| {
        options.token = Some("secret-token".to_owned().into());
        options
    })
    .await;
    let url = world.url("/v1/sessions/s/messages");
    let body = || Some(json!({ "id": "1", "text": "你好" }));
    for headers in [
        &[][..],
        &[("authorization", "Bearer wrong")][..],
        &[("authorization", "secret-token")][..],
    ] {
        assert_eq!(send(&url, "POST", body(), headers).await.0, 401);
    }
    let right = [("authorization", "Bearer secret-token")];
    assert_eq!(send(&url, "POST", body(), &right).await.0, 200);
    for (path, expected) in
        [("/v1/sessions/s", 401), ("/metrics", 401), ("/healthz", 200), ("/openapi.json", 200)]
    {
        assert_eq!(send(&world.url(path), "GET", None, &[]).await.0, expected, "{path}");
    }
    let store = Fresh::new("x.sqlite");
    let mut options = flowright_runtime::service::Options::local(store.to_owned());
    options.listen = "0.0.0.0:0".parse().unwrap();
    let loader = flowright_runtime::programs::interpreter_loader();
    let bundle = flowright_tests::bundle_of("order_change");
    let refused = flowright_runtime::service::Service::start(&bundle, loader, options).await;
    assert!(refused.unwrap_err().to_string().contains("R0204"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_strict_and_the_api_describes_itself() {
    let world = World::start("order_change").await;
    let page = raw(&world, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    let (status, api) = send(&world.url("/openapi.json"), "GET", None, &[]).await;
    assert_eq!((status, api["openapi"].as_str()), (200, Some("3.1.0")));
    let customer = &api["components"]["schemas"]["Message"]["properties"]["customer"];
    assert!(customer["properties"]["tier"].is_object(), "{customer}");
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let url = world.url(&path.replace("{session}", "s").replace("{id}", "1"));
            let (status, _) = send(&url, &method.to_uppercase(), Some(json!({})), &[]).await;
            assert_ne!(status, 405, "{method} {path} is described and does not exist");
        }
    }
    let metrics =
        raw(&world, b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(metrics.contains("flowright_turns_total"), "{metrics}");
}
