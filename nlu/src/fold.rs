//! Folding: width, compatibility forms and case removed, every byte traceable to the original.

use unicode_normalization::UnicodeNormalization as _;

/// A text in the form in which it is compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    /// Lower case, NFKC.
    pub(crate) text: String,
    /// For each byte of `text`, and its end, the byte of the original that it came from.
    origin: Vec<u32>,
}

impl Folded {
    /// Folds `original`.
    pub(crate) fn new(original: &str) -> Self {
        let mut folded = Self::default();
        for (at, c) in original.char_indices() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            for plain in std::iter::once(c).nfkc() {
                for lower in plain.to_lowercase() {
                    folded.text.push(lower);
                    folded.origin.resize(folded.text.len(), at);
                }
            }
        }
        folded.origin.push(u32::try_from(original.len()).unwrap_or(u32::MAX));
        folded
    }

    /// A range of `text` as a range of the original.
    pub(crate) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let at =
            |i: usize| self.origin.get(i).or(self.origin.last()).copied().unwrap_or(0) as usize;
        (at(start), at(end))
    }
}

/// Whether a character is written without spaces around words: Han, kana.
pub(crate) const fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' | '\u{3040}'..='\u{30ff}')
}

/// Whether `text[start..end]` stands alone: no Latin letter or digit runs on across its bounds.
pub(crate) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() && !is_cjk(c);
    let inside = text.get(start..end).unwrap_or("");
    let before = text.get(..start).and_then(|t| t.chars().next_back());
    let after = text.get(end..).and_then(|t| t.chars().next());
    let joined = |outer: Option<char>, inner: Option<char>| {
        outer.is_some_and(word) && inner.is_some_and(word)
    };
    !joined(before, inside.chars().next()) && !joined(after, inside.chars().next_back())
}
