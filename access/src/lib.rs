//! The unified access layer's forms and protocols: every channel turns what it receives into one
//! [`v1::Envelope`] and a [`v1::Reply`] into what it sends. Nothing here reads a clock, a disk or a
//! socket: bytes in, data out. What carries the bytes is in the runtime.

pub mod attachment;
pub mod code;
pub mod email;
pub mod limits;
pub mod social;
pub mod stage;
pub mod token;

/// Version 1 of the Protobuf messages, as `proto/flowright/v1` declares them.
#[expect(missing_docs, reason = "made from the Protobuf files, where the comments are")]
#[allow(clippy::allow_attributes, reason = "generated")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/flowright.v1.rs"));
}

/// The Protobuf files that [`v1`] is made from, with what they import and their comments: an encoded
/// `google.protobuf.FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/flowright.v1.binpb"));
