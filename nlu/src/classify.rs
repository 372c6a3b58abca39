//! Texts to classes with a confidence that means something.
//!
//! The score of an utterance is its best margin less a share of the words that no example has;
//! words that are only the mortar of a language count half. `calibrate` turns scores into
//! confidences.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::background::is_mortar;
use crate::calibrate::{self, HeldOut};
use crate::encoder::Trained;
use crate::features::{self, Features};
use crate::hashed::Hashed;
use crate::rows::Rows;
use crate::svm::{self, Epochs, Levels, Row, Weights};

/// How much of the margin a text of unknown words loses.
pub(crate) const UNKNOWN_PENALTY: f32 = 0.6;
/// What a word that is only mortar counts for among the unknown ones.
const MORTAR_WEIGHT: f32 = 0.5;
/// How long a row is in its words and in its runs of characters: a few words do not drown the many
/// runs, nor these them.
const BLOCK_LENGTHS: [f32; 2] = [0.62, 0.78];
/// Weights of one model: what it takes in memory, in bytes. Where there would be more, the features
/// that stand in the fewest examples are left out.
const WEIGHTS_MAX: usize = 1 << 27;
/// Rows from which fewer epochs do, and features seen only once are dropped.
const MANY_ROWS: usize = 3_000;

/// Visits of each row; and of those that are left when some are held out, from where all rows led: on
/// BANKING77, HWU64, SNIPS and CrossWOZ as many held-out rows are then right as with visits from zero,
/// within two in a thousand.
const EPOCHS: Epochs = Epochs { all: 20, again: 12 };
/// The same of many rows.
const EPOCHS_OF_MANY: Epochs = Epochs { all: 8, again: 5 };

/// In how many of the project's own rows each feature stands, by number, and in how many it has to.
struct Documents {
    counts: Vec<u32>,
    fewest: u32,
}

/// A trained classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Classifier {
    /// Hashes of the known features, sorted; a feature's number is its place here.
    hashes: Vec<u64>,
    /// The numbers by hash; made of `hashes`.
    #[serde(skip)]
    numbers: Numbers,
    idf: Vec<f32>,
    weights: Weights,
    /// Confidence is `1 / (1 + exp(-(slope · score + offset)))`.
    curve: (f32, f32),
    /// Scores below which 0, 1, 2 … percent of the held-out examples were: one a percent, or none at
    /// all where nothing was held out.
    levels: Vec<f32>,
    /// The same of the held-out utterances that no bot is for, up to 100 percent.
    background_levels: Vec<f32>,
    /// The encoder whose sentences are features too; they are numbered after the words.
    encoder: Option<Trained>,
}

/// What some words of a text add to the margin of a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// A word, two words in a row, or a run of Chinese, folded.
    pub words: String,
    /// What they add; below zero where they speak against it.
    pub margin: f32,
}

/// What makes up the margin of a class.
pub(crate) struct Parts {
    /// Words, pairs of them and runs of Chinese, most first.
    pub(crate) words: Vec<Contribution>,
    /// The sentence as a whole, where there is an encoder.
    pub(crate) sentence: Option<f32>,
    /// What the class has without any.
    pub(crate) bias: f32,
}

/// The confidence of every class, by number; and the share of unknown words.
pub(crate) struct Confidences {
    pub(crate) classes: Vec<f32>,
    pub(crate) unknown_share: f32,
}

impl Classifier {
    /// Learns from rows. Also gives what was made of each row by a classifier that had not learned from it.
    pub(crate) fn train(rows: &Rows, classes: usize) -> (Self, Vec<HeldOut>) {
        let folds = calibrate::folds(rows, classes);
        let (mut classifier, others) = Self::fit(rows, classes, &folds);
        let seen = folds.iter().zip(&others).map(|(fold, other)| calibrate::see(rows, fold, other));
        let held_out: Vec<HeldOut> = seen.flatten().collect();
        classifier.curve = calibrate::curve(rows, &held_out, classes);
        classifier.levels = calibrate::levels(rows, &held_out);
        classifier.background_levels = calibrate::background_levels(rows, &held_out);
        (classifier, held_out)
    }

