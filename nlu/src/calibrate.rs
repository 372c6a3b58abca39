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

/// How likely a score is right: `1 / (1 + exp(-(slope · score + offset)))`.
pub(crate) fn confidence((slope, offset): (f32, f32), score: f32) -> f32 {
    1.0 / (1.0 + (-(slope * score + offset)).exp())
}

/// What a classifier that has not learned from a row makes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldOut {
    /// Number of the row.
    pub(crate) row: usize,
    /// Its best class.
    pub(crate) class: u32,
    pub(crate) score: f32,
}

/// The curve for what is learned from these rows, and what was seen of each to find it.
pub(crate) fn curve(rows: &Rows, classes: usize) -> ((f32, f32), Vec<HeldOut>) {
    let own = (0..rows.labels.len()).filter(|i| rows.is_own(*i)).count();
    let weight = f64::from(Rows::background_weight(own, rows.labels.len() - own));
    let held_out = held_out(rows, classes);
    let seen: Vec<Seen> = held_out
        .iter()
        .map(|held| Seen {
            score: f64::from(held.score),
            right: rows.labels.get(held.row) == Some(&Some(held.class)),
            weight: if rows.is_own(held.row) { 1.0 } else { weight },
        })
        .collect();
    (fit_curve(&seen), held_out)
}

/// Shows every row to a classifier that has not learned from it.
fn held_out(rows: &Rows, classes: usize) -> Vec<HeldOut> {
    let folds = fold_of_rows(rows);
    let mut seen = Vec::with_capacity(rows.labels.len());
    for fold in 0..FOLDS {
        let (held, kept): (Vec<usize>, Vec<usize>) =
            (0..rows.labels.len()).partition(|i| folds.get(*i) == Some(&fold));
        if held.is_empty() || kept.is_empty() {
            continue;
        }
        let classifier = Classifier::fit(rows, &kept, classes);
        for row in held {
            let Some(features) = rows.features.get(row) else { continue };
            if let Some((class, score)) = classifier.scores(features).0.first() {
                seen.push(HeldOut { row, class: *class, score: *score });
            }
        }
    }
    seen
}

/// Spreads the rows of each class over the folds; what the classes are called is never held out.
fn fold_of_rows(rows: &Rows) -> Vec<usize> {
    let mut next: HashMap<Option<u32>, usize> = HashMap::new();
    let mut fold = |(row, label): (usize, &Option<u32>)| {
        if rows.is_name(row) {
            return FOLDS;
        }
        let count = next.entry(*label).or_default();
        *count += 1;
        (*count - 1) % FOLDS
    };
    rows.labels.iter().enumerate().map(&mut fold).collect()
}

/// A held-out row: the score of its best class, whether that is right, how much it counts.
struct Seen {
    score: f64,
    right: bool,
    weight: f64,
}

/// Logistic regression of "right" on the score, held near the prior by a Gaussian penalty; Newton's
/// method, each step shortened until it leads downhill, which is certain to converge on this convex
/// problem.
fn fit_curve(seen: &[Seen]) -> (f32, f32) {
    let mut at = (f64::from(PRIOR.0), f64::from(PRIOR.1));
    let mut loss = loss_at(seen, at);
    for _ in 0..25 {
        let Some(step) = newton_step(seen, at) else { break };
        let shorter = |halvings: i32| {
            let share = 0.5_f64.powi(halvings);
            let next = (at.0 - share * step.0, at.1 - share * step.1);
            let loss_there = loss_at(seen, next);
            (loss_there < loss).then_some((next, loss_there))
        };
        let Some(better) = (0..10).find_map(shorter) else { break };
        (at, loss) = better;
    }
    (at.0 as f32, at.1 as f32)
}

fn loss_at(seen: &[Seen], (slope, offset): (f64, f64)) -> f64 {
    let away = (slope - f64::from(PRIOR.0)).powi(2) + (offset - f64::from(PRIOR.1)).powi(2);
    let row = |Seen { score, right, weight }: &Seen| {
        let logit = slope * score + offset;
        // ln(1 + exp(x)), without overflow.
        let signed = if *right { -logit } else { logit };
        weight * (signed.max(0.0) + (-signed.abs()).exp().ln_1p())
    };
    PRIOR_STRENGTH / 2.0 * away + seen.iter().map(row).sum::<f64>()
}

fn newton_step(seen: &[Seen], (slope, offset): (f64, f64)) -> Option<(f64, f64)> {
    let (mut g0, mut g1) = (
        PRIOR_STRENGTH * (offset - f64::from(PRIOR.1)),
        PRIOR_STRENGTH * (slope - f64::from(PRIOR.0)),
    );
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
    (determinant > f64::EPSILON)
        .then(|| ((h00 * g1 - h01 * g0) / determinant, (h11 * g0 - h01 * g1) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a plain Newton step overshoots on: everything right, far to the left.
    #[test]
    fn a_curve_always_rises_and_converges() {
        for (right, score) in [(true, -2.0), (false, 2.0), (true, 2.0), (false, -2.0)] {
            let seen: Vec<Seen> = (0..500)
                .map(|i| Seen { score: score + f64::from(i % 7) / 10.0, right, weight: 1.0 })
                .collect();
            let curve = fit_curve(&seen);
            let at = (f64::from(curve.0), f64::from(curve.1));
            assert!(curve.0.is_finite() && curve.1.is_finite(), "{curve:?}");
            assert!(loss_at(&seen, at) <= loss_at(&seen, (6.0, 2.5)), "{curve:?}");
            let (down, across) = newton_step(&seen, at).unwrap();
            assert!(down.abs() + across.abs() < 0.01, "{curve:?} is not where it is lowest");
        }
        let few = fit_curve(&[]);
        assert!((few.0 - PRIOR.0).abs() + (few.1 - PRIOR.1).abs() < 1e-6);
    }
}
