//! Sends what the outbox holds: what was said and handed off, to the addresses that the configuration
//! names. At least once, in the order of each session, with the same key on every attempt; what is
//! not taken in the end is kept, counted and shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use flowright_access::social::{Keys, SIGNATURE, sign};
use flowright_engine::model::Command;
use hyper::body::Bytes;
use hyper::{Request, Uri};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::access::{Letter, Outlet, Outlets, Parcel, Sent};
use crate::clock::{SharedClock, later};
use crate::limits::{
    ANSWER_BYTES_MAX, OUTBOX_AGE_MAX, OUTBOX_AT_ONCE_MAX, OUTBOX_PAUSE_MAX, OUTBOX_TIMEOUT,
};
use crate::secret::Secret;
use crate::store::{Deliver, OutboxItem, OutboxKind, OutboxResult, SharedStore, StoreError};
use crate::telemetry::Metrics;
use crate::transport::SharedTransport;

/// First pause before another attempt; each further one is twice as long.
const PAUSE_MS: u64 = 1_000;
/// After a store that did not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Without anything that waits.
const LOOK_AT_LEAST: Duration = Duration::from_secs(60);

/// Where something is sent.
#[derive(Debug, Clone)]
pub struct Address {
    /// Where.
    pub url: Uri,
    /// What is sent as a bearer token.
    pub token: Option<Secret>,
    /// What it is signed with.
    pub secrets: Option<Keys>,
}

impl Address {
    /// One that asks for no token and no signature.
    #[must_use]
    pub const fn new(url: Uri) -> Self {
        Self { url, token: None, secrets: None }
    }
}

/// All addresses.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// For what is said, by channel.
    pub replies: BTreeMap<String, Address>,
    /// For conversations on their way to a human.
    pub handoffs: Option<Address>,
    /// For all that becomes of conversations that humans have, or that wait for one.
    pub desk: Option<Address>,
}

impl Addresses {
    fn of(&self, item: &OutboxItem) -> Option<&Address> {
        match item.kind {
            OutboxKind::Reply => self.replies.get(&item.channel),
            OutboxKind::Handoff => self.handoffs.as_ref(),
            OutboxKind::Desk => self.desk.as_ref(),
            // Only channels that send by themselves are told codes.
            OutboxKind::Code => None,
        }
    }
}

/// What a commit puts into the outbox, and the bell that tells the courier.
#[derive(Debug, Clone, Default)]
pub struct DeliverTo {
    channels: Arc<BTreeSet<String>>,
    handoffs: bool,
    desk: bool,
    bell: Arc<Notify>,
}

impl DeliverTo {
    /// For these addresses, and the channels that send by themselves.
    #[must_use]
    pub fn new(addresses: &Addresses, outlets: &Outlets) -> Self {
        let channels = addresses.replies.keys().chain(outlets.keys()).cloned();
        Self {
            channels: Arc::new(channels.collect()),
            handoffs: addresses.handoffs.is_some(),
            desk: addresses.desk.is_some(),
            bell: Arc::default(),
        }
    }

    /// The channels whose replies are sent somewhere.
    pub(crate) fn channels(&self) -> impl Iterator<Item = &String> {
        self.channels.iter()
    }

    /// What goes out of a session on a channel, and on those that its replies name.
    pub(crate) fn of(&self, channel: &str, commands: &[Command]) -> Deliver {
        let named = commands.iter().filter_map(|command| match command {
            Command::Reply(reply) => reply.on.as_ref(),
            _ => None,
        });
        Deliver {
            replies: self.channels.contains(channel),
            elsewhere: named.filter(|on| self.channels.contains(*on)).cloned().collect(),
            handoffs: self.handoffs,
            desk: self.desk,
        }
    }

    /// Something may be in the outbox.
    pub(crate) fn wake(&self) {
        if self.handoffs || self.desk || !self.channels.is_empty() {
            self.bell.notify_one();
        }
    }
}

/// Carries what is in the outbox.
#[derive(Debug, Clone)]
pub struct Courier {
    store: SharedStore,
    transport: SharedTransport,
    addresses: Arc<Addresses>,
    outlets: Arc<Outlets>,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    bell: Arc<Notify>,
}

