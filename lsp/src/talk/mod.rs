//! Conversations that are tried out in the editor, the project's tests, and drawings of its flows.
//! No protocol, no clock, no files: places are those of the sources that the analysis was made of.

pub mod conversation;
pub mod limits;
pub mod picture;
pub mod program;
pub mod tests;

/// A request that cannot be met, and why: a sentence for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl Refused {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}
