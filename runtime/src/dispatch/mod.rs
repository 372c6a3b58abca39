//! One mailbox a session: messages, timers, agents' moves and the answers of actions go through one
//! queue, so no two events of a session are ever under way at once. The only way in for channels.

mod actor;
mod confirmed;
mod desk;
mod error;
mod journals;
mod knowledge;
mod lines;
mod mail;
mod reload;
mod timers;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flowright_compiler::ir::Program;
use flowright_engine::model::Session;
use tokio::sync::{Notify, Semaphore, broadcast, mpsc, oneshot};

use crate::access::{Confirmations, Contacts, Profiles};
use crate::actions::ActionClient;
use crate::clock::SharedClock;
use crate::external::Asker;
use crate::knowledge::Library;
use crate::limits::{
    HELD_NEWS_MAX, MAILBOX_MAX, MESSAGES_AT_ONCE_MAX, SESSIONS_LIVE_MAX, SOCKET_QUEUE_MAX,
};
use crate::outbox::DeliverTo;
use crate::programs::Programs;
/// What channels see of the store.
pub use crate::store::{Held, OutboxItem, StoreError, StoredReply};
use crate::store::{OutboxResult, SharedStore};
use crate::telemetry::Metrics;
use actor::Actor;
pub use desk::HeldNews;
pub use error::DispatchError;
pub(crate) use journals::{Journals, LatestSession, StoredStep};
use lines::Lines;
pub use lines::{Heard, Typing};
pub use mail::{AgentMove, Answer, DeskNote, DeskOrder, Incoming};
use mail::{Asked, Mail, Place, Wish};
pub use timers::Resumed;

pub use reload::{BundleState, ReloadError, Reloaded, Turnstile};

/// Who outside is asked.
#[derive(Debug)]
pub struct Outside {
    /// For actions.
    pub actions: ActionClient,
    /// For what utterances mean; absent: nobody.
    pub asker: Option<Asker>,
    /// What the company's records know of customers; absent: what callers say of them is all.
    pub profiles: Option<Profiles>,
    /// Where customers can be written to beside where they wrote last; absent: nowhere.
    pub contacts: Option<Contacts>,
    /// What sends one-time codes and checks them; absent: nobody does.
    pub confirmations: Option<Confirmations>,
    /// The articles that questions are answered from; absent: none are.
    pub knowledge: Option<Library>,
    /// Who gets what is said and handed off, besides whoever asks for it.
    pub deliver: DeliverTo,
}

pub(crate) struct Inner {
    pub(crate) programs: Programs,
    pub(crate) store: SharedStore,
    pub(crate) outside: Outside,
    pub(crate) clock: SharedClock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) lines: Lines,
    /// Changes of who has what.
    pub(crate) held: broadcast::Sender<Arc<HeldNews>>,
    /// As many turns that take long as there are processors are understood at once; others wait.
    pub(crate) long_turns: Semaphore,
    /// Who finds none is told to come back: what waits must not grow without end.
    places: Arc<Semaphore>,
    /// Held by whoever hands a new bundle over.
    pub(crate) reloading: tokio::sync::Mutex<()>,
    /// How long a conversation lasts without a word, ms; for ever without.
    pub(crate) lasts_ms: Option<i64>,
    live: Mutex<HashMap<String, mpsc::Sender<Mail>>>,
    /// A session left memory: its timer is for others to watch.
    left: Notify,
    closing: AtomicBool,
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Dispatch {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatch").finish_non_exhaustive()
    }
}

