//! Byte offsets to lines and columns and back, with columns in bytes (UTF-8) or UTF-16 units.

use std::sync::Arc;

/// A place as people and editors count it. Both numbers start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 0.
    pub line: u32,
    /// Column within the line, from 0, in the unit of the call that made it.
    pub column: u32,
}

/// Where the lines of one text start. Lines end at `\n`; a `\r` before it belongs to the line end.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Arc<[u32]>,
    len: u32,
}

impl LineIndex {
    /// Finds the line starts of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let after = memchr::memchr_iter(b'\n', text.as_bytes());
        let after = after.filter_map(|at| u32::try_from(at + 1).ok());
        let starts = std::iter::once(0).chain(after).collect();
        Self { starts, len: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    /// Number of lines; a text without a newline has one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Offset of the first byte of `line`, or the text's length past the last line.
    #[must_use]
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// Line and byte column of `offset`; offsets past the end count as the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.len);
        let after = self.starts.partition_point(|start| *start <= offset);
        let line = u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX);
        LineColumn { line, column: offset - self.line_start(line) }
    }

    /// Line and column in UTF-16 units of `offset` in `text`, the text this index was made of.
    #[must_use]
    pub fn line_column_utf16(&self, text: &str, offset: u32) -> LineColumn {
        let LineColumn { line, column } = self.line_column(offset);
        let start = self.line_start(line) as usize;
        let before = text.get(start..start + column as usize).unwrap_or("");
        let column = u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX);
        LineColumn { line, column }
    }

    /// The byte offset of a line and UTF-16 column; columns past the line's end count as its end.
    #[must_use]
    pub fn offset_utf16(&self, text: &str, at: LineColumn) -> u32 {
        let start = self.line_start(at.line);
        let end = self.line_start(at.line.saturating_add(1));
        let line =
            text.get(start as usize..end as usize).unwrap_or("").trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (i, c) in line.char_indices() {
            if units >= at.column {
                return start + u32::try_from(i).unwrap_or_default();
            }
            units += u32::try_from(c.len_utf16()).unwrap_or_default();
        }
        start + u32::try_from(line.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_bytes_and_utf16_units() {
        let text = "a\r\n修😀x\n";
        let index = LineIndex::new(text);
        let x = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(index.line_column(x), LineColumn { line: 1, column: 7 });
        let utf16 = LineColumn { line: 1, column: 3 };
        assert_eq!(index.line_column_utf16(text, x), utf16);
        assert_eq!(index.offset_utf16(text, utf16), x);
        assert_eq!(index.line_count(), 3);
        assert_eq!(index.offset_utf16(text, LineColumn { line: 0, column: 99 }), 1);
    }
}
