//! The desk's one task: takes what happened, one after the other, and has conversations go where they are
//! to be. It keeps nothing that is not in the store: after a restart it reads who has what there.

use std::sync::Arc;
use std::time::Duration;

use flowright_compiler::ir::Program;
use flowright_engine::model::DeskMove;
use flowright_routing::{DeskError, Due};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::floor::{Effect, Floor, Overview};
use super::worker::{Presence, Worker};
use crate::clock::{SharedClock, later};
use crate::dispatch::{Dispatch, DispatchError, Held, HeldNews};
use crate::limits::{DESK_ASKS_MAX, DESK_NEWS_MAX, DESK_ORDERS_AT_ONCE_MAX};

/// After an order that the store could not take, and after a store that could not be read.
const AGAIN: Duration = Duration::from_secs(1);
/// Without anything that is due.
const LOOK_AT_LEAST: Duration = Duration::from_secs(60);

/// What whoever looks at the desk is told: then she asks for what she sees anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A conversation is waiting, or an agent has it, or the bot again.
    Place(Arc<HeldNews>),
    /// Somebody came, went, or is declared otherwise.
    People,
    /// A queue overflowed, a target is near or broken.
    Due(Due),
}

/// The way to the desk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    asks: mpsc::Sender<Ask>,
    news: broadcast::Sender<News>,
}

/// As long as it lives, one of the agent's pages is open.
#[derive(Debug)]
pub struct SignedOn {
    agent: String,
    asks: mpsc::Sender<Ask>,
}

impl Drop for SignedOn {
    fn drop(&mut self) {
        let (agent, asks) = (std::mem::take(&mut self.agent), self.asks.clone());
        // Outside of a runtime the desk is gone too.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // Fails only when the desk has ended.
                let _ = asks.send(Ask::Leaves(agent)).await;
            });
        }
    }
}

/// What the task is asked.
enum Ask {
    Declare(Worker),
    Arrives(Worker),
    Leaves(String),
    Wants(String, Presence),
    Overview(Sees, oneshot::Sender<Overview>),
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ask")
    }
}

/// Whether somebody sees a place.
type Sees = Box<dyn Fn(&Held) -> bool + Send>;

/// Starts desks.
#[derive(Debug)]
pub struct DeskService;

impl DeskService {
    /// Starts a desk for what a dispatch hands over. It ends with the task.
    ///
    /// # Errors
    /// When the program declares more than a desk holds.
    pub fn start(
        dispatch: Dispatch,
        clock: SharedClock,
    ) -> Result<(Desk, JoinHandle<()>), DeskError> {
        let program = dispatch.program();
        let floor = Floor::new(&program)?;
        let (asks, asked) = mpsc::channel(DESK_ASKS_MAX);
        let news = broadcast::Sender::new(DESK_NEWS_MAX);
        let task = Task {
            floor,
            program,
            dispatch,
            clock,
            news: news.clone(),
            orders: JoinSet::new(),
            at_once: Arc::new(Semaphore::new(DESK_ORDERS_AT_ONCE_MAX)),
            again: Vec::new(),
            is_stale: true,
        };
        let task = tokio::spawn(task.run(asked));
        Ok((Desk { asks, news }, task))
    }
}

impl Desk {
    /// What is declared of an agent, new or changed.
    pub async fn declare(&self, worker: Worker) {
        self.ask(Ask::Declare(worker)).await;
    }

    /// An agent opens a page.
    pub async fn sign_on(&self, worker: Worker) -> SignedOn {
        let agent = worker.id.clone();
        self.ask(Ask::Arrives(worker)).await;
        SignedOn { agent, asks: self.asks.clone() }
    }

    /// Whether an agent takes conversations while she is there.
    pub async fn wants(&self, agent: &str, presence: Presence) {
        self.ask(Ask::Wants(agent.to_owned(), presence)).await;
    }

    /// The places that `sees` lets through, and all agents; nothing when the desk has ended.
    pub async fn overview(
        &self,
        sees: impl Fn(&Held) -> bool + Send + 'static,
    ) -> Option<Overview> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Overview(Box::new(sees), answer)).await;
        answered.await.ok()
    }

    /// What happens from now on. Whoever is too slow misses some and is told so.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    async fn ask(&self, ask: Ask) {
        // Fails only when the desk has ended: then nobody waits for it.
        let _ = self.asks.send(ask).await;
    }
}

/// What came of an order: of which conversation, whether it gave it to an agent, and how it went.
type Done = (String, bool, Result<(), DispatchError>);

struct Task {
    floor: Floor,
    program: Arc<Program>,
    dispatch: Dispatch,
    clock: SharedClock,
    news: broadcast::Sender<News>,
    orders: JoinSet<Done>,
    at_once: Arc<Semaphore>,
    /// Conversations whose order the store could not take, with when it is tried again.
    again: Vec<(i64, String)>,
    /// What the store has is to be read.
    is_stale: bool,
}

