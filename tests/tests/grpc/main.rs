//! gRPC over real sockets: conversations by tonic's client and by Python's, what no caller should send,
//! and callers that go away.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod caller;
mod calls;
mod changed;
mod clients;
mod description;
mod gone;
mod limits;
mod python;
mod raw;
mod streams;
mod together;

use std::net::SocketAddr;

use flowright_runtime::service::Options;
use flowright_tests::{ECHO, SHOP, World, bundle_of_text};

/// A bot that says back what it hears, over gRPC too.
async fn echo() -> World {
    World::start_bundle(bundle_of_text(&with_channel(ECHO)), |options| options).await
}

/// The same with other options.
async fn echo_with(change: impl FnOnce(Options) -> Options) -> World {
    World::start_bundle(bundle_of_text(&with_channel(ECHO)), change).await
}

/// A bot that rents machines, over gRPC too.
async fn shop() -> World {
    World::start_bundle(bundle_of_text(&with_channel(SHOP)), |mut options| {
        options.variables.insert("DESK".to_owned(), "http://127.0.0.1:1".to_owned().into());
        options
    })
    .await
}

fn with_channel(source: &str) -> String {
    source.replacen("channel api: rest", "channel api: rest\nchannel rpc: grpc", 1)
}

/// With an address for gRPC alone.
fn alone(mut options: Options) -> Options {
    options.grpc = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    options
}
