//! Durable turns beside what SQLite does with the same rows: how many in a second, and how long the
//! slowest of a hundred takes; memory of sessions that wait; a start with many of them.
//!
//! `FLOWRIGHT_SECONDS` and `FLOWRIGHT_SESSIONS` make it shorter or longer than 5 and 100,000.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

mod clients;
mod many;
mod raw;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flowright_bench::grouped;
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Handle, Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::{ECHO, Fresh, bundle_of_text, load};

use self::clients::{Measured, measure, over_http, within};
use self::raw::Rows;

const CLIENTS: [usize; 4] = [1, 64, 128, 512];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

async fn start(store: &Path, change: impl FnOnce(Options) -> Options) -> Handle {
    let loader: Loader = Arc::new(|bytes| load(bytes, true));
    let options = change(Options::local(store.to_owned()));
    Service::start(&bundle_of_text(ECHO), loader, options).await.unwrap()
}

fn line(name: &str, measured: &Measured, raw: &Measured) {
    println!(
        "  {name:<26} {:>9}/s  {:>6.1} %   p99 {:>8.2} ms",
        grouped(measured.rate),
        100.0 * measured.rate / raw.rate,
        measured.p99.as_secs_f64() * 1e3
    );
}

/// One number of clients: SQLite alone, then all of it.
async fn compare(rows: &Arc<Rows>, clients: usize, time: Duration) {
    println!("{clients} clients, {} s each", time.as_secs());
    let store = Fresh::new("raw.sqlite");
    let raw = measure(clients, time, raw::writer(&store, rows)).await;
    line("SQLite alone", &raw, &raw);
    for (name, durability, http) in [
        ("turns in process", Durability::Full, false),
        ("turns over HTTP", Durability::Full, true),
        ("in process, not durable", Durability::ProcessOnly, false),
    ] {
        let store = Fresh::new("bench.sqlite");
        let server =
            start(&store, |options| Options { sqlite: SqliteOptions::new(durability), ..options })
                .await;
        let measured = match http {
            true => measure(clients, time, over_http(server.address)).await,
            false => measure(clients, time, within(server.dispatch())).await,
        };
        line(name, &measured, &raw);
        if !http {
            println!("  {:<26} {:>9.1}", "  commits in a write", commits_in_a_write(&server));
        }
        server.stop().await;
    }
}

fn commits_in_a_write(server: &Handle) -> f64 {
    let all = server.dispatch().metrics().render();
    let value = |name: &str| -> f64 {
        let line = all.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    };
    value("flowright_commit_batch_sum") / value("flowright_commit_batch_count").max(1.0)
}

fn main() {
    let time = Duration::from_secs(number("FLOWRIGHT_SECONDS", 5));
    let sessions = usize::try_from(number("FLOWRIGHT_SESSIONS", 100_000)).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // First, while no memory lies about that others left.
        many::sessions(sessions).await;
        // The rows that SQLite gets are those of real turns.
        let store = Fresh::new("rows.sqlite");
        let server =
            start(&store, |o| Options { sqlite: SqliteOptions::new(Durability::ProcessOnly), ..o })
                .await;
        measure(16, Duration::from_secs(1), within(server.dispatch())).await;
        server.stop().await;
        let rows = Arc::new(Rows::of(&store));
        println!(
            "a turn is {:.0} bytes in {:.1} rows",
            rows.bytes_per_turn(),
            rows.rows_per_turn()
        );
        for clients in CLIENTS {
            compare(&rows, clients, time).await;
        }
    });
}