impl Task {
    async fn run(mut self, mut asks: mpsc::Receiver<Ask>) {
        // Before the first look, so that nothing falls in between.
        let mut held = self.dispatch.listen_held();
        loop {
            if self.is_stale {
                self.read().await;
            }
            let result = self.settle();
            self.note(result);
            let due = self.clock.sleep_until(self.next_look());
            tokio::select! {
                biased;
                news = held.recv() => match news {
                    Ok(news) => self.becomes(news),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.is_stale = true,
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                Some(done) = self.orders.join_next() => match done {
                    Ok(done) => self.done(done),
                    Err(error) => {
                        tracing::error!(%error, "an order of the desk ended badly");
                        self.is_stale = true;
                    }
                },
                ask = asks.recv() => match ask {
                    Some(ask) => self.asked(ask),
                    None => return,
                },
                () = due => {}
            }
        }
    }

    /// Reads who has what.
    async fn read(&mut self) {
        let now = self.clock.now_ms();
        let all = match self.dispatch.held().await {
            Ok(all) => all,
            Err(error) => {
                tracing::error!(%error, "the desk could not read what waits");
                self.clock.sleep_until(later(now, AGAIN)).await;
                return;
            }
        };
        self.is_stale = false;
        self.floor.keep_hours(now);
        let result = self.floor.becomes_all(all, now);
        self.note(result);
        self.tell(News::People);
    }

    fn becomes(&mut self, news: Arc<HeldNews>) {
        let now = self.clock.now_ms();
        let result = self.floor.becomes(&news.session, news.held.clone(), now);
        self.note(result);
        self.tell(News::Place(news));
    }

    fn asked(&mut self, ask: Ask) {
        let now = self.clock.now_ms();
        let result = match ask {
            Ask::Overview(sees, answer) => {
                // Whoever asked may be gone.
                let _ = answer.send(self.floor.overview(sees));
                return;
            }
            Ask::Declare(worker) => self.floor.declare(worker),
            Ask::Arrives(worker) => {
                let agent = worker.id.clone();
                self.floor.declare(worker).and_then(|()| self.floor.arrives(&agent))
            }
            Ask::Leaves(agent) => self.floor.leaves(&agent, now),
            Ask::Wants(agent, presence) => self.floor.wants(&agent, presence),
        };
        self.note(result);
        self.tell(News::People);
    }

    fn done(&mut self, (session, is_claim, result): Done) {
        let now = self.clock.now_ms();
        match result {
            Ok(()) if is_claim => {
                let labels = vec![("skill".to_owned(), self.floor.skill_of(&session).to_owned())];
                self.dispatch.metrics().assignments.get_or_create(&labels).inc();
            }
            Ok(()) => {}
            // Somebody was first: the news of it are here, or come.
            Err(DispatchError::NotTheOwner | DispatchError::NotHandedOff) => {
                let result = self.floor.failed(&session, now);
                self.note(result);
            }
            Err(error) => {
                tracing::warn!(session, %error, "an order of the desk is tried again");
                self.again.push((later(now, AGAIN), session));
            }
        }
    }

    /// What is due, and what follows.
    fn settle(&mut self) -> Result<(), DeskError> {
        let now = self.clock.now_ms();
        let program = self.dispatch.program();
        if !Arc::ptr_eq(&program, &self.program) {
            self.floor.for_program(&program, now)?;
            self.program = program;
        }
        self.floor.keep_hours(now);
        let (due, later): (Vec<_>, Vec<_>) = self.again.drain(..).partition(|(at, _)| *at <= now);
        self.again = later;
        for (_, session) in due {
            self.floor.failed(&session, now)?;
        }
        for due in self.floor.due(now) {
            self.count_due(&due);
            self.tell(News::Due(due));
        }
        for effect in self.floor.orders(now) {
            self.order(effect);
        }
        let metrics = self.dispatch.metrics();
        let (waiting, online) = self.floor.counts();
        metrics.desk_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        metrics.desk_online.set(i64::try_from(online).unwrap_or(i64::MAX));
        Ok(())
    }

    fn order(&mut self, Effect { session, order }: Effect) {
        let (dispatch, at_once) = (self.dispatch.clone(), Arc::clone(&self.at_once));
        let is_claim = matches!(order.what, DeskMove::Claim { .. });
        self.orders.spawn(async move {
            // Never closed.
            let _place = at_once.acquire().await;
            let done = dispatch.desk(&session, order).await;
            (session, is_claim, done.map(|_| ()))
        });
    }

    fn count_due(&self, due: &Due) {
        let (what, item) = match due {
            Due::Overflowed { item, .. } => ("overflowed", item),
            Due::Warned { item, .. } => ("warned", item),
            Due::Broken { item, .. } => ("broken", item),
        };
        let skill = self.floor.skill_of(item);
        tracing::info!(session = item, skill, what, "at the desk");
        let labels = [("skill", skill), ("what", what)];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.dispatch.metrics().desk_due.get_or_create(&labels.to_vec()).inc();
    }

    fn next_look(&self) -> i64 {
        let again = self.again.iter().map(|(at_ms, _)| *at_ms).min();
        let next = self.floor.next_due_ms().into_iter().chain(again).min();
        let at_least = later(self.clock.now_ms(), LOOK_AT_LEAST);
        next.map_or(at_least, |at_ms| at_ms.min(at_least))
    }

    fn tell(&self, news: News) {
        // Nobody looks.
        let _ = self.news.send(news);
    }

    /// More than a desk holds, or a fault of ours: what is there goes on.
    fn note(&self, result: Result<(), DeskError>) {
        if let Err(error) = result {
            tracing::error!(%error, "the desk cannot take this");
        }
    }
}
