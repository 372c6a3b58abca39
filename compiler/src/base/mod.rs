//! What every later stage stands on: positions, files and limits. Knows nothing of the language.

pub mod limits;
pub mod line_index;
pub mod source;
pub mod span;
mod spans;

pub use line_index::LineIndex;
pub use source::{SourceFile, SourceMap, SourceProvider, Texts, is_standard};
pub use span::{FileId, FileSpan, Span};
pub(crate) use spans::Spans;
