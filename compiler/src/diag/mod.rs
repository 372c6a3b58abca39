//! Diagnostics: codes, neutral data, suggestions, and one renderer a file.

pub mod code;
pub mod diagnostic;
pub mod json;
pub mod render;
pub mod sink;
pub mod suggest;

pub use code::{Code, Severity};
pub use diagnostic::{Diagnostic, Edit, Fix, Label};
pub use suggest::closest;
