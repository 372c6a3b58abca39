//! The server's HTTP face: REST, WebSocket, the web chat, health and metrics.

mod admin;
pub(crate) mod agents;
mod app;
pub(crate) mod body;
mod customers;
mod events;
mod identities;
pub(crate) mod idle;
pub(crate) mod listen;
pub(crate) mod messages;
mod pages;
pub(crate) mod problem;
mod replies;
mod router;
mod sessions;
mod socket;
mod spool;
pub(crate) mod stream;
mod webhooks;

pub use app::App;
pub use listen::Server;

use http_body_util::{Either, Full};
use hyper::body::Bytes;

/// An answer of the server: its body is whole, or goes on for as long as somebody listens.
pub(crate) type Response = hyper::Response<Either<Full<Bytes>, events::Events>>;
/// A request as hyper gives it.
pub(crate) type Request = hyper::Request<hyper::body::Incoming>;
