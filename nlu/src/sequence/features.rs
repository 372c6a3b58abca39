//! What the sequence model knows of a token: itself, its form, its neighbours, the opening of the
//! text, whether it stands in a value that is known, and what was asked.

use std::collections::BTreeMap;

use super::tokens::Token;
use crate::features::{combine, mix};

/// Tokens of a known value; longer ones are not looked up.
pub(super) const VALUE_TOKENS_MAX: usize = 8;

/// Values that examples name: the hash of their tokens, and for each kind how many examples name it.
#[derive(Debug, Default)]
pub(super) struct Known {
    values: BTreeMap<u32, Vec<(u16, u32)>>,
    longest: usize,
    /// Hashes of words, with how many texts have them.
    words: BTreeMap<u32, u32>,
}

/// Texts that have a word from which on it is a common one.
const COMMON_FROM: u32 = 2;

impl Known {
    pub(super) fn insert(&mut self, tokens: &[Token], kind: u16) {
        if tokens.is_empty() || tokens.len() > VALUE_TOKENS_MAX {
            return;
        }
        self.longest = self.longest.max(tokens.len());
        let kinds = self.values.entry(value_hash(tokens)).or_default();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }

    /// Sees the words of a text.
    pub(super) fn see(&mut self, tokens: &[Token]) {
        let mut words: Vec<u32> =
            tokens.iter().map(|token| short(text_hash(&token.text))).collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter().for_each(|word| *self.words.entry(word).or_default() += 1);
    }

    /// Hashes of the words that are common, sorted.
    pub(super) fn common(&self) -> impl Iterator<Item = u32> {
        self.words.iter().filter(|(_, count)| **count >= COMMON_FROM).map(|(word, _)| *word)
    }

    /// Hash and kinds of each value, in order of hash.
    pub(super) fn list(&self) -> impl Iterator<Item = (u32, u16)> {
        let kinds = |(hash, kinds): (&u32, &Vec<(u16, u32)>)| {
            let hash = *hash;
            let mut kinds: Vec<u16> = kinds.iter().map(|(kind, _)| *kind).collect();
            kinds.sort_unstable();
            kinds.into_iter().map(move |kind| (hash, kind)).collect::<Vec<_>>()
        };
        self.values.iter().flat_map(kinds)
    }

    pub(super) fn longest(&self) -> usize {
        self.longest
    }
}

fn value_hash(tokens: &[Token]) -> u32 {
    short(tokens.iter().fold(7, |hash, token| combine(hash, text_hash(&token.text))))
}

/// The half of a hash that is kept.
const fn short(hash: u64) -> u32 {
    (hash >> 32) as u32
}

fn text_hash(text: &str) -> u64 {
    text.bytes().fold(11, |h, b| mix(h ^ u64::from(b)))
}

/// What is known of words and of values.
pub(super) trait Lookup {
    /// Calls `see` for each kind of value that hashed tokens are.
    fn kinds(&self, hash: u32, see: &mut dyn FnMut(u16));
    /// Whether a hashed word is common.
    fn is_common(&self, word: u32) -> bool;
    /// Tokens of the longest value.
    fn longest(&self) -> usize;
}

/// What is known while learning: a value that only the example itself names is not known there, or
/// the model would learn that values are known ones.
pub(super) struct Others<'k> {
    pub(super) known: &'k Known,
    /// Hash and kind of the example's own values.
    pub(super) own: Vec<(u32, u16)>,
}

impl<'k> Others<'k> {
    pub(super) fn new(known: &'k Known, tokens: &[Token], spans: &[(usize, usize, u16)]) -> Self {
        let own = spans.iter().filter_map(|(first, last, kind)| {
            Some((value_hash(tokens.get(*first..=*last)?), *kind))
        });
        Self { known, own: own.collect() }
    }
}

impl Lookup for Others<'_> {
    fn is_common(&self, word: u32) -> bool {
        self.known.words.get(&word).is_some_and(|count| *count >= COMMON_FROM)
    }

    fn kinds(&self, hash: u32, see: &mut dyn FnMut(u16)) {
        for (kind, count) in self.known.values.get(&hash).into_iter().flatten() {
            let own = self.own.iter().filter(|own| **own == (hash, *kind)).count();
            if *count as usize > own {
                see(*kind);
            }
        }
    }

    fn longest(&self) -> usize {
        self.known.longest
    }
}

/// The hashes of the features of every token, one list behind the other; `ends` says where each
/// stops.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) hashes: Vec<u32>,
    pub(super) ends: Vec<usize>,
    words: Vec<u64>,
    /// Common words; of others how they are written.
    classes: Vec<u64>,
    marks: Vec<Vec<u64>>,
}

/// What stands before the first and behind the last token.
const OUTSIDE: u64 = 1;
/// A word that is not common.
const RARE: u64 = 2;
/// The shape of a word of letters.
const LETTERS: u64 = 1 << 3;
/// From this number on features are of one kind, however many there are.
const SHARED: u64 = 100;

/// Features of one token, each with its number in the list, so that a word and a neighbour are not
/// the same.
struct Adder<'h> {
    hashes: &'h mut Vec<u32>,
    number: u64,
}

impl Adder<'_> {
    fn add(&mut self, hash: u64) {
        self.number += 1;
        self.hashes.push(short(mix(hash.wrapping_add(self.number << 56))));
    }
}

