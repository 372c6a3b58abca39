//! The forms a graph is written in: one a file.

mod dot;
mod json;
mod layout;
mod mermaid;
mod svg;

pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use svg::svg;
