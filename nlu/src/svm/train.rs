//! Learning the weights, many classes at once.
//!
//! A class is learned for itself: what comes out is the same in whatever blocks, and on however many
//! processors, the classes are learned.

use super::{BIAS, C, Levels, Weights, permutation};
use crate::parallel;
use crate::rows::Label;

/// Classes of a block. So many numbers stay in the registers of a processor while a row is looked at, and
/// the weights of all that a sentence has in its nearest cache.
const BLOCK: usize = 16;
/// A number for each class of a block; there may be fewer classes in the last.
pub(super) type Lanes = [f32; BLOCK];

/// Rows whose place among others stays while all are visited in another order.
const RUN: usize = 16;

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

struct Example {
    /// Where its words end, and its levels.
    ends: (usize, usize),
    label: Label,
    /// How much it counts.
    weight: f32,
    /// Square of its length, the constant feature included.
    norm: f32,
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

    /// Trains on the rows.
    pub(crate) fn train(&self, features: usize, classes: usize, epochs: usize) -> Weights {
        let runs = self.each.len().div_ceil(RUN);
        let orders: Vec<Vec<usize>> =
            (0..epochs).map(|epoch| permutation(runs, epoch as u64)).collect();
        let firsts: Vec<usize> = (0..classes).step_by(BLOCK).collect();
        let learn = |first: &usize| Block::train(*first, self, features, &orders);
        let learned = parallel::map(&firsts, 1, learn);
        let mut weights = Weights::none(features, classes);
        for (first, learned) in firsts.into_iter().zip(&learned) {
            weights.take(first, learned);
        }
        weights
    }

    /// The rows of a run, with their numbers.
    fn run(&self, run: usize) -> impl Iterator<Item = (usize, Visited<'_>)> {
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
struct Visited<'e> {
    example: &'e Example,
    words: &'e [(u32, f32)],
    sentence: Levels<'e>,
}

/// For how many classes there is room where there are `classes`.
pub(crate) fn padded(classes: usize) -> usize {
    classes.next_multiple_of(BLOCK)
}

/// Weights of a block of classes while they are learned, by feature; the last row is the bias.
struct Block {
    first: usize,
    rows: Vec<Lanes>,
}

impl Block {
    fn train(first: usize, examples: &Examples, features: usize, orders: &[Vec<usize>]) -> Weights {
        let mut block = Self { first, rows: vec![[0.0; BLOCK]; features + 1] };
        let mut duals = vec![[0.0; BLOCK]; examples.each.len()];
        for (number, visited) in orders.iter().flatten().flat_map(|run| examples.run(*run)) {
            if let Some(duals) = duals.get_mut(number) {
                block.step(&visited, duals);
            }
        }
        Weights::of_full(&block.rows)
    }

    /// One step for every class: how far the example counts for it is what is best while all others stay.
    fn step(&mut self, visited: &Visited<'_>, duals: &mut Lanes) {
        let Example { label, weight, norm, .. } = visited.example;
        let here = |class: u32| (class as usize).checked_sub(self.first).filter(|c| *c < BLOCK);
        let (own, denied) = match label {
            Label::Of(class) => (here(*class), None),
            Label::Not(class) => (None, Some(here(*class))),
            Label::Nobody => (None, None),
        };
        if denied == Some(None) {
            return;
        }
        let diagonal = 0.5 / (C * weight);
        let most = norm + diagonal;
        let mut signs = [-1.0; BLOCK];
        if let Some(sign) = own.and_then(|own| signs.get_mut(own)) {
            *sign = 1.0;
        }
        let mut changes = self.margins(visited);
        let mut updated = *duals;
        for ((change, alpha), sign) in changes.iter_mut().zip(&mut updated).zip(&signs) {
            let gradient = sign * *change - 1.0 + diagonal * *alpha;
            let best = (*alpha - gradient / most).max(0.0);
            *change = (best - *alpha) * sign;
            *alpha = best;
        }
        if let Some(denied) = denied {
            // What one class is not says nothing of the others.
            let others = |(class, _): &(usize, _)| Some(*class) != denied;
            let all = changes.iter_mut().zip(&mut updated).zip(&*duals).enumerate();
            for (_, ((change, alpha), before)) in all.filter(others) {
                (*change, *alpha) = (0.0, *before);
            }
        }
        *duals = updated;
        // Of most classes a row says nothing new after the first times.
        if changes != [0.0; BLOCK] {
            self.add(visited, &changes);
        }
    }

    fn margins(&self, visited: &Visited<'_>) -> Lanes {
        let mut margins = [0.0; BLOCK];
        for (feature, value) in visited.words {
            if let Some(weights) = self.rows.get(*feature as usize) {
                sum(&mut margins, *value, weights);
            }
        }
        let Levels { first, levels, unit } = visited.sentence;
        for (level, weights) in levels.iter().zip(self.rows.get(first..).unwrap_or(&[])) {
            sum(&mut margins, f32::from(*level) * unit, weights);
        }
        if let Some(bias) = self.rows.last() {
            sum(&mut margins, BIAS, bias);
        }
        margins
    }

    fn add(&mut self, visited: &Visited<'_>, changes: &Lanes) {
        for (feature, value) in visited.words {
            if let Some(weights) = self.rows.get_mut(*feature as usize) {
                add(weights, *value, changes);
            }
        }
        let Levels { first, levels, unit } = visited.sentence;
        for (level, weights) in levels.iter().zip(self.rows.get_mut(first..).unwrap_or(&mut [])) {
            add(weights, f32::from(*level) * unit, changes);
        }
        if let Some(bias) = self.rows.last_mut() {
            add(bias, BIAS, changes);
        }
    }
}

/// Adds so many times `from`, to a sum that stays in registers.
#[inline(always)]
fn sum(to: &mut Lanes, value: f32, from: &Lanes) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += value * from);
}

/// Adds so many times `from`. All is read before anything is written, and each call is for itself: a
/// compiler that sees the loop around it takes numbers of several features together, which lie apart.
#[inline(never)]
fn add(to: &mut Lanes, value: f32, from: &Lanes) {
    let mut all = *to;
    sum(&mut all, value, from);
    *to = all;
}
