//! How good a model is on utterances whose intents are known: how often it is right, how honest its
//! confidence is, what a threshold lets through.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// One utterance that a model was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// The intent that it has; nothing where no intent is for it.
    pub meant: Option<&'a str>,
    /// What the model takes it for; empty where it knows no intent.
    pub said: &'a str,
    /// How sure the model is, 0 to 1.
    pub confidence: f32,
}

impl Answer<'_> {
    fn is_right(&self) -> bool {
        self.meant == Some(self.said)
    }
}

/// What came of asking a model many utterances. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Report {
    /// Utterances that an intent is for.
    pub inside: usize,
    /// Utterances that no intent is for.
    pub outside: usize,
    /// Share of the utterances inside whose intent was said.
    pub accuracy: f64,
    /// The mean, over the intents that were meant or said inside, of the harmonic mean of precision and
    /// recall.
    pub macro_f1: f64,
    /// How far confidence is from being right, over utterances inside: the mean distance over
    /// [`BINS`], each weighted with its utterances (expected calibration error).
    pub calibration_error: f64,
    /// How often an utterance inside is surer than one outside; nothing where there are none outside.
    pub auroc: Option<f64>,
    /// Share of the utterances outside that are turned away at the threshold that turns away 5 % of
    /// those inside.
    pub outside_rejected: Option<f64>,
    /// Each intent that was meant or said, by name.
    pub intents: Vec<IntentReport>,
    /// Intents taken for others, the most often first.
    pub confusions: Vec<Confusion>,
    /// Confidence beside how often it was right, in steps from low to high.
    pub calibration: Vec<Bin>,
    /// What each threshold would do, from low to high.
    pub thresholds: Vec<Threshold>,
}

/// One intent.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct IntentReport {
    /// Its name.
    pub intent: String,
    /// Utterances that have it.
    pub meant: usize,
    /// Of what was taken for it, the share that had it.
    pub precision: f64,
    /// Of what had it, the share that was taken for it.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
}

/// One intent taken for another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Confusion {
    /// The intent that utterances had.
    pub meant: String,
    /// What they were taken for.
    pub said: String,
    /// How many.
    pub count: usize,
    /// Places of some of them among the answers.
    pub examples: Vec<usize>,
}

/// Utterances inside of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Bin {
    /// Lowest confidence.
    pub from: f64,
    /// Utterances.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of them that was right.
    pub right: f64,
}

/// What a threshold does.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Threshold {
    /// Confidence from which an intent is accepted.
    pub accept: f64,
    /// Share of the utterances inside that are accepted.
    pub accepted: f64,
    /// Share right among the utterances inside that are accepted.
    pub right: f64,
    /// Share of the utterances outside that are accepted; nothing where there are none.
    pub outside_accepted: Option<f64>,
}

/// Steps of confidence in which it is compared with how often it is right.
pub const BINS: usize = 10;
/// Steps between two thresholds of the curve.
const THRESHOLDS: usize = 20;
/// Share of the utterances inside that may be turned away when the share of those outside is told.
const FALSE_REJECTS: f64 = 0.05;
/// Utterances that are shown of a confusion.
const SHOWN: usize = 3;

