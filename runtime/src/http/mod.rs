//! The server's HTTP face: REST, WebSocket, the web chat, health and metrics.

mod accounts;
mod admin;
pub(crate) mod agents;
mod app;
pub(crate) mod attachments;
pub(crate) mod body;
pub(crate) mod callers;
mod customers;
mod debug;
mod desk;
pub(crate) mod desk_callers;
mod events;
mod identities;
pub(crate) mod idle;
mod knowledge;
pub(crate) mod listen;
pub(crate) mod messages;
mod pages;
pub(crate) mod problem;
mod refreshes;
mod replies;
mod router;
mod sessions;
mod sign_in;
mod socket;
mod spool;
pub(crate) mod stream;
mod webhooks;

pub use app::App;
pub use listen::Server;

use futures_util::stream::BoxStream;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};

/// An answer of the server: its body is whole, or comes piece by piece.
pub(crate) type Response = hyper::Response<Either<Full<Bytes>, Pieces>>;
/// A body that comes piece by piece: what is said for as long as somebody listens, or a file.
pub(crate) type Pieces = StreamBody<BoxStream<'static, std::io::Result<Frame<Bytes>>>>;
/// A request as hyper gives it.
pub(crate) type Request = hyper::Request<hyper::body::Incoming>;
