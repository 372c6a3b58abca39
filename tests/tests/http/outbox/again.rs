//! Receivers that take something late, twice or never: it is sent again, in order, and nobody else waits.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{is_whole, say_on_the_web, talk, until, until_sent, world};
use crate::receiver::{Does, Receiver};

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
        // Its answer is reckoned from when it was taken: no time goes by before that.
        let put_off = || world.server.dispatch().metrics().render().contains("result=\"again\"} 1");
        until(&world, 0, "it was not put off", put_off).await;
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
    for text in ["echo", "human"] {
        say_on_the_web(&world, "on-the-web", text).await;
    }
    until(&world, 0, "the desk waits for the other", || desk.taken().len() == 1).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    world.server.stop().await;
}
