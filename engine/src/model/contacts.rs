//! Where the customer can be written to, beside where she wrote last.

use serde::{Deserialize, Serialize};

/// An address that is the customer's for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name of its channel.
    pub channel: String,
    pub address: String,
    /// What the channel needs to answer what came from there last: opaque to everything but the
    /// channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// When she wrote from there last, as far as that is known, ms UTC.
    pub heard_at_ms: i64,
}

/// The address that a message came from, where it is the customer's for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}
