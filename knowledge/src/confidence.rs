//! How sure it is that an article answers a question.
//!
//! The confidence is the share of what the question says that the article's nearest question or title
//! says too, each word by how few articles have it (a word that no article has weighs most), times how
//! much of the article's question the customer's says. It falls where another article of the same
//! knowledge base is as near. `tests/confidence.rs` holds it against questions that must be answered and
//! questions that must not.

use std::collections::{BTreeMap, BTreeSet};

use crate::words::Words;

/// What a word counts that stands only in the article's text.
const IN_TEXT: f64 = 0.5;
/// What a character counts that the article's question has in another pair.
const APART: f64 = 0.5;
/// What it counts that the article's question asks for nothing in particular.
const NOT_ASKED_FOR: f64 = 0.6;
/// How much of the confidence the article's question must bring: the rest is there however little of it
/// the customer has said.
const BACKWARDS: f64 = 0.35;
/// From which share of the best on another article takes some of the confidence away.
const NEAR: f64 = 0.75;
/// How much of the confidence is left where another is exactly as near.
const SHARED: f64 = 0.6;

/// Words of a text, to be looked up in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    words: BTreeSet<String>,
    pairs: BTreeSet<[char; 2]>,
    characters: BTreeSet<char>,
}

impl Known {
    pub(crate) fn of(words: &Words) -> Self {
        let pairs = words.runs.iter().flat_map(|run| run.windows(2));
        Self {
            words: words.words.iter().cloned().collect(),
            pairs: pairs.filter_map(|pair| pair.try_into().ok()).collect(),
            characters: words.runs.iter().flatten().copied().collect(),
        }
    }
}

/// A question or title of an article.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    words: Words,
    known: Known,
}

impl Asked {
    pub(crate) fn of(words: Words) -> Self {
        Self { known: Known::of(&words), words }
    }

    pub(crate) const fn words(&self) -> &Words {
        &self.words
    }
}

/// In how many articles of a language words stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    articles: usize,
    words: BTreeMap<String, usize>,
    pairs: BTreeMap<[char; 2], usize>,
    characters: BTreeMap<char, usize>,
}

impl Counts {
    /// Counts an article: all that it says.
    pub(crate) fn add(&mut self, questions: &[Asked], text: &Known) {
        self.articles += 1;
        let all = || questions.iter().map(|asked| &asked.known).chain(std::iter::once(text));
        let words: BTreeSet<&String> = all().flat_map(|known| &known.words).collect();
        words.into_iter().for_each(|word| *self.words.entry(word.clone()).or_default() += 1);
        let pairs: BTreeSet<[char; 2]> =
            all().flat_map(|known| known.pairs.iter().copied()).collect();
        pairs.into_iter().for_each(|pair| *self.pairs.entry(pair).or_default() += 1);
        let characters: BTreeSet<char> =
            all().flat_map(|known| known.characters.iter().copied()).collect();
        characters.into_iter().for_each(|c| *self.characters.entry(c).or_default() += 1);
    }

    /// What something weighs that so many articles have.
    fn weight(&self, count: usize) -> f64 {
        let (all, count) = (self.articles as f64, count as f64);
        ((all + 2.0) / (count + 0.5)).ln()
    }

    fn word(&self, word: &str) -> f64 {
        self.weight(self.words.get(word).copied().unwrap_or(0))
    }

    /// A character weighs what the pairs do that it is part of: two make a word.
    fn character(&self, run: &[char], at: usize) -> f64 {
        let pairs: Vec<f64> = around(run, at)
            .map(|pair| self.weight(self.pairs.get(&pair).copied().unwrap_or(0)))
            .collect();
        if pairs.is_empty() {
            let alone = run.get(at).and_then(|c| self.characters.get(c)).copied().unwrap_or(0);
            return self.weight(alone) / 2.0;
        }
        pairs.iter().sum::<f64>() / (2.0 * pairs.len() as f64)
    }
}

/// The pairs that a character is part of.
fn around(run: &[char], at: usize) -> impl Iterator<Item = [char; 2]> {
    let pair = |from: usize| run.get(from..from + 2).and_then(|pair| pair.try_into().ok());
    let before = at.checked_sub(1).and_then(pair);
    before.into_iter().chain(pair(at))
}

/// How near a question is to an article, before others are looked at, from 0 to 1.
pub(crate) fn nearness(question: &Words, asked: &[Asked], text: &Known, counts: &Counts) -> f64 {
    let seen = Known::of(question);
    let near = asked.iter().map(|asked| {
        let forwards = covered(question, &asked.known, Some(text), counts, Some(&asked.words));
        let backwards = covered(&asked.words, &seen, None, counts, None);
        forwards * (1.0 - BACKWARDS + BACKWARDS * backwards)
    });
    near.fold(0.0, f64::max)
}

/// The share of what a text says that is known.
fn covered(
    said: &Words,
    known: &Known,
    text: Option<&Known>,
    counts: &Counts,
    asked: Option<&Words>,
) -> f64 {
    let mut parts: Vec<(f64, f64)> = Vec::new();
    let in_text = |is: bool| if is { IN_TEXT } else { 0.0 };
    for word in &said.words {
        let share = match known.words.contains(word) {
            true => 1.0,
            false => in_text(text.is_some_and(|text| text.words.contains(word))),
        };
        parts.push((counts.word(word), share));
    }
    for run in &said.runs {
        for (at, c) in run.iter().enumerate() {
            let paired = |known: &Known| around(run, at).any(|pair| known.pairs.contains(&pair));
            let share = if paired(known) || (run.len() == 1 && known.characters.contains(c)) {
                1.0
            } else if known.characters.contains(c) {
                APART
            } else {
                in_text(text.is_some_and(paired))
            };
            parts.push((counts.character(run, at), share));
        }
    }
    if parts.is_empty() {
        return 0.0;
    }
    if let Some(asked) = asked.filter(|_| !said.asked.is_empty()) {
        // Another thing is asked for of the same: how much, where the article says how long.
        let share = match asked.asked.is_empty() {
            true => NOT_ASKED_FOR,
            false if asked.asked.is_disjoint(&said.asked) => 0.0,
            false => 1.0,
        };
        parts.push((counts.weight(1) / 2.0, share));
    }
    let all: f64 = parts.iter().map(|(weight, _)| weight).sum();
    parts.iter().map(|(weight, share)| weight * share).sum::<f64>() / all
}

/// What another article leaves of the confidence, by how near it is beside this one.
pub(crate) fn beside(near: f64, other: f64) -> f64 {
    if near <= 0.0 || other < NEAR * near {
        return near;
    }
    let closeness = ((other / near).min(1.0) - NEAR) / (1.0 - NEAR);
    near * (1.0 - (1.0 - SHARED) * closeness)
}
