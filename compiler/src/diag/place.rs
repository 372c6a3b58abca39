//! Places as readers count them: lines and columns from 1, the end one past the last character.

use crate::base::{FileSpan, SourceMap};

/// A range in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file's label; empty when the sources do not have it.
    pub file: &'a str,
    /// First line.
    pub line: u32,
    /// First column, in characters.
    pub column: u32,
    /// First column, in UTF-16 units.
    pub column_utf16: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column, in characters.
    pub end_column: u32,
    /// One past the last column, in UTF-16 units.
    pub end_column_utf16: u32,
}

impl<'a> Place<'a> {
    /// Where `at` is.
    #[must_use]
    pub fn new(at: FileSpan, sources: &'a SourceMap) -> Self {
        let Some(file) = sources.get(at.file) else {
            return Self {
                file: "",
                line: 1,
                column: 1,
                column_utf16: 1,
                end_line: 1,
                end_column: 1,
                end_column_utf16: 1,
            };
        };
        let point = |offset: u32| {
            let wide = file.lines.line_column_utf16(&file.text, offset);
            let start = file.lines.line_start(wide.line) as usize;
            let before = file.text.get(start..offset as usize).unwrap_or("");
            let chars = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
            (wide.line + 1, chars.saturating_add(1), wide.column + 1)
        };
        let (line, column, column_utf16) = point(at.span.start);
        let (end_line, end_column, end_column_utf16) = point(at.span.end);
        let file = file.label.as_str();
        Self { file, line, column, column_utf16, end_line, end_column, end_column_utf16 }
    }
}

/// The text of the line on which `at` begins, without blanks around it.
#[must_use]
pub fn line_text(at: FileSpan, sources: &SourceMap) -> &str {
    let Some(file) = sources.get(at.file) else { return "" };
    let line = file.lines.line_column(at.span.start).line;
    let range = file.lines.line_start(line) as usize..file.lines.line_start(line + 1) as usize;
    file.text.get(range).unwrap_or("").trim()
}