    /// Learns from all rows; and, for each fold, from all but those in it. Folds come with their rows in
    /// order; where the weights without each of them would take too much memory, only the first ones do.
    pub(crate) fn fit(rows: &Rows, classes: usize, folds: &[Vec<usize>]) -> (Self, Vec<Self>) {
        let (mut classifier, documents) = Self::with_words(rows, classes);
        let weights = classifier.features() * svm::padded(classes);
        let folds = folds.iter().take((WEIGHTS_MAX / weights.max(1)).max(1));
        // Rows come sorted by class: whoever sees few classes at a time forgets the others.
        let order = svm::permutation(rows.labels.len(), 0);
        let examples = classifier.examples(rows, &order);
        let held_out = |fold: &Vec<usize>| {
            order.iter().map(|row| fold.binary_search(row).is_ok()).collect::<Vec<bool>>()
        };
        let held_out: Vec<Vec<bool>> = folds.clone().map(held_out).collect();
        let epochs = if order.len() > MANY_ROWS { EPOCHS_OF_MANY } else { EPOCHS };
        let mut learned =
            examples.train(classifier.features(), classes, epochs, &held_out).into_iter();
        classifier.weights = learned.next().unwrap_or_else(|| Weights::none(0, 0));
        let without = |(fold, weights): (&Vec<usize>, Weights)| {
            classifier.without(rows, fold, &documents, weights)
        };
        let others = folds.zip(learned).map(without).collect();
        (classifier, others)
    }

    /// The rows in an order, as they are learned from.
    fn examples(&self, rows: &Rows, order: &[usize]) -> svm::Examples {
        let own = order.iter().filter(|row| rows.is_own(**row)).count();
        let weight = Rows::background_weight(own, order.len() - own);
        let mut examples = svm::Examples::default();
        for i in order {
            if let (Some(features), Some(label)) = (rows.features.get(*i), rows.labels.get(*i)) {
                let weight = if rows.is_own(*i) { 1.0 } else { weight };
                examples.push(&self.row(features), self.sentence(features), *label, weight);
            }
        }
        examples
    }

    /// One that has not learned from the rows of a fold, whose weights are these: features that stand in
    /// too few of the others are not known to it. How rare features are it takes from all rows; that says
    /// nothing of their classes.
    fn without(
        &self,
        rows: &Rows,
        fold: &[usize],
        documents: &Documents,
        weights: Weights,
    ) -> Self {
        let mut left = documents.counts.clone();
        let own = fold.iter().filter(|row| rows.is_own(**row));
        for (hash, _) in own.filter_map(|row| rows.features.get(*row)).flat_map(Features::counts) {
            let count = self.numbers.get(hash).and_then(|number| left.get_mut(*number as usize));
            count.into_iter().for_each(|count| *count = count.saturating_sub(1));
        }
        let is_known = |number: u32| left.get(number as usize) >= Some(&documents.fewest);
        let numbers = self.numbers.iter().filter(|(_, number)| is_known(**number));
        Self {
            hashes: self.hashes.clone(),
            numbers: numbers.map(|(hash, number)| (*hash, *number)).collect(),
            idf: self.idf.clone(),
            weights,
            curve: self.curve,
            levels: Vec::new(),
            background_levels: Vec::new(),
            encoder: self.encoder.clone(),
        }
    }

    /// Knows the features of the rows that are the project's own, as many as there is room for; how rare
    /// they are is taken from all rows.
    fn with_words(rows: &Rows, classes: usize) -> (Self, Documents) {
        let sentence = rows.encoder.as_ref().map_or(0, |encoder| encoder.width as usize);
        let most = (WEIGHTS_MAX / svm::padded(classes).max(1)).saturating_sub(sentence);
        Self::with_most_words(rows, most)
    }

    fn with_most_words(rows: &Rows, most: usize) -> (Self, Documents) {
        let own = (0..rows.labels.len()).filter(|row| rows.is_own(*row)).count();
        let of_rows = |is_own: bool| {
            let rows =
                rows.features.iter().enumerate().filter(move |(i, _)| rows.is_own(*i) == is_own);
            rows.flat_map(|(_, features)| features.counts()).map(|(hash, _)| *hash)
        };
        let mut documents: HashMap<u64, u32, Hashed> = HashMap::default();
        of_rows(true).for_each(|hash| *documents.entry(hash).or_default() += 1);
        let fewest = if own > MANY_ROWS { 2 } else { 1 };
        let fewest = fewest.max(count_that_keeps(documents.values().copied(), most));
        let mut documents: Vec<(u64, u32)> =
            documents.into_iter().filter(|(_, count)| *count >= fewest).collect();
        documents.sort_unstable();
        let (hashes, counts): (Vec<u64>, Vec<u32>) = documents.into_iter().unzip();
        let numbers = numbers(&hashes);
        let mut all = counts.clone();
        for number in of_rows(false).filter_map(|hash| numbers.get(&hash)) {
            all.get_mut(*number as usize).into_iter().for_each(|count| *count += 1);
        }
        let total = rows.labels.len() as f32;
        let idf = |df: &u32| libm::logf((1.0 + total) / (1.0 + *df as f32)) + 1.0;
        let classifier = Self {
            numbers,
            hashes,
            idf: all.iter().map(idf).collect(),
            weights: Weights::none(0, 0),
            curve: calibrate::PRIOR,
            levels: Vec::new(),
            background_levels: Vec::new(),
            encoder: rows.encoder.clone(),
        };
        (classifier, Documents { counts, fewest })
    }

