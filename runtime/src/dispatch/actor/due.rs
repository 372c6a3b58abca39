//! What is due in a session by itself: its timer, its end; and when somebody must look at it next.

use std::time::Duration;

use flowright_engine::model::{Event, Wait};

use super::Actor;
use crate::clock::later;
use crate::dispatch::DispatchError;
use crate::limits::SESSION_IDLE;

/// First pause before something that could not be stored is looked at again; each further one is
/// twice as long, up to half a minute.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

impl Actor {
    /// Until when nothing need be done: the session's timer, or when it may leave memory.
    pub(super) fn patience(&self) -> i64 {
        let now = self.inner.clock.now_ms();
        if self.failures > 0 {
            return later(now, RETRY_PAUSE.saturating_mul(1 << (self.failures - 1).min(6)));
        }
        let idle = later(now, SESSION_IDLE);
        self.look_at().map_or(idle, |at| at.min(idle))
    }

    /// When somebody must look at the session: its timer, or its end.
    pub(super) fn look_at(&self) -> Option<i64> {
        let session = &self.live.as_ref()?.session;
        [session.wake_at_ms, self.expires_at()].into_iter().flatten().min()
    }

    /// When the conversation is over without another word.
    fn expires_at(&self) -> Option<i64> {
        self.live.as_ref()?.session.expires_at_ms(self.inner.lasts_ms?)
    }

    fn is_due(&self) -> bool {
        let wake = self.live.as_ref().and_then(|live| live.session.wake_at_ms);
        wake.is_some_and(|at| at <= self.inner.clock.now_ms())
    }

    pub(super) fn look_is_due(&self) -> bool {
        self.look_at().is_some_and(|at| at <= self.inner.clock.now_ms())
    }

    /// Ends what nobody went on with for too long.
    pub(super) async fn expire_first(&mut self) -> Result<(), DispatchError> {
        if self.expires_at().is_some_and(|at| at <= self.inner.clock.now_ms()) {
            self.step(Event::Expired, None).await?;
        }
        Ok(())
    }

    /// A timer that is due, a call that a crash interrupted.
    pub(super) async fn look(&mut self) -> Result<(), DispatchError> {
        self.load(None).await?;
        let before = self.last_step();
        self.finish_call().await?;
        // Whoever looks late, at what a message has settled meanwhile, moves nothing.
        if self.look_is_due() {
            self.move_on().await?;
        }
        if self.is_due() {
            self.step(Event::Wake, None).await?;
            self.finish_call().await?;
        }
        self.expire_first().await?;
        // Where nothing came of it, the time to look was reckoned by settings of before: nobody looks
        // again and again.
        if before.is_some() && before == self.last_step() && !self.look_is_due() {
            self.inner.store.look_again_at(&self.id, self.look_at()).await?;
        }
        Ok(())
    }

    fn last_step(&self) -> Option<u64> {
        self.live.as_ref().map(|live| live.stored.seq)
    }

    /// What was due before a message comes before it: the end of a wait, and what `migrate` sends the
    /// session on to, which a crash may have come in front of.
    pub(super) async fn wake_first(&mut self) -> Result<(), DispatchError> {
        let top = self.live.as_ref().and_then(|live| live.session.stack.last());
        if matches!(top.map(|frame| &frame.wait), Some(Wait::Until { .. })) && self.is_due() {
            self.step(Event::Wake, None).await?;
            self.finish_call().await?;
        }
        Ok(())
    }
}
