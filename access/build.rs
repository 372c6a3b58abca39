//! Makes Rust of the Protobuf files, with a compiler that is a library: no `protoc` is needed. Their
//! description goes along, comments and all, for servers that tell their callers what they speak.

use std::error::Error;
use std::path::Path;

const FILES: [&str; 7] = [
    "flowright/v1/attachment.proto",
    "flowright/v1/conversations.proto",
    "flowright/v1/delivery.proto",
    "flowright/v1/envelope.proto",
    "flowright/v1/handoff.proto",
    "flowright/v1/identity.proto",
    "flowright/v1/reply.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    let described = Path::new(&std::env::var("OUT_DIR")?).join("flowright.v1.binpb");
    std::fs::write(described, compiler.encode_file_descriptor_set())?;
    prost_build::Config::new().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
