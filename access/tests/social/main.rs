//! Social webhooks: signed requests from elsewhere, what they say, what is sent back, and mutations.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod accounts;
mod changes;
mod incoming;
mod mutations;
mod outgoing;
mod vectors;
