//! Texts to classes with a confidence that means something.
//!
//! The score of an utterance is its best margin less a share of the words that no example has;
//! words that are only the mortar of a language count half. `calibrate` turns scores into
//! confidences.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::background::is_mortar;
use crate::calibrate::{self, HeldOut};
use crate::features::{self, Features};
use crate::svm::{self, Row, Weights};

/// How much of the margin a text of unknown words loses.
const UNKNOWN_PENALTY: f32 = 0.6;
/// What a word that is only mortar counts for among the unknown ones.
const MORTAR_WEIGHT: f32 = 0.5;
/// How long a row is in its words and in its runs of characters: a few words do not drown the many
/// runs, nor these them.
const BLOCK_LENGTHS: [f32; 2] = [0.62, 0.78];
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
    /// Learns from folded texts with their classes; a text without class is a negative. What the
    /// classes are called is learned too. Texts that no bot is for are negatives, but teach no words.
    /// Also gives what was made of each text by a classifier that had not learned from it.
    pub(crate) fn train(
        texts: &[(String, Option<u32>)],
        names: &[(String, Option<u32>)],
        background: &[String],
        classes: usize,
    ) -> (Self, Vec<HeldOut>) {
        let rows = Rows::new(texts, names, background);
        let everyone: Vec<usize> = (0..rows.labels.len()).collect();
        let mut classifier = Self::fit(&rows, &everyone, classes);
        let (curve, held_out) = calibrate::curve(&rows, classes);
        classifier.curve = curve;
        (classifier, held_out)
    }

    /// Learns from the chosen rows.
    pub(crate) fn fit(rows: &Rows, chosen: &[usize], classes: usize) -> Self {
        let own = chosen.iter().filter(|i| rows.is_own(**i)).count();
        let mut classifier = Self::with_words(rows, chosen, own);
        let weight = Rows::background_weight(own, chosen.len() - own);
        let example = |i: &usize| {
            Some(svm::Example {
                row: classifier.row(rows.features.get(*i)?),
                class: *rows.labels.get(*i)?,
                weight: if rows.is_own(*i) { 1.0 } else { weight },
            })
        };
        let examples: Vec<svm::Example> = chosen.iter().filter_map(example).collect();
        let epochs = if examples.len() > MANY_ROWS { 6 } else { 10 };
        classifier.weights = svm::train(&examples, classifier.hashes.len(), classes, epochs);
        classifier
    }

    /// Knows the features of the chosen rows that are the project's own; how rare they are is taken
    /// from all chosen rows.
    fn with_words(rows: &Rows, chosen: &[usize], own: usize) -> Self {
        let features = |i: &usize| rows.features.get(*i);
        let of_rows = |is_own: bool| {
            let rows = chosen.iter().filter(move |i| rows.is_own(**i) == is_own);
            rows.filter_map(features).flat_map(Features::counts).map(|(hash, _)| *hash)
        };
        let mut documents: BTreeMap<u64, u32> = BTreeMap::new();
        of_rows(true).for_each(|hash| *documents.entry(hash).or_default() += 1);
        if own > MANY_ROWS {
            documents.retain(|_, count| *count > 1);
        }
        for hash in of_rows(false) {
            documents.entry(hash).and_modify(|count| *count += 1);
        }
        let total = chosen.len() as f32;
        let idf =
            documents.values().map(|df| ((1.0 + total) / (1.0 + *df as f32)).ln() + 1.0).collect();
        Self {
            hashes: documents.into_keys().collect(),
            idf,
            weights: Weights { classes: 0, values: Vec::new() },
            curve: calibrate::PRIOR,
        }
    }

    /// Sublinear term frequency times inverse document frequency, each block brought to its length.
    fn row(&self, features: &Features) -> Row {
        let mut row: Row = Vec::with_capacity(features.counts().count());
        for (block, length) in features.blocks.iter().zip(BLOCK_LENGTHS) {
            let start = row.len();
            for (hash, count) in block {
                let Ok(number) = self.hashes.binary_search(hash) else { continue };
                let idf = self.idf.get(number).copied().unwrap_or(0.0);
                let frequency = 1.0 + (*count as f32).ln();
                row.push((u32::try_from(number).unwrap_or(u32::MAX), frequency * idf));
            }
            let own = row.get_mut(start..).unwrap_or(&mut []);
            let norm = own.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
            if norm > 0.0 {
                own.iter_mut().for_each(|(_, value)| *value *= length / norm);
            }
        }
        row
    }

    fn unknown_share(&self, features: &Features) -> f32 {
        let weight = |word: &u64| if is_mortar(*word) { MORTAR_WEIGHT } else { 1.0 };
        let unknown = features.words.iter().filter(|w| self.hashes.binary_search(w).is_err());
        let all: f32 = features.words.iter().map(weight).sum();
        if all > 0.0 { unknown.map(weight).sum::<f32>() / all } else { 1.0 }
    }

    /// Every class with its score, best first, and the share of unknown words.
    pub(crate) fn scores(&self, features: &Features) -> (Vec<(u32, f32)>, f32) {
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
        let confidence = |score: f32| calibrate::confidence(self.curve, score);
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

/// What is learned from: the project's own texts first, then what its classes are called, then
/// texts that no bot is for.
pub(crate) struct Rows {
    pub(crate) features: Vec<Features>,
    pub(crate) labels: Vec<Option<u32>>,
    texts: usize,
    own: usize,
}

impl Rows {
    pub(crate) fn new(
        texts: &[(String, Option<u32>)],
        names: &[(String, Option<u32>)],
        background: &[String],
    ) -> Self {
        let own = texts.iter().chain(names);
        let mut labels: Vec<Option<u32>> = own.clone().map(|(_, label)| *label).collect();
        let all = own.map(|(text, _)| text).chain(background);
        let features = all.map(|text| features::extract(text)).collect();
        let own = labels.len();
        labels.resize(own + background.len(), None);
        Self { features, labels, texts: texts.len(), own }
    }

    /// Whether a row is what a class is called: nobody says just that.
    pub(crate) const fn is_name(&self, row: usize) -> bool {
        self.texts <= row && row < self.own
    }

    /// Whether a row is the project's own.
    pub(crate) const fn is_own(&self, row: usize) -> bool {
        row < self.own
    }

    /// What each of `background` rows counts for: together no more than the project's `own`.
    pub(crate) fn background_weight(own: usize, background: usize) -> f32 {
        (own as f32 / background.max(1) as f32).min(1.0)
    }
}
