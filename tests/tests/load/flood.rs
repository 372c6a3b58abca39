//! Customers without end, at a rate: whether or not they are answered, more come.

use std::future::{Future as _, poll_fn};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use flowright_engine::explore::Random;
use flowright_runtime::dispatch::Dispatch;
use tokio::task::JoinSet;

use super::{Came, say};

/// Sessions that a second of customers belongs to. They are new in each load: a turn costs more the longer
/// its conversation is, and loads are compared.
const SESSIONS_PER_SECOND: f64 = 700.0;
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
    /// Sessions that it was for.
    pub sessions: usize,
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

/// The sessions of a load that lasts so long.
#[derive(Debug, Clone, Copy)]
struct Sessions {
    load: u64,
    count: usize,
}

impl Sessions {
    fn of(time: Duration) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let count = (time.as_secs_f64() * SESSIONS_PER_SECOND) as usize;
        Self { load: NEXT.fetch_add(1, Ordering::Relaxed), count }
    }

    fn next_message(self, random: &mut Random) -> (String, String) {
        let session = format!("load-{}-{}", self.load, random.below(self.count));
        (session, format!("m{}", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }
}

async fn one(dispatch: Dispatch, (session, id): (String, String)) -> (Came, Duration, Instant) {
    let begun = Instant::now();
    let came = say(&dispatch, &session, id).await;
    (came, begun.elapsed(), Instant::now())
}

/// As many customers as this, each of whom writes again as soon as she is answered.
pub async fn closed(dispatch: &Dispatch, customers: usize, time: Duration, seed: u64) -> Load {
    let sessions = Sessions::of(time);
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for customer in 0..customers {
        let dispatch = dispatch.clone();
        let mut random = Random::new(seed.wrapping_add(customer as u64));
        tasks.spawn(async move {
            let mut came = Vec::new();
            while begun.elapsed() < time {
                came.push(one(dispatch.clone(), sessions.next_message(&mut random)).await);
            }
            came
        });
    }
    let mut load = Load { time, sessions: sessions.count, ..Load::default() };
    while let Some(all) = tasks.join_next().await {
        for (came, took, at) in all.unwrap() {
            load.note(came, took, at.duration_since(begun) <= time);
        }
    }
    load
}

/// So many messages in a second, whatever comes of them. What is answered in the first time counts for
/// nothing: until as many wait as may, all of them are only taken in.
pub async fn open(dispatch: &Dispatch, rate: f64, times: (Duration, Duration), seed: u64) -> Load {
    let begun = Instant::now();
    let (lead, time) = times;
    let sessions = Sessions::of(lead + time);
    let counts = |at: Instant| (lead..=lead + time).contains(&at.duration_since(begun));
    let mut random = Random::new(seed);
    let (mut tasks, mut sent) = (JoinSet::new(), 0_u64);
    let mut load = Load { time, sessions: sessions.count, ..Load::default() };
    while begun.elapsed() < lead + time {
        while (sent as f64) < begun.elapsed().as_secs_f64() * rate {
            sent += 1;
            let mut asked = Box::pin(one(dispatch.clone(), sessions.next_message(&mut random)));
            // Who is refused is so at once, and takes none of the time that the server has.
            match poll_fn(|cx| Poll::Ready(asked.as_mut().poll(cx))).await {
                Poll::Ready((came, took, at)) => load.note(came, took, counts(at)),
                Poll::Pending => drop(tasks.spawn(asked)),
            }
        }
        tokio::time::sleep(STEP).await;
        while let Some(done) = tasks.try_join_next() {
            let (came, took, at) = done.unwrap();
            load.note(came, took, counts(at));
        }
    }
    while let Some(done) = tasks.join_next().await {
        let (came, took, at) = done.unwrap();
        load.note(came, took, counts(at));
    }
    load
}
