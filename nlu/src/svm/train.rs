//! Learning the weights, many classes at once.
//!
//! A class is learned for itself: what comes out is the same in whatever blocks, and on however many
//! processors, the classes are learned. What is always inlined is compiled for each kind of processor.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};

use super::examples::{Example, Examples, RUN, Visited};
use super::lanes::{BLOCK, Lanes};
use super::{BIAS, C, Levels, Weights, permutation};
use crate::parallel;
use crate::rows::Label;

/// Sums that are taken side by side: an addition takes several steps of a processor, in which it could
/// begin others.
const SUMS: usize = 4;
const ZERO: Lanes = Lanes([0.0; BLOCK]);

/// For how many classes there is room where there are `classes`.
pub(crate) fn padded(classes: usize) -> usize {
    classes.next_multiple_of(BLOCK)
}

/// How often rows are visited: all of them, and again those that are left while others are held out.
#[derive(Clone, Copy)]
pub(crate) struct Epochs {
    pub(crate) all: usize,
    pub(crate) again: usize,
}

/// What all blocks have in common.
struct Task<'t> {
    features: usize,
    /// Runs of rows in the order of each visit: of all rows, and again of those that are left.
    orders: Vec<Vec<usize>>,
    orders_again: Vec<Vec<usize>>,
    /// Rows that are held out, each time others.
    held_out: &'t [Vec<bool>],
}

impl Examples {
    /// Trains on the rows: first on all of them; then, each time from there, on those that are not held
    /// out. As many weights come out as there are rows held out, and one more.
    pub(crate) fn train(
        &self,
        features: usize,
        classes: usize,
        epochs: Epochs,
        held_out: &[Vec<bool>],
    ) -> Vec<Weights> {
        self.train_with(Level::new(), features, classes, epochs, held_out)
    }

    /// The same with instructions that a processor has.
    pub(super) fn train_with(
        &self,
        level: Level,
        features: usize,
        classes: usize,
        epochs: Epochs,
        held_out: &[Vec<bool>],
    ) -> Vec<Weights> {
        let runs = self.len().div_ceil(RUN);
        let orders = |epochs: std::ops::Range<usize>| -> Vec<Vec<usize>> {
            epochs.map(|epoch| permutation(runs, epoch as u64)).collect()
        };
        let task = Task {
            features,
            orders: orders(0..epochs.all),
            orders_again: orders(epochs.all..epochs.all + epochs.again),
            held_out,
        };
        let firsts: Vec<usize> = (0..classes).step_by(BLOCK).collect();
        let mut learned =
            parallel::map(&firsts, 1, |first| Block::train(level, *first, self, &task).into_iter());
        // One after the other: what is put together is given back before the next.
        let together = |_| {
            let mut weights = Weights::none(features, classes);
            for (first, learned) in firsts.iter().zip(&mut learned) {
                learned.next().iter().for_each(|learned| weights.take(*first, learned));
            }
            weights
        };
        (0..=held_out.len()).map(together).collect()
    }
}

/// Whether a flag is set; none is where there are no flags.
fn is_set(flags: &[bool], number: usize) -> bool {
    flags.get(number).copied().unwrap_or(false)
}

/// Weights of a block of classes while they are learned, by feature; the last row is the bias.
struct Block {
    first: usize,
    rows: Vec<Lanes>,
    /// How far each example counts for each class.
    duals: Vec<Lanes>,
    /// What a sentence adds to a margin for each unit of weight, by feature: that of the row that is
    /// looked at.
    sentence: Vec<f32>,
}

impl Block {
    fn train(level: Level, first: usize, examples: &Examples, task: &Task<'_>) -> Vec<Weights> {
        let mut block = Self {
            first,
            rows: vec![Lanes::default(); task.features + 1],
            duals: vec![Lanes::default(); examples.len()],
            sentence: vec![0.0; examples.width()],
        };
        dispatch!(level, simd => block.learn(simd, examples, task))
    }

    /// The weights of all rows, then those without each of the rows held out.
    #[inline(always)]
    fn learn<S: Simd>(&mut self, simd: S, examples: &Examples, task: &Task<'_>) -> Vec<Weights> {
        self.visit(simd, examples, &task.orders, &[]);
        let mut learned = vec![Weights::of_full(&self.rows)];
        let duals = self.duals.clone();
        for held_out in task.held_out {
            self.duals.clone_from(&duals);
            self.forget(simd, examples, held_out);
            self.visit(simd, examples, &task.orders_again, held_out);
            learned.push(Weights::of_full(&self.rows));
        }
        learned
    }

    /// Looks at all rows that are not held out, in one order after the other.
    #[inline(always)]
    fn visit<S: Simd>(
        &mut self,
        simd: S,
        examples: &Examples,
        orders: &[Vec<usize>],
        held_out: &[bool],
    ) {
        for (number, visited) in orders.iter().flatten().flat_map(|run| examples.run(*run)) {
            if !is_set(held_out, number) {
                self.step(simd, number, &visited);
            }
        }
    }

