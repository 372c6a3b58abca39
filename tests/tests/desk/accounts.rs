//! Who signs in at the desk: passwords, logins and how they end, what other sites may not do, who may do what
//! under `/desk` and `/admin/accounts`.

mod changes;
mod doors;

use flowright_runtime::desk::accounts::DeskOptions;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text, send};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

const TOKEN: &str = "the token of operators, 32 letters";
pub(crate) const PASSWORD: &str = "a password of Ann's";
const HOUR_MS: i64 = 3_600_000;
const COOKIE: &str = "__Host-flowright-desk";

/// An answer with its headers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) json: Json,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The cookie that a browser sends back.
    fn cookie(&self) -> String {
        self.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }
}

async fn ask(
    world: &World,
    method: &str,
    path: &str,
    body: Option<Json>,
    headers: &[(&str, &str)],
) -> Answer {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = hyper::Request::builder().method(method).uri(world.url(path));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map(|json| json.to_string()).unwrap_or_default();
    let response = client.request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    Answer { status: head.status.as_u16(), headers: head.headers, json }
}

fn with_roles(roles: &str) -> Vec<u8> {
    bundle_of_text(&format!("{ECHO}\n{roles}\n"))
}

async fn world() -> World {
    let bundle = with_roles("role agent\nrole supervisor includes agent");
    World::start_bundle(bundle, options).await
}

/// With a token of operators.
pub(crate) fn options(options: Options) -> Options {
    Options { token: Some(TOKEN.replace([' ', ','], "-").into()), ..options }
}

/// What operators send.
pub(crate) fn operators() -> String {
    format!("Bearer {}", TOKEN.replace([' ', ','], "-"))
}

/// What an operator asks.
pub(crate) async fn operate(
    world: &World,
    method: &str,
    path: &str,
    body: Option<Json>,
) -> (u16, Json) {
    send(&world.url(path), method, body, &[("authorization", &operators())]).await
}

async fn make(world: &World, login: &str, role: Option<&str>) -> Json {
    let body = json!({
        "login": login, "name": format!("{login} at the desk"), "role": role, "password": PASSWORD,
        "skills": { "s": 3 }, "capacity": { "default": 4, "channels": { "web": 2 } },
    });
    let (status, account) = operate(world, "POST", "/admin/accounts", Some(body)).await;
    assert_eq!(status, 201, "{account}");
    account
}

async fn login(world: &World, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    ask(world, "POST", "/desk/v1/login", Some(body), &[]).await
}

/// A login for programs: what is sent with each request.
pub(crate) async fn token(world: &World, login: &str, password: &str) -> String {
    let body = json!({ "login": login, "password": password, "token": true });
    let answer = ask(world, "POST", "/desk/v1/login", Some(body), &[]).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, None), "{}", answer.json);
    format!("Bearer {}", answer.json["token"].as_str().unwrap())
}

