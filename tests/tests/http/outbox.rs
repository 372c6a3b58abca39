//! What is sent out: each reply and handoff arrives at its address, in the order of its session, at
//! least once and with one key, whatever the receiver does and whenever the server stops.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use flowright_runtime::outbox::Addresses;
use flowright_runtime::service::Options;
use flowright_tests::{World, bundle_of_text, send};
use serde_json::{Value as Json, json};

use super::receiver::{Does, Parcel, Receiver};

/// Counts what it hears and says it back; hands over on request; asks after a silence.
const BOT: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
channel web: websocket { path "/chat" }
skill s
route { otherwise -> s }
intent echo { en "echo this", "echo", "echo please", "say it back", "repeat my words" }
flow echo {
  on intent echo
  slot words: text { ask "What?" }
  slot heard: number { default 0 }
  state start {
    fill words
    when words == "human" { handoff because "wanted" }
    set heard = heard + 1
    say "{heard}: {words}"
    clear words
    -> start
  }
  on silence 10m { say "Are you there?" }
}
"#;

const TOKEN: &str = "crm-t0ken";
/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

async fn world(replies: &Receiver, handoffs: &Receiver) -> World {
    let deliver = addresses(replies, handoffs);
    let change = |options| Options { deliver, ..options };
    World::start_bundle(bundle_of_text(BOT), change).await
}

fn addresses(replies: &Receiver, handoffs: &Receiver) -> Addresses {
    let reply = replies.at("/replies", Some(TOKEN));
    Addresses {
        replies: BTreeMap::from([("api".to_owned(), reply)]),
        handoffs: Some(handoffs.at("/handoffs", None)),
    }
}

/// Says to a session what is numbered from 1, after `echo`.
async fn talk(world: &World, session: &str, messages: usize) {
    world.say_plain(session, "echo", "echo").await;
    for number in 1..=messages {
        world.say_plain(session, &number.to_string(), &format!("word {number}")).await;
    }
}

