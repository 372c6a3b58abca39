//! What the server asks of the machine: files, the configuration's encoder, the day.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowright_compiler::base::Texts;
use flowright_nlu::Encoder;
use flowright_nlu::value::Date;

/// The machine that the server runs on. The command reads projects as `flowright check` does, so
/// that both see the same.
pub trait Host: Send + Sync + 'static {
    /// The `.flow` files of a project: label and text.
    ///
    /// # Errors
    /// What kept one from being read, in words.
    fn flows(&self, folder: &Path) -> Result<Texts, String>;

    /// The text of one of them; nothing where there is none, or where it is not the project's: in a
    /// hidden folder, behind a link.
    ///
    /// # Errors
    /// What kept it from being read, in words.
    fn flow(&self, folder: &Path, label: &str) -> Result<Option<Arc<str>>, String>;

    /// The articles that a path of the project names; nothing where there is no such folder or file.
    ///
    /// # Errors
    /// What kept one from being read, in words.
    fn articles(&self, folder: &Path, path: &str) -> Result<Option<Texts>, String>;

    /// The sentence encoder that a project's configuration names, if any.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn encoder(&self, folder: &Path) -> Result<Option<Arc<dyn Encoder>>, String>;

    /// Today.
    fn today(&self) -> Date;

    /// A folder where the sources of the standard modules can be put for reading.
    fn standard_folder(&self) -> Option<PathBuf>;
}
