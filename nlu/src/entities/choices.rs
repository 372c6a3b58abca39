//! Closed sets of choices, by name or synonym, slips of the hand included.
//!
//! Words that are nearly one of a choice are taken for it: one letter off from five letters on, two
//! from nine, the first one right. In words of five letters, where one other letter often makes
//! another word (`black`, `block`), letters are left out, doubled or in the wrong order, but not
//! others. Words that everybody uses are no slips, and what could be two different choices is none.
//!
//! A slip beside a word of another choice counts as that word would: `blakc or white` are two. One
//! that is beside a word of its own choice says nothing new.

use std::collections::HashMap;

use super::{Found, folded_words};
use crate::background::is_common;
use crate::fold::{is_cjk, stands_alone};
use crate::spec::ChoiceOption;
use crate::value::Value;

/// Finds the words of one choice.
#[derive(Debug)]
pub(super) struct ChoiceFinder {
    /// Folded words with the option they mean, longest first.
    words: Vec<(String, u16)>,
    /// Places in `words` by first letter: of those in which a slip is known.
    by_letter: HashMap<char, Vec<usize>>,
}

/// Letters from which one may be wrong, and two.
const LETTERS_FOR_ONE: usize = 5;
const LETTERS_FOR_TWO: usize = 9;
/// Letters of the longest words in which slips are known.
const LETTERS_MAX: usize = 60;
/// Words of an utterance in which slips are looked for.
const WORDS_MAX: usize = 60;
/// Words of choices that are compared with those of one utterance.
const COMPARED_MAX: usize = 50_000;

impl ChoiceFinder {
    pub(super) fn new(options: &[ChoiceOption]) -> Self {
        let mut words: Vec<(String, u16)> = Vec::new();
        for (number, option) in (0..).zip(options) {
            let spoken = option.name.replace('_', " ");
            let all = option.words.iter().map(|(_, word)| word.as_str()).chain([spoken.as_str()]);
            words.extend(
                all.map(|word| (folded_words(word), number)).filter(|(w, _)| !w.is_empty()),
            );
        }
        words.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        words.dedup();
        let mut by_letter: HashMap<char, Vec<usize>> = HashMap::new();
        for (place, (word, _)) in words.iter().enumerate() {
            let latin = word.chars().all(|c| c.is_alphabetic() && !is_cjk(c) || c == ' ')
                && word.chars().count() <= LETTERS_MAX;
            if let Some(first) = word.chars().next().filter(|_| latin && slips(word) > 0) {
                by_letter.entry(first).or_default().push(place);
            }
        }
        Self { words, by_letter }
    }

    /// The words of the choice, and what is nearly one of them.
    pub(super) fn find(&self, folded: &str) -> Vec<Found> {
        let mut found = self.find_exact(folded);
        let slips = self.nearly(folded, &found);
        found.extend(slips);
        found
    }

    /// The words of the choice as they are.
    pub(super) fn find_exact(&self, folded: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for (word, option) in &self.words {
            for (start, _) in folded.match_indices(word.as_str()) {
                let end = start + word.len();
                if stands_alone(folded, start, end) {
                    found.push(Found { start, end, value: Value::Choice(*option) });
                }
            }
        }
        found
    }

    /// Words that are nearly those of one choice, beside those that are.
    fn nearly(&self, folded: &str, exact: &[Found]) -> Vec<Found> {
        if self.by_letter.is_empty() {
            return Vec::new();
        }
        let is_said = |value: &Value| exact.iter().any(|own| own.value == *value);
        let is_taken =
            |start: usize, end: usize| exact.iter().any(|own| own.start < end && start < own.end);
        let said: Vec<(usize, usize)> = latin_words(folded).take(WORDS_MAX).collect();
        let (mut found, mut compared) = (Vec::new(), 0);
        for first in 0..said.len() {
            let letter =
                said.get(first).and_then(|(start, _)| folded.get(*start..)?.chars().next());
            let alike = letter.and_then(|letter| self.by_letter.get(&letter));
            let mut best: Option<(usize, Found)> = None;
            let mut is_clear = true;
            for place in alike.into_iter().flatten() {
                let Some((word, option)) = self.words.get(*place) else { continue };
                let last = first + word.matches(' ').count();
                let range = said.get(first).zip(said.get(last));
                let Some((start, end)) = range.map(|((start, _), (_, end))| (*start, *end)) else {
                    continue;
                };
                let Some(part) = folded.get(start..end).filter(|_| !is_taken(start, end)) else {
                    continue;
                };
                if part.len().abs_diff(word.len()) > 4 * slips(word) {
                    continue;
                }
                compared += 1;
                if compared > COMPARED_MAX {
                    return found;
                }
                let Some(off) = off_by(part, word) else { continue };
                let value = Value::Choice(*option);
                match &best {
                    Some((least, known)) if *least == off => is_clear &= known.value == value,
                    Some((least, _)) if *least < off => {}
                    _ => (best, is_clear) = (Some((off, Found { start, end, value })), true),
                }
            }
            let best = best.map(|(_, found)| found);
            found.extend(best.filter(|best| is_clear && !is_said(&best.value)));
        }
        found
    }
}

/// How many letters of a word may be wrong.
fn slips(word: &str) -> usize {
    match word.chars().filter(|c| c.is_alphabetic()).count() {
        ..LETTERS_FOR_ONE => 0,
        LETTERS_FOR_ONE..LETTERS_FOR_TWO => 1,
        _ => 2,
    }
}

/// How many letters are off where few enough are; two that changed places count once.
fn off_by(said: &str, word: &str) -> Option<usize> {
    let most = slips(word);
    // "No chance" is no slip of "no change".
    let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    let own = |part: &str| word.split(' ').any(|own| singular(own) == singular(part));
    if said.split(' ').any(|part| is_common(part) && !own(part)) {
        return None;
    }
    let off = Some(strsim::osa_distance(said, word)).filter(|off| *off <= most)?;
    let short = word.chars().count() == LETTERS_FOR_ONE;
    (!short || off == 0 || !is_exchanged(said, word)).then_some(off)
}

/// Whether a letter stands for another.
fn is_exchanged(said: &str, word: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let (said, word) = (sorted(said), sorted(word));
    said.len() == word.len() && said != word
}

/// The words of a text that are not Chinese, from where to where.
fn latin_words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_letter = |c: char| c.is_alphanumeric() && !is_cjk(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(is_letter)?;
        let length = text.get(start..)?.find(|c| !is_letter(c));
        at = length.map_or(text.len(), |length| start + length);
        Some((start, at))
    })
}
