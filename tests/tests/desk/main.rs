//! The desk: who has a conversation that was handed over, and who may sign in.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod accounts;
mod agents;
mod claims;
mod console;
mod files;
mod notes;
mod suggestions;
