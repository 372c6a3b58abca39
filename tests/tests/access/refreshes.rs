//! A CRM that tells by signed webhook that customers have changed: each request that Python signed is
//! answered as it must be, is carried out once, and only who may sign is heard.

use flowright_access::social::{Changes, Keys};
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text, send, texts};
use serde_json::{Value as Json, json};

const PATH: &str = "/v1/customers/refresh";

fn changes(secrets: &[&str]) -> Option<Changes> {
    Some(Changes::new(Keys::new("secret", secrets.to_vec()).unwrap()))
}

/// A bot that says who it talks to, and hears what has changed; the operators' token is no way in here.
async fn world() -> World {
    World::start_bundle(bundle_of_text(include_str!("records.flow")), with_secrets).await
}

fn with_secrets(options: Options) -> Options {
    Options { changes: changes(&["old-secret-8f1c", "new-secret-27aa"]), ..options }
}

fn vectors() -> Vec<Json> {
    serde_json::from_str(include_str!("../../../access/tests/social/changes.json")).unwrap()
}

fn vector(name: &str) -> Json {
    vectors().into_iter().find(|vector| vector["name"] == name).unwrap()
}

/// Sends one as it was signed.
async fn tell(world: &World, vector: &Json) -> (u16, Json) {
    let headers: Vec<(&str, &str)> = vector["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect();
    let body = vector["body"].as_str().unwrap();
    send_text(world, vector["method"].as_str().unwrap(), body, &headers).await
}

async fn send_text(
    world: &World,
    method: &str,
    body: &str,
    headers: &[(&str, &str)],
) -> (u16, Json) {
    use http_body_util::{BodyExt as _, Full};
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    let client: Client<_, Full<hyper::body::Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let mut request = hyper::Request::builder().method(method).uri(world.url(PATH));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.to_owned().into())).unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn who(world: &World, id: &str) -> String {
    let body = json!({ "id": id, "text": "who am I", "customer": { "id": "C-1001" } });
    let (status, answer) = world.post("a", body).await;
    assert_eq!(status, 200, "{answer}");
    texts(&answer).join(" ")
}

fn set_tier(world: &World, tier: &str) {
    let mut data = world.crm.data();
    let record = data.customers.get_mut("C-1001").unwrap();
    record.as_object_mut().unwrap().insert("tier".to_owned(), json!(tier));
}

