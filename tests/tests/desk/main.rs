//! The desk: who has a conversation that was handed over.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod agents;
mod claims;
