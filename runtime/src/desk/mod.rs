//! The desk: which agents are there, what waits for one, and who gets it. Conversations themselves say who
//! has them ([`crate::dispatch`]): the desk decides, orders it there, and goes by what became of the order.

pub mod accounts;
pub(crate) mod events;
mod floor;
mod service;
#[cfg(test)]
mod tests;
mod worker;

pub use floor::{Overview, Place, WorkerLoad};
pub use service::{Desk, DeskService, News, SignedOn};
pub use worker::{Presence, Worker};
