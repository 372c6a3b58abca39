//! Why a folder is no encoder that can be used.

use std::path::{Path, PathBuf};

/// Why a folder is no encoder that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}`: {cause}", path.display())]
pub struct OpenError {
    /// The folder, or the file in it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: String,
}

impl OpenError {
    pub(crate) fn new(path: &Path, cause: impl Into<String>) -> Self {
        Self { path: path.to_owned(), cause: cause.into() }
    }
}
