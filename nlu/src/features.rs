//! What a text is to the classifier: hashed words, word pairs and characters, each with a weight.
//!
//! Latin words give the word, the pair with the word before, and the runs of 3 and 4 characters
//! inside their bounds; Chinese gives pairs of characters for words, and single characters and runs
//! of 3. An entity found in the text is one private-use character and counts as a word.

use crate::fold::{Folded, is_cjk};

/// The first private-use character; entity number `n` stands as this plus `n`.
const ENTITY_BASE: u32 = 0xE000;
/// Entities that can stand in a text as one character.
const ENTITIES_MAX: u32 = 0x1900;

/// The character that stands for an entity.
pub(crate) fn entity_char(entity: u16) -> char {
    let offset = u32::from(entity).min(ENTITIES_MAX - 1);
    char::from_u32(ENTITY_BASE + offset).unwrap_or('\u{e000}')
}

fn is_entity(c: char) -> bool {
    (ENTITY_BASE..ENTITY_BASE + ENTITIES_MAX).contains(&u32::from(c))
}

/// The hashes of a text's features with how often each occurs; and its words alone, for the share
/// of unknown ones.
pub(crate) struct Features {
    /// Words and their pairs, then runs of characters, each block sorted by hash.
    pub(crate) blocks: [Vec<(u64, u32)>; 2],
    pub(crate) words: Vec<u64>,
}

impl Features {
    /// All hashes with how often each occurs.
    pub(crate) fn counts(&self) -> impl Iterator<Item = &(u64, u32)> {
        self.blocks.iter().flatten()
    }
}

/// Extracts the features of a folded text.
pub(crate) fn extract(text: &str) -> Features {
    let (mut hashes, mut runs) = (Vec::new(), Vec::new());
    let mut words = Vec::new();
    let mut before: u64 = 0;
    for token in tokens(text) {
        match token {
            Token::Word(word) => {
                let hash = hash_str(b'w', word);
                // A value says what is talked about, not that it is understood.
                if !word.starts_with(is_entity) {
                    words.push(hash);
                }
                hashes.push(hash);
                hashes.push(combine(before, hash));
                before = hash;
                character_runs(word, &mut runs);
            }
            Token::Han(run) => {
                let chars: Vec<char> = run.chars().collect();
                for window in 1..=3 {
                    for gram in chars.windows(window) {
                        let hash = hash_chars(b'h', gram);
                        // Two characters are about a word of Chinese.
                        if window == 2 || chars.len() == 1 {
                            words.push(hash);
                            hashes.push(hash);
                        } else {
                            runs.push(hash);
                        }
                    }
                }
                before =
                    hash_chars(b'h', chars.get(chars.len().saturating_sub(1)..).unwrap_or(&[]));
            }
        }
    }
    Features { blocks: [counted(hashes), counted(runs)], words }
}

fn counted(mut hashes: Vec<u64>) -> Vec<(u64, u32)> {
    hashes.sort_unstable();
    let mut counts: Vec<(u64, u32)> = Vec::with_capacity(hashes.len());
    for hash in hashes {
        match counts.last_mut() {
            Some((last, count)) if *last == hash => *count += 1,
            _ => counts.push((hash, 1)),
        }
    }
    counts
}

enum Token<'t> {
    Word(&'t str),
    Han(&'t str),
}

/// Words, entities and runs of Chinese, in order.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let class = |c: char| {
        if is_cjk(c) {
            2
        } else if is_entity(c) {
            3
        } else if c.is_alphanumeric() || c == '\'' {
            1
        } else {
            0
        }
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = class(rest.chars().next()?);
            // Each entity is a word of its own.
            let end = if first == 3 {
                rest.chars().next().map_or(0, char::len_utf8)
            } else {
                rest.find(|c| class(c) != first).unwrap_or(rest.len())
            };
            let (token, after) = rest.split_at_checked(end)?;
            rest = after;
            match first {
                0 => {}
                2 => return Some(Token::Han(token)),
                _ => return Some(Token::Word(token)),
            }
        }
    })
}

fn character_runs(word: &str, hashes: &mut Vec<u64>) {
    let bounded: Vec<char> = std::iter::once('<').chain(word.chars()).chain(['>']).collect();
    for length in 3..=4 {
        hashes.extend(bounded.windows(length).map(|gram| hash_chars(b'c', gram)));
    }
}

fn hash_str(kind: u8, text: &str) -> u64 {
    text.bytes().fold(mix(u64::from(kind)), |h, b| mix(h ^ u64::from(b)))
}

fn hash_chars(kind: u8, chars: &[char]) -> u64 {
    chars.iter().fold(mix(u64::from(kind)), |h, c| mix(h ^ u64::from(u32::from(*c))))
}

const fn combine(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(17) ^ right)
}

/// A well-spread 64-bit mix (the finaliser of MurmurHash3).
const fn mix(value: u64) -> u64 {
    let mut h = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// Folds a text for feature extraction.
pub(crate) fn fold_text(text: &str) -> String {
    Folded::new(text).text
}
