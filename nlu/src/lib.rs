//! Utterance to intents, entities and language. Pure: no IO, no clock, no randomness; the same
//! training set gives the same model bytes on every machine.

pub mod lang;
pub mod spec;
pub mod value;
