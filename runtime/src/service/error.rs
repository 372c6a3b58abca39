//! Why a server cannot start.

use std::net::SocketAddr;

use crate::config::ConfigError;
use crate::knowledge::LibraryError;
use crate::store::StoreError;

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration does not allow it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The articles cannot be searched.
    #[error(transparent)]
    Knowledge(#[from] LibraryError),
    /// The bundle cannot be run.
    #[error("the bundle cannot be run: {0}")]
    Bundle(String),
    /// The description of the service cannot be read.
    #[error("gRPC cannot be served: {0}")]
    Grpc(String),
    /// The address cannot be listened on.
    #[error("R0205: cannot listen on {address}: {cause}{}", if *.in_use { format!("; another process has the port: stop it, or choose another with {option}") } else { String::new() })]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: String,
        /// Whether another process has it.
        in_use: bool,
        /// What gives another one.
        option: &'static str,
    },
}
