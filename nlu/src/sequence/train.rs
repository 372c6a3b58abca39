//! Learning: the weights under which the examples are likely, by AdaGrad, an example at a time, in
//! fixed orders.
//!
//! A token has about 40 features, more where it stands in values of several kinds. Each takes 4 bytes
//! where it stands and 8 while labels are counted; each that differs, with each label that it is seen
//! with, 10 more.

use super::exp::exp;
use super::features::{Known, Others, Rows};
use super::lattice::{ALONE, FIRST, INNER, LAST, Lattice, joints, label, labels};
use super::tokens::Token;
use crate::svm::permutation;

/// How often each example is seen, where there are few and where there are many.
const EPOCHS: (usize, usize) = (25, 15);
/// Examples from which on there are many.
const MANY: usize = 2_000;
/// How far a step goes.
const STEP: f32 = 0.15;
/// How much each weight is drawn towards nothing once an epoch, for one example; for more it grows
/// with the power of three quarters. What little few examples show has to be believed.
const DRAWN: f32 = 0.0016;
/// A label that is this close to what it should be teaches nothing.
const NEAR: f32 = 5e-4;

/// A text with the values in it: first token, last token, kind; in order, none in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) tokens: Vec<Token>,
    pub(crate) spans: Vec<(usize, usize, u16)>,
    /// The kind that was asked for, when it is an answer.
    pub(crate) asked: Option<u16>,
    /// Whether it stands in the sources as it is: what is made of it shows no words and values.
    pub(crate) is_written: bool,
}

/// An example with numbers for features.
struct Row {
    /// For each token where its features end in `features`.
    ends: Vec<u32>,
    features: Vec<u32>,
    /// Label of each token.
    labels: Vec<u16>,
    /// The joints, in order.
    joints: Vec<u32>,
}

/// What learning gives.
pub(super) struct Learned {
    /// Hashes of the features, sorted.
    pub(super) hashes: Vec<u32>,
    /// For each feature where its weights end.
    pub(super) ends: Vec<u32>,
    /// Labels and weights.
    pub(super) labels: Vec<u16>,
    pub(super) weights: Vec<f32>,
    pub(super) joints: Vec<f32>,
}

/// A weight and the sum of the squares of its gradients.
#[derive(Clone, Copy, Default)]
struct Weight {
    value: f32,
    squares: f32,
}

impl Weight {
    fn climb(&mut self, gradient: f32) {
        self.squares += gradient * gradient;
        self.value += STEP * gradient / (self.squares.sqrt() + 1e-6);
    }

    fn draw(&mut self, by: f32) {
        self.value /= 1.0 + STEP * by / (self.squares.sqrt() + 1e-6);
    }
}

