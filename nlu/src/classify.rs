//! Texts to classes with a confidence that means something.
//!
//! The score of an utterance is its best margin less a share of the words that no example has.
//! How often a score is right is measured on held-out folds and kept as a logistic curve; where
//! examples are few, the curve leans on a prior.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::features::{self, Features};
use crate::svm::{self, Row, Weights};

/// How much of the margin a text of unknown words loses.
const UNKNOWN_PENALTY: f32 = 0.6;
/// Slope and offset of the confidence curve before any evidence.
const PRIOR: (f64, f64) = (4.0, 1.4);
/// How many observations the prior is worth.
const PRIOR_STRENGTH: f64 = 8.0;
/// Folds for measuring confidence.
const FOLDS: usize = 5;
/// Rows from which fewer epochs do, and features seen only once are dropped.
const MANY_ROWS: usize = 3_000;

/// A trained classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Classifier {
    /// Hashes of the known features, sorted; a feature's number is its place here.
    hashes: Vec<u64>,
    idf: Vec<f32>,
    weights: Weights,
    /// Confidence is `1 / (1 + exp(-(slope · score + offset)))`.
    curve: (f32, f32),
}

/// Every class with its confidence, best first; and the share of unknown words.
pub(crate) struct Ranked {
    pub(crate) classes: Vec<(u32, f32)>,
    pub(crate) unknown_share: f32,
}

impl Classifier {
    /// Learns from folded texts with their classes; a text without class is a negative.
    pub(crate) fn train(texts: &[(String, Option<u32>)], classes: usize) -> Self {
        let all: Vec<Features> = texts.iter().map(|(text, _)| features::extract(text)).collect();
        let labels: Vec<Option<u32>> = texts.iter().map(|(_, label)| *label).collect();
        let everyone: Vec<usize> = (0..texts.len()).collect();
        let mut classifier = Self::fit(&all, &labels, &everyone, classes);
        classifier.curve = calibrate(&all, &labels, classes);
        classifier
    }

    fn fit(all: &[Features], labels: &[Option<u32>], chosen: &[usize], classes: usize) -> Self {
        let mut documents: BTreeMap<u64, u32> = BTreeMap::new();
        let chosen_features = chosen.iter().filter_map(|i| all.get(*i));
        for (hash, _) in chosen_features.flat_map(|f| &f.counts) {
            *documents.entry(*hash).or_default() += 1;
        }
        if chosen.len() > MANY_ROWS {
            documents.retain(|_, count| *count > 1);
        }
        let total = chosen.len() as f32;
        let idf =
            documents.values().map(|df| ((1.0 + total) / (1.0 + *df as f32)).ln() + 1.0).collect();
        let mut classifier = Self {
            hashes: documents.into_keys().collect(),
            idf,
            weights: Weights { classes: 0, values: Vec::new() },
            curve: (PRIOR.0 as f32, PRIOR.1 as f32),
        };
        let rows: Vec<Row> =
            chosen.iter().filter_map(|i| all.get(*i)).map(|f| classifier.row(f)).collect();
        let labels: Vec<Option<u32>> =
            chosen.iter().filter_map(|i| labels.get(*i).copied()).collect();
        let epochs = if rows.len() > MANY_ROWS { 4 } else { 10 };
        classifier.weights = svm::train(&rows, &labels, classifier.hashes.len(), classes, epochs);
        classifier
    }

    /// Sublinear term frequency times inverse document frequency, of length one.
    fn row(&self, features: &Features) -> Row {
        let mut row: Row = Vec::with_capacity(features.counts.len());
        for (hash, count) in &features.counts {
            let Ok(number) = self.hashes.binary_search(hash) else { continue };
            let idf = self.idf.get(number).copied().unwrap_or(0.0);
            let frequency = 1.0 + (*count as f32).ln();
            row.push((u32::try_from(number).unwrap_or(u32::MAX), frequency * idf));
        }
        let norm = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
        if norm > 0.0 {
            row.iter_mut().for_each(|(_, value)| *value /= norm);
        }
        row
    }

    fn unknown_share(&self, features: &Features) -> f32 {
        let unknown =
            features.words.iter().filter(|w| self.hashes.binary_search(w).is_err()).count();
        if features.words.is_empty() { 1.0 } else { unknown as f32 / features.words.len() as f32 }
    }

