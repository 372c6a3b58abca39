//! A conversation lasts for a time without a word; then the next word begins anew.

use std::time::{Duration, Instant};

use flowright_runtime::service::Options;
use flowright_tests::{SHOP, World, bundle_of_text};
use serde_json::json;

const HOUR_MS: i64 = 3_600_000;

fn lasting(hours: u64) -> impl FnOnce(Options) -> Options {
    move |options| Options {
        conversations_last: Some(Duration::from_secs(3_600 * hours)),
        ..options
    }
}

/// Whether so many flows are under way in the end.
async fn flows(world: &World, session: &str, count: usize) -> bool {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let now = world.session(session).await;
        if now["flows"].as_array().is_some_and(|flows| flows.len() == count) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_under_way_is_over_after_a_time_without_a_word() {
    let world = World::start_bundle(bundle_of_text(SHOP), lasting(24)).await;
    assert_eq!(world.say_plain("s", "1", "rent a machine").await, ["For how many days?"]);
    world.clock.advance_ms(23 * HOUR_MS);
    assert_eq!(world.say_plain("s", "2", "3").await, ["Where to?"]);
    world.clock.advance_ms(23 * HOUR_MS);
    assert!(flows(&world, "s", 1).await);
    world.clock.advance_ms(HOUR_MS);
    assert!(flows(&world, "s", 0).await, "it is still under way");
    // What would have been an answer is none.
    assert_ne!(world.say_plain("s", "3", "Pudong").await, ["3 days in Pudong?"]);
    // And what was said before is answered as it was.
    let again = world.post("s", json!({ "id": "2", "text": "3" })).await.1;
    assert_eq!(again["repeated"], true);
    assert_eq!(again["replies"][0]["text"], "Where to?");
    world.server.stop().await;
}

/// Also when nobody is there when it is time: after a restart, before the next word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_over_after_a_restart_too_and_not_while_the_bot_comes_back() {
    let world = World::start_bundle(bundle_of_text(SHOP), lasting(1)).await;
    assert_eq!(world.say_plain("s", "1", "rent a machine").await, ["For how many days?"]);
    assert_eq!(world.say_plain("w", "1", "call me back later").await, ["I will."]);
    world.clock.advance_ms(HOUR_MS - 1);
    let world = world.restart_as(lasting(1)).await;
    world.clock.advance_ms(2);
    assert!(flows(&world, "s", 0).await, "it is still under way");
    assert!(flows(&world, "w", 1).await);
    world.clock.advance_ms(HOUR_MS);
    let until = Instant::now() + Duration::from_secs(20);
    while world.session("w").await["replies"].as_array().unwrap().len() < 2 {
        assert!(Instant::now() < until, "the bot does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.server.stop().await;
}

/// A setting that is gone ends nothing, and nobody looks again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_of_before_is_forgotten() {
    let world = World::start_bundle(bundle_of_text(SHOP), lasting(1)).await;
    assert_eq!(world.say_plain("s", "1", "rent a machine").await, ["For how many days?"]);
    let world = world.restart().await;
    world.clock.advance_ms(2 * HOUR_MS);
    let until = Instant::now() + Duration::from_secs(20);
    let wake = || {
        let db = rusqlite::Connection::open(&*world.store).unwrap();
        let query = "SELECT wake_at_ms FROM sessions WHERE id = 's'";
        db.query_row(query, [], |row| row.get::<_, Option<i64>>(0)).unwrap()
    };
    while wake().is_some() {
        assert!(Instant::now() < until, "it is looked at for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.say_plain("s", "2", "3").await, ["Where to?"]);
    world.server.stop().await;
}
