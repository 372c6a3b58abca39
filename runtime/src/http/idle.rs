//! When a connection was last of use: one on which nothing is asked for long is closed, whatever
//! else is sent on it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The use of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Usage(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests that are being answered.
    under_way: usize,
    /// When the last one was answered.
    since: Instant,
}

/// A request, until it is dropped.
#[derive(Debug)]
pub(crate) struct Use(Usage);

/// The same for an answer that goes on after its request was answered.
#[derive(Debug, Clone)]
pub(super) struct InUse(#[expect(dead_code, reason = "it is held")] pub(super) Arc<Use>);

impl Usage {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { under_way: 0, since: Instant::now() })))
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> Use {
        self.with(|state| state.under_way += 1);
        Use(self.clone())
    }

    /// Comes back when nothing was asked for so long.
    pub(crate) async fn idle_for(&self, limit: Duration) {
        loop {
            let until = self.with(|state| {
                let from = if state.under_way > 0 { Instant::now() } else { state.since };
                from + limit
            });
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        self.0.with(|state| {
            state.under_way = state.under_way.saturating_sub(1);
            state.since = Instant::now();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn a_connection_is_idle_when_nothing_is_asked_for_long() {
        let usage = Usage::new();
        let begun = Instant::now();
        let request = usage.begin();
        let waited = tokio::time::timeout(LIMIT * 3, usage.idle_for(LIMIT)).await;
        assert!(waited.is_err(), "a request is under way");
        drop(request);
        let answered = begun.elapsed();
        usage.idle_for(LIMIT).await;
        assert!(begun.elapsed() >= answered + LIMIT, "{:?}", begun.elapsed());
    }
}
