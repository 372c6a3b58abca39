//! Scores to confidences.
//!
//! How often a score is right is measured on held-out folds and kept as a logistic curve; where
//! examples are few, the curve leans on a prior.

use std::collections::HashMap;

use crate::classify::Classifier;
use crate::eval::quantile;
use crate::parallel::{self, TEXTS};
use crate::rows::{Label, Rows};

/// Slope and offset of the curve of a bot in general, before any evidence: measured over 1 to 4 intents of
/// BANKING77 and HWU64, taught with five or ten examples each and asked the sets' `valid` splits, of which
/// a quarter was of intents left out and a quarter of the other set.
pub(crate) const PRIOR: (f32, f32) = (5.4, 2.6);

/// What is known of a curve before any evidence, and how evidence counts.
#[derive(Debug, Clone, Copy)]
struct Prior {
    /// Slope and offset.
    curve: (f64, f64),
    /// How many observations these are worth.
    strength: f64,
    /// What utterances that no bot is for count for beside as many that an intent is for.
    background: f64,
}

/// For a bot of one intent: whatever is wrong is what no intent is for, and one mistake is one too many.
const OF_ONE: Prior =
    Prior { curve: (PRIOR.0 as f64, PRIOR.1 as f64), strength: 8.0, background: 1.0 };
/// For so many intents that it is they which are mistaken for each other. The curve was measured over 16 to
/// 77 intents of BANKING77, HWU64 and CrossWOZ, taught with 5, 10, 25 or all examples each and asked rows
/// of their `train` and `valid` splits that were held out; it differs between sets by about 1 in both
/// numbers. A third of what is asked is taken to be for no intent.
const OF_MANY: Prior = Prior { curve: (3.4, 2.2), strength: 1.0, background: 0.5 };

impl Prior {
    /// For so many classes: the fewer, the more as for one.
    fn new(classes: usize) -> Self {
        let few = 1.0 / classes.max(1) as f64;
        let between = |one: f64, many: f64| many + few * (one - many);
        Self {
            curve: (
                between(OF_ONE.curve.0, OF_MANY.curve.0),
                between(OF_ONE.curve.1, OF_MANY.curve.1),
            ),
            strength: between(OF_ONE.strength, OF_MANY.strength),
            background: between(OF_ONE.background, OF_MANY.background),
        }
    }
}

/// Folds for measuring confidence.
const FOLDS: usize = 5;
/// Rows times classes that are learned from to measure confidence, in all folds together. Where that
/// is too little for every fold, fewer rows are held out: enough for a curve of two numbers.
const WORK_MAX: usize = 2_000_000;
/// The last of the levels, in percent.
const LEVEL_MAX: usize = 50;
/// The least slope: what is surer never has a lower score, even where all that was held out was wrong.
const SLOPE_MIN: f64 = 0.125;

/// How likely a score is right: `1 / (1 + exp(-(slope · score + offset)))`.
pub(crate) fn confidence((slope, offset): (f32, f32), score: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-(slope * score + offset)))
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

/// The curve for what was seen of these rows.
pub(crate) fn curve(rows: &Rows, held_out: &[HeldOut], classes: usize) -> (f32, f32) {
    let told = |held: &HeldOut| rows.labels.get(held.row)?.is_right(held.class);
    let told: Vec<(&HeldOut, bool)> =
        held_out.iter().filter_map(|held| Some((held, told(held)?))).collect();
    let own = told.iter().filter(|(held, _)| rows.is_own(held.row)).count();
    let prior = Prior::new(classes);
    let background = f64::from(Rows::background_weight(own, told.len() - own));
    let weight = prior.background * background;
    let seen = |(held, right): (&HeldOut, bool)| Seen {
        score: f64::from(held.score),
        right,
        weight: if rows.is_own(held.row) { 1.0 } else { weight },
    };
    let seen: Vec<Seen> = told.into_iter().map(seen).collect();
    fit_curve(&seen, prior)
}

/// Scores below which 0, 1, 2 … percent of the examples of classes were.
pub(crate) fn levels(rows: &Rows, held_out: &[HeldOut]) -> Vec<f32> {
    let has_class =
        |held: &&HeldOut| rows.labels.get(held.row).is_some_and(|label| label.class().is_some());
    let scores: Vec<f32> = held_out.iter().filter(has_class).map(|held| held.score).collect();
    let level = |percent: usize| quantile(&scores, percent as f64 / 100.0);
    (0..=LEVEL_MAX).filter_map(level).collect()
}

