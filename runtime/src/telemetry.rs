//! What the runtime counts. No customer's words are among it.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};

/// Labels of counters by name and value.
pub type ActionLabels = Vec<(String, String)>;

/// All metrics of one runtime.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Turns begun by a customer.
    pub turns: Counter,
    /// Seconds from a message to its durable answer.
    pub turn_seconds: Histogram,
    /// Messages answered from the store because they were repeated.
    pub repeats: Counter,
    /// Utterances not understood.
    pub misses: Counter,
    /// Conversations handed to a human.
    pub handoffs: Counter,
    /// Moves of agents that were carried out.
    pub agent_moves: Counter,
    /// Conversations that the desk gave to agents, by skill.
    pub assignments: Family<ActionLabels, Counter>,
    /// What time brought to conversations that wait for a human, by skill: a queue that overflowed, a
    /// target that is near, a target that is broken.
    pub desk_due: Family<ActionLabels, Counter>,
    /// Conversations that wait for a human.
    pub desk_waiting: Gauge,
    /// Agents who take conversations.
    pub desk_online: Gauge,
    /// Outside calls by action and result.
    pub actions: Family<ActionLabels, Counter>,
    /// Questions to the company's records, by what was asked and what came of it.
    pub lookups: Family<ActionLabels, Counter>,
    /// Questions to a model elsewhere, by what came of them.
    pub understandings: Family<ActionLabels, Counter>,
    /// Names in its answers that mean nothing here, by kind.
    pub unknown_names: Family<ActionLabels, Counter>,
    /// Attempts to send what the outbox holds, by kind and result.
    pub deliveries: Family<ActionLabels, Counter>,
    /// What flows said on a channel of their choice, by channel and whether the customer was reached
    /// there.
    pub elsewhere: Family<ActionLabels, Counter>,
    /// What came by channels that are acknowledged at once, by channel and what became of it.
    pub intake: Family<ActionLabels, Counter>,
    /// Files of customers, by channel and whether they were taken.
    pub attachments: Family<ActionLabels, Counter>,
    /// Rights that requests needed, by client and whether it has them.
    pub rights: Family<ActionLabels, Counter>,
    /// Requests with the key before a client's present one.
    pub old_keys: Family<ActionLabels, Counter>,
    /// Logins that were tried at the desk, by what came of it.
    pub sign_ins: Family<ActionLabels, Counter>,
    /// Sessions of an older bundle that were touched, by what became of them.
    pub upgrades: Family<ActionLabels, Counter>,
    /// Sessions in memory.
    pub sessions_live: Gauge,
    /// Commits in one transaction.
    pub commit_batch: Histogram,
    /// Requests refused because of load.
    pub refused: Counter,
}

/// Labels of a channel and of what became of something that came by it.
#[must_use]
pub fn by_channel(channel: &str, result: &str) -> ActionLabels {
    [("channel", channel), ("result", result)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

impl Default for Metrics {
    fn default() -> Self {
        let mut all = Registry::with_prefix("flowright");
        let seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 18));
        let batch = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        let (actions, understood, unknown) =
            (Family::default(), Family::default(), Family::default());
        let (deliveries, upgrades, lookups) =
            (Family::default(), Family::default(), Family::default());
        let (rights, old_keys, elsewhere) =
            (Family::default(), Family::default(), Family::default());
        let (intake, attachments, sign_ins) =
            (Family::default(), Family::default(), Family::default());
        let (assignments, desk_due) = (Family::default(), Family::default());
        let mut counter = |name, help| added(&mut all, name, help, Counter::default());
        Self {
            turns: counter("turns", "Turns begun by a customer"),
            repeats: counter("repeats", "Repeated messages answered from the store"),
            misses: counter("misses", "Utterances not understood"),
            handoffs: counter("handoffs", "Conversations handed to a human"),
            agent_moves: counter("agent_moves", "Moves of agents that were carried out"),
            refused: counter("refused", "Requests refused because of load"),
            turn_seconds: added(
                &mut all,
                "turn_seconds",
                "From a message to its durable answer",
                seconds,
            ),
            actions: added(&mut all, "actions", "Outside calls by action and result", actions),
            lookups: added(
                &mut all,
                "lookups",
                "Customers looked up in the company's records by question and result",
                lookups,
            ),
            understandings: added(
                &mut all,
                "understandings",
                "Utterances for a model elsewhere by result",
                understood,
            ),
            unknown_names: added(
                &mut all,
                "unknown_names",
                "Names in the answers of a model elsewhere that this bot does not have",
                unknown,
            ),
            deliveries: added(
                &mut all,
                "deliveries",
                "Attempts to send replies and handoffs by kind and result",
                deliveries,
            ),
            elsewhere: added(
                &mut all,
                "elsewhere",
                "Replies that flows send to a channel of their choice, by channel and result",
                elsewhere,
            ),
            intake: added(
                &mut all,
                "intake",
                "Messages by webhook and mail, by channel and result",
                intake,
            ),
            attachments: added(
                &mut all,
                "attachments",
                "Files of customers, by channel and result",
                attachments,
            ),
            rights: added(
                &mut all,
                "rights",
                "Rights that requests needed, by client and result",
                rights,
            ),
            old_keys: added(
                &mut all,
                "old_keys",
                "Requests with the key before a client's present one",
                old_keys,
            ),
            sign_ins: added(&mut all, "sign_ins", "Logins tried at the desk by result", sign_ins),
            upgrades: added(
                &mut all,
                "upgrades",
                "Sessions of an older bundle that were touched, by whether they moved",
                upgrades,
            ),
            assignments: added(
                &mut all,
                "assignments",
                "Conversations that the desk gave to agents, by skill",
                assignments,
            ),
            desk_due: added(
                &mut all,
                "desk_due",
                "Queues that overflowed and targets that were near or broken, by skill",
                desk_due,
            ),
            desk_waiting: added(
                &mut all,
                "desk_waiting",
                "Conversations that wait for a human",
                Gauge::default(),
            ),
            desk_online: added(
                &mut all,
                "desk_online",
                "Agents who take conversations",
                Gauge::default(),
            ),
            sessions_live: added(&mut all, "sessions_live", "Sessions in memory", Gauge::default()),
            commit_batch: added(&mut all, "commit_batch", "Commits in one transaction", batch),
            registry: all,
        }
    }
}

/// A metric that is shown from now on.
fn added<M: Metric + Clone>(
    registry: &mut Registry,
    name: &'static str,
    help: &'static str,
    metric: M,
) -> M {
    registry.register(name, help, metric.clone());
    metric
}

impl Metrics {
    /// All metrics in Prometheus' text form.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
