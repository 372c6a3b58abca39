//! The dialog engine: `step(program, session, event) -> commands`. Pure, synchronous,
//! deterministic: time, randomness and ids are inputs; everything the outside world must do is a
//! command that the shell carries out.

pub mod model;