impl Dispatch {
    /// Over a store and what runs in it. `lasts`: how long a conversation lasts without a word of the
    /// customer; for ever without.
    #[must_use]
    pub fn new(
        programs: Programs,
        store: SharedStore,
        outside: Outside,
        clock: SharedClock,
        metrics: Arc<Metrics>,
        lasts: Option<Duration>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                programs,
                store,
                outside,
                clock,
                metrics,
                lines: Lines::new(SOCKET_QUEUE_MAX),
                held: broadcast::Sender::new(HELD_NEWS_MAX),
                long_turns: Semaphore::new(processors()),
                places: Arc::new(Semaphore::new(MESSAGES_AT_ONCE_MAX)),
                reloading: tokio::sync::Mutex::default(),
                lasts_ms: lasts.map(|time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
                live: Mutex::default(),
                left: Notify::new(),
                closing: AtomicBool::new(false),
            }),
        }
    }

    /// Carries a message out and comes back with what was said, when all of it is durable.
    ///
    /// # Errors
    /// See [`DispatchError`]: then the message may be sent again with the same id.
    pub async fn message(&self, session: &str, message: Incoming) -> Result<Answer, DispatchError> {
        self.ask(session, Wish::Message(Box::new(message))).await
    }

    /// Opens a session in which nothing was said yet, so that the bot can greet. Does nothing to
    /// one that exists.
    ///
    /// # Errors
    /// See [`DispatchError`].
    pub async fn open(&self, session: &str, who: Incoming) -> Result<Answer, DispatchError> {
        self.ask(session, Wish::Open(Box::new(who))).await
    }

    /// Has what a session holds go on in another one of the same customer. Both are there; the same
    /// again does nothing.
    ///
    /// # Errors
    /// See [`DispatchError`]: then it may be asked for again.
    pub async fn join(&self, into: &str, from: &str) -> Result<(), DispatchError> {
        self.ask(from, Wish::Settle).await?;
        let Some((other, _)) = self.session(from).await? else {
            return Err(DispatchError::NoSession(from.to_owned()));
        };
        self.ask(into, Wish::Join(Box::new(other))).await?;
        // Only now: whatever stops the server before, nothing is lost.
        self.ask(from, Wish::Leave(into.to_owned())).await.map(|_| ())
    }

    async fn ask(&self, session: &str, wish: Wish) -> Result<Answer, DispatchError> {
        let (answer, receiver) = oneshot::channel();
        let place = Arc::clone(&self.inner.places).try_acquire_owned();
        let put = place
            .map_err(|_| DispatchError::Overloaded)
            .and_then(|place| self.put(session, Mail::Asked(wish, Asked { answer, place })));
        if let Err(refused) = put {
            self.inner.metrics.refused.inc();
            return Err(refused);
        }
        receiver.await.map_err(|_| DispatchError::Engine("its task ended".to_owned()))?
    }

    /// Puts mail into a session's mailbox; wakes the session when it sleeps.
    fn put(&self, session: &str, mail: Mail) -> Result<(), DispatchError> {
        let mut live = self.inner.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mailbox) = live.get(session) {
            match mailbox.try_send(mail) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(_)) => return Err(DispatchError::SessionBusy),
                // Its task is gone after a fault: a new one takes over below.
                Err(mpsc::error::TrySendError::Closed(back)) => {
                    return self.begin(&mut live, session, back);
                }
            }
        }
        self.begin(&mut live, session, mail)
    }

    fn begin(
        &self,
        live: &mut HashMap<String, mpsc::Sender<Mail>>,
        session: &str,
        mail: Mail,
    ) -> Result<(), DispatchError> {
        if self.inner.closing.load(Ordering::Acquire) || live.len() >= SESSIONS_LIVE_MAX {
            return Err(DispatchError::Overloaded);
        }
        let (sender, receiver) = mpsc::channel(MAILBOX_MAX);
        sender.try_send(mail).map_err(|_| DispatchError::Overloaded)?;
        live.insert(session.to_owned(), sender);
        self.inner.metrics.sessions_live.inc();
        tokio::spawn(Actor::new(Arc::clone(&self.inner), session.to_owned()).run(receiver));
        Ok(())
    }

    /// What a message was answered that was carried out in a session before; nothing where it was not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn carried_out(&self, session: &str, id: &str) -> Result<Option<Answer>, StoreError> {
        let store = &self.inner.store;
        let Some(turn) = store.message(session, id).await? else { return Ok(None) };
        let replies = store.replies_of_turn(session, &turn).await?;
        let handed_off = turn.handed_off.unwrap_or(false);
        self.inner.metrics.repeats.inc();
        Ok(Some(Answer { turn: turn.turn, replies, repeated: true, handed_off }))
    }

    /// A stored session with the program that it runs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, id: &str) -> Result<Option<(Session, Arc<Program>)>, StoreError> {
        let Some(stored) = self.inner.store.session(id).await? else { return Ok(None) };
        let program = self.inner.programs.pinned(&stored.session, &*self.inner.store).await?;
        Ok(Some((stored.session, Arc::clone(&program.program))))
    }

    /// A stored session with the number of its last step.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn session_at(&self, id: &str) -> Result<Option<(Session, u64)>, StoreError> {
        let stored = self.inner.store.session(id).await?;
        Ok(stored.map(|found| (found.session, found.stored.seq)))
    }

    /// The bundle that new sessions run.
    pub(crate) fn bundle(&self) -> [u8; 32] {
        self.inner.programs.current().bundle
    }

    /// The replies of a session after one of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replies_after(&self, id: &str, seq: u64) -> Result<Vec<StoredReply>, StoreError> {
        // Numbers are kept as signed ones; behind the largest there is nothing.
        self.inner.store.replies_after(id, seq.min(i64::MAX as u64)).await
    }

    /// What is said in a session from now on, as it becomes durable.
    #[must_use]
    pub fn listen(&self, session: &str) -> broadcast::Receiver<Heard> {
        self.inner.lines.listen(session)
    }

    /// Tells whoever listens to a session that somebody is writing there.
    pub fn typing(&self, session: &str, who: Typing) {
        self.inner.lines.typing(session, who);
    }

    /// How many messages wait to be sent, and how many are not tried any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outbox_sizes(&self) -> Result<(u64, u64), StoreError> {
        self.inner.store.outbox_sizes().await
    }

    /// What is not tried any more, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn dead_letters(&self, most: usize) -> Result<Vec<OutboxItem>, StoreError> {
        self.inner.store.outbox_dead(None, most).await
    }

    /// Has a dead letter tried again, if there is one of this number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revive(&self, id: i64) -> Result<bool, StoreError> {
        let store = &self.inner.store;
        let Some(letter) = store.outbox_dead(Some(id), 1).await?.pop() else { return Ok(false) };
        let at_ms = self.inner.clock.now_ms();
        store.outbox_settle(letter, OutboxResult::Revive { at_ms }).await?;
        self.inner.outside.deliver.wake();
        Ok(true)
    }

    /// The program that new sessions run.
    #[must_use]
    pub fn program(&self) -> Arc<Program> {
        Arc::clone(&self.inner.programs.current().program)
    }

    /// What the company's records know of customers, where they are asked.
    #[must_use]
    pub fn profiles(&self) -> Option<&Profiles> {
        self.inner.outside.profiles.as_ref()
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ready(&self) -> Result<(), DispatchError> {
        if self.inner.closing.load(Ordering::Acquire) {
            return Err(DispatchError::Overloaded);
        }
        Ok(self.inner.store.ready().await?)
    }

    /// Takes no new sessions, and waits until those under way have nothing left to do.
    ///
    /// Comes back with the number of sessions that were still busy when `patience` was over; what
    /// they do is durable and goes on at the next start.
    pub async fn close(&self, patience: Duration) -> usize {
        self.inner.closing.store(true, Ordering::Release);
        let until = tokio::time::Instant::now() + patience;
        loop {
            let busy = {
                let mut live = self.inner.live.lock().unwrap_or_else(PoisonError::into_inner);
                // Without their senders, actors end when their mailboxes are empty.
                live.drain().for_each(drop);
                self.inner.metrics.sessions_live.get()
            };
            if busy <= 0 || tokio::time::Instant::now() >= until {
                return usize::try_from(busy).unwrap_or(0);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Inner {
    /// Lets a session sleep when nothing came meanwhile. Under the lock that mail is put in with,
    /// so nothing can be lost between the look and the removal.
    pub(crate) fn retire(&self, session: &str, mailbox: &mpsc::Receiver<Mail>) -> bool {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if !mailbox.is_empty() {
            return false;
        }
        live.remove(session);
        true
    }

    /// The count is kept where a task ends, whatever ended it.
    pub(crate) fn ended(&self) {
        self.metrics.sessions_live.dec();
        self.left.notify_one();
    }
}
