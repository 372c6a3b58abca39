//! Customers without end, at a rate: whether or not they are answered, more come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flowright_engine::explore::Random;
use flowright_runtime::dispatch::Dispatch;
use tokio::task::JoinSet;

use super::{Came, say};

/// Sessions that the customers belong to.
const SESSIONS: usize = 2_000;
/// How often more come.
const STEP: Duration = Duration::from_millis(5);

/// What a time of load came to.
#[derive(Debug, Default)]
pub struct Load {
    pub answered: u64,
    pub refused: u64,
    /// How long answers took, and refusals.
    pub answer_times: Vec<Duration>,
    pub refusal_times: Vec<Duration>,
    /// How long the load lasted: what was answered later does not count.
    pub time: Duration,
}

impl Load {
    /// Turns in a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.time.as_secs_f64()
    }

    fn note(&mut self, came: Came, took: Duration, in_time: bool) {
        match came {
            Came::Answered => {
                self.answered += u64::from(in_time);
                self.answer_times.push(took);
            }
            _ => {
                self.refused += 1;
                self.refusal_times.push(took);
            }
        }
    }
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

fn next_message(random: &mut Random) -> (String, String) {
    let session = format!("load-{}", random.below(SESSIONS));
    (session, format!("m{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
}

async fn one(dispatch: Dispatch, (session, id): (String, String)) -> (Came, Duration, Instant) {
    let begun = Instant::now();
    let came = say(&dispatch, &session, id).await;
    (came, begun.elapsed(), Instant::now())
}

/// As many customers as this, each of whom writes again as soon as she is answered.
pub async fn closed(dispatch: &Dispatch, customers: usize, time: Duration, seed: u64) -> Load {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for customer in 0..customers {
        let dispatch = dispatch.clone();
        let mut random = Random::new(seed.wrapping_add(customer as u64));
        tasks.spawn(async move {
            let mut came = Vec::new();
            while begun.elapsed() < time {
                came.push(one(dispatch.clone(), next_message(&mut random)).await);
            }
            came
        });
    }
    let mut load = Load { time, ..Load::default() };
    while let Some(all) = tasks.join_next().await {
        for (came, took, at) in all.unwrap() {
            load.note(came, took, at.duration_since(begun) <= time);
        }
    }
    load
}

/// So many messages in a second, whatever comes of them.
pub async fn open(dispatch: &Dispatch, rate: f64, time: Duration, seed: u64) -> Load {
    let begun = Instant::now();
    let mut random = Random::new(seed);
    let (mut tasks, mut sent) = (JoinSet::new(), 0_u64);
    let mut load = Load { time, ..Load::default() };
    while begun.elapsed() < time {
        while (sent as f64) < begun.elapsed().as_secs_f64() * rate {
            tasks.spawn(one(dispatch.clone(), next_message(&mut random)));
            sent += 1;
        }
        tokio::time::sleep(STEP).await;
        while let Some(done) = tasks.try_join_next() {
            let (came, took, at) = done.unwrap();
            load.note(came, took, at.duration_since(begun) <= time);
        }
    }
    while let Some(done) = tasks.join_next().await {
        let (came, took, at) = done.unwrap();
        load.note(came, took, at.duration_since(begun) <= time);
    }
    load
}
