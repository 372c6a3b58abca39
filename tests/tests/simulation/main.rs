//! The whole runtime in one thread by a seed: the store, the clock, the network, customers and chance
//! are the test's; sessions, timers, calls, the outbox are the product's. The process dies at any
//! moment and begins anew on what is stored. The same seed gives the same trace.
//!
//! `FLOWRIGHT_SEED=N` plays one seed and prints its trace; `FLOWRIGHT_LONG=1` plays more.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod check;
mod customers;
mod fate;
mod network;
mod store;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_engine::LoadedProgram;
use flowright_runtime::actions::ActionClient;
use flowright_runtime::desk::DeskService;
use flowright_runtime::dispatch::{Dispatch, Outside};
use flowright_runtime::outbox::{Address, Addresses, Courier, DeliverTo};
use flowright_runtime::programs::{Loader, Programs};
use flowright_runtime::store::{Durability, SharedStore, SqliteOptions, SqliteStore};
use flowright_runtime::telemetry::Metrics;
use flowright_tests::seeds::is_long;
use flowright_tests::{Fresh, SHOP, bundle_of_text, load};

use customers::{Shared, customers, talk};
use fate::{Fate, SimClock};
use network::{Desk, Network};
use store::SimStore;

/// 1 June 2026, 09:00 in Shanghai.
const BEGIN_MS: i64 = 1_780_275_600_000;

/// A program, compiled once for all runs.
struct Bot {
    bytes: Vec<u8>,
    program: LoadedProgram,
}

/// What a run leaves behind.
struct World {
    fate: Arc<Fate>,
    desk: Arc<Mutex<Desk>>,
    customers: Vec<Shared>,
}

/// A run: lives that end at random, and one that comes to its end.
fn run(bot: &Bot, seed: u64) -> Vec<String> {
    let file = Fresh::new("store.sqlite");
    let clock = runtime().block_on(async { Arc::new(SimClock::new(BEGIN_MS)) });
    let fate = Arc::new(Fate::new(seed, clock));
    let mut now_ms = BEGIN_MS;
    let desk = Arc::default();
    let world = World { customers: customers(&fate), desk, fate };
    for life in 0.. {
        let dies = life < 4 && world.fate.happens(70);
        let operations = dies.then(|| world.fate.below(160) as u64);
        let runtime = runtime();
        let is_over = runtime.block_on(async {
            let is_over = live(bot, &file, &world, now_ms, operations).await;
            // Outside of a life, no time is simulated.
            now_ms = world.fate.now_ms();
            is_over
        });
        // Whatever was under way is gone, as with a process.
        drop(runtime);
        if is_over {
            break;
        }
    }
    check::all(bot, &file, &world);
    world.fate.trace()
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

/// One life of the server; whether everything was said and done in it.
async fn live(bot: &Bot, file: &Path, world: &World, now_ms: i64, operations: Option<u64>) -> bool {
    let clock = Arc::new(SimClock::new(now_ms));
    world.fate.begin(Arc::clone(&clock), operations);
    let options = SqliteOptions { inline: true, ..SqliteOptions::new(Durability::ProcessOnly) };
    let metrics = Arc::new(Metrics::default());
    let inner = SqliteStore::open(file, &options, Arc::clone(&metrics)).unwrap();
    let store: SharedStore = Arc::new(SimStore { inner, fate: Arc::clone(&world.fate) });
    let served = serve(bot, world, store, clock, metrics);
    tokio::select! {
        biased;
        () = world.fate.death() => false,
        () = served => true,
    }
}

async fn serve(
    bot: &Bot,
    world: &World,
    store: SharedStore,
    clock: Arc<SimClock>,
    metrics: Arc<Metrics>,
) {
    let program = bot.program.clone();
    let loader: Loader = Arc::new(move |_| Ok(program.clone()));
    let programs = Programs::new(&bot.bytes, loader).unwrap();
    store.put_bundle(&programs.current().bundle, &bot.bytes).await.unwrap();
    let fate = Arc::clone(&world.fate);
    let network = Arc::new(Network { desk: Arc::clone(&world.desk), fate });
    let address = |path: &str| Address::new(format!("http://desk/{path}").parse().unwrap());
    let addresses = Addresses {
        replies: BTreeMap::from([("api".to_owned(), address("replies"))]),
        handoffs: Some(address("handoffs")),
        desk: Some(address("events")),
    };
    let deliver = DeliverTo::new(&addresses, &BTreeMap::new());
    let courier = Courier::new(
        Arc::clone(&store),
        network.clone(),
        (addresses, BTreeMap::new()),
        &deliver,
        clock.clone(),
        Arc::clone(&metrics),
    );
    let variables = BTreeMap::from([("DESK".to_owned(), "http://desk".to_owned().into())]);
    let actions = ActionClient::new(network, variables);
    let outside = Outside {
        knowledge: None,
        actions,
        asker: None,
        profiles: None,
        contacts: None,
        confirmations: None,
        deliver,
    };
    let dispatch = Dispatch::new(
        programs,
        Arc::clone(&store),
        outside,
        clock.clone(),
        metrics,
        Some(Duration::from_secs(45 * 60)),
    );
    dispatch.resume().await.unwrap();
    tokio::spawn(dispatch.clone().watch_timers());
    tokio::spawn(courier.run());
    let (floor, task) = DeskService::start(dispatch.clone(), clock).unwrap();
    tokio::spawn(task);
    let talks = world.customers.iter().map(|customer| {
        let fate = Arc::clone(&world.fate);
        tokio::spawn(talk(Arc::clone(customer), dispatch.clone(), floor.clone(), fate))
    });
    for talk in talks.collect::<Vec<_>>() {
        talk.await.unwrap();
    }
    // Two hours and more: what waits comes back, what is to be sent is sent.
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_secs(600)).await;
        if dispatch.outbox_sizes().await.unwrap() == (0, 0)
            && store.next_wake(i64::MIN).await.unwrap().is_none()
        {
            break;
        }
    }
    repeat(world, &dispatch).await;
}

