//! Texts of several lines that somebody forgot to close. Such a text would take the rest of the file;
//! it is taken to end where the next declaration begins in the first column.

use super::token::{DECLARATION_KEYWORDS, Token};

/// A text of several lines outside of any other.
pub(super) struct LongText {
    /// The token of its opening quotes.
    pub(super) token: usize,
    /// Behind its closing quotes, once they are there.
    pub(super) end: Option<usize>,
}

/// Where a text is open at the end of the file: the one that was forgotten, by its first token, and
/// where it ends if the declaration in it is one. Of several it is the first that holds one: those
/// behind it are closed where they should begin.
pub(super) fn forgotten(
    text: &str,
    tokens: &[Token],
    texts: &[LongText],
) -> Option<(usize, usize)> {
    texts.iter().find_map(|long| {
        let from = tokens.get(long.token)?.span.end as usize;
        let end = long.end.unwrap_or(text.len());
        let inside = text.get(from..end)?;
        // The blank lines before the declaration belong to no text.
        let own = inside.get(..declaration_in(inside)?)?.trim_end();
        Some((long.token, from + own.len()))
    })
}

/// Where the first line begins that is a declaration's.
fn declaration_in(text: &str) -> Option<usize> {
    let mut lines = text.match_indices('\n').map(|(newline, _)| newline + 1);
    lines.find(|start| {
        let line = text.get(*start..).unwrap_or("");
        let word = line.split([' ', '\t', '\n']).next().unwrap_or("");
        let behind = line.get(word.len()..).unwrap_or("");
        DECLARATION_KEYWORDS.contains(&word) && behind.starts_with([' ', '\t'])
    })
}