/// The score below which a share of the examples were, at most [`LEVEL_MAX`] percent.
pub(crate) fn level(levels: &[f32], share: f64) -> Option<f32> {
    let place = (share * 100.0).clamp(0.0, LEVEL_MAX as f64);
    let (low, part) = (place.floor() as usize, place.fract() as f32);
    let (below, above) = (levels.get(low)?, levels.get(low + 1).or(levels.get(low))?);
    Some(below + part * (above - below))
}

/// Scores below which 0, 1, 2 … 100 percent of the held-out utterances that no bot is for were.
pub(crate) fn background_levels(rows: &Rows, held_out: &[HeldOut]) -> Vec<f32> {
    let background = held_out.iter().filter(|held| !rows.is_own(held.row));
    let scores: Vec<f32> = background.map(|held| held.score).collect();
    (0..=100).filter_map(|percent| quantile(&scores, f64::from(percent) / 100.0)).collect()
}

/// The share of what the levels are of, 0 to 1, that is below a place among them: the levels are in
/// even steps of it. Nothing without levels.
pub(crate) fn share_below(levels: &[f32], place: f32) -> Option<f64> {
    let steps = levels.len().checked_sub(1)?.max(1) as f64;
    let under = levels.partition_point(|level| *level < place);
    let Some(above) = levels.get(under) else { return Some(1.0) };
    let Some(below) = under.checked_sub(1).and_then(|under| levels.get(under)) else {
        return Some(0.0);
    };
    let part = f64::from((place - below) / (above - below));
    Some(((under - 1) as f64 + part) / steps)
}

/// Whether a loaded curve rises, and the levels are as many as these functions give; all of them within
/// what scores can be, so that no sum of them overflows.
pub(crate) fn fits((slope, offset): (f32, f32), levels: &[f32], background: &[f32]) -> bool {
    let within = |number: &f32| number.abs() <= 1e6;
    let are = |levels: &[f32], most: usize| {
        (levels.is_empty() || levels.len() == most) && levels.iter().all(within)
    };
    slope > 0.0
        && within(&slope)
        && within(&offset)
        && are(levels, LEVEL_MAX + 1)
        && are(background, 101)
}

/// Rows that are held out together: every row once, unless that is too much.
pub(crate) fn folds(rows: &Rows, classes: usize) -> Vec<Vec<usize>> {
    let fold_of_rows = fold_of_rows(rows);
    let work = rows.labels.len().saturating_mul(classes).max(1);
    let rows_of = |fold| -> Vec<usize> {
        let all = fold_of_rows.iter().enumerate();
        all.filter(|(_, of_row)| **of_row == fold).map(|(row, _)| row).collect()
    };
    let folds = (0..(WORK_MAX / work).clamp(1, FOLDS)).map(rows_of);
    folds.filter(|fold| !fold.is_empty() && fold.len() < rows.labels.len()).collect()
}

/// Shows the rows of a fold to a classifier that has not learned from them.
pub(crate) fn see(rows: &Rows, fold: &[usize], classifier: &Classifier) -> Vec<HeldOut> {
    let seen = parallel::map(fold, TEXTS, |row| {
        let (class, score) = classifier.best(rows.features.get(*row)?)?;
        Some(HeldOut { row: *row, class, score })
    });
    seen.into_iter().flatten().collect()
}

