//! Makes Rust of the Protobuf files, with a compiler that is a library: no `protoc` is needed.

use std::error::Error;

const FILES: [&str; 5] = [
    "flowright/v1/attachment.proto",
    "flowright/v1/delivery.proto",
    "flowright/v1/envelope.proto",
    "flowright/v1/identity.proto",
    "flowright/v1/reply.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = protox::compile(FILES, ["proto"])?;
    prost_build::Config::new().compile_fds(files)?;
    Ok(())
}
