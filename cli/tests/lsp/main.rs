//! The language server as an editor sees it: the built binary, over its standard input and output.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod changes;
mod client;
mod findings;
mod navigate;
mod projects;
mod shape;
mod survive;
mod trials;
mod typing;