/// Everything is said once more: the answers are those of before.
async fn repeat(world: &World, dispatch: &Dispatch) {
    for customer in &world.customers {
        let lines = customer.lock().unwrap().lines;
        for number in 0..lines {
            let (session, line) = {
                let customer = customer.lock().unwrap();
                (customer.session.clone(), customer.line(number))
            };
            let answer = dispatch.message(&session, line).await.unwrap();
            customers::alike(&customer.lock().unwrap(), number, &answer);
        }
        let (session, moves) = {
            let customer = customer.lock().unwrap();
            (customer.session.clone(), customer.moves.clone())
        };
        for (done, before) in moves {
            let answer = dispatch.agent(&session, done).await.unwrap();
            assert!(answer.repeated, "{session}: {answer:?}");
            assert_eq!((answer.turn, answer.replies), (before.turn, before.replies), "{session}");
        }
    }
}

fn bot() -> Bot {
    let bytes = bundle_of_text(SHOP);
    let program = load(&bytes, false).unwrap();
    Bot { bytes, program }
}

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_happens_twice() {
    let bot = bot();
    if let Some(seed) = std::env::var("FLOWRIGHT_SEED").ok().and_then(|text| text.parse().ok()) {
        for line in run(&bot, seed) {
            println!("{line}");
        }
        return;
    }
    // Some four conversations of a seed are handed over: 100,000 in all.
    let seeds = if is_long() { 25_000 } else { 1_000 };
    let next = Mutex::new(0..seeds);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = { next.lock().unwrap().next() } {
                    let played = std::panic::AssertUnwindSafe(|| run(&bot, seed));
                    if let Err(why) = std::panic::catch_unwind(played) {
                        let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                        failed.lock().unwrap().push(format!("FLOWRIGHT_SEED={seed}: {why}"));
                    }
                }
            });
        }
    });
    let failed = failed.lock().unwrap();
    let shown: Vec<&String> = failed.iter().take(5).collect();
    assert!(failed.is_empty(), "{} of {seeds} seeds fail: {shown:#?}", failed.len());
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let bot = bot();
    for seed in 0..20 {
        let (first, second) = (run(&bot, seed), run(&bot, seed));
        let differs = first.iter().zip(&second).position(|(first, second)| first != second);
        assert_eq!(differs, None, "seed {seed}: {:?}", differs.map(|at| (&first[at], &second[at])));
        assert_eq!(first.len(), second.len(), "seed {seed}");
    }
    assert_ne!(run(&bot, 1), run(&bot, 2));
}
