//! Removes files that nobody needs: those that were sent and never used, and bytes that nothing is known of.

use std::time::Duration;

use super::Attachments;
use crate::clock::{Clock as _, WallClock, later};
use crate::limits::{LOOSE_AT_ONCE_MAX, LOOSE_ATTACHMENTS_KEPT};
use crate::store::StoreError;

/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(3_600);

/// See the module.
#[derive(Debug)]
pub(crate) struct Sweeper(Attachments);

impl Sweeper {
    pub(crate) const fn new(attachments: Attachments) -> Self {
        Self(attachments)
    }

    /// Until it is dropped.
    pub(crate) async fn run(self) {
        let clock = self.0.inner.clock.clone();
        loop {
            let now_ms = clock.now_ms();
            if let Err(error) = self.sweep(now_ms).await {
                tracing::warn!(%error, "files that nobody needs stay");
            }
            clock.sleep_until(later(now_ms, EVERY)).await;
        }
    }

    async fn sweep(&self, now_ms: i64) -> Result<(), StoreError> {
        let inner = &self.0.inner;
        let kept_ms = i64::try_from(LOOSE_ATTACHMENTS_KEPT.as_millis()).unwrap_or(i64::MAX);
        loop {
            let before_ms = now_ms.saturating_sub(kept_ms);
            let loose = inner.store.loose_attachments(before_ms, LOOSE_AT_ONCE_MAX).await?;
            let is_all = loose.len() < LOOSE_AT_ONCE_MAX;
            if !loose.is_empty() {
                inner.discard(loose).await?;
            }
            if is_all {
                break;
            }
        }
        // By the clock that the file system goes by. What was begun before a crash was never finished.
        let before_ms = WallClock.now_ms().saturating_sub(kept_ms);
        let names = inner.files.list(before_ms).await.map_err(|e| super::of_disk(&e))?;
        for name in names {
            if inner.store.attachment(&name).await?.is_none() {
                inner.files.remove(&name).await.map_err(|e| super::of_disk(&e))?;
            }
        }
        Ok(())
    }
}
