//! What is sent out: each reply and handoff arrives at its address, in the order of its session, at
//! least once and with one key, whatever the receiver does and whenever the server stops.

mod again;
mod desk;
mod operators;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use flowright_runtime::dispatch::{Answer, Incoming};
use flowright_runtime::outbox::Addresses;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text};
use serde_json::{Value as Json, json};

use super::receiver::{Does, Parcel, Receiver};

const TOKEN: &str = "crm-t0ken";
/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

async fn world(replies: &Receiver, handoffs: &Receiver) -> World {
    let deliver = addresses(replies, handoffs);
    let change = |options| Options { deliver, ..options };
    World::start_bundle(bundle_of_text(ECHO), change).await
}

fn addresses(replies: &Receiver, handoffs: &Receiver) -> Addresses {
    let reply = replies.at("/replies", Some(TOKEN));
    Addresses {
        replies: BTreeMap::from([("api".to_owned(), reply)]),
        handoffs: Some(handoffs.at("/handoffs", None)),
        desk: None,
    }
}

/// Says to a session what is numbered from 1, after `echo`.
async fn talk(world: &World, session: &str, messages: usize) {
    world.say_plain(session, "echo", "echo").await;
    for number in 1..=messages {
        world.say_plain(session, &number.to_string(), &format!("word {number}")).await;
    }
}

/// Says something over the channel that has no address.
async fn say_on_the_web(world: &World, session: &str, text: &str) -> Answer {
    let message = Incoming {
        reply_to: None,
        customer_id: None,
        attachments: Vec::new(),
        from: None,
        id: text.to_owned(),
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload: None,
        customer: None,
        lang: None,
    };
    world.server.dispatch().message(session, message).await.unwrap()
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
    let answer = say_on_the_web(&world, "web-session", "echo").await;
    assert_eq!(answer.replies.len(), 1);
    talk(&world, "s", 0).await;
    until_sent(&world, 0).await;
    assert!(receiver.parcels().iter().all(|parcel| parcel.session() == "s"));
    assert_eq!(receiver.parcels().len(), 1);
    world.server.stop().await;
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

/// What nobody asked for is sent too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_timer_says_is_sent() {
    let receiver = Receiver::start(|_| Does::Says(200)).await;
    let world = world(&receiver, &receiver).await;
    talk(&world, "s", 0).await;
    until(&world, 0, "the question was not sent", || receiver.taken().len() == 1).await;
    world.clock.advance_ms(3_600_000);
    until(&world, 100, "the timer's words were not sent", || receiver.taken().len() == 2).await;
    let parcel = receiver.taken().pop().unwrap().json();
    assert_eq!(parcel["reply"]["text"], "Are you there?", "{parcel}");
    is_whole(&world, "s", &receiver.taken()).await;
    world.server.stop().await;
}
