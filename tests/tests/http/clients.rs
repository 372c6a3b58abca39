//! Client systems with keys of their own: what each right lets in, which conversations a client sees that
//! is kept to some channels, and keys that are changed.

use std::collections::BTreeSet;

use flowright_runtime::clients::{Client, Clients, Right};
use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text, send};
use serde_json::{Value as Json, json};

use super::raw;

/// Of a client; nobody else has it.
fn key(name: &str) -> String {
    format!("{name}-key-{}", "x".repeat(32))
}

fn client(name: &str, rights: &[Right], channels: Option<&[&str]>) -> (Client, Vec<Secret>) {
    let channels = channels.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let rights = rights.iter().copied().collect();
    (Client { name: name.to_owned(), rights, channels }, vec![key(name).into()])
}

/// A bot with two REST channels.
async fn world(clients: Vec<(Client, Vec<Secret>)>) -> World {
    let source = ECHO.replacen("channel api: rest", "channel api: rest\nchannel desk: rest", 1);
    let clients = Clients::new(clients);
    World::start_bundle(bundle_of_text(&source), move |o| Options { clients, ..o }).await
}

async fn ask(
    world: &World,
    name: &str,
    method: &str,
    path: &str,
    body: Option<Json>,
) -> (u16, Json) {
    let bearer = format!("Bearer {}", key(name));
    send(&world.url(path), method, body, &[("authorization", &bearer)]).await
}

async fn say(world: &World, name: &str, session: &str, id: &str, channel: &str) -> (u16, Json) {
    let mut body = json!({ "id": id, "text": "echo" });
    if !channel.is_empty() {
        body["channel"] = json!(channel);
    }
    ask(world, name, "POST", &format!("/v1/sessions/{session}/messages"), Some(body)).await
}

async fn sees(world: &World, name: &str, session: &str) -> u16 {
    ask(world, name, "GET", &format!("/v1/sessions/{session}"), None).await.0
}