impl Courier {
    /// Between a store and its addresses.
    #[must_use]
    pub fn new(
        store: SharedStore,
        transport: SharedTransport,
        (addresses, outlets): (Addresses, Outlets),
        deliver: &DeliverTo,
        clock: SharedClock,
        metrics: Arc<Metrics>,
    ) -> Self {
        let bell = Arc::clone(&deliver.bell);
        let (addresses, outlets) = (Arc::new(addresses), Arc::new(outlets));
        Self { store, transport, addresses, outlets, clock, metrics, bell }
    }

    /// Sends until it is dropped.
    pub async fn run(self) {
        let mut under_way: JoinSet<i64> = JoinSet::new();
        let mut ids: BTreeMap<i64, String> = BTreeMap::new();
        loop {
            let now = self.clock.now_ms();
            let pause = match self.send_due(&mut under_way, &mut ids).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be read");
                    LOOK_AGAIN
                }
            };
            tokio::select! {
                biased;
                Some(done) = under_way.join_next() => match done {
                    Ok(id) => drop(ids.remove(&id)),
                    Err(error) => {
                        tracing::error!(%error, "an attempt to send ended badly");
                        // Which one is not known: those under way finish, then all are read anew.
                        while under_way.join_next().await.is_some() {}
                        ids.clear();
                    }
                },
                () = self.bell.notified() => {}
                () = self.clock.sleep_until(later(now, pause)) => {}
            }
        }
    }

    /// Begins to send what is due and not under way: `ids`, with their routes. How long nothing more
    /// will be.
    async fn send_due(
        &self,
        under_way: &mut JoinSet<i64>,
        ids: &mut BTreeMap<i64, String>,
    ) -> Result<Duration, StoreError> {
        let now = self.clock.now_ms();
        loop {
            // One address that takes its time keeps nobody from the others.
            let full = full_routes(ids);
            let due = self.store.outbox_due(now, OUTBOX_AT_ONCE_MAX + ids.len(), &full).await?;
            let before = ids.len();
            for item in due {
                let of_route = ids.values().filter(|route| *route == item.route()).count();
                if of_route < OUTBOX_AT_ONCE_MAX && !ids.contains_key(&item.id) {
                    ids.insert(item.id, item.route().to_owned());
                    let courier = self.clone();
                    under_way.spawn(async move { courier.carry(item).await });
                }
            }
            if ids.len() == before || full_routes(ids).len() == full.len() {
                break;
            }
        }
        let next = self.store.outbox_next(now).await?;
        let left = next.and_then(|at| u64::try_from(at.saturating_sub(now)).ok());
        Ok(left.map_or(LOOK_AT_LEAST, |ms| LOOK_AT_LEAST.min(Duration::from_millis(ms))))
    }

    /// One attempt; what came of it is kept before another is made.
    async fn carry(&self, item: OutboxItem) -> i64 {
        let id = item.id;
        let result = self.attempt(&item).await;
        let labels = |how: &str| {
            let kind = ("kind".to_owned(), item.kind.name().to_owned());
            vec![kind, ("result".to_owned(), how.to_owned())]
        };
        let how = match &result {
            OutboxResult::Delivered { .. } => "delivered",
            OutboxResult::Dead { cause, .. } => {
                let (key, kind) = (item.key.as_str(), item.kind.name());
                tracing::error!(key, kind, cause, "this is not sent any more");
                "dead"
            }
            _ => "again",
        };
        self.metrics.deliveries.get_or_create(&labels(how)).inc();
        while let Err(error) = self.store.outbox_settle(item.clone(), result.clone()).await {
            // Until it is kept it counts as under way: to send it again would be no better.
            tracing::error!(%error, "how sending went could not be kept");
            self.clock.sleep_until(later(self.clock.now_ms(), LOOK_AGAIN)).await;
        }
        id
    }

    async fn attempt(&self, item: &OutboxItem) -> OutboxResult {
        let is_for_channel = matches!(item.kind, OutboxKind::Reply | OutboxKind::Code);
        let outlet = self.outlets.get(&item.channel).filter(|_| is_for_channel);
        if let Some(outlet) = outlet {
            return self.hand_over(&**outlet, item).await;
        }
        let dead = |cause: String| self.dead(cause);
        let Some(address) = self.addresses.of(item) else {
            let what = format!("no address for a {} on `{}`", item.kind.name(), item.channel);
            return self.again(item, what, None);
        };
        let request = match request(address, item, self.clock.now_ms()) {
            Ok(request) => request,
            Err(cause) => return dead(cause),
        };
        let sent = self.transport.send(request, ANSWER_BYTES_MAX);
        let response = match tokio::time::timeout(OUTBOX_TIMEOUT, sent).await {
            Err(_) => return self.no_answer(item),
            Ok(Err(cause)) => return self.again(item, cause, None),
            Ok(Ok(response)) => response,
        };
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok());
        let after = after.and_then(|text| retry_after_ms(text, self.clock.now_ms()));
        match status {
            200..=299 => self.delivered(None),
            // Come back later, in several words; and what servers and proxies say of themselves.
            408 | 425 | 429 | 500..=599 => self.again(item, format!("status {status}"), after),
            _ => dead(format!("status {status}")),
        }
    }

    /// One attempt on a channel that sends by itself.
    async fn hand_over(&self, outlet: &dyn Outlet, item: &OutboxItem) -> OutboxResult {
        let sending = match item.kind {
            OutboxKind::Code => serde_json::from_str::<Letter>(&item.body)
                .map(|letter| outlet.send_code(letter))
                .map_err(|e| e.to_string()),
            _ => Parcel::of(item).map(|parcel| outlet.send(parcel)),
        };
        let sending = match sending {
            Ok(sending) => sending,
            Err(cause) => return self.dead(cause),
        };
        match tokio::time::timeout(OUTBOX_TIMEOUT, sending).await {
            Err(_) => self.no_answer(item),
            Ok(Sent::Taken { provider_id }) => self.delivered(provider_id),
            Ok(Sent::Again { cause, after_ms }) => self.again(item, cause, after_ms),
            Ok(Sent::Dead { cause }) => self.dead(cause),
        }
    }

    fn no_answer(&self, item: &OutboxItem) -> OutboxResult {
        self.again(item, format!("no answer within {} s", OUTBOX_TIMEOUT.as_secs()), None)
    }

    fn delivered(&self, provider_id: Option<String>) -> OutboxResult {
        OutboxResult::Delivered { at_ms: self.clock.now_ms(), provider_id }
    }

    fn dead(&self, cause: String) -> OutboxResult {
        OutboxResult::Dead { at_ms: self.clock.now_ms(), cause }
    }

    /// After a pause that grows, for as long as it may be tried.
    fn again(&self, item: &OutboxItem, cause: String, after_ms: Option<i64>) -> OutboxResult {
        let now = self.clock.now_ms();
        let age_max = i64::try_from(OUTBOX_AGE_MAX.as_millis()).unwrap_or(i64::MAX);
        if now.saturating_sub(item.since_ms) >= age_max {
            return self.dead(cause);
        }
        let most = u64::try_from(OUTBOX_PAUSE_MAX.as_millis()).unwrap_or(u64::MAX);
        let pause = PAUSE_MS.saturating_mul(1 << item.attempts.min(16)).min(most);
        let spread = blake3::hash(item.key.as_bytes()).as_bytes().first().copied().unwrap_or(0);
        let pause = pause / 2 + pause * u64::from(spread) / 512;
        let asked = after_ms.unwrap_or(0).min(age_max);
        let at_ms = now.saturating_add(i64::try_from(pause).unwrap_or(i64::MAX).max(asked));
        OutboxResult::Again { at_ms, cause }
    }
}

