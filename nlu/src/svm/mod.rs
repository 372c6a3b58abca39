//! Linear one-against-rest classification: L2-loss support vector machines trained by dual
//! coordinate descent, many classes at once. No learning rate, no randomness: examples are visited
//! in fixed orders. What was learned is kept in one byte a weight.
//!
//! Confidence is measured on rows that were held out. Learning without them starts from what was learned
//! with them, less what they count for, and ends where learning from zero would: the problem has one
//! solution.
//!
//! Training needs at most 128 MiB for these bytes, three times while they are put together and what was
//! learned without some rows is there too, and 512 MiB for the weights in full ([`crate::classify`] leaves
//! out features beyond that); and on each of [`crate::parallel::THREADS_MAX`] processors twice 13 MiB for
//! how far each of 200,000 examples counts for each class of a block. The rows take about 60 bytes for each
//! character of an example.

mod examples;
mod lanes;
mod train;
mod weights;

#[cfg(test)]
mod tests;

pub(crate) use examples::Examples;
pub(crate) use train::{Epochs, padded};
pub(crate) use weights::Weights;

/// A row: feature number and value, sorted by number.
pub(crate) type Row = Vec<(u32, f32)>;

/// Weight of the constant feature that every row has.
const BIAS: f32 = 1.0;
/// Penalty of the loss.
const C: f32 = 0.8;

/// The largest number that stands for a weight.
const LEVELS: f32 = 127.0;

/// Values of neighbouring features in whole steps, -127 to 127.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels<'l> {
    /// Number of the first of these features.
    pub(crate) first: usize,
    pub(crate) levels: &'l [i8],
    /// What a step is.
    pub(crate) unit: f32,
}

impl<'l> Levels<'l> {
    /// The same as a row.
    pub(crate) fn row(self) -> impl Iterator<Item = (u32, f32)> + use<'l> {
        let all = (u32::try_from(self.first).unwrap_or(u32::MAX)..).zip(self.levels);
        let seen = all.filter(|(_, level)| **level != 0);
        seen.map(move |(at, level)| (at, f32::from(*level) * self.unit))
    }
}

/// A fixed order that mixes neighbours, another for each `seed`: a Fisher-Yates shuffle with the
/// numbers of a linear congruential generator. Rows come sorted by class; any order with a pattern
/// in it would show the learner few classes at a time, and it would forget the others.
pub(crate) fn permutation(length: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    let mut state = seed;
    for last in (1..length).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = ((state >> 33) % (last as u64 + 1)) as usize;
        order.swap(last, other);
    }
    order
}
