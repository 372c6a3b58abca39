//! Source files by id, and the one door through which the compiler sees the world.

use std::sync::Arc;

use flowright_nlu::Encoder;
use flowright_nlu::value::Date;

use super::{FileId, FileSpan, LineIndex};

/// Files, each its label and its text.
pub type Texts = Vec<(String, Arc<str>)>;

/// Where sources come from: the disk for the CLI, open buffers for an editor, memory for tests.
pub trait SourceProvider {
    /// The project's `.flow` files: label (a path relative to the project, `/` between parts) and
    /// text. The order does not matter; the compiler sorts by label.
    ///
    /// # Errors
    /// What kept a file from being read, in words.
    fn sources(&self) -> Result<Vec<(String, Arc<str>)>, String>;

    /// The sentence encoder that the project's intent model is trained with, if with any.
    ///
    /// # Errors
    /// Why the one that the project names cannot be used, in words.
    fn encoder(&self) -> Result<Option<Arc<dyn Encoder>>, String> {
        Ok(None)
    }

    /// The Markdown files of a folder of the project and of the folders in it, or the one file that the
    /// path names: label and text. The path has `/` between its parts and stays inside the project.
    /// Nothing where there is no such folder or file.
    ///
    /// # Errors
    /// What kept a file from being read, in words.
    fn articles(&self, path: &str) -> Result<Option<Texts>, String> {
        let _ = path;
        Ok(None)
    }

    /// The day by which articles are stale; without one, none is.
    fn today(&self) -> Option<Date> {
        None
    }
}

/// One source text with its label and line starts.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// What messages call it: a relative path, or `std.repair` for a standard module.
    pub label: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Line starts of `text`.
    pub lines: LineIndex,
}

/// All files of one compilation.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and says its id.
    pub fn add(&mut self, label: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let lines = LineIndex::new(&text);
        self.add_file(SourceFile { label: label.into(), text, lines })
    }

    /// Adds a file whose lines are known and says its id.
    pub fn add_file(&mut self, file: SourceFile) -> FileId {
        let id = self.next_id();
        self.files.push(file);
        id
    }

    /// The id that the next file gets.
    #[must_use]
    pub fn next_id(&self) -> FileId {
        FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX))
    }

    /// The file of that id.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// A piece of the source, with its runs of white space, line ends among them, as one space each.
    #[must_use]
    pub fn one_line(&self, at: FileSpan) -> String {
        let text = self.get(at.file).and_then(|file| file.text.get(at.span.range()));
        text.unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every file with its id, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }
}

/// Whether a file is the standard library's, by its label: the name of a module. A project's files end
/// in `.flow`, wherever they lie.
#[must_use]
pub fn is_standard(label: &str) -> bool {
    label.starts_with("std.") && !label.ends_with(".flow")
}

#[cfg(test)]
mod tests {
    use super::is_standard;
    use crate::analyse;
    use crate::compile::MemorySources;

    #[test]
    fn a_projects_own_folder_called_std_is_not_the_standard_library() {
        let bot = "bot b { languages en  timezone \"UTC\" }\nuse std.repair\nskill s\nflow lone { state s { end resolved } }\n";
        let analysis = analyse(&MemorySources::one("std/repair.flow", bot)).unwrap();
        let own: Vec<&str> = analysis
            .sources
            .iter()
            .map(|(_, file)| file.label.as_str())
            .filter(|label| !is_standard(label))
            .collect();
        assert_eq!(own, ["std/repair.flow"]);
        assert!(analysis.sources.iter().any(|(_, file)| file.label == "std.repair"));
        assert!(analysis.diagnostics.iter().any(|d| d.code == crate::diag::Code::W0401));
    }
}