    /// How many features there are: words, then what the encoder gives.
    fn features(&self) -> usize {
        let sentence = self.encoder.as_ref().map_or(0, |encoder| encoder.width as usize);
        self.hashes.len() + sentence
    }

    /// The words: sublinear term frequency times inverse document frequency, each block brought to its
    /// length.
    fn row(&self, features: &Features) -> Row {
        let mut row: Row = Vec::with_capacity(features.counts().count());
        for (block, length) in features.blocks.iter().zip(BLOCK_LENGTHS) {
            let start = row.len();
            for (hash, count) in block {
                let Some(number) = self.numbers.get(hash) else { continue };
                let idf = self.idf.get(*number as usize).copied().unwrap_or(0.0);
                let frequency = if *count == 1 { 1.0 } else { 1.0 + libm::logf(*count as f32) };
                row.push((*number, frequency * idf));
            }
            let own = row.get_mut(start..).unwrap_or(&mut []);
            let norm = own.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
            if norm > 0.0 {
                own.iter_mut().for_each(|(_, value)| *value *= length / norm);
            }
        }
        row
    }

    /// The sentence, whose features come behind those of the words.
    fn sentence<'f>(&self, features: &'f Features) -> Levels<'f> {
        let levels = |encoder: &Trained| encoder.levels(&features.sentence, self.hashes.len());
        self.encoder.as_ref().map(levels).unwrap_or_default()
    }

    fn unknown_share(&self, features: &Features) -> f32 {
        let weight = |word: &u64| if is_mortar(*word) { MORTAR_WEIGHT } else { 1.0 };
        let unknown = features.words.iter().filter(|word| !self.numbers.contains_key(word));
        let all: f32 = features.words.iter().map(weight).sum();
        if all > 0.0 { unknown.map(weight).sum::<f32>() / all } else { 1.0 }
    }

    /// The score of every class, by number, and the share of unknown words.
    pub(crate) fn scores(&self, features: &Features) -> (Vec<f32>, f32) {
        let unknown = self.unknown_share(features);
        let mut scores = self.weights.margins(&self.row(features), &self.sentence(features));
        scores.iter_mut().for_each(|score| *score -= UNKNOWN_PENALTY * unknown);
        (scores, unknown)
    }

    /// What a text's words, its pairs of them and runs of Chinese, and its sentence as a whole add to the
    /// margin of a class.
    pub(crate) fn parts(&self, text: &str, features: &Features, class: u32) -> Parts {
        let counts: HashMap<u64, u32> = features.counts().copied().collect();
        let values: HashMap<u32, f32> = self.row(features).into_iter().collect();
        let mut of_words: BTreeMap<String, f32> = BTreeMap::new();
        features::walk(text, |seen| {
            let Some(number) = self.numbers.get(&seen.hash) else { return };
            let value = values.get(number).copied().unwrap_or(0.0);
            // Each occurrence has its part.
            let part = value / counts.get(&seen.hash).copied().unwrap_or(1) as f32;
            let words = match seen.of {
                (Some(before), word) => format!("{before} {word}"),
                (None, word) => word.to_owned(),
            };
            *of_words.entry(words).or_default() += part * self.weights.weight(*number, class);
        });
        let mut all: Vec<Contribution> =
            of_words.into_iter().map(|(words, margin)| Contribution { words, margin }).collect();
        all.sort_by(|a, b| b.margin.abs().total_cmp(&a.margin.abs()).then(a.words.cmp(&b.words)));
        let of_sentence = |(feature, value)| value * self.weights.weight(feature, class);
        Parts {
            words: all,
            sentence: self
                .encoder
                .as_ref()
                .map(|_| self.sentence(features).row().map(of_sentence).sum()),
            bias: self.weights.bias(class),
        }
    }

    /// Words of a text that the classifier does not know, in order.
    pub(crate) fn unknown_words(&self, text: &str) -> Vec<String> {
        let mut unknown: Vec<String> = Vec::new();
        features::walk(text, |seen| {
            if seen.is_word && !self.numbers.contains_key(&seen.hash) {
                unknown.push(seen.of.1.to_owned());
            }
        });
        unknown
    }

    /// The best class of a text with its score; the first of equals.
    pub(crate) fn best(&self, features: &Features) -> Option<(u32, f32)> {
        best(&self.scores(features).0)
    }

    /// The encoder that it was trained with.
    pub(crate) const fn encoder(&self) -> Option<&Trained> {
        self.encoder.as_ref()
    }

    /// Classifies a text.
    pub(crate) fn confidences(&self, features: &Features) -> Confidences {
        let (mut classes, unknown_share) = self.scores(features);
        for score in &mut classes {
            *score = calibrate::confidence(self.curve, *score);
        }
        Confidences { classes, unknown_share }
    }

    /// Makes ready for use what was loaded.
    pub(crate) fn prepare(&mut self) {
        self.numbers = numbers(&self.hashes);
    }

    /// The confidence below which a share of the held-out examples were, 0 to 1; nothing where nothing
    /// was held out.
    pub(crate) fn confidence_at(&self, share: f64) -> Option<f32> {
        Some(calibrate::confidence(self.curve, calibrate::level(&self.levels, share)?))
    }

    /// The share, 0 to 1, of the held-out utterances that no bot is for of which the classifier was at
    /// least so sure; nothing where none were held out.
    pub(crate) fn passes_at(&self, confidence: f32) -> Option<f64> {
        let sure = |score: &f32| calibrate::confidence(self.curve, *score);
        let levels: Vec<f32> = self.background_levels.iter().map(sure).collect();
        calibrate::share_below(&levels, confidence).map(|below| 1.0 - below)
    }

    /// Whether the loaded numbers fit together, for `classes` classes.
    pub(crate) fn fits(&self, classes: usize) -> bool {
        self.hashes.is_sorted_by(|a, b| a < b)
            && self.idf.len() == self.hashes.len()
            && self.idf.iter().all(|idf| idf.is_finite())
            && calibrate::fits(self.curve, &self.levels, &self.background_levels)
            && self.encoder.as_ref().is_none_or(Trained::fits)
            && self.weights.fits(self.features(), classes)
    }
}

