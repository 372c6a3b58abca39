//! Positions as the protocol counts them, in UTF-8 or UTF-16 units, and byte offsets.

use flowright_compiler::base::line_index::LineColumn;
use flowright_compiler::base::{LineIndex, Span};
use tower_lsp_server::ls_types::{Position, PositionEncodingKind, Range};

/// In which units columns are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units: what a client counts in that does not say.
    #[default]
    Utf16,
}

impl Encoding {
    /// The best of those that the client can count in.
    #[must_use]
    pub fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered.is_some_and(|all| all.contains(&PositionEncodingKind::UTF8)) {
            true => Self::Utf8,
            false => Self::Utf16,
        }
    }

    /// Its name in the protocol.
    #[must_use]
    pub const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// A byte offset as a position.
    #[must_use]
    pub fn position(self, text: &str, lines: &LineIndex, offset: u32) -> Position {
        let LineColumn { line, column } = match self {
            Self::Utf8 => lines.line_column(offset),
            Self::Utf16 => lines.line_column_utf16(text, offset),
        };
        Position { line, character: column }
    }

    /// A position as a byte offset: columns past the line's end are its end, and lines past the
    /// text's end the text's. Never inside a character.
    #[must_use]
    pub fn offset(self, text: &str, lines: &LineIndex, at: Position) -> u32 {
        let place = LineColumn { line: at.line, column: at.character };
        match self {
            Self::Utf16 => lines.offset_utf16(text, place),
            Self::Utf8 => {
                let start = lines.line_start(at.line);
                let end = lines.line_start(at.line.saturating_add(1));
                let line = text.get(start as usize..end as usize).unwrap_or("");
                let len = u32::try_from(line.trim_end_matches(['\n', '\r']).len()).unwrap_or(0);
                let mut offset = start + at.character.min(len);
                while !text.is_char_boundary(offset as usize) {
                    offset = offset.saturating_sub(1);
                }
                offset
            }
        }
    }

    /// A byte range as a range.
    #[must_use]
    pub fn range(self, text: &str, lines: &LineIndex, span: Span) -> Range {
        Range {
            start: self.position(text, lines, span.start),
            end: self.position(text, lines, span.end),
        }
    }

    /// A range as a byte range.
    #[must_use]
    pub fn span(self, text: &str, lines: &LineIndex, range: Range) -> Span {
        Span::new(self.offset(text, lines, range.start), self.offset(text, lines, range.end))
    }
}
