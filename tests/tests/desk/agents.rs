//! Agents come and go; what was handed over goes to who is there, and to somebody else when she is gone,
//! whatever restarts meanwhile.

use std::time::{Duration, Instant};

use flowright_runtime::desk::{Presence, Worker};
use flowright_runtime::dispatch::{Dispatch, Held};
use flowright_tests::{ECHO, World, bundle_of_text};

use super::claims::handed_over;

/// For what happens by itself.
const PATIENCE: Duration = Duration::from_secs(20);

async fn becomes(dispatch: &Dispatch, session: &str, owner: Option<&str>) -> Held {
    let until = Instant::now() + PATIENCE;
    loop {
        let all = dispatch.held().await.unwrap();
        let held = all.into_iter().find(|held| held.session == session).unwrap();
        if held.owner.as_ref().map(|owner| owner.agent.as_str()) == owner {
            return held;
        }
        assert!(Instant::now() < until, "{held:?}, not {owner:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn worker(agent: &str) -> Worker {
    Worker::new(agent, agent, ["s"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_handed_over_goes_to_who_is_there_and_to_others_when_she_is_gone() {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    handed_over(&world, "a").await;
    let (dispatch, desk) = (world.server.dispatch(), world.server.desk());
    becomes(dispatch, "a", None).await;
    let ann = desk.sign_on(worker("ann")).await;
    let held = becomes(dispatch, "a", Some("ann")).await;
    handed_over(&world, "b").await;
    becomes(dispatch, "b", Some("ann")).await;
    // She takes no more; what she has stays hers.
    desk.wants("ann", Presence::Away).await;
    handed_over(&world, "c").await;
    let bob = desk.sign_on(worker("bob")).await;
    becomes(dispatch, "c", Some("bob")).await;
    // Her page closes, and opens again in time.
    drop(ann);
    world.clock.advance_ms(20_000);
    let ann = desk.sign_on(worker("ann")).await;
    world.clock.advance_ms(20_000);
    assert_eq!(becomes(dispatch, "a", Some("ann")).await, held);
    drop(ann);
    // Until the desk has heard of it.
    let offline = |all: flowright_runtime::desk::Overview| {
        all.workers.iter().any(|w| w.agent == "ann" && w.presence == Presence::Offline)
    };
    while !offline(desk.overview(|_| true).await.unwrap()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.clock.advance_ms(31_000);
    becomes(dispatch, "a", Some("bob")).await;
    becomes(dispatch, "b", Some("bob")).await;
    drop(bob);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_come_back_after_a_restart_is_gone() {
    let world = World::start_bundle(bundle_of_text(ECHO), |options| options).await;
    handed_over(&world, "a").await;
    handed_over(&world, "b").await;
    let ann = world.server.desk().sign_on(worker("ann")).await;
    becomes(world.server.dispatch(), "a", Some("ann")).await;
    let has = becomes(world.server.dispatch(), "b", Some("ann")).await;
    drop(ann);
    let world = world.restart().await;
    let (dispatch, desk) = (world.server.dispatch(), world.server.desk());
    let bob = desk.sign_on(worker("bob")).await;
    assert_eq!(becomes(dispatch, "b", Some("ann")).await, has, "she may come back");
    let waits = desk.overview(|held| held.session == "b").await.unwrap();
    assert_eq!(waits.places.first().map(|place| &place.held), Some(&has));
    world.clock.advance_ms(31_000);
    becomes(dispatch, "a", Some("bob")).await;
    becomes(dispatch, "b", Some("bob")).await;
    drop(bob);
}
