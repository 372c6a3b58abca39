//! Linear one-against-rest classification: L2-loss support vector machines trained by dual
//! coordinate descent, many classes at once. No learning rate, no randomness: examples are visited
//! in fixed orders. What was learned is kept in one byte a weight.
//!
//! Training needs at most 128 MiB for these bytes ([`crate::classify`] leaves out features beyond that), 512
//! MiB for the weights of one block of classes in full, and 75 MiB for how far each of 200,000 examples
//! counts for each class of the block. Confidence is measured while the whole model is kept, in another 128
//! MiB. The rows take about 60 bytes for each character of an example.

use crate::rows::Label;

/// A row: feature number and value, sorted by number.
pub(crate) type Row = Vec<(u32, f32)>;

/// Weight of the constant feature that every row has.
const BIAS: f32 = 1.0;
/// Penalty of the loss.
const C: f32 = 0.8;

/// Classes that are trained together. Each is learned for itself; so many fit the cache, and bound
/// what training needs.
const BLOCK: usize = 96;
/// The largest number that stands for a weight.
const LEVELS: f32 = 127.0;

/// Weights of `features` rows by `classes` columns, each column as whole numbers of its own scale,
/// and the weight of the constant feature by class.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Weights {
    scales: Vec<f32>,
    bias: Vec<f32>,
    values: Vec<i8>,
}

impl Weights {
    /// Weights that know nothing.
    pub(crate) fn none(features: usize, classes: usize) -> Self {
        Self {
            scales: vec![0.0; classes],
            bias: vec![0.0; classes],
            values: vec![0; features * classes],
        }
    }

    /// The margin of every class for a row.
    pub(crate) fn margins(&self, row: &[(u32, f32)]) -> Vec<f32> {
        let classes = self.scales.len();
        let mut margins = vec![0.0; classes];
        for (feature, value) in row {
            let start = *feature as usize * classes;
            let weights = self.values.get(start..start + classes).unwrap_or(&[]);
            let sum = |(margin, weight): (&mut f32, &i8)| *margin += value * f32::from(*weight);
            margins.iter_mut().zip(weights).for_each(sum);
        }
        for ((margin, scale), bias) in margins.iter_mut().zip(&self.scales).zip(&self.bias) {
            *margin = *margin * scale + BIAS * bias;
        }
        margins
    }

    /// What a feature adds to the margin of a class for each unit of its value.
    pub(crate) fn weight(&self, feature: u32, class: u32) -> f32 {
        let at = feature as usize * self.scales.len() + class as usize;
        let scale = self.scales.get(class as usize).copied().unwrap_or(0.0);
        self.values.get(at).map_or(0.0, |weight| f32::from(*weight) * scale)
    }

    /// What a class has without any feature.
    pub(crate) fn bias(&self, class: u32) -> f32 {
        self.bias.get(class as usize).map_or(0.0, |bias| BIAS * bias)
    }

    /// Whether there are numbers for so many features and classes, all of them finite.
    pub(crate) fn fits(&self, features: usize, classes: usize) -> bool {
        self.scales.len() == classes
            && self.bias.len() == classes
            && features.checked_mul(classes) == Some(self.values.len())
            && self.scales.iter().chain(&self.bias).all(|number| number.is_finite())
    }

    /// Takes the columns of one block, from the class `first` on.
    fn take(&mut self, block: &Block, first: usize) {
        let classes = self.scales.len();
        let (table, bias) = block.values.split_at(block.values.len() - block.classes);
        let mut largest = vec![0.0_f32; block.classes];
        for row in table.chunks_exact(block.classes) {
            let see = |(most, weight): (&mut f32, &f32)| *most = most.max(weight.abs());
            largest.iter_mut().zip(row).for_each(see);
        }
        let own = first..first + block.classes;
        for (to, most) in self.scales.iter_mut().skip(first).zip(&largest) {
            *to = most / LEVELS;
        }
        self.bias.iter_mut().skip(first).zip(bias).for_each(|(to, from)| *to = *from);
        let to_level = |most: f32| if most > 0.0 { LEVELS / most } else { 0.0 };
        let levels: Vec<f32> = largest.into_iter().map(to_level).collect();
        for (row, from) in
            self.values.chunks_exact_mut(classes).zip(table.chunks_exact(block.classes))
        {
            let row = row.get_mut(own.clone()).unwrap_or(&mut []);
            for ((to, weight), level) in row.iter_mut().zip(from).zip(&levels) {
                *to = (weight * level).round() as i8;
            }
        }
    }
}