/// Learns.
pub(super) fn train(examples: &[Sequence], known: &Known, kinds: usize) -> Learned {
    let mut hashes: Vec<u32> = Vec::new();
    let mut taken = Rows::default();
    let mut rows: Vec<Row> = Vec::with_capacity(examples.len());
    for example in examples {
        let others = Others::new(known, &example.tokens, &example.spans);
        taken.take(&example.tokens, example.asked, &others);
        rows.push(row(example, &taken, kinds));
        hashes.extend(&taken.hashes);
    }
    hashes.sort_unstable();
    hashes.dedup();
    let number = |hash: &u32| u32::try_from(hashes.binary_search(hash).unwrap_or(0)).unwrap_or(0);
    rows.iter_mut().flat_map(|row| &mut row.features).for_each(|f| *f = number(f));
    // Weights there are for a feature and a label that are seen together.
    let mut pairs: Vec<u64> = rows.iter().flat_map(Row::pairs).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut ends = vec![0_u32; hashes.len()];
    for pair in &pairs {
        if let Some(end) = ends.get_mut((pair >> 16) as usize) {
            *end += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let labels: Vec<u16> = pairs.iter().map(|pair| (pair & 0xffff) as u16).collect();
    let mut learner = Learner {
        kinds,
        ends,
        weights: vec![Weight::default(); labels.len()],
        labels,
        joints: vec![Weight::default(); joints(kinds)],
        lattice: Lattice::default(),
        factors: Vec::new(),
    };
    let epochs = if rows.len() < MANY { EPOCHS.0 } else { EPOCHS.1 };
    let root = (rows.len() as f32).sqrt();
    let drawn = DRAWN * root * root.sqrt();
    for epoch in 0..epochs {
        for i in permutation(rows.len(), epoch as u64) {
            if let Some(row) = rows.get(i) {
                learner.step(row);
            }
        }
        learner.weights.iter_mut().chain(&mut learner.joints).for_each(|w| w.draw(drawn));
    }
    Learned {
        hashes,
        ends: learner.ends,
        labels: learner.labels,
        weights: learner.weights.iter().map(|weight| weight.value).collect(),
        joints: learner.joints.iter().map(|weight| weight.value).collect(),
    }
}

/// The labels of an example, and the joints of its units.
fn row(example: &Sequence, taken: &Rows, kinds: usize) -> Row {
    let mut names = vec![0_u16; example.tokens.len()];
    for (first, last, kind) in &example.spans {
        for (token, name) in names.iter_mut().enumerate().take(last + 1).skip(*first) {
            let part = match (token == *first, token == *last) {
                (true, true) => ALONE,
                (true, false) => FIRST,
                (false, true) => LAST,
                (false, false) => INNER,
            };
            *name = u16::try_from(label(kinds, part, usize::from(*kind))).unwrap_or(0);
        }
    }
    let (mut from, mut joined) = (kinds + 1, Vec::new());
    for name in &names {
        let (part, kind) = match usize::from(*name).checked_sub(1) {
            None => (ALONE, 0),
            Some(name) => (name / kinds.max(1), name % kinds.max(1) + 1),
        };
        if part == FIRST || part == ALONE {
            joined.push(u32::try_from(from * (kinds + 1) + kind).unwrap_or(0));
            from = kind;
        }
    }
    let ends = taken.ends.iter().map(|end| u32::try_from(*end).unwrap_or(u32::MAX)).collect();
    Row { ends, features: taken.hashes.clone(), labels: names, joints: joined }
}

impl Row {
    /// The features of each token.
    fn tokens(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.features.get(start as usize..*end as usize).unwrap_or(&[]))
    }

    /// Each feature with each label that it is seen with.
    fn pairs(&self) -> impl Iterator<Item = u64> {
        self.tokens().zip(&self.labels).flat_map(|(features, label)| {
            features.iter().map(|feature| u64::from(*feature) << 16 | u64::from(*label))
        })
    }
}

struct Learner {
    kinds: usize,
    ends: Vec<u32>,
    labels: Vec<u16>,
    weights: Vec<Weight>,
    joints: Vec<Weight>,
    lattice: Lattice,
    /// Exponentials of the weights of joints.
    factors: Vec<f32>,
}

/// Where the weights of a feature are.
pub(super) fn range(ends: &[u32], feature: usize) -> std::ops::Range<usize> {
    let start = feature.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    start as usize..ends.get(feature).copied().unwrap_or(start) as usize
}

impl Learner {
    fn step(&mut self, row: &Row) {
        let all = labels(self.kinds);
        self.lattice.clear(row.labels.len(), self.kinds);
        for (scores, features) in self.lattice.scores.chunks_exact_mut(all).zip(row.tokens()) {
            for feature in features {
                let range = range(&self.ends, *feature as usize);
                let labels = self.labels.get(range.clone()).unwrap_or(&[]);
                for (label, weight) in labels.iter().zip(self.weights.get(range).unwrap_or(&[])) {
                    if let Some(score) = scores.get_mut(usize::from(*label)) {
                        *score += weight.value;
                    }
                }
            }
        }
        self.factors.clear();
        self.factors.extend(self.joints.iter().map(|joint| exp(joint.value)));
        self.lattice.sum(&self.factors);
        self.lattice.expect(&self.factors);
        let tokens = self.lattice.chances.chunks_exact(all).zip(row.tokens()).zip(&row.labels);
        for ((chances, features), meant) in tokens {
            for feature in features {
                let range = range(&self.ends, *feature as usize);
                let labels = self.labels.get(range.clone()).unwrap_or(&[]);
                let weights = self.weights.get_mut(range).unwrap_or(&mut []);
                for (label, weight) in labels.iter().zip(weights) {
                    let chance = chances.get(usize::from(*label)).copied().unwrap_or(0.0);
                    let gradient = if label == meant { 1.0 - chance } else { -chance };
                    if gradient.abs() > NEAR {
                        weight.climb(gradient);
                    }
                }
            }
        }
        let expected = &mut self.lattice.expected;
        for joint in &row.joints {
            if let Some(expected) = expected.get_mut(*joint as usize) {
                *expected -= 1.0;
            }
        }
        self.joints.iter_mut().zip(expected).for_each(|(joint, over)| joint.climb(-*over));
    }
}
