//! What the seed decides, and what happened: one source of chance and one trace for a whole run, and
//! the moment at which the process ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_runtime::clock::Clock;
use flowright_tests::seeds::Random;
use tokio::sync::Notify;

/// Shared by everything in a run.
#[derive(Debug)]
pub(crate) struct Fate {
    random: Mutex<Random>,
    trace: Mutex<Vec<String>>,
    /// Operations of the store until the process ends; none: it does not.
    left: Mutex<Option<u64>>,
    dead: AtomicBool,
    died: Notify,
    clock: Mutex<Arc<SimClock>>,
}

/// The time: where the life before left it, and what has passed in this one.
#[derive(Debug)]
pub(crate) struct SimClock {
    base_ms: i64,
    begun: tokio::time::Instant,
}

impl SimClock {
    pub(crate) fn new(base_ms: i64) -> Self {
        Self { base_ms, begun: tokio::time::Instant::now() }
    }
}

impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.base_ms + i64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }
}

impl Fate {
    pub(crate) fn new(seed: u64, clock: Arc<SimClock>) -> Self {
        Self {
            random: Mutex::new(Random::new(seed)),
            trace: Mutex::default(),
            left: Mutex::new(None),
            dead: AtomicBool::new(false),
            died: Notify::new(),
            clock: Mutex::new(clock),
        }
    }

    /// The next life begins; it ends after so many operations of the store.
    pub(crate) fn begin(&self, clock: Arc<SimClock>, operations: Option<u64>) {
        *self.clock.lock().unwrap() = clock;
        *self.left.lock().unwrap() = operations;
        self.dead.store(false, Ordering::SeqCst);
        self.note(&format!("begins, for {operations:?} operations"));
    }

    /// A number below another.
    pub(crate) fn below(&self, most: usize) -> usize {
        self.random.lock().unwrap().below(most)
    }

    /// Whether something of so many in a hundred happens.
    pub(crate) fn happens(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A while: mostly short, now and then long.
    pub(crate) async fn pause(&self) {
        let ms = if self.happens(10) { self.below(1_500) } else { self.below(20) };
        tokio::time::sleep(Duration::from_millis(ms as u64)).await;
    }

    /// What happened, with the time.
    pub(crate) fn note(&self, what: &str) {
        let now = self.clock.lock().unwrap().now_ms();
        self.trace.lock().unwrap().push(format!("{now} {what}"));
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.trace.lock().unwrap().clone()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.lock().unwrap().now_ms()
    }

    /// Something that the process does; it may be the last thing. Never comes back then.
    pub(crate) async fn live_on(&self) {
        let ends = {
            let mut left = self.left.lock().unwrap();
            let ends = *left == Some(0);
            *left = left.map(|left| left.saturating_sub(1));
            ends
        };
        if ends && !self.dead.swap(true, Ordering::SeqCst) {
            self.note("dies");
            self.died.notify_one();
        }
        if self.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    /// Comes back when the process has ended.
    pub(crate) async fn death(&self) {
        self.died.notified().await;
    }
}
