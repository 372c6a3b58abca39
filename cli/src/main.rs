//! The flowright command.
fn main() {}
