//! Places of a snapshot as the protocol names them.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use flowright_compiler::base::{FileId, FileSpan, SourceFile, Span, is_standard};
use tower_lsp_server::ls_types::{
    DocumentChanges, Location, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::encoding::Encoding;
use super::guard::EDITED;
use super::project::{Found, Open, Project, Root};
use crate::ide::snapshot::Snapshot;

/// A snapshot with what is needed to name its places.
#[derive(Debug, Clone)]
pub struct Places {
    /// The project.
    pub project: Arc<Project>,
    /// What was found of it.
    pub snapshot: Arc<Snapshot>,
    /// The texts that were open then, by label.
    pub open: Arc<BTreeMap<String, Open>>,
    /// What the editor can be told.
    pub speech: Speech,
}

/// How places and edits are told to the editor.
#[derive(Debug, Clone, Default)]
pub struct Speech {
    /// In which units columns are counted.
    pub encoding: Encoding,
    /// Edits say which version of a text they are for.
    pub has_versions: bool,
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
    /// The document was edited since it was asked about: places that were said of it are others now.
    pub is_edited: bool,
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
    /// It was edited since, and see [`At::source`].
    pub fn offset(&self, at: Position) -> Result<u32, String> {
        let source = self.as_asked()?;
        Ok(self.places.speech.encoding.offset(&source.text, &source.lines, at))
    }

    /// The byte range of a range in it.
    ///
    /// # Errors
    /// It was edited since, and see [`At::source`].
    pub fn span(&self, range: Range) -> Result<Span, String> {
        let source = self.as_asked()?;
        Ok(self.places.speech.encoding.span(&source.text, &source.lines, range))
    }

    fn as_asked(&self) -> Result<&SourceFile, String> {
        if self.is_edited { Err(EDITED.to_owned()) } else { self.source() }
    }

    /// A byte range in it as a range.
    #[must_use]
    pub fn range(&self, span: Span) -> Range {
        self.places.range(FileSpan { file: self.file, span })
    }
}

impl Places {
    /// What was found of a project, as one editor is told of it.
    #[must_use]
    pub fn new(project: Arc<Project>, found: Found, speech: Speech) -> Self {
        Self { project, snapshot: found.snapshot, open: found.open, speech }
    }

    /// The range of a place in its file.
    #[must_use]
    pub fn range(&self, at: FileSpan) -> Range {
        match self.snapshot.source(at.file) {
            Some(source) => self.speech.encoding.range(&source.text, &source.lines, at.span),
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
            return Uri::from_file_path(
                self.speech.standard.as_ref()?.join(format!("{label}.flow")),
            );
        }
        if let Some(open) = self.open.get(label) {
            return Some(open.uri.clone());
        }
        match &self.project.root {
            Root::Folder(folder) => Uri::from_file_path(folder.join(label)),
            Root::Alone(uri) => uri.parse().ok(),
        }
    }

    /// The version of a text that places in it are of; none where it is not open.
    #[must_use]
    pub fn version(&self, label: &str) -> Option<i32> {
        self.open.get(label).map(|open| open.version)
    }

    /// Edits of the compiler as the protocol has them.
    ///
    /// # Errors
    /// One is in a file that has no address.
    pub fn edit(&self, edits: &[flowright_compiler::diag::Edit]) -> Result<WorkspaceEdit, String> {
        let mut changes: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
        for edit in edits {
            let text = TextEdit { range: self.range(edit.at), new_text: edit.text.clone() };
            changes.entry(edit.at.file).or_default().push(text);
        }
        let changes = changes.into_iter().map(|(file, edits)| {
            let label = self.snapshot.source(file).map(|source| source.label.as_str());
            (label.unwrap_or_default(), edits)
        });
        self.workspace_edit(changes)
    }

    /// Edits of texts, by label. An editor that knows versions applies them to those that they were made
    /// for, or not at all.
    ///
    /// # Errors
    /// One is in a file that has no address.
    pub fn workspace_edit<'a>(
        &self,
        changes: impl IntoIterator<Item = (&'a str, Vec<TextEdit>)>,
    ) -> Result<WorkspaceEdit, String> {
        let (mut plain, mut versioned) = (HashMap::new(), Vec::new());
        for (label, edits) in changes {
            let uri = self.uri_of(label).ok_or("a file to be changed has no address")?;
            if self.speech.has_versions {
                let version = self.version(label);
                let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
                let edits = edits.into_iter().map(OneOf::Left).collect();
                versioned.push(TextDocumentEdit { text_document, edits });
            } else {
                plain.insert(uri, edits);
            }
        }
        Ok(match self.speech.has_versions {
            true => WorkspaceEdit {
                document_changes: Some(DocumentChanges::Edits(versioned)),
                ..WorkspaceEdit::default()
            },
            false => WorkspaceEdit { changes: Some(plain), ..WorkspaceEdit::default() },
        })
    }
}
