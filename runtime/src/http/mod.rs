//! The server's HTTP face: REST, WebSocket, the web chat, health and metrics.

mod admin;
mod agents;
mod app;
mod body;
mod idle;
mod listen;
mod messages;
mod pages;
mod problem;
mod router;
mod sessions;
mod socket;
mod stream;

pub use app::App;
pub use listen::Server;

use http_body_util::Full;
use hyper::body::Bytes;

/// Every answer of the server: its body is whole.
pub(crate) type Response = hyper::Response<Full<Bytes>>;
/// A request as hyper gives it.
pub(crate) type Request = hyper::Request<hyper::body::Incoming>;
