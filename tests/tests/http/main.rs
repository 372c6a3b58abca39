//! The server over real sockets, with a real CRM: conversations, repeats, restarts, bad requests.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use flowright_tests::{World, send, texts};
use futures_util::{SinkExt as _, StreamExt as _};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_in_chinese() {
    let world = World::start("order_change").await;
    let said = world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    assert_eq!(said, ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"]);
    let said = world.say("s", "2", "6月15日。", "C-1001").await;
    assert_eq!(said, ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_in_english() {
    let world = World::start("order_change").await;
    let text = "I need to change the delivery date of order #12345.";
    let said = world.say("s", "1", text, "C-1001").await;
    assert_eq!(said, ["It is due on 10 June. What is the new date (YYYY-MM-DD)?"]);
    let said = world.say("s", "2", "15 June", "C-1001").await;
    assert_eq!(said, ["Permission verified, updating…", "Done. The new delivery date is 15 June."]);
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_permission_a_human_gets_the_summary() {
    let world = World::start("order_change").await;
    world.say("s", "1", "move order 12345 to 20 June", "C-2002").await;
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-10");
    let session = world.session("s").await;
    assert_eq!(session["status"], "handed_off");
    let handoff = &session["handoff"];
    assert_eq!(handoff["skill"], "order_ops");
    assert_eq!(handoff["because"], "no permission to change order 12345");
    assert_eq!(
        handoff["summary"]["slots"][0],
        json!({ "name": "order", "value": "12345", "turn": 1 })
    );
    assert_eq!(handoff["summary"]["transcript"][0]["text"], "move order 12345 to 20 June");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_for_supervisors_is_withheld() {
    let world = World::start("order_change").await;
    let customer = json!({ "id": "C-2002", "contract": "CNY 300000", "email": "li@example.com" });
    let body = json!({ "id": "1", "text": "move order 12345 to 20 June", "customer": customer });
    world.post("s", body).await;
    let session = world.session("s").await.to_string();
    assert!(session.contains("visible to supervisor"), "{session}");
    for secret in ["300,000", "300000", "li@example.com"] {
        assert!(!session.contains(secret), "{secret} in {session}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_messages_not_understood_end_at_a_human() {
    let world = World::start("order_change").await;
    world.say("s", "1", "qwerty asdf zxcv", "C-1001").await;
    assert_eq!(world.session("s").await["status"], "bot");
    world.say("s", "2", "plugh xyzzy", "C-1001").await;
    let session = world.session("s").await;
    assert_eq!(session["status"], "handed_off");
    assert_eq!(session["handoff"]["reason"], "misses");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_message_is_answered_alike_and_not_carried_out_twice() {
    let world = World::start("order_change").await;
    let body =
        json!({ "id": "m", "text": "把订单12345改到6月20日交货", "customer": { "id": "C-1001" } });
    let (_, first) = world.post("s", body.clone()).await;
    let again = futures_util::future::join_all((0..8).map(|_| world.post("s", body.clone()))).await;
    for (status, answer) in again {
        assert_eq!((status, &answer["replies"]), (200, &first["replies"]));
        assert_eq!(answer["repeated"], true);
    }
    assert_eq!(world.crm.data().audit.len(), 1);
    let world = world.restart().await;
    let (_, later) = world.post("s", body).await;
    assert_eq!(later["replies"], first["replies"], "days later too");
    assert_eq!(world.crm.data().audit.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_sent_at_once_are_carried_out_one_by_one() {
    let world = World::start("order_change").await;
    let posts = (0..20).map(|i| {
        let body = json!({ "id": format!("m{i}"), "text": "你好", "customer": { "id": "C-1001" } });
        world.post("s", body)
    });
    let answers = futures_util::future::join_all(posts).await;
    let mut turns: Vec<u64> = answers.iter().map(|(_, a)| a["turn"].as_u64().unwrap()).collect();
    turns.sort_unstable();
    assert_eq!(turns, (1..=20).collect::<Vec<u64>>());
    let session = world.session("s").await;
    let seqs: Vec<u64> =
        session["replies"].as_array().unwrap().iter().map(|r| r["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<u64>>(), "no gaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_on_after_a_restart() {
    let world = World::start("order_change").await;
    world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    let world = world.restart().await;
    let said = world.say("s", "2", "6月15日。", "C-1001").await;
    assert_eq!(said, ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_crm_ends_at_a_human_after_its_retries() {
    let world = World::start("order_change").await;
    world.crm.set_delay(Duration::from_secs(60));
    let begun = Instant::now();
    let said = world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    assert_eq!(said, ["我为您转接人工客服,请稍候。"]);
    // Three attempts of two seconds each.
    assert!(begun.elapsed() >= Duration::from_secs(6));
    assert_eq!(world.session("s").await["handoff"]["because"], "the order system does not answer");
}

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
    stream.write_all(bytes).await.unwrap();
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
        options.token = Some("secret-token".to_owned());
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
    let mut options =
        flowright_runtime::service::Options::local(flowright_tests::fresh_path("x.sqlite"));
    options.listen = "0.0.0.0:0".parse().unwrap();
    let loader = flowright_runtime::programs::interpreter_loader();
    let bundle = flowright_tests::bundle_of("order_change");
    let refused = flowright_runtime::service::Service::start(&bundle, loader, options).await;
    assert!(refused.unwrap_err().to_string().contains("R0204"));
}

type Socket = tokio_tungstenite::WebSocketStream<TcpStream>;

async fn open(world: &World, query: &str) -> Socket {
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?{query}", world.server.address);
    let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    socket
}

async fn next(socket: &mut Socket) -> Json {
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
async fn until(socket: &mut Socket, kind: &str) -> Vec<Json> {
    let mut seen = Vec::new();
    loop {
        seen.push(next(socket).await);
        if seen.last().unwrap()["type"] == kind {
            return seen;
        }
    }
}

async fn say(socket: &mut Socket, id: &str, text: &str) {
    let message = json!({ "type": "message", "id": id, "text": text });
    socket.send(Message::text(message.to_string())).await.unwrap();
}

const SESSION: &str = "session=0123456789abcdef0123";

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
            let url = world.url(&path.replace("{session}", "s"));
            let (status, _) = send(&url, &method.to_uppercase(), Some(json!({})), &[]).await;
            assert_ne!(status, 405, "{method} {path} is described and does not exist");
        }
    }
    let metrics =
        raw(&world, b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(metrics.contains("flowright_turns_total"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_to_a_human_is_held_and_recorded() {
    let world = World::start("order_change").await;
    world.say("s", "1", "move order 12345 to 20 June", "C-2002").await;
    let (_, answer) = world.post("s", json!({ "id": "2", "text": "are you there?" })).await;
    assert_eq!(answer["status"], "handed_off");
    assert!(texts(&answer).len() <= 1, "{answer}");
}
