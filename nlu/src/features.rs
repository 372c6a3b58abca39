//! What a text is to the classifier: hashed words, word pairs and characters, each with a weight.
//!
//! Latin words give the word, the pair with the word before, and the runs of 3 and 4 characters
//! inside their bounds; Chinese gives pairs of characters for words, and single characters and runs
//! of 3. An entity found in the text is one private-use character and counts as a word.

use crate::fold::{Folded, is_cjk};

/// The first private-use character; entity number `n` stands as this plus `n`.
const ENTITY_BASE: u32 = 0xE000;
/// Entities that can stand in a text as one character.
pub(crate) const ENTITIES_MAX: u32 = 0x1900;

/// The character that stands for an entity.
pub(crate) fn entity_char(entity: u16) -> char {
    let offset = u32::from(entity).min(ENTITIES_MAX - 1);
    char::from_u32(ENTITY_BASE + offset).unwrap_or('\u{e000}')
}

/// The entity that a character stands for.
pub(crate) fn entity_of(c: char) -> Option<u16> {
    let number = u32::from(c).checked_sub(ENTITY_BASE).filter(|number| *number < ENTITIES_MAX)?;
    u16::try_from(number).ok()
}

fn is_entity(c: char) -> bool {
    entity_of(c).is_some()
}

/// The hashes of a text's features with how often each occurs; and its words alone, for the share
/// of unknown ones.
pub(crate) struct Features {
    /// Words and their pairs, then runs of characters, each block sorted by hash.
    pub(crate) blocks: [Vec<(u64, u32)>; 2],
    pub(crate) words: Vec<u64>,
    /// What an encoder makes of the whole, in whole steps; empty without one.
    pub(crate) sentence: Vec<i8>,
}

impl Features {
    /// All hashes with how often each occurs.
    pub(crate) fn counts(&self) -> impl Iterator<Item = &(u64, u32)> {
        self.blocks.iter().flatten()
    }
}

/// Extracts the features of a folded text.
pub(crate) fn extract(text: &str) -> Features {
    let (mut blocks, mut words) = ([Vec::new(), Vec::new()], Vec::new());
    walk(text, |feature| {
        blocks.get_mut(feature.block).into_iter().for_each(|block| block.push(feature.hash));
        if feature.is_word {
            words.push(feature.hash);
        }
    });
    Features { blocks: blocks.map(counted), words, sentence: Vec::new() }
}

/// Hashes of the words of a folded text, as often as they occur.
pub(crate) fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    walk(text, |feature| words.extend(feature.is_word.then_some(feature.hash)));
    words
}

/// One occurrence of a feature.
pub(crate) struct Occurrence<'t> {
    pub(crate) hash: u64,
    /// Its place among [`Features::blocks`].
    pub(crate) block: usize,
    /// Whether it is a word, for the share of unknown ones.
    pub(crate) is_word: bool,
    /// The words that it is of: the word before it where it is a pair, and the word or characters.
    pub(crate) of: (Option<&'t str>, &'t str),
}

/// Sees every occurrence of a feature in a folded text.
pub(crate) fn walk<'t>(text: &'t str, mut see: impl FnMut(Occurrence<'t>)) {
    let mut before: (u64, Option<&str>) = (0, None);
    let mut bounded = Vec::new();
    for token in tokens(text) {
        match token {
            Token::Word(word) => {
                let hash = hash_str(b'w', word);
                // A value says what is talked about, not that it is understood.
                let is_word = !word.starts_with(is_entity);
                see(Occurrence { hash, block: 0, is_word, of: (None, word) });
                let pair = combine(before.0, hash);
                see(Occurrence { hash: pair, block: 0, is_word: false, of: (before.1, word) });
                before = (hash, Some(word));
                character_runs(word, &mut bounded, |hash| {
                    see(Occurrence { hash, block: 1, is_word: false, of: (None, word) });
                });
            }
            Token::Han(run) => before = walk_han(run, &mut see),
        }
    }
}

/// The same of a run of Chinese; gives what a pair with the next word is made with.
fn walk_han<'t>(run: &'t str, see: &mut impl FnMut(Occurrence<'t>)) -> (u64, Option<&'t str>) {
    let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
    let length = starts.len() - 1;
    let piece = |from: usize, to: usize| {
        let range = starts.get(from).copied().zip(starts.get(to).copied());
        range.and_then(|(from, to)| run.get(from..to)).unwrap_or("")
    };
    for window in 1..=3 {
        for start in 0..(length + 1).saturating_sub(window) {
            let gram = piece(start, start + window);
            // Two characters are about a word of Chinese.
            let is_word = window == 2 || length == 1;
            let block = usize::from(!is_word);
            see(Occurrence {
                hash: hash_chars(b'h', gram.chars()),
                block,
                is_word,
                of: (None, gram),
            });
        }
    }
    let last = piece(length.saturating_sub(1), length);
    (hash_chars(b'h', last.chars()), Some(last))
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

/// `bounded` is of use from one word to the next.
fn character_runs(word: &str, bounded: &mut Vec<char>, mut see: impl FnMut(u64)) {
    bounded.clear();
    bounded.extend(std::iter::once('<').chain(word.chars()).chain(['>']));
    for length in 3..=4 {
        bounded.windows(length).for_each(|gram| see(hash_chars(b'c', gram.iter().copied())));
    }
}

fn hash_str(kind: u8, text: &str) -> u64 {
    text.bytes().fold(mix(u64::from(kind)), |h, b| mix(h ^ u64::from(b)))
}

fn hash_chars(kind: u8, chars: impl Iterator<Item = char>) -> u64 {
    chars.fold(mix(u64::from(kind)), |h, c| mix(h ^ u64::from(u32::from(c))))
}

/// One hash of two, in this order.
pub(crate) const fn combine(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(17) ^ right)
}

/// A well-spread 64-bit mix (the finaliser of MurmurHash3).
pub(crate) const fn mix(value: u64) -> u64 {
    let mut h = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// Folds a text for feature extraction.
pub(crate) fn fold_text(text: &str) -> String {
    Folded::new(text).text
}