/// The routes that have as much under way as they may.
fn full_routes(ids: &BTreeMap<i64, String>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    ids.values().for_each(|route| *counts.entry(route).or_default() += 1);
    let full = counts.into_iter().filter(|(_, count)| *count >= OUTBOX_AT_ONCE_MAX);
    full.map(|(route, _)| route.to_owned()).collect()
}

/// How long somebody wants to be left alone: in seconds, or as a date (RFC 9110, 10.2.3).
fn retry_after_ms(text: &str, now_ms: i64) -> Option<i64> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(date.timestamp().as_millisecond().saturating_sub(now_ms).max(0))
}

fn request(address: &Address, item: &OutboxItem, now_ms: i64) -> Result<Request<Bytes>, String> {
    let mut request = Request::post(address.url.clone())
        .header("content-type", "application/json")
        .header("idempotency-key", item.key.as_str())
        .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
    if let Some(token) = &address.token {
        request = request.header("authorization", format!("Bearer {}", token.reveal()));
    }
    if let Some(secrets) = &address.secrets {
        // Every attempt anew: whoever checks it takes no old one.
        request = request.header(SIGNATURE, sign(secrets, item.body.as_bytes(), now_ms));
    }
    request.body(Bytes::from(item.body.clone())).map_err(|e| e.to_string())
}
