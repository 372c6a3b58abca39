//! What an editor shows of a project. Knows nothing of the protocol: places are byte offsets.

pub mod actions;
pub mod calls;
pub mod complete;
pub mod describe;
mod expect;
#[cfg(test)]
pub(crate) mod fixture;
pub mod highlight;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod links;
pub mod model;
pub mod navigate;
pub mod outline;
pub mod reformat;
pub mod rename;
pub mod shape;
pub mod snapshot;
pub mod symbols;
pub mod texts;
mod words;
