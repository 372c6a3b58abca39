//! Timers of sessions that are not in memory, and calls that nobody carries out. A session in memory
//! watches its own.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Dispatch, Mail};
use crate::clock::later;
use crate::limits::DUE_AT_ONCE_MAX;
use crate::store::{DueSession, StoreError};

/// After a look at what could not be woken, or is still being woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// After a look at as many as are read at once.
const GO_ON: Duration = Duration::from_millis(10);
/// Without a timer.
const LOOK_AT_LEAST: Duration = Duration::from_secs(60);
/// A jump of the machine's clock that is kept: less is no difference to a timer.
const JUMP_KEPT_MS: i64 = 1_000;

/// Sessions whose calls were under way when the last process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resumed {
    /// Those that go on.
    pub going_on: usize,
    /// Those that stand still: what they need cannot be read.
    pub standing: usize,
}

impl Dispatch {
    /// Takes up the calls that were under way when the last process ended, and tells those sessions
    /// apart whose bundle cannot be read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn resume_at_start(&self) -> Result<Resumed, StoreError> {
        let interrupted = self.inner.store.calling_by_bundle().await?;
        // They are looked at all the same: the log says what keeps them.
        self.resume().await?;
        let mut resumed = Resumed::default();
        for (bundle, id, sessions) in interrupted {
            match self.inner.programs.of_bundle(&bundle, &id, &*self.inner.store).await {
                Ok(_) => resumed.going_on += sessions,
                Err(StoreError::OtherFormat { .. } | StoreError::Damaged { .. }) => {
                    resumed.standing += sessions;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(resumed)
    }

    /// Takes up calls that nobody carries out: those that were under way when the last process
    /// ended. How many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn resume(&self) -> Result<usize, StoreError> {
        let mut sessions = self.inner.store.calling(&self.inner.programs.unreadable()).await?;
        let live = self.inner.live.lock().unwrap_or_else(PoisonError::into_inner);
        // A session in memory sees to its own call, but for one whose task is gone.
        sessions.retain(|session| live.get(session).is_none_or(|mailbox| mailbox.is_closed()));
        drop(live);
        for session in &sessions {
            self.look(session);
        }
        Ok(sessions.len())
    }

    /// Wakes sessions when their timers are due, and takes up calls that could not be taken up
    /// before, until the dispatch closes. While nothing is due it sleeps until something is.
    pub async fn watch_timers(self) {
        let (mut kept_jump_ms, mut after) = (0, None);
        while !self.inner.closing.load(Ordering::Acquire) {
            self.keep_jump(&mut kept_jump_ms).await;
            let now = self.inner.clock.now_ms();
            let until = self.wake_due(now, &mut after).await.unwrap_or_else(|error| {
                tracing::error!(%error, "timers could not be read");
                later(now, LOOK_AGAIN)
            });
            tokio::select! {
                biased;
                // A session that left memory may have an earlier timer.
                () = self.inner.left.notified() => {}
                () = self.inner.clock.sleep_until(until) => {}
            }
        }
    }

    /// Wakes what is due. Until when nothing will be. `after` is the last of those that were read, when
    /// there are more: those that cannot be woken keep no other back.
    async fn wake_due(&self, now: i64, after: &mut Option<DueSession>) -> Result<i64, StoreError> {
        let store = &self.inner.store;
        let due = store.due(now, &self.inner.programs.unreadable(), after.as_ref()).await?;
        due.iter().for_each(|due| self.look(&due.session));
        let (any, full) = (!due.is_empty() || after.is_some(), due.len() >= DUE_AT_ONCE_MAX);
        *after = due.into_iter().next_back().filter(|_| full);
        if full {
            return Ok(later(now, GO_ON));
        }
        let resumed = self.resume().await?;
        let most = later(now, if any || resumed > 0 { LOOK_AGAIN } else { LOOK_AT_LEAST });
        Ok(store.next_wake(now).await?.map_or(most, |at| at.min(most)))
    }

    /// Tells the store when the machine's clock was set: the next process begins with the new time.
    async fn keep_jump(&self, kept_ms: &mut i64) {
        let jumped = self.inner.clock.jumped_ms();
        if (jumped - *kept_ms).abs() < JUMP_KEPT_MS {
            return;
        }
        tracing::warn!(
            jumped_ms = jumped,
            "the machine's clock was set; timers go on by elapsed time, and dates by the new clock \
             when the server starts anew"
        );
        match self.inner.store.keep_clock_jump(jumped).await {
            Ok(()) => *kept_ms = jumped,
            Err(error) => tracing::error!(%error, "that the clock was set could not be kept"),
        }
    }

    fn look(&self, session: &str) {
        if let Err(error) = self.put(session, Mail::Look) {
            // The next look tries again; a session with a full mailbox looks by itself.
            tracing::debug!(%error, "a session could not be woken");
        }
    }
}