/// Each request that is described, with no key and with the key of a client of each right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_needs_the_right_that_is_described_and_no_other() {
    let clients = Right::ALL.map(|right| client(right.name(), &[right], None));
    let world = world(clients.into()).await;
    let (_, api) = send(&world.url("/openapi.json"), "GET", None, &[]).await;
    let mut needed = BTreeSet::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        let path = path.replace("{session}", "s").replace("{customer}", "c").replace("{id}", "1");
        let path = path.replace("{login}", "nobody");
        for (method, described) in methods.as_object().unwrap() {
            let method = method.to_uppercase();
            let body = (method == "POST").then(|| json!({}));
            let (status, problem) = send(&world.url(&path), &method, body.clone(), &[]).await;
            let Some(right) = described["x-right"].as_str() else {
                assert!(!described["security"].is_null() && problem["code"] != "R0401", "{path}");
                continue;
            };
            needed.insert(right.to_owned());
            assert_eq!((status, &problem["code"]), (401, &json!("R0401")), "{method} {path}");
            for other in Right::ALL.map(Right::name) {
                let (status, problem) = ask(&world, other, &method, &path, body.clone()).await;
                if other == right {
                    assert!(![401, 403, 405].contains(&status), "{method} {path}: {problem}");
                    continue;
                }
                let said = format!("the client `{other}` has not the right `{right}`");
                assert_eq!((status, &problem["detail"]), (403, &json!(said)), "{method} {path}");
                assert_eq!(problem["code"], "R0402");
            }
            for status in ["401", "403"] {
                assert!(described["responses"][status].is_object(), "{method} {path}: {status}");
            }
        }
    }
    // No request needs this one alone.
    let all = Right::ALL.map(|right| right.name().to_owned());
    let all: BTreeSet<String> = all.into_iter().filter(|name| name != "vouch").collect();
    assert_eq!(needed, all);
    // Pages have no key.
    let page = send(&world.url("/chat?session=0123456789abcdef"), "GET", None, &[]).await;
    assert_eq!(page.0, 426);
    let metrics = world.server.dispatch().metrics().render();
    for line in [
        "flowright_rights_total{client=\"read\",right=\"metrics\",result=\"refused\"} 1",
        "flowright_rights_total{client=\"metrics\",right=\"metrics\",result=\"granted\"} 1",
        "flowright_rights_total{client=\"(unknown)\",right=\"metrics\",result=\"refused\"} 1",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(!metrics.contains("-key-"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_a_customer_is_says_only_who_may_vouch() {
    let clients = Clients::new([
        client("app", &[Right::Write, Right::Refresh], None),
        client("crm", &[Right::Write, Right::Refresh, Right::Vouch], None),
    ]);
    let world = World::start_with("order_change", |o| Options { clients, ..o }).await;
    let message = |id: &str, customer: Json| {
        Some(json!({ "id": id, "from": "x", "text": "你好", "customer": customer }))
    };
    for (name, customer, expected) in [
        ("app", json!({ "id": "C-1001" }), 403),
        ("app", json!({ "tier": "gold" }), 403),
        ("app", json!({}), 403),
        ("app", Json::Null, 200),
        ("crm", json!({ "id": "C-1001" }), 200),
    ] {
        let body = message(&format!("{name}-{customer}").replace(['{', '}', '"'], ""), customer);
        let (status, answer) = ask(&world, name, "POST", "/v1/messages", body).await;
        assert_eq!(status, expected, "{answer}");
        let named = answer["detail"].as_str().is_some_and(|detail| detail.contains("`vouch`"));
        assert_eq!(named, expected == 403, "{answer}");
    }
    let path = "/v1/customers/C-1001/refresh";
    let told = Some(json!({ "profile": { "tier": "gold" } }));
    assert_eq!(ask(&world, "app", "POST", path, told.clone()).await.1["code"], "R0402");
    for (name, body) in [("app", None), ("crm", told)] {
        assert_ne!(ask(&world, name, "POST", path, body).await.0, 403);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_kept_to_channels_sees_their_conversations_only() {
    let rights = [Right::Write, Right::Read, Right::Agent];
    let world = world(vec![
        client("app", &rights, Some(&["api"])),
        client("desk", &rights, Some(&["desk"])),
        client("all", &rights, None),
    ])
    .await;
    assert_eq!(say(&world, "app", "s-1", "1", "").await.0, 200);
    assert_eq!(sees(&world, "app", "s-1").await, 200);
    // As if there were none.
    for part in ["", "/replies", "/deliveries", "/events"] {
        let path = |session: &str| format!("/v1/sessions/{session}{part}");
        let (status, there) = ask(&world, "desk", "GET", &path("s-1"), None).await;
        let (_, absent) = ask(&world, "desk", "GET", &path("s-0"), None).await;
        assert_eq!(status, 404, "{part}");
        assert_eq!(there.to_string().replace("s-1", "s-0"), absent.to_string());
    }
    for (part, body) in [
        ("agent", json!({ "id": "m", "agent": "Li", "then": "bot" })),
        ("agent/typing", json!({ "agent": "Li" })),
    ] {
        let path = format!("/v1/sessions/s-1/{part}");
        assert_eq!(ask(&world, "desk", "POST", &path, Some(body.clone())).await.0, 404);
        assert_eq!(ask(&world, "app", "POST", &path, Some(body)).await.0, 409);
    }
    // A file is its channel's, then its conversation's.
    let (status, file) =
        ask(&world, "app", "POST", "/v1/attachments?name=a.txt", Some(json!({ "a": 1 }))).await;
    assert_eq!(status, 201, "{file}");
    let path = format!("/v1/attachments/{}", file["id"].as_str().unwrap());
    let fetched = async |name: &str| ask(&world, name, "GET", &path, None).await.0;
    assert_eq!(
        (fetched("app").await, fetched("desk").await, fetched("all").await),
        (200, 404, 200)
    );
    let body = json!({ "id": "file", "text": "this", "attachments": [file["id"]] });
    let messages = "/v1/sessions/s-1/messages";
    assert_eq!(ask(&world, "app", "POST", messages, Some(body)).await.0, 200);
    assert_eq!(
        (fetched("app").await, fetched("desk").await, fetched("all").await),
        (200, 404, 200)
    );
    let list = "/v1/sessions/s-1/attachments";
    assert_eq!(ask(&world, "app", "GET", list, None).await.0, 200);
    assert_eq!(ask(&world, "desk", "GET", list, None).await.0, 404);
    // Nor is anything written in it.
    let (_, before) = ask(&world, "all", "GET", "/v1/sessions/s-1/replies", None).await;
    let said = before["replies"].as_array().unwrap().len();
    let (status, problem) = say(&world, "desk", "s-1", "2", "").await;
    assert_eq!((status, &problem["code"]), (403, &json!("R0403")), "{problem}");
    let (_, replies) = ask(&world, "all", "GET", "/v1/sessions/s-1/replies", None).await;
    assert_eq!(replies["replies"].as_array().unwrap().len(), said);
    for (channel, expected) in [("desk", 403), ("fax", 400), ("api", 200)] {
        let (status, answer) = say(&world, "app", "s-1", "3", channel).await;
        assert_eq!(status, expected, "{answer}");
    }
    // The customer goes to the desk: it is the desk's now, and the app's for its address.
    assert_eq!(say(&world, "all", "s-1", "4", "desk").await.0, 200);
    assert_eq!((sees(&world, "desk", "s-1").await, sees(&world, "app", "s-1").await), (200, 200));
    // Of what a client without channels began, only the last channel is known.
    assert_eq!(say(&world, "all", "s-2", "1", "api").await.0, 200);
    assert_eq!((sees(&world, "app", "s-2").await, sees(&world, "desk", "s-2").await), (200, 404));
    assert_eq!(say(&world, "all", "s-2", "2", "desk").await.0, 200);
    assert_eq!((sees(&world, "app", "s-2").await, sees(&world, "desk", "s-2").await), (404, 200));
    // The same name on two channels is two senders.
    let mut sessions = Vec::new();
    for name in ["app", "desk", "app"] {
        let body = json!({ "id": format!("f-{}", sessions.len()), "from": "x", "text": "echo" });
        let (status, answer) = ask(&world, name, "POST", "/v1/messages", Some(body)).await;
        assert_eq!(status, 200, "{answer}");
        sessions.push(answer["session"].as_str().unwrap().to_owned());
    }
    assert!(sessions[0] == sessions[2] && sessions[0] != sessions[1], "{sessions:?}");
    assert_eq!(sees(&world, "app", &sessions[0]).await, 200);
    assert_eq!(sees(&world, "desk", &sessions[0]).await, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_two_begin_at_once_is_one_clients() {
    let rights = [Right::Write, Right::Read];
    let world = world(vec![
        client("app", &rights, Some(&["api"])),
        client("desk", &rights, Some(&["desk"])),
    ])
    .await;
    for number in 0..20 {
        let session = format!("n-{number}");
        let (app, desk) = tokio::join!(
            say(&world, "app", &session, "1", ""),
            say(&world, "desk", &session, "1", "")
        );
        let (winner, loser) = if app.0 == 200 { ("app", "desk") } else { ("desk", "app") };
        assert_eq!(app.0.min(desk.0), 200, "{app:?} {desk:?}");
        assert_eq!(app.0.max(desk.0), 403, "{app:?} {desk:?}");
        assert_eq!(sees(&world, winner, &session).await, 200);
        assert_eq!(sees(&world, loser, &session).await, 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_without_a_channel_of_the_kind_is_told_so() {
    let world = world(vec![client("web", &[Right::Write], Some(&["web"]))]).await;
    let (status, problem) = say(&world, "web", "s", "1", "").await;
    let said = "the client `web` has no rest channel";
    assert_eq!((status, &problem["detail"]), (403, &json!(said)), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_changed_while_both_count_and_then_the_old_one_does_not() {
    let with = |keys: &[&str]| {
        let (app, _) = client("app", &[Right::Write], None);
        let keys: Vec<Secret> = keys.iter().map(|name| key(name).into()).collect();
        Clients::new([(app, keys), client("other", &[Right::Write], None)])
    };
    let clients = with(&["new", "old"]);
    let token = Some("operators".to_owned().into());
    let source = bundle_of_text(ECHO);
    let world = World::start_bundle(source, |o| Options { clients, token, ..o }).await;
    for (id, name) in ["new", "old", "new", "other"].into_iter().enumerate() {
        assert_eq!(say(&world, name, "s", &id.to_string(), "").await.0, 200, "{name}");
    }
    let metrics = world.server.dispatch().metrics().render();
    assert!(metrics.contains("flowright_old_keys_total{client=\"app\"} 1"), "{metrics}");
    let (status, answer) = say(&world, "old", "s", "1", "").await;
    assert_eq!((status, &answer["repeated"]), (200, &json!(true)), "{answer}");
    let world = world.restart_as(|o| Options { clients: with(&["new"]), ..o }).await;
    for (name, expected) in [("old", 401), ("new", 200), ("other", 200)] {
        assert_eq!(say(&world, name, "s", "9", "").await.0, expected, "{name}");
    }
}

/// Whatever stands where a key should: nothing lets in but the key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_the_key_is_the_key() {
    let world = world(vec![client("app", &[Right::Metrics], None)]).await;
    let own = key("app");
    let get = |headers: String| {
        format!("GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
    };
    let bearer = |value: &str| get(format!("authorization: {value}\r\n"));
    for (request, expected) in [
        (bearer(&format!("Bearer {own}")), 200),
        (bearer(&format!("bearer {own}")), 200),
        (bearer(&format!("Bearer {own} ")), 200),
        (bearer(&format!("Bearer  {own}")), 401),
        (bearer(&format!("Bearer {own}x")), 401),
        (bearer(&format!("Bearer {}", own.trim_start_matches("app"))), 401),
        (bearer(&format!("Bearer {}", own.to_uppercase())), 401),
        (bearer(&format!("Basic {own}")), 401),
        (bearer(&own), 401),
        (bearer("Bearer"), 401),
        (bearer("Bearer "), 401),
        (bearer(""), 401),
        (bearer("Bearer \u{ff}"), 401),
        (get(String::new()), 401),
        (get(format!("authorization: Bearer {own}\r\nauthorization: Bearer {own}\r\n")), 401),
        (get(format!("x-authorization: Bearer {own}\r\n")), 401),
    ] {
        let answer = raw(&world, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{request}\n{answer}");
        if expected == 401 {
            assert!(answer.contains("www-authenticate: Bearer") && !answer.contains(&own));
        }
    }
}
