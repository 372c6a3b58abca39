//! The server's gRPC face: conversations, health and reflection, where HTTP is or at an address of
//! their own.

mod calls;
mod convert;
mod deadline;
mod files;
mod frames;
mod health;
mod listen;
mod route;
mod status;
mod talk;

pub use listen::Server;
pub use route::Services;
pub(crate) use route::is_grpc;

/// Version 1 of the service, as `access/proto/flowright/v1/conversations.proto` declares it; a client
/// too, for whoever calls it in Rust. Its messages are in [`flowright_access::v1`].
#[allow(clippy::allow_attributes, reason = "generated")]
pub mod v1 {
    tonic::include_proto!("flowright.v1");
}
