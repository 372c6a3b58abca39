//! Who sends much waits for herself: others are answered meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flowright_runtime::limits::MAILBOX_MAX;
use flowright_tests::send;
use serde_json::json;
use tokio::task::JoinSet;

use super::flood::closed;
use super::{Came, alone, percentile, say, world};

/// Turns that are measured.
const TURNS: usize = 60;
/// A machine that others use meanwhile is measured again.
const ROUNDS: usize = 4;

/// How long each turn of a session took that does nothing else.
async fn turns(world: &flowright_tests::World, session: &str) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..TURNS {
        let begun = Instant::now();
        let came = say(world.server.dispatch(), session, format!("m{number}")).await;
        assert_eq!(came, Came::Answered);
        times.push(begun.elapsed());
    }
    times
}

/// One session gets ten times as many messages as may wait in it, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_floods_its_mailbox_is_refused_and_delays_no_other() {
    let _alone = alone().await;
    let world = world().await;
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let quiet = percentile(&mut turns(&world, &format!("quiet-{round}")).await, 50);
        let over = Arc::new(AtomicBool::new(false));
        let (dispatch, ended) = (world.server.dispatch().clone(), Arc::clone(&over));
        let flood = tokio::spawn(async move {
            let (mut answered, mut refused, mut number) = (0, 0, 0_u64);
            let session = format!("flood-{round}");
            while !ended.load(Ordering::Relaxed) {
                let mut tasks = JoinSet::new();
                for _ in 0..MAILBOX_MAX * 10 {
                    number += 1;
                    let (dispatch, session) = (dispatch.clone(), session.clone());
                    tasks.spawn(async move { say(&dispatch, &session, number.to_string()).await });
                }
                for came in tasks.join_all().await {
                    assert_ne!(came, Came::ServerFull);
                    answered += usize::from(came == Came::Answered);
                    refused += usize::from(came == Came::SessionFull);
                }
            }
            (answered, refused)
        });
        let busy = percentile(&mut turns(&world, &format!("busy-{round}")).await, 50);
        over.store(true, Ordering::Relaxed);
        let (answered, refused) = flood.await.unwrap();
        assert!(answered >= MAILBOX_MAX && refused > answered, "{answered}, {refused} refused");
        ratios.push(busy.as_secs_f64() / quiet.as_secs_f64());
        if ratios.last().is_some_and(|ratio| *ratio < 4.0) {
            break;
        }
    }
    println!("turns beside a session that floods take so many times as long: {ratios:?}");
    assert!(ratios.iter().any(|ratio| *ratio < 4.0), "{ratios:?}");
    world.server.stop().await;
}

/// As a client sees it: 429 with a time, and the same message again is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_mailbox_is_said_over_http() {
    let _alone = alone().await;
    let world = world().await;
    let posts = (0..MAILBOX_MAX * 4).map(|number| {
        let world = &world;
        async move {
            (number, world.post("s", json!({ "id": format!("{number}"), "text": "echo" })).await)
        }
    });
    let answers = futures_util::future::join_all(posts).await;
    let refused: Vec<_> = answers.iter().filter(|(_, (status, _))| *status == 429).collect();
    let answered = answers.iter().filter(|(_, (status, _))| *status == 200).count();
    assert_eq!(refused.len() + answered, answers.len(), "{answers:?}");
    let (number, (_, problem)) = refused.first().unwrap();
    assert_eq!(problem["detail"], "too many messages wait in this session");
    let url = world.url("/v1/sessions/s/messages");
    let body = Some(json!({ "id": format!("{number}"), "text": "echo" }));
    let (status, answer) = send(&url, "POST", body, &[]).await;
    assert_eq!((status, &answer["turn"]), (200, &json!(answered + 1)), "{answer}");
    world.server.stop().await;
}

/// Thousands of sessions that all write without a pause: one more is served like each of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_sessions_keep_no_other_waiting() {
    let _alone = alone().await;
    let world = world().await;
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let dispatch = world.server.dispatch().clone();
        let flood = tokio::spawn(async move {
            closed(&dispatch, 3_000, Duration::from_secs(8), round as u64).await
        });
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut times = Vec::new();
        while !flood.is_finished() {
            let begun = Instant::now();
            let came =
                say(world.server.dispatch(), "one-more", format!("{round}-{}", times.len())).await;
            assert_eq!(came, Came::Answered);
            times.push(begun.elapsed());
        }
        let mut flood = flood.await.unwrap();
        let (slowest, usual) =
            (percentile(&mut times, 100), percentile(&mut flood.answer_times, 50));
        ratios.push(slowest.as_secs_f64() / usual.as_secs_f64());
        if ratios.last().is_some_and(|ratio| *ratio < 4.0) {
            break;
        }
    }
    println!("the slowest turn of one more session, in usual turns: {ratios:?}");
    assert!(ratios.iter().any(|ratio| *ratio < 4.0), "{ratios:?}");
    world.server.stop().await;
}