async fn me(world: &World, bearer: &str) -> (u16, Json) {
    send(&world.url("/desk/v1/me"), "GET", None, &[("authorization", bearer)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_signs_in_in_a_browser_and_out_again() {
    let world = world().await;
    let account = make(&world, "Ann", Some("supervisor")).await;
    assert_eq!((account["login"].as_str(), account.get("password")), (Some("ann"), None));
    let signed_in = login(&world, "ANN", PASSWORD).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.json);
    assert!(signed_in.json.get("token").is_none(), "a page has no way to the token");
    let cookie = signed_in.header("set-cookie").unwrap();
    let (pair, flags) = cookie.split_once(';').unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!((name, value.len()), (COOKIE, 64));
    assert_eq!(flags, " Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict");
    let cookie = signed_in.cookie();
    let sent = [("cookie", cookie.as_str())];
    let me = ask(&world, "GET", "/desk/v1/me", None, &sent).await;
    assert_eq!((me.status, me.header("cache-control")), (200, Some("no-store")));
    let expected = json!({
        "id": account["id"], "login": "ann", "name": "Ann at the desk", "role": "supervisor",
        "supervises": true, "skills": { "s": 3 },
        "capacity": { "default": 4, "channels": { "web": 2 } }, "unknown": [],
        "ends_ms": 1_780_275_600_000_i64 + 12 * HOUR_MS, "idle_ms": HOUR_MS,
    });
    assert_eq!(me.json, expected);
    let out = ask(&world, "POST", "/desk/v1/logout", Some(json!({})), &sent).await;
    assert_eq!(out.status, 200, "{}", out.json);
    assert!(
        out.header("set-cookie").unwrap().starts_with(&format!("{COOKIE}=; Path=/; Max-Age=0;"))
    );
    let gone = ask(&world, "GET", "/desk/v1/me", None, &sent).await;
    assert_eq!((gone.status, &gone.json["code"]), (401, &json!("R0404")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_login_are_the_same() {
    let world = world().await;
    make(&world, "ann", None).await;
    let wrong = login(&world, "ann", "another password").await;
    assert_eq!((wrong.status, &wrong.json["code"]), (401, &json!("R0405")));
    for (name, password) in [
        ("bob", PASSWORD),
        ("", PASSWORD),
        ("ann lee", PASSWORD),
        ("ann", ""),
        ("ann", "A password of Ann's"),
        ("ann", &"x".repeat(10_000)),
    ] {
        let answer = login(&world, name, password).await;
        assert_eq!((answer.status, &answer.json), (401, &wrong.json), "{name} {password}");
    }
    for body in [json!({}), json!({ "login": "ann" }), json!({ "login": 1, "password": 2 })] {
        let answer = ask(&world, "POST", "/desk/v1/login", Some(body), &[]).await;
        assert_eq!(answer.status, 400, "{}", answer.json);
    }
    let metrics = world.server.dispatch().metrics().render();
    assert!(metrics.contains("flowright_sign_ins_total{result=\"wrong\"} 7"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_wrong_passwords_shut_the_door_for_a_while() {
    let world = world().await;
    make(&world, "ann", None).await;
    let signed_in = token(&world, "ann", PASSWORD).await;
    for name in ["ann", "nobody"] {
        for _ in 0..10 {
            assert_eq!(login(&world, name, "another password").await.status, 401);
        }
        // Not even the right one, and for whoever there is not it is the same.
        let locked = login(&world, name, PASSWORD).await;
        assert_eq!((locked.status, &locked.json["code"]), (429, &json!("R0406")));
        assert_eq!(locked.header("retry-after"), Some("900"));
    }
    // Who is signed in stays so, and cannot be made to guess the password.
    assert_eq!(me(&world, &signed_in).await.0, 200);
    let body = json!({ "old": PASSWORD, "new": "a longer password" });
    let sent = [("authorization", signed_in.as_str())];
    let guess = ask(&world, "POST", "/desk/v1/password", Some(body), &sent).await;
    assert_eq!(guess.status, 429);
    world.clock.advance_ms(15 * 60_000 - 1);
    assert_eq!(login(&world, "ann", PASSWORD).await.header("retry-after"), Some("1"));
    world.clock.advance_ms(1);
    assert_eq!(login(&world, "ann", PASSWORD).await.status, 200);
    // An operator can open it sooner.
    for _ in 0..10 {
        login(&world, "ann", "another password").await;
    }
    let path = "/admin/accounts/ann/password";
    let (status, answer) = operate(&world, "POST", path, Some(json!({}))).await;
    assert_eq!(status, 200);
    let generated = answer["password"].as_str().unwrap();
    assert_eq!(login(&world, "ann", generated).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_ends_with_its_time_and_when_nobody_uses_it() {
    let world = world().await;
    make(&world, "ann", None).await;
    let used = token(&world, "ann", PASSWORD).await;
    let idle = token(&world, "ann", PASSWORD).await;
    world.clock.advance_ms(HOUR_MS - 1);
    assert_eq!(me(&world, &used).await.0, 200);
    world.clock.advance_ms(1);
    assert_eq!(me(&world, &idle).await.0, 401, "an hour without a request");
    // What was used is known after a restart, and so is who is signed in.
    let world = world.restart().await;
    for _ in 1..12 {
        assert_eq!(me(&world, &used).await.0, 200);
        world.clock.advance_ms(HOUR_MS - 1);
    }
    assert_eq!(me(&world, &used).await.0, 200, "a little less than twelve hours");
    world.clock.advance_ms(11);
    assert_eq!(me(&world, &used).await.0, 401);
    // A shorter time that is configured holds for those who are signed in.
    let long = token(&world, "ann", PASSWORD).await;
    let short = |options: Options| Options {
        desk: DeskOptions { sign_in_lasts: std::time::Duration::from_secs(60), ..options.desk },
        ..options
    };
    let world = world.restart_as(short).await;
    assert_eq!(me(&world, &long).await.0, 200);
    world.clock.advance_ms(60_000);
    assert_eq!(me(&world, &long).await.0, 401);
}
