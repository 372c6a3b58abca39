//! Places of a snapshot as the protocol names them.

use std::path::PathBuf;
use std::sync::Arc;

use flowright_compiler::base::{FileId, FileSpan, SourceFile, Span, is_standard};
use tower_lsp_server::ls_types::{Location, Position, Range, TextEdit, Uri, WorkspaceEdit};

use super::encoding::Encoding;
use super::project::{Project, Root};
use crate::ide::snapshot::Snapshot;

/// A snapshot with what is needed to name its places.
#[derive(Debug, Clone)]
pub struct Places {
    /// The project.
    pub project: Arc<Project>,
    /// What was found of it.
    pub snapshot: Arc<Snapshot>,
    /// In which units columns are counted.
    pub encoding: Encoding,
    /// Where the standard modules' sources are.
    pub standard: Option<PathBuf>,
}

/// A document in a snapshot.
#[derive(Debug, Clone)]
pub struct At {
    /// The snapshot.
    pub places: Places,
    /// The document's number in it.
    pub file: FileId,
}

impl At {
    /// The document's text and lines.
    ///
    /// # Errors
    /// It is not in the snapshot, which cannot be.
    pub fn source(&self) -> Result<&SourceFile, String> {
        self.places.snapshot.source(self.file).ok_or_else(|| "the file is gone".to_owned())
    }

    /// The byte offset of a position in it.
    ///
    /// # Errors
    /// See [`At::source`].
    pub fn offset(&self, at: Position) -> Result<u32, String> {
        let source = self.source()?;
        Ok(self.places.encoding.offset(&source.text, &source.lines, at))
    }

    /// The byte range of a range in it.
    ///
    /// # Errors
    /// See [`At::source`].
    pub fn span(&self, range: Range) -> Result<Span, String> {
        let source = self.source()?;
        Ok(self.places.encoding.span(&source.text, &source.lines, range))
    }

    /// A byte range in it as a range.
    #[must_use]
    pub fn range(&self, span: Span) -> Range {
        self.places.range(FileSpan { file: self.file, span })
    }
}

impl Places {
    /// The range of a place in its file.
    #[must_use]
    pub fn range(&self, at: FileSpan) -> Range {
        match self.snapshot.source(at.file) {
            Some(source) => self.encoding.range(&source.text, &source.lines, at.span),
            None => Range::default(),
        }
    }

    /// A place as the protocol names it; none when its file has no address.
    #[must_use]
    pub fn location(&self, at: FileSpan) -> Option<Location> {
        Some(Location { uri: self.uri(at.file)?, range: self.range(at) })
    }

    /// The address of a file.
    #[must_use]
    pub fn uri(&self, file: FileId) -> Option<Uri> {
        self.uri_of(&self.snapshot.source(file)?.label)
    }

    /// The address of the file that the compiler calls so.
    #[must_use]
    pub fn uri_of(&self, label: &str) -> Option<Uri> {
        if is_standard(label) {
            return Uri::from_file_path(self.standard.as_ref()?.join(format!("{label}.flow")));
        }
        if let Some((uri, _)) = self.project.opened(label) {
            return Some(uri);
        }
        match &self.project.root {
            Root::Folder(folder) => Uri::from_file_path(folder.join(label)),
            Root::Alone(uri) => uri.parse().ok(),
        }
    }

    /// Edits of the compiler as the protocol has them.
    ///
    /// # Errors
    /// One is in a file that has no address.
    pub fn edit(&self, edits: &[flowright_compiler::diag::Edit]) -> Result<WorkspaceEdit, String> {
        let mut changes: std::collections::HashMap<Uri, Vec<TextEdit>> = Default::default();
        for edit in edits {
            let uri = self.uri(edit.at.file).ok_or("a file to be changed has no address")?;
            let text = TextEdit { range: self.range(edit.at), new_text: edit.text.clone() };
            changes.entry(uri).or_default().push(text);
        }
        Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }
}