/// Waits for something, while the server's clock goes on by `step_ms` each time.
async fn until(world: &World, step_ms: i64, what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        world.clock.advance_ms(step_ms);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn sizes(world: &World) -> (u64, u64) {
    world.server.dispatch().outbox_sizes().await.unwrap()
}

/// Waits until nothing waits to be sent.
async fn until_sent(world: &World, step_ms: i64) {
    let begun = Instant::now();
    while sizes(world).await.0 > 0 {
        assert!(begun.elapsed() < PATIENCE, "{:?} wait still", sizes(world).await);
        world.clock.advance_ms(step_ms);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// That what arrived of a session's replies is all that was said in it, in order and once.
async fn is_whole(world: &World, session: &str, arrived: &[Parcel]) {
    let of_session = arrived.iter().filter(|parcel| parcel.session() == session);
    let arrived: Vec<Json> = of_session.map(Parcel::json).collect();
    let said = world.server.dispatch().replies_after(session, 0).await.unwrap();
    let said: Vec<Json> = said
        .iter()
        .map(|said| {
            json!({ "type": "reply", "session": session, "channel": "api", "seq": said.seq,
                    "turn": said.turn, "reply": said.reply })
        })
        .collect();
    assert_eq!(arrived, said, "{session}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_and_handoffs_arrive_with_key_body_and_token() {
    let receiver = Receiver::start(|_| Does::Says(200)).await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 1).await;
    world.say_plain("s", "last", "human").await;
    until_sent(&world, 0).await;
    let parcels = receiver.parcels();
    let (replies, handoffs): (Vec<_>, Vec<_>) =
        parcels.iter().cloned().partition(|parcel| parcel.path == "/replies");
    is_whole(&world, "s", &replies).await;
    assert!(replies.len() >= 3, "{replies:?}");
    for parcel in &replies {
        assert_eq!(parcel.key, format!("s/{}", parcel.json()["seq"]));
        assert_eq!(parcel.token, format!("Bearer {TOKEN}"));
    }
    let [handoff] = handoffs.as_slice() else { panic!("{handoffs:?}") };
    let body = handoff.json();
    assert_eq!((handoff.path.as_str(), handoff.token.as_str()), ("/handoffs", ""));
    assert_eq!((&body["type"], &body["session"]), (&json!("handoff"), &json!("s")));
    assert_eq!((&body["channel"], &body["handoff"]["because"]), (&json!("api"), &json!("wanted")));
    // What the API withholds is withheld here too.
    assert_eq!(body["handoff"], world.session("s").await["handoff"]);
    assert!(handoff.key.starts_with("s/handoff/"), "{}", handoff.key);
    let keys: BTreeSet<&str> = parcels.iter().map(|parcel| parcel.key.as_str()).collect();
    assert_eq!(keys.len(), parcels.len(), "each has a key of its own");
    world.server.stop().await;
}

/// Two channels, one address: what is said on the other goes nowhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_channels_with_an_address_are_sent() {
    let receiver = Receiver::start(|_| Does::Says(200)).await;
    let world = world(&receiver, &receiver).await;
    let who = flowright_runtime::dispatch::Incoming {
        id: "1".to_owned(),
        channel: "web".to_owned(),
        text: "echo".to_owned(),
        payload: None,
        customer: None,
        lang: None,
    };
    let answer = world.server.dispatch().message("web-session", who).await.unwrap();
    assert_eq!(answer.replies.len(), 1);
    talk(&world, "s", 0).await;
    until_sent(&world, 0).await;
    assert!(receiver.parcels().iter().all(|parcel| parcel.session() == "s"));
    assert_eq!(receiver.parcels().len(), 1);
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_holds_in_each_session_though_first_attempts_fail() {
    // The first attempt at each second one fails, each in another way.
    let receiver = Receiver::start(|parcel| match (parcel.before, parcel.body.len() % 4) {
        (0, 0) => Does::Says(503),
        (0, 1) => Does::Drops,
        (0, 2) => Does::Says(429),
        (1, 1) => Does::Says(500),
        _ => Does::Says(200),
    })
    .await;
    let world = world(&receiver, &receiver).await;
    let sessions: Vec<String> = (0..12).map(|number| format!("s-{}", "x".repeat(number))).collect();
    futures_util::future::join_all(sessions.iter().map(|s| talk(&world, s, 4))).await;
    until_sent(&world, 500).await;
    assert!(receiver.parcels().iter().any(|parcel| !parcel.taken), "some attempts failed");
    for session in &sessions {
        is_whole(&world, session, &receiver.taken()).await;
        // Nothing was even tried before what goes first was taken.
        let mut open: Option<String> = None;
        for parcel in receiver.parcels().iter().filter(|parcel| parcel.session() == *session) {
            assert!(open.as_ref().is_none_or(|key| *key == parcel.key), "{parcel:?}");
            open = (!parcel.taken).then(|| parcel.key.clone());
        }
    }
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_without_an_answer_comes_again_with_the_same_key() {
    let receiver =
        Receiver::start(|p| if p.before == 0 { Does::Drops } else { Does::Says(200) }).await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 3).await;
    world.say_plain("s", "last", "human").await;
    until_sent(&world, 500).await;
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for parcel in receiver.parcels() {
        by_key.entry(parcel.key).or_default().push(parcel.body);
    }
    for (key, bodies) in &by_key {
        assert_eq!(bodies.len(), 2, "{key} came so often");
        assert_eq!(bodies.first(), bodies.last(), "{key}");
    }
    let (replies, handoffs): (Vec<_>, Vec<_>) =
        receiver.taken().into_iter().partition(|parcel| parcel.path == "/replies");
    is_whole(&world, "s", &replies).await;
    assert_eq!(handoffs.len(), 1);
    world.server.stop().await;
}

/// In seconds, or as a date: then and not before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_says_when_is_asked_then() {
    // The server's clock says 01:00:00 at the start.
    for when in ["900", "Mon, 01 Jun 2026 01:15:00 GMT"] {
        let receiver = Receiver::start(move |parcel| match parcel.before {
            0 => Does::Later(when),
            _ => Does::Says(200),
        })
        .await;
        let world = world(&receiver, &receiver).await;
        world.say_plain("s", "1", "echo").await;
        let attempts = || receiver.parcels().iter().filter(|parcel| parcel.key == "s/1").count();
        until(&world, 0, "nothing was sent", || attempts() == 1).await;
        for _ in 0..8 {
            world.clock.advance_ms(110_000);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(attempts(), 1, "{when}: it was sent too early");
        world.clock.advance_ms(30_000);
        until(&world, 0, when, || attempts() == 2).await;
        world.server.stop().await;
    }
}

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

/// Whether a dead letter has just what the API's description says that it has.
async fn is_described(world: &World, letter: &Json) -> bool {
    let api = send_to(world, "/openapi.json", "GET").await.1;
    for (path, method) in [("/admin/outbox", "get"), ("/admin/outbox/{id}/retry", "post")] {
        let operation = api.get("paths").and_then(|paths| paths.get(path)?.get(method));
        let refused = operation.and_then(|operation| operation.pointer("/responses/403"));
        assert!(refused.is_some(), "{method} {path}");
    }
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
    let open = World::start_bundle(bundle_of_text(BOT), |options| options).await;
    let closed = World::start_bundle(bundle_of_text(BOT), |mut options| {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_server_stops_meanwhile() {
    let receiver = Receiver::start(|_| Does::Says(503)).await;
    let world = world(&receiver, &receiver).await;
    futures_util::future::join_all(["a", "b"].map(|session| talk(&world, session, 3))).await;
    until(&world, 0, "nothing was tried", || receiver.parcels().len() >= 2).await;
    let waiting = sizes(&world).await.0;
    assert!(waiting >= 8, "{waiting}");
    // Some are under way, and nobody hears how they went.
    receiver.changes(|_| Does::Hangs);
    until(&world, 500, "nothing is under way", || receiver.parcels().len() >= 4).await;
    let deliver = addresses(&receiver, &receiver);
    let world = world.restart_as(|options| Options { deliver, ..options }).await;
    assert_eq!(sizes(&world).await.0, waiting);
    receiver.changes(|_| Does::Says(200));
    until_sent(&world, 500).await;
    for session in ["a", "b"] {
        is_whole(&world, session, &receiver.taken()).await;
    }
    world.server.stop().await;
}

/// It is named in the log, is a dead letter, and what follows it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_keeps_no_other_back() {
    let receiver = Receiver::start(|_| Does::Says(503)).await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 2).await;
    let spoil = |store: &std::path::Path| {
        let db = rusqlite::Connection::open(store).unwrap();
        let query = "UPDATE outbox SET body = replace(body, 'What', 'When') WHERE key = 's/1'";
        assert_eq!(db.execute(query, []).unwrap(), 1);
    };
    let deliver = addresses(&receiver, &receiver);
    let world = world.restart_after(spoil, None, |options| Options { deliver, ..options }).await;
    receiver.changes(|_| Does::Says(200));
    until_sent(&world, 500).await;
    assert_eq!(sizes(&world).await, (0, 1));
    let replies = world.server.dispatch().replies_after("s", 0).await.unwrap().len();
    assert_eq!(receiver.taken().len(), replies - 1);
    world.server.stop().await;
}

/// One session's messages are never answered, more than are under way at once; the others' are
/// sent, and so is what goes to another address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_delays_no_other_session() {
    let receiver = Receiver::start(|parcel| match parcel.session().starts_with("hangs") {
        true => Does::Hangs,
        false => Does::Says(200),
    })
    .await;
    let desk = Receiver::start(|_| Does::Says(200)).await;
    let world = world(&receiver, &desk).await;
    talk(&world, "hangs", 5).await;
    until(&world, 0, "nothing is under way", || !receiver.parcels().is_empty()).await;
    let begun = Instant::now();
    talk(&world, "goes-on", 1).await;
    until(&world, 0, "it waits for another", || receiver.taken().len() == 3).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Now the whole receiver hangs, for as many sessions as there are.
    receiver.changes(|_| Does::Hangs);
    let sessions: Vec<String> = (0..100).map(|number| format!("hangs-{number}")).collect();
    futures_util::future::join_all(sessions.iter().map(|s| talk(&world, s, 0))).await;
    let begun = Instant::now();
    world.say_plain("hangs-7", "h", "human").await;
    talk(&world, "to-the-desk", 0).await;
    world.say_plain("to-the-desk", "h", "human").await;
    let behind = desk.taken().len();
    assert_eq!(behind, 0, "what was said before goes first");
    // A session that has nothing else to send: its channel has no address.
    let who = |text: &str| flowright_runtime::dispatch::Incoming {
        id: text.to_owned(),
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload: None,
        customer: None,
        lang: None,
    };
    for text in ["echo", "human"] {
        world.server.dispatch().message("on-the-web", who(text)).await.unwrap();
    }
    until(&world, 0, "the desk waits for the other", || desk.taken().len() == 1).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    world.server.stop().await;
}

/// What nobody asked for is sent too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_timer_says_is_sent() {
    let receiver = Receiver::start(|_| Does::Says(200)).await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 0).await;
    until(&world, 0, "the question was not sent", || receiver.taken().len() == 1).await;
    world.clock.advance_ms(600_000);
    until(&world, 100, "the timer's words were not sent", || receiver.taken().len() == 2).await;
    let parcel = receiver.taken().pop().unwrap().json();
    assert_eq!(parcel["reply"]["text"], "Are you there?", "{parcel}");
    is_whole(&world, "s", &receiver.taken()).await;
    world.server.stop().await;
}
