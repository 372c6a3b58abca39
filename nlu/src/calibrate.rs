//! Scores to confidences.
//!
//! How often a score is right is measured on held-out folds and kept as a logistic curve; where
//! examples are few, the curve leans on a prior.

use std::collections::HashMap;

use crate::classify::{Classifier, Rows};

/// Slope and offset of the curve before any evidence: measured over the intents of public sets, each
/// taken alone with five or ten examples.
pub(crate) const PRIOR: (f32, f32) = (6.0, 2.5);
/// How many observations the prior is worth.
const PRIOR_STRENGTH: f64 = 8.0;
/// Folds for measuring confidence.
const FOLDS: usize = 5;
/// How much texts that no bot is for count beside the project's own: what customers write is
/// mostly meant for the bot that they write to.
const BACKGROUND_SHARE: f64 = 0.3;

/// How likely a score is right: `1 / (1 + exp(-(slope · score + offset)))`.
pub(crate) fn confidence((slope, offset): (f32, f32), score: f32) -> f32 {
    1.0 / (1.0 + (-(slope * score + offset)).exp())
}

/// The curve for what is learned from these rows.
pub(crate) fn curve(rows: &Rows, classes: usize) -> (f32, f32) {
    let own = (0..rows.labels.len()).filter(|i| rows.is_own(*i)).count();
    let weight = f64::from(Rows::background_weight(own, rows.labels.len() - own));
    let mut seen = Vec::with_capacity(rows.labels.len());
    held_out(rows, classes, |classifier, i| {
        let (Some(features), Some(label)) = (rows.features.get(i), rows.labels.get(i)) else {
            return;
        };
        if let Some((class, score)) = classifier.scores(features).0.first() {
            let weight = if rows.is_own(i) { 1.0 } else { weight * BACKGROUND_SHARE };
            seen.push(Seen { score: f64::from(*score), right: *label == Some(*class), weight });
        }
    });
    fit_curve(&seen)
}

/// Shows every row to a classifier that has not learned from it.
fn held_out(rows: &Rows, classes: usize, mut show: impl FnMut(&Classifier, usize)) {
    let folds = fold_of_rows(&rows.labels);
    for fold in 0..FOLDS {
        let (held, kept): (Vec<usize>, Vec<usize>) =
            (0..rows.labels.len()).partition(|i| folds.get(*i) == Some(&fold));
        if held.is_empty() || kept.is_empty() {
            continue;
        }
        let classifier = Classifier::fit(rows, &kept, classes);
        held.into_iter().for_each(|i| show(&classifier, i));
    }
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

/// A held-out row: the score of its best class, whether that is right, how much it counts.
struct Seen {
    score: f64,
    right: bool,
    weight: f64,
}

/// Logistic regression of "right" on the score, held near the prior by a Gaussian penalty; Newton's
/// method, which is certain to converge on this convex problem.
fn fit_curve(seen: &[Seen]) -> (f32, f32) {
    let prior = (f64::from(PRIOR.0), f64::from(PRIOR.1));
    let (mut slope, mut offset) = prior;
    for _ in 0..25 {
        let (mut g0, mut g1) =
            (PRIOR_STRENGTH * (offset - prior.1), PRIOR_STRENGTH * (slope - prior.0));
        let (mut h00, mut h01, mut h11) = (PRIOR_STRENGTH, 0.0, PRIOR_STRENGTH);
        for Seen { score, right, weight } in seen {
            let p = 1.0 / (1.0 + (-(slope * score + offset)).exp());
            let error = weight * (p - f64::from(u8::from(*right)));
            let bend = weight * p * (1.0 - p);
            g0 += error;
            g1 += error * score;
            h00 += bend;
            h01 += bend * score;
            h11 += bend * score * score;
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