/// Spreads the rows of each class over the folds; what the classes are called is never held out.
fn fold_of_rows(rows: &Rows) -> Vec<usize> {
    let mut next: HashMap<Label, usize> = HashMap::new();
    let mut fold = |(row, label): (usize, &Label)| {
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

/// Logistic regression of "right" on the score, held near the prior by a Gaussian penalty, the slope at
/// least [`SLOPE_MIN`]; Newton's method, each step shortened until it leads downhill, which is certain
/// to converge on this convex problem.
fn fit_curve(seen: &[Seen], prior: Prior) -> (f32, f32) {
    let mut at = prior.curve;
    let mut loss = loss_at(seen, at, prior);
    for _ in 0..25 {
        let Some(step) = newton_step(seen, at, prior) else { break };
        let shorter = |halvings: i32| {
            let share = 0.5_f64.powi(halvings);
            let next = ((at.0 - share * step.0).max(SLOPE_MIN), at.1 - share * step.1);
            let loss_there = loss_at(seen, next, prior);
            (loss_there < loss).then_some((next, loss_there))
        };
        let Some(better) = (0..10).find_map(shorter) else { break };
        (at, loss) = better;
    }
    (at.0 as f32, at.1 as f32)
}

fn loss_at(seen: &[Seen], (slope, offset): (f64, f64), prior: Prior) -> f64 {
    let away = (slope - prior.curve.0).powi(2) + (offset - prior.curve.1).powi(2);
    let row = |Seen { score, right, weight }: &Seen| {
        let logit = slope * score + offset;
        // ln(1 + exp(x)), without overflow.
        let signed = if *right { -logit } else { logit };
        weight * (signed.max(0.0) + libm::log1p(libm::exp(-signed.abs())))
    };
    prior.strength / 2.0 * away + seen.iter().map(row).sum::<f64>()
}

fn newton_step(seen: &[Seen], (slope, offset): (f64, f64), prior: Prior) -> Option<(f64, f64)> {
    let (mut g0, mut g1) =
        (prior.strength * (offset - prior.curve.1), prior.strength * (slope - prior.curve.0));
    let (mut h00, mut h01, mut h11) = (prior.strength, 0.0, prior.strength);
    for Seen { score, right, weight } in seen {
        let p = 1.0 / (1.0 + libm::exp(-(slope * score + offset)));
        let error = weight * (p - f64::from(u8::from(*right)));
        let bend = weight * p * (1.0 - p);
        g0 += error;
        g1 += error * score;
        h00 += bend;
        h01 += bend * score;
        h11 += bend * score * score;
    }
    // Where the slope cannot fall any more, the offset moves alone.
    if slope <= SLOPE_MIN && h00 * g1 > h01 * g0 {
        return Some((0.0, g0 / h00));
    }
    let determinant = h00 * h11 - h01 * h01;
    (determinant > f64::EPSILON)
        .then(|| ((h00 * g1 - h01 * g0) / determinant, (h11 * g0 - h01 * g1) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_below_a_place_is_read_between_the_levels() {
        let levels = [-1.0, -1.0, 0.0, 1.0, 3.0];
        for (place, share) in [
            (-2.0, 0.0),
            (-1.0, 0.0),
            (-0.5, 0.375),
            (0.0, 0.5),
            (2.0, 0.875),
            (3.0, 1.0),
            (9.0, 1.0),
        ] {
            let found = share_below(&levels, place).unwrap();
            assert!((found - share).abs() < 1e-6, "{place}: {found}");
        }
        assert_eq!(share_below(&[], 0.0), None);
    }

    /// What a plain Newton step overshoots on: everything right, far to the left.
    #[test]
    fn a_curve_always_rises_and_converges() {
        [1, 5, 500].map(Prior::new).into_iter().for_each(rises_and_converges);
    }

    fn rises_and_converges(prior: Prior) {
        for (right, score) in [(true, -2.0), (false, 2.0), (true, 2.0), (false, -2.0)] {
            let seen: Vec<Seen> = (0..500)
                .map(|i| Seen { score: score + f64::from(i % 7) / 10.0, right, weight: 1.0 })
                .collect();
            let curve = fit_curve(&seen, prior);
            let at = (f64::from(curve.0), f64::from(curve.1));
            assert!(curve.0 > 0.0 && curve.0.is_finite() && curve.1.is_finite(), "{curve:?}");
            assert!(loss_at(&seen, at, prior) <= loss_at(&seen, prior.curve, prior), "{curve:?}");
            let (down, across) = newton_step(&seen, at, prior).unwrap();
            assert!(down.abs() + across.abs() < 0.01, "{curve:?} is not where it is lowest");
        }
        // The surer, the wronger: examples of one intent that stand in another as well.
        let seen: Vec<Seen> = (0..2_000)
            .map(|i| i % 2 == 0)
            .map(|sure| Seen { score: if sure { 1.0 } else { -1.0 }, right: !sure, weight: 1.0 })
            .collect();
        let flat = fit_curve(&seen, prior);
        assert!((f64::from(flat.0) - SLOPE_MIN).abs() < 1e-6, "{flat:?}");
        let (_, across) = newton_step(&seen, (SLOPE_MIN, f64::from(flat.1)), prior).unwrap();
        assert!(across.abs() < 0.01, "{flat:?} is not where it is lowest");
        let few = fit_curve(&[], prior);
        let away =
            (f64::from(few.0) - prior.curve.0).abs() + (f64::from(few.1) - prior.curve.1).abs();
        assert!(away < 1e-6);
    }
}
