//! The texts that are open in the editor.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use flowright_compiler::base::LineIndex;
use flowright_compiler::base::limits::SOURCE_BYTES_MAX;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::encoding::Encoding;

/// Bytes that an open text may have: a little more than a source may, so that the compiler can say
/// that it is too large.
const OPEN_BYTES_MAX: usize = 2 * SOURCE_BYTES_MAX;

/// A text that is open in the editor.
#[derive(Debug, Clone)]
pub struct Document {
    /// As the editor names it.
    pub uri: Uri,
    /// As the editor counts its versions.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: LineIndex,
    /// It was too large, or an edit made it so: what it is now is not known until it is sent whole.
    pub is_lost: bool,
}

impl Document {
    /// A text that was opened.
    #[must_use]
    pub fn new(uri: Uri, version: i32, text: String) -> Self {
        let is_lost = text.len() > OPEN_BYTES_MAX;
        let text: Arc<str> = if is_lost { "".into() } else { text.into() };
        Self { uri, version, lines: LineIndex::new(&text), text, is_lost }
    }

    /// Why it is not followed, if it is not.
    ///
    /// # Errors
    /// It is too large.
    pub fn followed(&self) -> Result<(), String> {
        match self.is_lost {
            true => Err(format!(
                "the text has more than {OPEN_BYTES_MAX} bytes: it is not followed until it is \
                 smaller and opened again"
            )),
            false => Ok(()),
        }
    }

    /// Applies edits, one after the other. Where one makes it too large it is lost: further edits are of
    /// a text that is not known.
    pub fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        self.version = version;
        let mut text = self.text.to_string();
        let mut lines = self.lines.clone();
        for change in changes {
            match change.range {
                Some(_) if self.is_lost => continue,
                Some(range) => {
                    let span = encoding.span(&text, &lines, range);
                    text.replace_range(span.range(), &change.text);
                }
                None => text = change.text,
            }
            self.is_lost = text.len() > OPEN_BYTES_MAX;
            if self.is_lost {
                text.clear();
            }
            lines = LineIndex::new(&text);
        }
        (self.text, self.lines) = (text.into(), lines);
    }
}

/// What a document is known by: its file, or, where it has none, what the editor calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A file.
    File(PathBuf),
    /// A text that is no file (yet).
    Unsaved(String),
}

impl Key {
    /// Of what the editor calls it.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        match uri.scheme().as_str() == "file" {
            true => match uri.to_file_path() {
                Some(path) => Self::File(path.into_owned()),
                None => Self::Unsaved(uri.as_str().to_owned()),
            },
            false => Self::Unsaved(uri.as_str().to_owned()),
        }
    }
}

/// All open texts.
pub type Documents = HashMap<Key, Document>;
