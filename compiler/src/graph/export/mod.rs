//! The forms a graph is written in: one a file.

mod dot;
mod drawing;
mod json;
mod layout;
mod mermaid;
mod svg;

pub use dot::dot;
pub use drawing::{Drawing, DrawnEdge, DrawnNode, draw};
pub use json::json;
pub use mermaid::mermaid;
pub use svg::svg;