/// A row to learn from.
pub(crate) struct Example {
    pub(crate) row: Row,
    pub(crate) label: Label,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// Trains on rows with their classes.
pub(crate) fn train(
    examples: &[Example],
    features: usize,
    classes: usize,
    epochs: usize,
) -> Weights {
    let mut weights = Weights::none(features, classes);
    let orders: Vec<Vec<usize>> =
        (0..epochs).map(|epoch| permutation(examples.len(), epoch as u64)).collect();
    for first in (0..classes).step_by(BLOCK) {
        let mut block = Block::new(features, BLOCK.min(classes - first));
        block.train(examples, &orders, first);
        weights.take(&block, first);
    }
    weights
}

/// Weights of some classes while they are learned: `features + 1` rows (the last is the bias) by
/// `classes` columns.
struct Block {
    classes: usize,
    values: Vec<f32>,
}

impl Block {
    fn new(features: usize, classes: usize) -> Self {
        Self { classes, values: vec![0.0; (features + 1) * classes] }
    }

    fn train(&mut self, examples: &[Example], orders: &[Vec<usize>], first: usize) {
        let classes = self.classes;
        let bias = self.values.len() / classes.max(1) - 1;
        let mut duals = vec![0.0_f32; examples.len() * classes];
        let mut changes = vec![0.0_f32; classes];
        for i in orders.iter().flatten() {
            let Some(example) = examples.get(*i) else { continue };
            let Some(dual) = duals.get_mut(i * classes..(i + 1) * classes) else { continue };
            changes.fill(0.0);
            self.step(example, dual, first, bias, &mut changes);
        }
    }

    fn step(
        &mut self,
        example: &Example,
        dual: &mut [f32],
        first: usize,
        bias: usize,
        changes: &mut [f32],
    ) {
        let Example { row, label, weight } = example;
        let here = |class: u32| (class as usize).checked_sub(first).filter(|c| *c < self.classes);
        let (own, denied) = match label {
            Label::Of(class) => (here(*class), None),
            Label::Not(class) => (None, Some(here(*class))),
            Label::Nobody => (None, None),
        };
        if denied == Some(None) {
            return;
        }
        let diagonal = 0.5 / (C * weight);
        let norm = row.iter().map(|(_, v)| v * v).sum::<f32>() + BIAS * BIAS;
        let bias = [(u32::try_from(bias).unwrap_or(u32::MAX), BIAS)];
        for (feature, value) in row.iter().chain(&bias) {
            let weights = self.row(*feature);
            changes.iter_mut().zip(weights).for_each(|(margin, weight)| *margin += value * *weight);
        }
        for (class, (change, alpha)) in changes.iter_mut().zip(dual).enumerate() {
            // What one class is not says nothing of the others.
            if denied.is_some_and(|denied| denied != Some(class)) {
                *change = 0.0;
                continue;
            }
            let sign = if own == Some(class) { 1.0 } else { -1.0 };
            let gradient = sign * *change - 1.0 + diagonal * *alpha;
            let updated = (*alpha - gradient / (norm + diagonal)).max(0.0);
            *change = (updated - *alpha) * sign;
            *alpha = updated;
        }
        for (feature, value) in row.iter().chain(&bias) {
            let weights = self.row(*feature);
            weights
                .iter_mut()
                .zip(&*changes)
                .for_each(|(weight, change)| *weight += value * change);
        }
    }

    fn row(&mut self, feature: u32) -> &mut [f32] {
        let start = feature as usize * self.classes;
        self.values.get_mut(start..start + self.classes).unwrap_or(&mut [])
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
