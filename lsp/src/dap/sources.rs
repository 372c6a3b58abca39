//! Files as editors name them, and how they count lines.

use flowright_compiler::base::{FileId, FileSpan, is_standard};
use serde_json::{Map, Value as Json, json};

use super::arguments::{Initialize, SourceAsked};
use super::target::Target;

/// How an editor counts lines and columns: from 0 or from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting {
    pub(super) line: i64,
    pub(super) column: i64,
}

impl Counting {
    pub(super) fn of(initialize: Initialize) -> Self {
        Self {
            line: i64::from(initialize.lines_start_at_1),
            column: i64::from(initialize.columns_start_at_1),
        }
    }

    /// A place, with its end.
    pub(super) fn place(self, target: &Target, at: FileSpan) -> Map<String, Json> {
        let (line, column) = target.line_column(at);
        let end = target.end_line_column(at);
        let mut place = Map::new();
        let mut put = |name: &str, number: u32, first: i64| {
            place.insert(name.to_owned(), json!(i64::from(number) + first));
        };
        put("line", line, self.line);
        put("column", column, self.column);
        put("endLine", end.0, self.line);
        put("endColumn", end.1, self.column);
        place.insert("source".to_owned(), source(target, at.file));
        place
    }
}

/// A file as editors name it. What is not a file on the disk has a number.
pub(super) fn source(target: &Target, file: FileId) -> Json {
    let label = target.analysis.sources.get(file).map_or("", |file| file.label.as_str());
    match target.path(file) {
        Some(path) => json!({ "name": label, "path": path.to_string_lossy() }),
        None => json!({
            "name": label,
            "sourceReference": i64::from(file.0) + 1,
            "origin": "standard library",
        }),
    }
}

/// The file that an editor means.
pub(super) fn file(target: &Target, asked: &SourceAsked) -> Option<FileId> {
    if asked.source_reference > 0 {
        let number = u32::try_from(asked.source_reference - 1).ok()?;
        return Some(FileId(number)).filter(|file| target.analysis.sources.get(*file).is_some());
    }
    target.file_at(asked.path.as_deref()?)
}

/// All files with code.
pub(super) fn all(target: &Target) -> Json {
    let files = target.analysis.sources.iter();
    let code = files.filter(|(_, f)| is_standard(&f.label) || f.label.ends_with(".flow"));
    let sources: Vec<Json> = code.map(|(id, _)| source(target, id)).collect();
    json!({ "sources": sources })
}
