//! Linear one-against-rest classification: L2-loss support vector machines trained by dual
//! coordinate descent, all classes at once. No learning rate, no randomness: examples are visited
//! in fixed orders.

/// A row: feature number and value, sorted by number.
pub(crate) type Row = Vec<(u32, f32)>;

/// Weight of the constant feature that every row has.
const BIAS: f32 = 1.0;
/// Penalty of the loss.
const C: f32 = 0.8;

/// Weights of `features + 1` rows (the last is the bias) by `classes` columns.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Weights {
    pub(crate) classes: u32,
    pub(crate) values: Vec<f32>,
}

impl Weights {
    /// The margin of every class for a row.
    pub(crate) fn margins(&self, row: &[(u32, f32)]) -> Vec<f32> {
        let classes = self.classes as usize;
        let mut margins = vec![0.0; classes];
        for (feature, value) in row {
            self.add_row(*feature as usize, *value, &mut margins);
        }
        let bias = (self.values.len() / classes.max(1)).saturating_sub(1);
        self.add_row(bias, BIAS, &mut margins);
        margins
    }

    fn add_row(&self, feature: usize, value: f32, margins: &mut [f32]) {
        let classes = margins.len();
        let weights = self.values.get(feature * classes..(feature + 1) * classes).unwrap_or(&[]);
        margins.iter_mut().zip(weights).for_each(|(margin, weight)| *margin += value * weight);
    }
}

/// A row to learn from.
pub(crate) struct Example {
    pub(crate) row: Row,
    /// Its class; without one it is a negative for all of them.
    pub(crate) class: Option<u32>,
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
    let mut weights = Weights {
        classes: u32::try_from(classes).unwrap_or(u32::MAX),
        values: vec![0.0; (features + 1) * classes],
    };
    let mut duals = vec![0.0_f32; examples.len() * classes];
    for epoch in 0..epochs {
        for i in &permutation(examples.len(), epoch as u64) {
            let Some(example) = examples.get(*i) else { continue };
            let Some(dual) = duals.get_mut(i * classes..(i + 1) * classes) else { continue };
            step(&mut weights, example, dual, features);
        }
    }
    weights
}

fn step(weights: &mut Weights, example: &Example, dual: &mut [f32], bias: usize) {
    let Example { row, class: label, weight } = example;
    let diagonal = 0.5 / (C * weight);
    let norm = row.iter().map(|(_, v)| v * v).sum::<f32>() + BIAS * BIAS;
    let mut changes = weights.margins(row);
    for (class, (change, alpha)) in changes.iter_mut().zip(dual).enumerate() {
        let sign = if label.is_some_and(|label| label as usize == class) { 1.0 } else { -1.0 };
        let gradient = sign * *change - 1.0 + diagonal * *alpha;
        let updated = (*alpha - gradient / (norm + diagonal)).max(0.0);
        *change = (updated - *alpha) * sign;
        *alpha = updated;
    }
    let classes = changes.len();
    let bias_feature = (u32::try_from(bias).unwrap_or(u32::MAX), BIAS);
    for (feature, value) in row.iter().chain([&bias_feature]) {
        let start = *feature as usize * classes;
        let target = weights.values.get_mut(start..start + classes).unwrap_or(&mut []);
        target.iter_mut().zip(&changes).for_each(|(weight, change)| *weight += value * change);
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