impl Report {
    /// Of answers in any order.
    #[must_use]
    pub fn of(answers: &[Answer<'_>]) -> Self {
        let inside: Vec<Answer<'_>> =
            answers.iter().filter(|a| a.meant.is_some()).copied().collect();
        let outside: Vec<f32> =
            answers.iter().filter(|a| a.meant.is_none()).map(|a| a.confidence).collect();
        let sure: Vec<f32> = inside.iter().map(|answer| answer.confidence).collect();
        let intents = intents(&inside);
        let calibration = calibration(&inside);
        let away = |bin: &Bin| bin.count as f64 * (bin.confidence - bin.right).abs();
        Self {
            inside: inside.len(),
            outside: outside.len(),
            accuracy: share(inside.iter().filter(|a| a.is_right()).count(), inside.len()),
            macro_f1: mean(intents.iter().map(|intent| intent.f1)),
            calibration_error: calibration.iter().map(away).sum::<f64>()
                / (inside.len().max(1) as f64),
            auroc: auroc(&sure, &outside),
            outside_rejected: rejected(&sure, &outside),
            thresholds: (0..=THRESHOLDS).map(|step| threshold(step, &inside, &outside)).collect(),
            confusions: confusions(answers),
            intents,
            calibration,
        }
    }
}

/// How often one of `inside` is above one of `outside`, ties counting half; nothing where one of them
/// is empty.
#[must_use]
pub fn auroc(inside: &[f32], outside: &[f32]) -> Option<f64> {
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut all: Vec<(f32, bool)> =
        inside.iter().map(|c| (*c, true)).chain(outside.iter().map(|c| (*c, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut wins, mut below) = (0.0, 0.0);
    for equal in all.chunk_by(|a, b| a.0.total_cmp(&b.0) == Ordering::Equal) {
        let insiders = equal.iter().filter(|(_, is_inside)| *is_inside).count() as f64;
        let outsiders = equal.len() as f64 - insiders;
        wins += insiders * (below + outsiders / 2.0);
        below += outsiders;
    }
    Some(wins / (inside.len() as f64 * outside.len() as f64))
}

/// The confidence below which a share of some are, between two neighbours in proportion; nothing
/// where there are none.
#[must_use]
pub fn quantile(of: &[f32], share: f64) -> Option<f32> {
    let mut sorted = of.to_vec();
    sorted.sort_by(f32::total_cmp);
    let place = share.clamp(0.0, 1.0) * (sorted.len().checked_sub(1)?) as f64;
    let (low, part) = (place.floor() as usize, place.fract() as f32);
    let (below, above) = (sorted.get(low)?, sorted.get(low + 1).or(sorted.get(low))?);
    Some(below + part * (above - below))
}

fn rejected(inside: &[f32], outside: &[f32]) -> Option<f64> {
    if outside.is_empty() {
        return None;
    }
    let accept = quantile(inside, FALSE_REJECTS)?;
    Some(share(outside.iter().filter(|confidence| **confidence < accept).count(), outside.len()))
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

fn mean(of: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = of.len().max(1);
    of.sum::<f64>() / count as f64
}

fn intents(inside: &[Answer<'_>]) -> Vec<IntentReport> {
    let (mut said, mut meant) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut both = BTreeMap::<&str, usize>::new();
    for answer in inside {
        *said.entry(answer.said).or_default() += 1;
        *meant.entry(answer.meant.unwrap_or_default()).or_default() += 1;
        *both.entry(answer.said).or_default() += usize::from(answer.is_right());
    }
    let names: BTreeSet<&str> = said.keys().chain(meant.keys()).copied().collect();
    let report = |name: &str| {
        let of = |counts: &BTreeMap<&str, usize>| counts.get(name).copied().unwrap_or(0);
        IntentReport {
            intent: name.to_owned(),
            meant: of(&meant),
            precision: share(of(&both), of(&said)),
            recall: share(of(&both), of(&meant)),
            f1: share(2 * of(&both), of(&said) + of(&meant)),
        }
    };
    names.into_iter().map(report).collect()
}

fn confusions(answers: &[Answer<'_>]) -> Vec<Confusion> {
    let mut wrong: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (place, answer) in answers.iter().enumerate() {
        if let Some(meant) = answer.meant.filter(|_| !answer.is_right()) {
            wrong.entry((meant, answer.said)).or_default().push(place);
        }
    }
    let confusion = |((meant, said), mut examples): ((&str, &str), Vec<usize>)| {
        let count = examples.len();
        // The surest are the worst.
        let sure = |place: &usize| answers.get(*place).map_or(0.0, |answer| answer.confidence);
        examples.sort_by(|a, b| sure(b).total_cmp(&sure(a)).then(a.cmp(b)));
        examples.truncate(SHOWN);
        Confusion { meant: meant.to_owned(), said: said.to_owned(), count, examples }
    };
    let mut all: Vec<Confusion> = wrong.into_iter().map(confusion).collect();
    all.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    all
}

fn calibration(inside: &[Answer<'_>]) -> Vec<Bin> {
    let bin = |number: usize| {
        let of_bin = |answer: &&Answer<'_>| {
            let place = (f64::from(answer.confidence) * BINS as f64) as usize;
            place.min(BINS - 1) == number
        };
        let own: Vec<&Answer<'_>> = inside.iter().filter(of_bin).collect();
        Bin {
            from: number as f64 / BINS as f64,
            count: own.len(),
            confidence: mean(own.iter().map(|answer| f64::from(answer.confidence))),
            right: share(own.iter().filter(|answer| answer.is_right()).count(), own.len()),
        }
    };
    (0..BINS).map(bin).collect()
}

fn threshold(step: usize, inside: &[Answer<'_>], outside: &[f32]) -> Threshold {
    let accept = step as f64 / THRESHOLDS as f64;
    let accepts = |confidence: f32| f64::from(confidence) >= accept;
    let accepted: Vec<&Answer<'_>> = inside.iter().filter(|a| accepts(a.confidence)).collect();
    let fooled = outside.iter().filter(|confidence| accepts(**confidence)).count();
    Threshold {
        accept,
        accepted: share(accepted.len(), inside.len()),
        right: share(accepted.iter().filter(|answer| answer.is_right()).count(), accepted.len()),
        outside_accepted: (!outside.is_empty()).then(|| share(fooled, outside.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: [Answer<'_>; 6] = [
        Answer { meant: Some("a"), said: "a", confidence: 0.95 },
        Answer { meant: Some("a"), said: "b", confidence: 0.85 },
        Answer { meant: Some("b"), said: "b", confidence: 0.85 },
        Answer { meant: Some("b"), said: "b", confidence: 0.25 },
        Answer { meant: None, said: "a", confidence: 0.85 },
        Answer { meant: None, said: "a", confidence: 0.1 },
    ];

    #[test]
    fn a_report_counts_what_was_said() {
        let report = Report::of(&ANSWERS);
        assert_eq!((report.inside, report.outside, report.accuracy), (4, 2, 0.75));
        // a: one of one said, one of two meant; b: two of three said, two of two meant.
        let f1: Vec<f64> = report.intents.iter().map(|intent| intent.f1).collect();
        assert_eq!(f1, [2.0 / 3.0, 0.8]);
        assert!((report.macro_f1 - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-9);
        // 0.25 against all, twice 0.85 against a half, 0.95 against all.
        let error = (0.75 + 2.0 * 0.35 + 0.05) / 4.0;
        assert!((report.calibration_error - error).abs() < 1e-6, "{}", report.calibration_error);
        let confusion =
            Confusion { meant: "a".into(), said: "b".into(), count: 1, examples: vec![1] };
        assert_eq!(report.confusions, [confusion]);
        // 0.85 ties twice with 0.85 and loses once to it.
        assert_eq!(report.auroc, Some((2.0 + 1.5 + 1.5 + 1.0) / 8.0));
        assert_eq!(report.outside_rejected, Some(0.5));
        let at_half = report.thresholds[10];
        assert_eq!((at_half.accepted, at_half.outside_accepted), (0.75, Some(0.5)));
        assert!((at_half.right - 2.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_asked_is_nothing_said() {
        let report = Report::of(&[]);
        assert_eq!((report.accuracy, report.auroc, report.outside_rejected), (0.0, None, None));
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.0), Some(1.0));
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.25), Some(1.5));
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 1.0), Some(3.0));
    }
}