fn counts(asked_again: u64, unknown: u64, repeated: bool) -> Json {
    json!({ "id": "evt-1", "asked_again": asked_again, "unknown": unknown, "repeated": repeated })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_webhook_is_answered_as_it_must_be() {
    for vector in vectors() {
        // Each on a server of its own: it is the first that comes.
        let world = world().await;
        let now_ms = vector["now_ms"].as_i64().unwrap();
        world.clock.advance_ms(now_ms - 1_780_275_600_000);
        let expected = match vector["expect"].as_str().unwrap() {
            "changed" => 200,
            "malformed" | "TwoHeaders" => 400,
            "Method" => 405,
            _ => 401,
        };
        let (status, answer) = tell(&world, &vector).await;
        assert_eq!(status, expected, "{vector}: {answer}");
        if expected == 200 {
            assert_eq!(answer, counts(0, 2, false));
        } else {
            assert!(!answer["detail"].as_str().unwrap().is_empty(), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_asked_about_again_once_for_each_webhook() {
    let world = world().await;
    assert_eq!(who(&world, "1").await, "C-1001: Hongda Precision, gold.");
    set_tier(&world, "silver");
    for name in ["tampered", "wrong secret", "missing", "re-serialised", "old", "future"] {
        assert_eq!(tell(&world, &vector(name)).await.0, 401, "{name}");
    }
    assert_eq!(who(&world, "2").await, "C-1001: Hongda Precision, gold.", "nobody was believed");
    world.clock.advance_ms(1_000);
    let valid = vector("valid");
    assert_eq!(tell(&world, &valid).await, (200, counts(1, 1, false)));
    assert_eq!(who(&world, "3").await, "C-1001: Hongda Precision, silver.");
    // The same again, also signed with the other secret, does nothing.
    set_tier(&world, "gold");
    world.clock.advance_ms(1_000);
    for again in [&valid, &vector("rotated secret")] {
        assert_eq!(tell(&world, again).await, (200, counts(1, 1, true)));
    }
    assert_eq!(who(&world, "4").await, "C-1001: Hongda Precision, silver.");
    // When it is not known any more, its signature is too old.
    world.clock.advance_ms(301_000);
    assert_eq!(tell(&world, &valid).await.0, 401);
    assert_eq!(who(&world, "5").await, "C-1001: Hongda Precision, silver.");
}

/// After a restart it is not known that it was taken; then the records are asked once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_is_there_after_a_restart() {
    let world = world().await;
    assert_eq!(who(&world, "1").await, "C-1001: Hongda Precision, gold.");
    set_tier(&world, "silver");
    world.clock.advance_ms(1_000);
    assert_eq!(tell(&world, &vector("valid")).await, (200, counts(1, 1, false)));
    let world = world.restart_as(with_secrets).await;
    assert_eq!(tell(&world, &vector("valid")).await.0, 200);
    assert_eq!(who(&world, "2").await, "C-1001: Hongda Precision, silver.");
    // A secret that was taken away signs nothing any more.
    let only_old = |o: Options| Options { changes: changes(&["old-secret-8f1c"]), ..o };
    let world = world.restart_as(only_old).await;
    assert_eq!(tell(&world, &vector("valid")).await.0, 401);
    assert_eq!(tell(&world, &vector("rotated secret")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_webhook_many_times_at_once_is_taken() {
    let world = world().await;
    assert_eq!(who(&world, "1").await, "C-1001: Hongda Precision, gold.");
    world.clock.advance_ms(1_000);
    let valid = vector("valid");
    let all = futures_util::future::join_all((0..20).map(|_| tell(&world, &valid))).await;
    for (status, answer) in all {
        assert_eq!(status, 200);
        assert_eq!(
            (&answer["asked_again"], &answer["unknown"]),
            (&json!(1), &json!(1)),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_signature_lets_in_and_no_key_does() {
    let token = |o: Options| Options { token: Some("t0ken".to_owned().into()), ..with_secrets(o) };
    let source = bundle_of_text(include_str!("records.flow"));
    let world = World::start_bundle(source, token).await;
    assert_eq!(tell(&world, &vector("valid")).await.0, 200);
    let bearer = [("authorization", "Bearer t0ken")];
    let (status, problem) = send_text(&world, "POST", "{}", &bearer).await;
    assert!(
        status == 401 && problem["detail"].as_str().unwrap().contains("flowright-signature"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_secret_or_records_there_is_nothing_to_tell() {
    let source = bundle_of_text(include_str!("records.flow"));
    let world = World::start_bundle(source, |o| o).await;
    let (status, problem) = tell(&world, &vector("valid")).await;
    let help = problem["help"].as_str().unwrap();
    assert!(status == 404 && help.contains("refresh_secret_env"), "{problem}");
    let world = World::start_bundle(bundle_of_text(ECHO), with_secrets).await;
    let (status, problem) = tell(&world, &vector("valid")).await;
    assert!(status == 404 && problem["help"].as_str().unwrap().contains("from get"), "{problem}");
    // An id that stands in the address is a customer's.
    let url = world.url("/v1/customers/refresh/refresh");
    assert_eq!(send(&url, "POST", None, &[]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_large_is_not_read() {
    let world = world().await;
    let large = " ".repeat((1 << 20) + 1);
    assert_eq!(send_text(&world, "POST", &large, &[]).await.0, 413);
    assert_eq!(tell(&world, &vector("valid")).await.0, 200);
}
