//! A project as it was at one moment, with all that was found out about it.

use std::sync::Arc;

use flowright_compiler::Analysis;
use flowright_compiler::base::{FileId, SourceFile, SourceMap, is_standard};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::parse;

use super::model::Model;

/// See the module.
#[derive(Debug)]
pub struct Snapshot {
    /// Counts the checks of the project.
    pub revision: u64,
    /// What the compiler says.
    pub analysis: Analysis,
    /// Its declarations by name.
    pub model: Model,
    /// The last version whose names and types were right, where this one's are not.
    sound: Option<Arc<Self>>,
}

impl Snapshot {
    /// What was found of a project; `before` is what was known of it.
    #[must_use]
    pub fn new(revision: u64, analysis: Analysis, before: Option<&Arc<Self>>) -> Self {
        let model = Model::new(analysis.files.clone());
        let sound = match (analysis.project.is_some(), before) {
            (false, Some(before)) => match before.analysis.project.is_some() {
                true => Some(Arc::clone(before)),
                false => before.sound.clone(),
            },
            _ => None,
        };
        Self { revision, analysis, model, sound }
    }

    /// The same with another text in one file, of which no more is known than its tree: what can be said
    /// before the project is checked again.
    #[must_use]
    pub fn sketch(self: &Arc<Self>, file: FileId, text: &Arc<str>) -> Self {
        let mut sources = SourceMap::default();
        for (id, source) in self.analysis.sources.iter() {
            match id == file {
                true => sources.add(source.label.clone(), Arc::clone(text)),
                false => sources.add_file(source.clone()),
            };
        }
        let files = self.analysis.files.iter().map(|known| match known.id == file {
            true => File { parsed: Arc::new(parse(text, file)), ..known.clone() },
            false => known.clone(),
        });
        let analysis = Analysis {
            sources,
            files: files.collect(),
            encoder: self.analysis.encoder.clone(),
            ..Analysis::default()
        };
        Self::new(self.revision, analysis, Some(self))
    }

    /// The last version whose names and types were right: this one, if its are.
    #[must_use]
    pub fn sound(&self) -> Option<&Self> {
        match self.analysis.project {
            Some(_) => Some(self),
            None => self.sound.as_deref(),
        }
    }

    /// The file that has this label.
    #[must_use]
    pub fn file(&self, label: &str) -> Option<(FileId, &SourceFile)> {
        self.analysis.sources.iter().find(|(_, file)| file.label == label)
    }

    /// The file of that id.
    #[must_use]
    pub fn source(&self, id: FileId) -> Option<&SourceFile> {
        self.analysis.sources.get(id)
    }

    /// Whether a file is the standard library's.
    #[must_use]
    pub fn is_standard(&self, id: FileId) -> bool {
        self.source(id).is_some_and(|file| is_standard(&file.label))
    }
}