    /// The weights as the rows make them that are not held out, each as far as it counts.
    #[inline(always)]
    fn forget<S: Simd>(&mut self, simd: S, examples: &Examples, held_out: &[bool]) {
        self.rows.fill(ZERO);
        for (number, visited) in (0..examples.len().div_ceil(RUN)).flat_map(|run| examples.run(run))
        {
            let Some(duals) = self.duals.get_mut(number) else { continue };
            if is_set(held_out, number) {
                *duals = ZERO;
            } else if *duals != ZERO {
                let counts = duals.load(simd) * self.signs(&visited).load(simd);
                self.look(&visited);
                self.add(simd, &visited, counts);
            }
        }
    }

    /// 1 for the class that a row is an example of, -1 for the others.
    #[inline(always)]
    fn signs(&self, visited: &Visited<'_>) -> Lanes {
        let own = visited.example.label.class().and_then(|class| self.place(class));
        let mut signs = Lanes([-1.0; BLOCK]);
        if let Some(sign) = own.and_then(|own| signs.0.get_mut(own)) {
            *sign = 1.0;
        }
        signs
    }

    /// The place of a class in this block.
    #[inline(always)]
    fn place(&self, class: u32) -> Option<usize> {
        (class as usize).checked_sub(self.first).filter(|place| *place < BLOCK)
    }

    /// Takes the sentence of a row as numbers.
    #[inline(always)]
    fn look(&mut self, visited: &Visited<'_>) {
        let Levels { levels, unit, .. } = visited.sentence;
        for (value, level) in self.sentence.iter_mut().zip(levels) {
            *value = f32::from(*level) * unit;
        }
    }

    /// One step for every class: how far the example counts for it is what is best while all others stay.
    #[inline(always)]
    fn step<S: Simd>(&mut self, simd: S, number: usize, visited: &Visited<'_>) {
        let Example { label, weight, norm, .. } = visited.example;
        // What one class is not says nothing of the others.
        let denied = if let Label::Not(class) = label { Some(self.place(*class)) } else { None };
        if denied == Some(None) {
            return;
        }
        let Some(duals) = self.duals.get(number).copied() else { return };
        let diagonal = 0.5 / (C * weight);
        let most = norm + diagonal;
        self.look(visited);
        let (signs, before) = (self.signs(visited).load(simd), duals.load(simd));
        let gradients = signs * self.margins(simd, visited) - 1.0 + before * diagonal;
        let best = (before - gradients / most).max(0.0);
        let (mut updated, mut changes) = (Lanes::of(best), Lanes::of((best - before) * signs));
        if let Some(denied) = denied {
            let all = changes.0.iter_mut().zip(&mut updated.0).zip(&duals.0).enumerate();
            for (_, ((change, alpha), before)) in all.filter(|(class, _)| Some(*class) != denied) {
                (*change, *alpha) = (0.0, *before);
            }
        }
        // Of most classes a row says nothing new after the first times.
        if changes != ZERO {
            self.duals.get_mut(number).into_iter().for_each(|duals| *duals = updated);
            self.add(simd, visited, changes.load(simd));
        }
    }

    /// The margin of every class.
    #[inline(always)]
    fn margins<S: Simd>(&self, simd: S, visited: &Visited<'_>) -> f32x16<S> {
        let mut sums = [f32x16::splat(simd, 0.0); SUMS];
        let of = |feature: u32| self.rows.get(feature as usize).unwrap_or(&ZERO).load(simd);
        let (fours, rest) = visited.words.as_chunks::<SUMS>();
        for four in fours {
            for (sum, (feature, value)) in sums.iter_mut().zip(four) {
                *sum += of(*feature) * *value;
            }
        }
        for (sum, (feature, value)) in sums.iter_mut().zip(rest) {
            *sum += of(*feature) * *value;
        }
        let rows = self.rows.get(visited.sentence.first..).unwrap_or(&[]);
        let (fours, rest) = self.sentence.as_chunks::<SUMS>();
        let (of_fours, _) = rows.as_chunks::<SUMS>();
        for (four, weights) in fours.iter().zip(of_fours) {
            for ((sum, value), weights) in sums.iter_mut().zip(four).zip(weights) {
                *sum += weights.load(simd) * *value;
            }
        }
        let of_rest = rows.get(SUMS * fours.len()..).unwrap_or(&[]);
        for ((sum, value), weights) in sums.iter_mut().zip(rest).zip(of_rest) {
            *sum += weights.load(simd) * *value;
        }
        let [a, b, c, d] = sums;
        let bias = self.rows.last().unwrap_or(&ZERO).load(simd) * BIAS;
        (a + b) + (c + d) + bias
    }

    /// Adds a row to the weights, so many times for each class.
    #[inline(always)]
    fn add<S: Simd>(&mut self, simd: S, visited: &Visited<'_>, changes: f32x16<S>) {
        let add = |row: &mut Lanes, value: f32| *row = Lanes::of(row.load(simd) + changes * value);
        for (feature, value) in visited.words {
            if let Some(row) = self.rows.get_mut(*feature as usize) {
                add(row, *value);
            }
        }
        let rows = self.rows.get_mut(visited.sentence.first..).unwrap_or(&mut []);
        rows.iter_mut().zip(&self.sentence).for_each(|(row, value)| add(row, *value));
        if let Some(bias) = self.rows.last_mut() {
            add(bias, BIAS);
        }
    }
}
