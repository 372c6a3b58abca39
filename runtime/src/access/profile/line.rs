//! The line to the company's records for one kind of question: how many are under way, when they are left
//! alone, what operators are told.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::circuit::{Change, Circuit, FAILURES_MAX, PAUSE};
use crate::limits::LOOKUPS_AT_ONCE_MAX;

/// See the module.
#[derive(Debug)]
pub(super) struct Line {
    /// What is asked, as metrics name it.
    pub(super) question: &'static str,
    circuit: Mutex<Circuit>,
    places: Semaphore,
}

impl Line {
    pub(super) fn new(question: &'static str) -> Self {
        let places = Semaphore::new(LOOKUPS_AT_ONCE_MAX);
        Self { question, circuit: Mutex::default(), places }
    }

    /// A place to ask from, where the records may be asked now.
    pub(super) fn place(&self, now_ms: i64) -> Option<SemaphorePermit<'_>> {
        // A place first: the one question that goes through after a pause must not be lost.
        let place = self.places.try_acquire().ok()?;
        self.circuit().lets_through(now_ms).then_some(place)
    }

    pub(super) fn answered(&self) {
        if self.circuit().answered() == Change::Answers {
            tracing::warn!(question = self.question, "the customer records answer again");
        }
    }

    pub(super) fn failed(&self, now_ms: i64, cause: &str) {
        let question = self.question;
        match self.circuit().failed(now_ms) {
            Change::Fails => tracing::warn!(
                question,
                cause,
                "the customer records gave no answer that can be used: what is known is used"
            ),
            Change::Opens => tracing::warn!(
                question,
                cause,
                "the customer records failed {FAILURES_MAX} times in a row: they are asked once every {} s \
                 until they answer",
                PAUSE.as_secs()
            ),
            Change::Nothing | Change::Answers => {}
        }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
