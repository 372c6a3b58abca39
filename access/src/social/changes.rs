//! What the company's records tell by webhook: that what they say of some customers has changed. Signed
//! like our own webhooks for messages.

use serde::Deserialize;

use super::http::Incoming;
use super::received::Verified;
use super::refusal::{Malformed, Refusal};
use super::sign::Keys;
use super::signed;
use crate::limits::{
    CHANGED_CUSTOMERS_MAX, CHANGES_BODY_BYTES_MAX, CUSTOMER_ID_BYTES_MAX, ENVELOPE_ID_CHARS_MAX,
};

/// Reads such webhooks.
#[derive(Debug, Clone)]
pub struct Changes {
    secrets: Keys,
}

/// What one of them says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The same each time that it is sent.
    pub id: String,
    /// Ids of customers, each once, in their order.
    pub customers: Vec<String>,
}

/// The body; what else stands in it is the sender's own.
#[derive(Deserialize)]
struct Body {
    id: String,
    customers: Vec<String>,
}

impl Changes {
    /// With the secret, and the one before while it changes.
    #[must_use]
    pub const fn new(secrets: Keys) -> Self {
        Self { secrets }
    }

    /// Whether a request is signed. Nothing of its body is read.
    ///
    /// # Errors
    /// Why it is not.
    pub fn admit<'a>(&self, incoming: &Incoming<'a>, now_ms: i64) -> Result<Verified<'a>, Refusal> {
        if incoming.body.len() > CHANGES_BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        signed::admit(&self.secrets, incoming, now_ms)
    }

    /// What it says.
    ///
    /// # Errors
    /// It makes no sense.
    pub fn parse(&self, verified: &Verified<'_>) -> Result<Changed, Malformed> {
        let bytes = verified.bytes();
        // A list would be read as the fields of the object in their order.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Malformed("the body is not a JSON object"));
        }
        let Body { id, customers } = serde_json::from_slice(bytes).map_err(|_| {
            Malformed("the body is not JSON with `id`, a text, and `customers`, a list of texts")
        })?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:@".contains(c);
        if id.is_empty() || id.len() > ENVELOPE_ID_CHARS_MAX || !id.chars().all(fits) {
            return Err(Malformed("`id` is not 1 to 128 letters, digits, and - _ . : @"));
        }
        if customers.is_empty() {
            return Err(Malformed("`customers` is empty"));
        }
        if customers.len() > CHANGED_CUSTOMERS_MAX {
            return Err(Malformed("`customers` has more than 1000 ids: send several webhooks"));
        }
        if customers.iter().any(|id| id.is_empty() || id.len() > CUSTOMER_ID_BYTES_MAX) {
            return Err(Malformed("a customer's id is not 1 to 256 bytes long"));
        }
        let mut seen = std::collections::BTreeSet::new();
        let is_new: Vec<bool> = customers.iter().map(|id| seen.insert(id.clone())).collect();
        let customers = customers.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
        Ok(Changed { id, customers: customers.map(|(customer, _)| customer).collect() })
    }
}
