//! Articles that customers' questions are answered from: Markdown with front matter, and the search in
//! them. No IO and no clock: where articles lie and what day it is are the caller's.
//!
//! Without the feature `search` articles are read and checked, and the search engine is no dependency.

mod article;
#[cfg(feature = "search")]
mod confidence;
mod front;
#[cfg(feature = "search")]
mod index;
pub mod limits;
mod plain;
#[cfg(feature = "search")]
mod words;

pub use article::{Article, ArticleError, Level, parse};
#[cfg(feature = "search")]
pub use index::{Entry, Hit, Index, IndexError};
#[cfg(feature = "search")]
pub use words::segmented;