/// The value at a distance from a place.
fn near(of: &[u64], place: usize, by: isize) -> u64 {
    let place = place.checked_add_signed(by);
    place.and_then(|place| of.get(place)).copied().unwrap_or(OUTSIDE)
}

impl Rows {
    /// Takes the features of the tokens of a text.
    pub(super) fn take(&mut self, tokens: &[Token], asked: Option<u16>, known: &dyn Lookup) {
        self.hashes.clear();
        self.ends.clear();
        self.words.clear();
        self.words.extend(tokens.iter().map(|token| text_hash(&token.text)));
        self.classes.clear();
        self.classes.extend(self.words.iter().zip(tokens).map(|(word, token)| {
            if known.is_common(short(*word)) { *word } else { combine(RARE, token.shape) }
        }));
        self.mark(known);
        let shapes: Vec<u64> = tokens.iter().map(|token| token.shape).collect();
        // In a text of capitals alone, or of none, they say nothing.
        let is_cased = tokens.iter().skip(1).any(|token| token.capital)
            && tokens.iter().any(|token| !token.capital && token.shape == LETTERS);
        for (i, token) in tokens.iter().enumerate() {
            let mut adder = Adder { hashes: &mut self.hashes, number: 0 };
            add_words(&mut adder, &self.words, &self.classes, i);
            add_form(&mut adder, token, &shapes, i);
            if is_cased {
                add_capitals(&mut adder, tokens, i);
            }
            adder.number = SHARED - 10;
            if let Some(asked) = asked {
                let here = near(&self.classes, i, 0);
                add_question(&mut adder, u64::from(asked) + 2, here, (i, tokens.len()));
            }
            for (by, number) in [(-1, SHARED), (0, SHARED + 1), (1, SHARED + 2)] {
                let place = i.checked_add_signed(by).and_then(|place| self.marks.get(place));
                for mark in place.into_iter().flatten() {
                    adder.number = number;
                    adder.add(combine(RARE, *mark));
                }
            }
            self.ends.push(self.hashes.len());
        }
    }

    /// Marks the tokens of known values.
    fn mark(&mut self, known: &dyn Lookup) {
        self.marks.iter_mut().for_each(Vec::clear);
        self.marks.resize_with(self.words.len(), Vec::new);
        for first in 0..self.words.len() {
            let mut hash = 7;
            let run = self.words.get(first..).unwrap_or(&[]);
            for (length, word) in (1..=known.longest()).zip(run) {
                hash = combine(hash, *word);
                let marks = self.marks.get_mut(first..first + length).unwrap_or(&mut []);
                known.kinds(short(hash), &mut |kind| {
                    for (i, marks) in marks.iter_mut().enumerate() {
                        let part = match (i == 0, i + 1 == length) {
                            (true, true) => 0_u64,
                            (true, false) => 1,
                            (false, true) => 2,
                            (false, false) => 3,
                        };
                        let mark = u64::from(kind) << 2 | part;
                        if !marks.contains(&mark) {
                            marks.push(mark);
                        }
                    }
                });
            }
        }
    }
}

/// The word, its neighbours, and how the text begins and ends.
fn add_words(adder: &mut Adder<'_>, words: &[u64], classes: &[u64], i: usize) {
    adder.add(0);
    [0, -1, 1, -2, 2].iter().for_each(|by| adder.add(near(words, i, *by)));
    let class = |by: isize| near(classes, i, by);
    let (before, here, after) = (class(-1), class(0), class(1));
    let first = near(classes, 0, 0);
    for hash in [
        here,
        before,
        after,
        combine(before, here),
        combine(here, after),
        combine(class(-2), before),
        combine(after, class(2)),
        combine(before, after),
        combine(combine(before, here), after),
        first,
        combine(first, near(classes, 0, 1)),
        combine(first, here),
        near(classes, classes.len().saturating_sub(1), 0),
    ] {
        adder.add(hash);
    }
}

/// How the word is written, and its first and last letters.
fn add_form(adder: &mut Adder<'_>, token: &Token, shapes: &[u64], i: usize) {
    adder.add(token.shape);
    adder.add(combine(near(shapes, i, -1), token.shape));
    adder.add(combine(token.shape, near(shapes, i, 1)));
    let text = token.text.as_str();
    let chars = text.chars().count();
    let place = |n: usize| text.char_indices().nth(n).map_or(0, |(at, _)| at);
    for length in 1..=4 {
        let (head, tail) = if chars > length {
            (text.get(..place(length)), text.get(place(chars - length)..))
        } else {
            (None, None)
        };
        adder.add(head.map_or(OUTSIDE, text_hash));
        adder.add(tail.map_or(OUTSIDE, text_hash));
    }
}

/// Which words begin with capitals here.
fn add_capitals(adder: &mut Adder<'_>, tokens: &[Token], i: usize) {
    let capital = |by: isize| {
        let place = i.checked_add_signed(by);
        u64::from(place.and_then(|place| tokens.get(place)).is_some_and(|token| token.capital))
    };
    adder.add(4 + capital(0));
    adder.add(8 + (capital(-1) << 2 | capital(0) << 1 | capital(1)));
}

/// What was asked, with the place in the answer.
fn add_question(adder: &mut Adder<'_>, asked: u64, here: u64, (i, tokens): (usize, usize)) {
    let bounds = u64::from(i == 0) << 1 | u64::from(i + 1 == tokens);
    adder.add(asked + 2);
    adder.add(combine(asked, bounds));
    adder.add(combine(asked, (tokens.min(6) as u64) << 2 | bounds));
    adder.add(combine(asked, here));
}
