//! The async shell around the engine: sessions, stores, actions and channels.

pub mod access;
pub mod actions;
pub mod attachments;
mod circuit;
pub mod clients;
pub mod clock;
pub mod codes;
pub mod config;
pub mod desk;
pub mod dispatch;
pub mod external;
pub mod grpc;
pub mod http;
pub mod limits;
pub mod outbox;
pub mod programs;
mod requests;
pub mod secret;
pub mod service;
mod shown;
pub mod store;
pub mod telemetry;
pub mod transport;
