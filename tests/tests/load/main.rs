//! Far more than the server can do: it goes on at its best rate, says no at once to what is too
//! much, keeps its memory, is fair, and recovers. All by comparison within the same run; one after
//! the other, so that nobody disturbs the comparison.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod fair;
mod flood;
mod overload;

use std::time::Duration;

use flowright_runtime::dispatch::{Dispatch, DispatchError, Incoming, StoreError};
use flowright_tests::{ECHO, World, bundle_of_text};
use tokio::sync::{Mutex, MutexGuard};

/// One test at a time.
async fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    ONE.lock().await
}

/// On the disk: a commit is slow, and many wait for one.
async fn world() -> World {
    World::start_bundle(bundle_of_text(ECHO), |options| options).await
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Answered,
    /// 429: too many wait in this session.
    SessionFull,
    /// 503: too many wait.
    ServerFull,
}

/// Says something, within the process.
async fn say(dispatch: &Dispatch, session: &str, id: String) -> Came {
    let message = Incoming {
        reply_to: None,
        customer_id: None,
        attachments: Vec::new(),
        from: None,
        id,
        channel: "api".to_owned(),
        text: "echo".to_owned(),
        payload: None,
        customer: None,
        lang: None,
    };
    match dispatch.message(session, message).await {
        Ok(answer) => {
            assert!(!answer.repeated && answer.replies.len() <= 2, "{answer:?}");
            Came::Answered
        }
        Err(DispatchError::SessionBusy) => Came::SessionFull,
        Err(DispatchError::Overloaded | DispatchError::Store(StoreError::Overloaded)) => {
            Came::ServerFull
        }
        Err(error) => panic!("{error}"),
    }
}

/// The time within which so many of a hundred came.
fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}
