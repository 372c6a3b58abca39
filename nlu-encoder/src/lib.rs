//! A sentence encoder for the intent model, read from a local folder: a BERT with its word pieces, as
//! sentence-transformers write it. Nothing is fetched from anywhere.
//!
//! The tokeniser and the reading of the folder's small files need nothing. What runs the weights
//! ([`BertEncoder`]) takes minutes to build and is there with the feature `candle` only.

#[cfg(feature = "candle")]
mod bert;
mod config;
#[cfg(feature = "candle")]
mod encoder;
mod error;
mod files;
mod vocabulary;
mod wordpiece;

pub use config::{Activation, Config};
#[cfg(feature = "candle")]
pub use encoder::BertEncoder;
pub use error::OpenError;
pub use wordpiece::{PIECES_MAX, WordPieces};
