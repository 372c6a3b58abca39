//! Many sessions that wait: what they take in memory, and a start with all of them.

use std::sync::Arc;
use std::time::Instant;

use flowright_bench::grouped;
use flowright_runtime::clock::{Clock, SteadyClock};
use flowright_runtime::dispatch::Dispatch;
use flowright_runtime::service::Options;
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::Fresh;
use flowright_tests::memory::resident_bytes;
use futures_util::future::BoxFuture;

use super::clients::message;
use super::start;

/// Who begins them.
const CLIENTS: usize = 256;

/// Tells the time, and lets nobody wake: so no session leaves memory while others begin.
#[derive(Debug, Default)]
struct Sleepy(SteadyClock);

impl Clock for Sleepy {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    fn sleep_until(&self, _: i64) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

async fn begin(dispatch: &Dispatch, count: usize) {
    let clients = (0..CLIENTS).map(|client| {
        let dispatch = dispatch.clone();
        tokio::spawn(async move {
            for number in (client..count).step_by(CLIENTS) {
                let message = message("echo", "first".to_owned());
                dispatch.message(&format!("many-{number}"), message).await.unwrap();
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
}

/// So many.
pub async fn sessions(count: usize) {
    let store = Fresh::new("many.sqlite");
    let quick = |options| Options {
        clock: Arc::new(Sleepy::default()),
        sqlite: SqliteOptions::new(Durability::ProcessOnly),
        ..options
    };
    let server = start(&store, quick).await;
    // What is only there once is there now.
    begin(server.dispatch(), CLIENTS.min(count)).await;
    let before = resident_bytes();
    begin(server.dispatch(), count).await;
    let live = server.dispatch().metrics().sessions_live.get();
    let bytes = resident_bytes().saturating_sub(before);
    println!(
        "{live} sessions that wait take {} KiB, {} bytes each, with the store's own memory",
        grouped(bytes as f64 / 1024.0),
        grouped(bytes as f64 / live as f64)
    );
    server.stop().await;
    let begun = Instant::now();
    let server = start(&store, |options| options).await;
    server.dispatch().ready().await.unwrap();
    let ready = begun.elapsed();
    let answer = server
        .dispatch()
        .message(&format!("many-{}", count / 2), message("a word", "second".to_owned()))
        .await
        .unwrap();
    let answered = begun.elapsed();
    assert_eq!(answer.turn, 2);
    assert_eq!(answer.replies.first().unwrap().reply.text, "1: a word");
    server.stop().await;
    // Beside a start with none.
    let empty = Fresh::new("empty.sqlite");
    let begun = Instant::now();
    let server = start(&empty, |options| options).await;
    server.dispatch().ready().await.unwrap();
    let none = begun.elapsed();
    server.stop().await;
    println!(
        "a start with {count} sessions: ready after {:.1} ms, first turn after {:.1} ms; \
         with none ready after {:.1} ms ({:.1}x)",
        ready.as_secs_f64() * 1e3,
        answered.as_secs_f64() * 1e3,
        none.as_secs_f64() * 1e3,
        ready.as_secs_f64() / none.as_secs_f64()
    );
}
