//! Texts to word pieces, as BERT was trained with them: words, each cut into the longest pieces that
//! there are.

use std::path::Path;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use crate::error::OpenError;
use crate::vocabulary::Vocabulary;

/// Word pieces of a text that are looked at, the two marks at its ends included; what follows is not.
pub const PIECES_MAX: usize = 128;
/// A longer word is not cut: it is unknown.
const WORD_CHARS_MAX: usize = 100;

/// What is a word by itself: characters that are written without spaces, and punctuation.
const ALONE: &str = r"\x{4e00}-\x{9fff}\x{3400}-\x{4dbf}\x{20000}-\x{2a6df}\x{2a700}-\x{2b73f}\x{2b740}-\x{2b81f}\x{2b820}-\x{2ceaf}\x{f900}-\x{faff}\x{2f800}-\x{2fa1f}!-/:-@\[-`\{-~\p{P}";

/// A tokeniser.
#[derive(Debug)]
pub struct WordPieces {
    vocabulary: Vocabulary,
    words: Regex,
    /// Marks on letters.
    accents: Regex,
    /// What is not seen and says nothing.
    unseen: Regex,
    unknown: u32,
    begin: u32,
    end: u32,
}

impl WordPieces {
    /// Reads it from the folder of an encoder: `tokenizer.json`, else `vocab.txt`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn read(folder: &Path) -> Result<Self, OpenError> {
        Self::new(Vocabulary::read(folder)?).map_err(|cause| OpenError::new(folder, cause))
    }

    pub(crate) fn new(vocabulary: Vocabulary) -> Result<Self, String> {
        let piece = |name: &str| {
            let number = vocabulary.pieces.get(name).copied();
            number.ok_or_else(|| format!("the vocabulary has no `{name}`"))
        };
        let (unknown, begin, end) = (piece("[UNK]")?, piece("[CLS]")?, piece("[SEP]")?);
        let regex = |pattern: &str| Regex::new(pattern).map_err(|e| e.to_string());
        Ok(Self {
            words: regex(&format!(r"[{ALONE}]|[^\s{ALONE}]+"))?,
            accents: regex(r"\p{Mn}+")?,
            unseen: regex(r"[\x00\x{fffd}\p{C}&&[^\t\n\r]]+")?,
            vocabulary,
            unknown,
            begin,
            end,
        })
    }

    /// The largest number of a piece.
    #[must_use]
    pub fn largest(&self) -> u32 {
        self.vocabulary.pieces.values().copied().max().unwrap_or(0)
    }

    /// Shows all that decides how texts are cut, part by part.
    #[cfg(feature = "candle")]
    pub(crate) fn describe(&self, mut see: impl FnMut(&[u8])) {
        let Vocabulary { pieces, lowercase, strip_accents } = &self.vocabulary;
        see(&[u8::from(*lowercase), u8::from(*strip_accents)]);
        let mut pieces: Vec<(u32, &str)> = pieces.iter().map(|(p, n)| (*n, p.as_str())).collect();
        pieces.sort_unstable();
        for (number, piece) in pieces {
            see(&number.to_le_bytes());
            see(piece.as_bytes());
        }
    }

    /// The numbers of a text's pieces between the two marks, at most `most` with these, which are at
    /// least two.
    #[must_use]
    pub fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let room = most.max(2) - 1;
        let mut pieces = vec![self.begin];
        let text = self.normalised(text);
        for word in self.words.find_iter(&text) {
            if pieces.len() >= room {
                break;
            }
            self.cut(word.as_str(), &mut pieces);
        }
        pieces.truncate(room);
        pieces.push(self.end);
        pieces
    }

    fn normalised(&self, text: &str) -> String {
        let mut text = self.unseen.replace_all(text, "").into_owned();
        if self.vocabulary.strip_accents {
            let apart: String = text.nfd().collect();
            text = self.accents.replace_all(&apart, "").into_owned();
        }
        match self.vocabulary.lowercase {
            true => text.chars().flat_map(char::to_lowercase).collect(),
            false => text,
        }
    }

    /// Adds the pieces of a word; the mark for unknown ones where it cannot be cut into any.
    fn cut(&self, word: &str, pieces: &mut Vec<u32>) {
        let before = pieces.len();
        if word.chars().count() > WORD_CHARS_MAX {
            pieces.push(self.unknown);
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let Some((number, length)) = self.longest(rest, rest.len() < word.len()) else {
                pieces.truncate(before);
                pieces.push(self.unknown);
                return;
            };
            pieces.push(number);
            rest = rest.get(length..).unwrap_or("");
        }
    }

    /// The longest piece that a word, or the rest of one, begins with; and its length in bytes.
    fn longest(&self, rest: &str, inside: bool) -> Option<(u32, usize)> {
        let mut piece = String::from(if inside { "##" } else { "" });
        let mark = piece.len();
        piece.push_str(rest);
        while piece.len() > mark {
            if let Some(number) = self.vocabulary.pieces.get(&piece) {
                return Some((*number, piece.len() - mark));
            }
            piece.pop();
        }
        None
    }
}
