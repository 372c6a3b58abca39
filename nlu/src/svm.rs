//! Linear one-against-rest classification: L2-loss support vector machines trained by dual
//! coordinate descent, all classes at once. No learning rate, no randomness: examples are visited
//! in a fixed permutation.

/// A row: feature number and value, sorted by number.
pub(crate) type Row = Vec<(u32, f32)>;

/// Weight of the constant feature that every row has.
const BIAS: f32 = 1.0;
/// Penalty of the loss.
const C: f32 = 0.5;

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

/// Trains on rows with their classes; a row without class is a negative for all of them.
pub(crate) fn train(
    rows: &[Row],
    labels: &[Option<u32>],
    features: usize,
    classes: usize,
    epochs: usize,
) -> Weights {
    let mut weights = Weights {
        classes: u32::try_from(classes).unwrap_or(u32::MAX),
        values: vec![0.0; (features + 1) * classes],
    };
    let mut duals = vec![0.0_f32; rows.len() * classes];
    let order = permutation(rows.len());
    for _ in 0..epochs {
        for i in &order {
            let (Some(row), Some(label)) = (rows.get(*i), labels.get(*i)) else { continue };
            let Some(dual) = duals.get_mut(i * classes..(i + 1) * classes) else { continue };
            step(&mut weights, row, *label, dual, features);
        }
    }
    weights
}

fn step(weights: &mut Weights, row: &Row, label: Option<u32>, dual: &mut [f32], bias: usize) {
    let diagonal = 0.5 / C;
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

/// A fixed order that mixes neighbours: steps of a stride that shares no factor with the length.
pub(crate) fn permutation(length: usize) -> Vec<usize> {
    let mut stride = (length * 5 / 8) | 1;
    while length > 1 && gcd(stride, length) != 1 {
        stride += 2;
    }
    (0..length).map(|i| (i * stride) % length.max(1)).collect()
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
