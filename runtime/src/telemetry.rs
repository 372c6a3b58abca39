//! What the runtime counts. No customer's words are among it.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

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
    /// Outside calls by action and result.
    pub actions: Family<ActionLabels, Counter>,
    /// Questions to a model elsewhere, by what came of them.
    pub understandings: Family<ActionLabels, Counter>,
    /// Names in its answers that mean nothing here, by kind.
    pub unknown_names: Family<ActionLabels, Counter>,
    /// Sessions in memory.
    pub sessions_live: Gauge,
    /// Commits in one transaction.
    pub commit_batch: Histogram,
    /// Requests refused because of load.
    pub refused: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("flowright");
        let turn_seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 18));
        let commit_batch = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        let metrics = Self {
            turns: Counter::default(),
            turn_seconds,
            repeats: Counter::default(),
            misses: Counter::default(),
            handoffs: Counter::default(),
            actions: Family::default(),
            understandings: Family::default(),
            unknown_names: Family::default(),
            sessions_live: Gauge::default(),
            commit_batch,
            refused: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("turns", "Turns begun by a customer", metrics.turns.clone());
        registry.register(
            "turn_seconds",
            "From a message to its durable answer",
            metrics.turn_seconds.clone(),
        );
        registry.register(
            "repeats",
            "Repeated messages answered from the store",
            metrics.repeats.clone(),
        );
        registry.register("misses", "Utterances not understood", metrics.misses.clone());
        registry.register("handoffs", "Conversations handed to a human", metrics.handoffs.clone());
        registry.register("actions", "Outside calls by action and result", metrics.actions.clone());
        registry.register(
            "understandings",
            "Utterances for a model elsewhere by result",
            metrics.understandings.clone(),
        );
        registry.register(
            "unknown_names",
            "Names in the answers of a model elsewhere that this bot does not have",
            metrics.unknown_names.clone(),
        );
        registry.register("sessions_live", "Sessions in memory", metrics.sessions_live.clone());
        registry.register(
            "commit_batch",
            "Commits in one transaction",
            metrics.commit_batch.clone(),
        );
        registry.register("refused", "Requests refused because of load", metrics.refused.clone());
        Self { registry, ..metrics }
    }
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