/// The smallest number that at most `most` of the counts reach.
fn count_that_keeps(counts: impl ExactSizeIterator<Item = u32>, most: usize) -> u32 {
    if counts.len() <= most {
        return 1;
    }
    let mut counts: Vec<u32> = counts.collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.get(most).map_or(1, |first_left_out| first_left_out + 1)
}

/// The best class by its score; the first of equals.
pub(crate) fn best(scores: &[f32]) -> Option<(u32, f32)> {
    let all = (0..).zip(scores.iter().copied());
    all.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// Numbers of features by their hash, which is as good as any other.
type Numbers = HashMap<u64, u32, Hashed>;

fn numbers(hashes: &[u64]) -> Numbers {
    hashes.iter().copied().zip(0..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Sight;
    use crate::rows::Label;

    #[test]
    fn the_rarest_features_are_left_out_first() {
        let counts = [3_u32, 1, 2, 1, 2];
        let kept = |most| count_that_keeps(counts.into_iter(), most);
        assert_eq!([5, 4, 3, 2, 1, 0].map(kept), [1, 2, 2, 3, 3, 4]);
        // Four intents, and room for few words each: the ones that stand in most examples stay.
        let texts: Vec<(String, Label)> =
            (0..8).map(|n| (format!("word of{n} number{}", n % 4), Label::Of(n % 4))).collect();
        let rows = Rows::new(&texts, &[], &[], Sight { encoder: None, names: &[] }).unwrap();
        let all = Classifier::with_most_words(&rows, usize::MAX).0.hashes.len();
        let (some, _) = Classifier::with_most_words(&rows, all / 2);
        assert!(!some.hashes.is_empty() && some.hashes.len() <= all / 2);
        assert!(some.unknown_share(&features::extract("word")) < 0.1);
    }
}
