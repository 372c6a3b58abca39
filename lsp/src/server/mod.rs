//! The language server: the protocol, one thin handler for each feature.

mod backend;
mod can;
mod capabilities;
mod checker;
mod documents;
mod encoding;
mod findings;
mod frames;
mod guard;
mod handlers;
mod host;
mod located;
mod places;
mod project;
mod roots;
mod state;
mod told;
mod trials;

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp_server::Server;

pub use host::Host;

use backend::Backend;
use guard::Guarded;

/// Requests that are worked on at once.
const REQUESTS_AT_ONCE: usize = 64;

/// Serves one editor until it leaves.
pub async fn serve(
    input: impl AsyncRead + Unpin + Send + 'static,
    output: impl AsyncWrite + Unpin + Send + 'static,
    host: Arc<dyn Host>,
) {
    let (service, socket) = Backend::service(host);
    let (heard, said) = frames::checked(input, output);
    let server = Server::new(heard, said.to_editor(), socket).concurrency_level(REQUESTS_AT_ONCE);
    server.serve(Guarded(service)).await;
    said.all_written().await;
}
