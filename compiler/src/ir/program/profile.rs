//! Where the customer's profile comes from, and how it is known whose an address is.

use serde::{Deserialize, Serialize};

use super::{ChannelId, RequestDef};

/// The name of the field that a profile is known by.
pub const PROFILE_ID: &str = "id";

/// Fields that say which products a customer has, the first that there is.
pub const PRODUCT_FIELDS: [&str; 2] = ["products", "product"];

/// What is asked of the company's records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProfileDef {
    /// The profile by its id, which is the request's only parameter. Absent: it is what callers say.
    pub from: Option<LookupDef>,
    /// Whose an address is, which is the request's only parameter.
    pub find: Vec<FindDef>,
    /// The channel whose addresses are confirmed by a code.
    pub confirm: Option<ChannelId>,
}

/// A question to the records. A message waits for the answer, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupDef {
    pub request: RequestDef,
    pub timeout_ms: i64,
    /// How long an answer is good.
    pub keep_ms: i64,
}

/// Addresses on these channels are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindDef {
    pub channels: Vec<ChannelId>,
    pub lookup: LookupDef,
}

impl ProfileDef {
    /// All questions.
    pub fn lookups(&self) -> impl Iterator<Item = &LookupDef> {
        self.from.iter().chain(self.find.iter().map(|find| &find.lookup))
    }
}
