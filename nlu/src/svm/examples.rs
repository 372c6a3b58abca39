//! Rows as they are learned from.

use super::{BIAS, Levels};
use crate::rows::Label;

/// Rows whose place among others stays while all are visited in another order.
pub(super) const RUN: usize = 16;

/// Rows to learn from. They lie one behind the other in the order in which they are visited: a processor
/// that has to fetch them from all over memory waits longer than it calculates.
#[derive(Default)]
pub(crate) struct Examples {
    words: Vec<(u32, f32)>,
    levels: Vec<i8>,
    /// Number of the first feature of a sentence, and what a level is.
    sentence: (usize, f32),
    each: Vec<Example>,
}

pub(super) struct Example {
    /// Where its words end, and its levels.
    ends: (usize, usize),
    pub(super) label: Label,
    /// How much it counts.
    pub(super) weight: f32,
    /// Square of its length, the constant feature included.
    pub(super) norm: f32,
}

impl Examples {
    /// Adds a row: words, and a sentence, whose features start at the same number in all rows.
    pub(crate) fn push(
        &mut self,
        words: &[(u32, f32)],
        sentence: Levels<'_>,
        label: Label,
        weight: f32,
    ) {
        let values = words.iter().copied().chain(sentence.row());
        let norm = values.map(|(_, value)| value * value).sum::<f32>() + BIAS * BIAS;
        self.words.extend_from_slice(words);
        self.levels.extend_from_slice(sentence.levels);
        self.sentence = (sentence.first, sentence.unit);
        let ends = (self.words.len(), self.levels.len());
        self.each.push(Example { ends, label, weight, norm });
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.each.len()
    }

    /// How many numbers a sentence has: as many in all rows.
    pub(super) fn width(&self) -> usize {
        self.levels.len() / self.each.len().max(1)
    }

    /// The rows of a run, with their numbers.
    pub(super) fn run(&self, run: usize) -> impl Iterator<Item = (usize, Visited<'_>)> {
        let first = run * RUN;
        let before = first.checked_sub(1).and_then(|last| self.each.get(last));
        let mut start = before.map_or((0, 0), |example| example.ends);
        let of_run = self.each.iter().enumerate().skip(first).take(RUN);
        of_run.map(move |(number, example)| {
            let from = std::mem::replace(&mut start, example.ends);
            let words = self.words.get(from.0..example.ends.0).unwrap_or(&[]);
            let levels = self.levels.get(from.1..example.ends.1).unwrap_or(&[]);
            let (first, unit) = self.sentence;
            (number, Visited { example, words, sentence: Levels { first, levels, unit } })
        })
    }
}

/// A row as it is looked at.
pub(super) struct Visited<'e> {
    pub(super) example: &'e Example,
    pub(super) words: &'e [(u32, f32)],
    pub(super) sentence: Levels<'e>,
}
