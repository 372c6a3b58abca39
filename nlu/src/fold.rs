//! Folding: width, compatibility forms, case and traditional characters removed, every byte traceable
//! to the original.

mod traditional;

use unicode_normalization::UnicodeNormalization as _;

/// Characters of a folded text. One that is written may become eighteen; what follows is not looked at.
const FOLDED_CHARS_MAX: usize = 2 * crate::understand::UTTERANCE_CHARS_MAX;

/// A text in the form in which it is compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    /// Lower case, NFKC, simplified characters, nothing that is not seen.
    pub(crate) text: String,
    /// For each byte of `text`, and its end, the byte of the original that it came from.
    origin: Vec<u32>,
}

impl Folded {
    /// Folds `original`.
    pub(crate) fn new(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            origin: Vec::with_capacity(original.len() + 1),
        };
        lowered(original, |at, c| {
            folded.text.push(traditional::simplified(c));
            folded.origin.resize(folded.text.len(), u32::try_from(at).unwrap_or(u32::MAX));
        });
        folded.origin.push(u32::try_from(original.len()).unwrap_or(u32::MAX));
        folded
    }

    /// A range of `text` as a range of the original. A character that became several is one place.
    pub(crate) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |i: usize| self.origin.get(i).or(self.origin.last()).copied().unwrap_or(0);
        let last = at(end.saturating_sub(1));
        let behind = self.origin.get(end..).and_then(|rest| rest.iter().find(|at| **at != last));
        let end = behind.copied().unwrap_or(at(self.origin.len()));
        (at(start) as usize, if end < at(start) { at(start) } else { end } as usize)
    }
}

/// A text in the form in which texts are compared: lower case, one width, simplified characters. Of a
/// very long one the beginning.
#[must_use]
pub fn folded(original: &str) -> String {
    Folded::new(original).text
}

/// The same folding, but characters stay traditional: each byte is at the place that it has in
/// [`Folded::text`]. Declared patterns are written in either.
pub(crate) fn as_written(original: &str) -> String {
    let mut written = String::with_capacity(original.len());
    lowered(original, |_, c| written.push(c));
    written
}

/// Sees the characters of a text in lower case and of one width, each with its place in the original.
fn lowered(original: &str, mut see: impl FnMut(usize, char)) {
    let mut seen = 0;
    for (at, c) in original.char_indices().filter(|(_, c)| !is_unseen(*c)) {
        let mut one = |lower: char| {
            // One that becomes several is left off where there is no room for all.
            if seen < FOLDED_CHARS_MAX {
                see(at, lower);
            }
            seen += 1;
        };
        match c {
            // Nearly all that is written: looking it up would say the same.
            c if c.is_ascii() => one(c.to_ascii_lowercase()),
            '\u{4e00}'..='\u{9fff}' => one(c),
            c => std::iter::once(c).nfkc().flat_map(char::to_lowercase).for_each(one),
        }
        if seen >= FOLDED_CHARS_MAX {
            return;
        }
    }
}

/// Marks that join, order or vary what is beside them and are not seen themselves: they come along
/// when a text is copied from somewhere.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
            ..='\u{202e}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}'
    )
}

/// Whether a character is written without spaces around words: Han, kana.
#[must_use]
pub const fn is_cjk(c: char) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not looked up is what looking it up gives.
    #[test]
    fn characters_that_are_taken_as_they_are_have_no_other_form() {
        for c in ('\0'..='\x7f').chain('\u{4e00}'..='\u{9fff}') {
            let looked_up: String =
                std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(as_written(&c.to_string()), looked_up, "{c:?}");
        }
    }

    #[test]
    fn no_more_is_folded_than_may_be() {
        let long = "\u{fdfa}".repeat(FOLDED_CHARS_MAX);
        assert_eq!(as_written(&long).chars().count(), FOLDED_CHARS_MAX);
        assert_eq!(Folded::new(&"A".repeat(3 * FOLDED_CHARS_MAX)).text.len(), FOLDED_CHARS_MAX);
    }
}
