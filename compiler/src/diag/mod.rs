//! Diagnostics: codes, neutral data, suggestions, and one renderer a file.

pub mod code;
pub mod diagnostic;
pub mod edits;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod place;
pub mod render;
pub mod report;
pub mod sarif;
pub mod short;
pub mod sink;
mod spans;
pub mod suggest;

pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub use report::{Report, Suppressed, SuppressedBy};
pub use suggest::closest;