    /// Every class with its score, best first, and the share of unknown words.
    fn scores(&self, features: &Features) -> (Vec<(u32, f32)>, f32) {
        let unknown = self.unknown_share(features);
        let margins = self.weights.margins(&self.row(features));
        let mut scores: Vec<(u32, f32)> =
            (0..).zip(margins).map(|(class, m)| (class, m - UNKNOWN_PENALTY * unknown)).collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        (scores, unknown)
    }

    /// Classifies a folded text.
    pub(crate) fn rank(&self, text: &str) -> Ranked {
        let (scores, unknown_share) = self.scores(&features::extract(text));
        let (slope, offset) = self.curve;
        let confidence = |score: f32| 1.0 / (1.0 + (-(slope * score + offset)).exp());
        Ranked {
            classes: scores.into_iter().map(|(class, score)| (class, confidence(score))).collect(),
            unknown_share,
        }
    }

    /// Whether the loaded numbers fit together, for `classes` classes.
    pub(crate) fn fits(&self, classes: usize) -> bool {
        let sorted = self.hashes.is_sorted();
        let finite = self.weights.values.iter().chain(&self.idf).all(|v| v.is_finite());
        let cells = (self.hashes.len() + 1).checked_mul(classes);
        sorted
            && finite
            && self.curve.0.is_finite()
            && self.curve.1.is_finite()
            && self.idf.len() == self.hashes.len()
            && self.weights.classes as usize == classes
            && cells == Some(self.weights.values.len())
    }
}

/// Measures on held-out folds how often a score is right, and fits the curve.
fn calibrate(all: &[Features], labels: &[Option<u32>], classes: usize) -> (f32, f32) {
    let folds = fold_of_rows(labels);
    let mut seen: Vec<(f64, bool)> = Vec::new();
    for fold in 0..FOLDS {
        let (held, kept): (Vec<usize>, Vec<usize>) =
            (0..labels.len()).partition(|i| folds.get(*i) == Some(&fold));
        if held.is_empty() || kept.is_empty() {
            continue;
        }
        let classifier = Classifier::fit(all, labels, &kept, classes);
        for i in held {
            let (Some(features), Some(label)) = (all.get(i), labels.get(i)) else { continue };
            if let Some((class, score)) = classifier.scores(features).0.first() {
                seen.push((f64::from(*score), *label == Some(*class)));
            }
        }
    }
    fit_curve(&seen)
}

/// Spreads the rows of each class over the folds.
fn fold_of_rows(labels: &[Option<u32>]) -> Vec<usize> {
    let mut next: HashMap<Option<u32>, usize> = HashMap::new();
    let mut fold = |label: &Option<u32>| {
        let count = next.entry(*label).or_default();
        *count += 1;
        (*count - 1) % FOLDS
    };
    labels.iter().map(&mut fold).collect()
}

/// Logistic regression of "right" on the score, held near the prior by a Gaussian penalty; Newton's
/// method, which is certain to converge on this convex problem.
fn fit_curve(seen: &[(f64, bool)]) -> (f32, f32) {
    let (mut slope, mut offset) = PRIOR;
    for _ in 0..25 {
        let (mut g0, mut g1) =
            (PRIOR_STRENGTH * (offset - PRIOR.1), PRIOR_STRENGTH * (slope - PRIOR.0));
        let (mut h00, mut h01, mut h11) = (PRIOR_STRENGTH, 0.0, PRIOR_STRENGTH);
        for (score, right) in seen {
            let p = 1.0 / (1.0 + (-(slope * score + offset)).exp());
            let error = p - f64::from(u8::from(*right));
            let weight = p * (1.0 - p);
            g0 += error;
            g1 += error * score;
            h00 += weight;
            h01 += weight * score;
            h11 += weight * score * score;
        }
        let determinant = h00 * h11 - h01 * h01;
        if determinant <= f64::EPSILON {
            break;
        }
        offset -= (h11 * g0 - h01 * g1) / determinant;
        slope -= (h00 * g1 - h01 * g0) / determinant;
    }
    (slope as f32, offset as f32)
}
