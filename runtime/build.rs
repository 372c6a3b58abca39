//! Makes the gRPC service of the Protobuf files in `access`, which has their messages.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../access/proto");
    let files = protox::compile(["flowright/v1/conversations.proto"], ["../access/proto"])?;
    tonic_prost_build::configure()
        .build_transport(false)
        .extern_path(".flowright.v1", "::flowright_access::v1")
        .compile_fds(files)?;
    Ok(())
}
