//! Values that no pattern finds: a linear-chain conditional random field over the words of a text.
//!
//! It is our own. `crfs` (0.4) trains in Rust, but with the platform's `exp` and `ln`, in orders drawn
//! at random, into a file; `rucrf` sums over threads. The same sources would give other models on
//! other machines, and neither reads bytes that it does not trust.

mod exp;
mod features;
mod lattice;
pub(crate) mod tokens;
mod train;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::hashed::Hashed;
use features::{Known, Lookup, Rows, VALUE_TOKENS_MAX};
use lattice::{Lattice, joints, labels};
use tokens::Token;
pub(crate) use train::Sequence;

/// Kinds of value that one model tells apart.
pub(crate) const KINDS_MAX: usize = 64;
/// Parts of a whole weight that are told apart.
const GRAIN: f32 = 32.0;

/// A trained model of some kinds of value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct SequenceModel {
    /// How many kinds.
    kinds: u16,
    /// Hashes of the features, sorted; each as the distance from the one before.
    hashes: Vec<u32>,
    /// How many weights each feature has.
    counts: Vec<u16>,
    /// Their labels.
    labels: Vec<u16>,
    /// The weights, in parts of a whole.
    weights: Vec<i16>,
    joints: Vec<i16>,
    /// Values that examples name: hash and kind.
    values: Vec<(u32, u16)>,
    longest: u16,
    /// Hashes of common words, sorted; each as the distance from the one before.
    words: Vec<u32>,
}

/// A value that was found: first and last token, kind, how likely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FoundSpan {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) kind: u16,
    pub(crate) chance: f32,
}

impl SequenceModel {
    /// Learns from examples.
    pub(crate) fn train(examples: &[Sequence], kinds: usize) -> Self {
        let mut known = Known::default();
        for example in examples.iter().filter(|example| example.is_written) {
            known.see(&example.tokens);
            for (first, last, kind) in &example.spans {
                known.insert(example.tokens.get(*first..=*last).unwrap_or(&[]), *kind);
            }
        }
        let learned = train::train(examples, &known, kinds);
        let part = |weight: f32| (weight * GRAIN).round().clamp(-32_000.0, 32_000.0) as i16;
        let mut model = Self {
            kinds: u16::try_from(kinds).unwrap_or(u16::MAX),
            joints: learned.joints.iter().map(|weight| part(*weight)).collect(),
            values: known.list().collect(),
            words: distances(known.common()),
            longest: u16::try_from(known.longest()).unwrap_or(u16::MAX),
            ..Self::default()
        };
        let mut kept = Vec::new();
        for (feature, hash) in learned.hashes.iter().enumerate() {
            let range = train::range(&learned.ends, feature);
            let labels = learned.labels.get(range.clone()).unwrap_or(&[]);
            let weights = learned.weights.get(range).unwrap_or(&[]);
            let before = model.labels.len();
            for (label, weight) in labels.iter().zip(weights) {
                let weight = part(*weight);
                if weight != 0 {
                    model.labels.push(*label);
                    model.weights.push(weight);
                }
            }
            // A feature has no more weights than there are labels.
            let count = model.labels.len() - before;
            if count > 0 {
                kept.push(*hash);
                model.counts.push(u16::try_from(count).unwrap_or(u16::MAX));
            }
        }
        model.hashes = distances(kept.into_iter());
        model
    }

    /// Whether loaded numbers fit together, for so many kinds of value.
    pub(crate) fn fits(&self, kinds: usize) -> bool {
        let weights: usize = self.counts.iter().map(|count| usize::from(*count)).sum();
        let wanted = if kinds == 0 { 0 } else { joints(kinds) };
        kinds <= KINDS_MAX
            && usize::from(self.kinds) == kinds
            && self.hashes.len() == self.counts.len()
            && self.labels.len() == weights
            && self.weights.len() == weights
            && self.labels.iter().all(|label| usize::from(*label) < labels(kinds))
            && self.joints.len() == wanted
            && self.values.iter().all(|(_, kind)| *kind < self.kinds)
            && self.values.is_sorted_by(|a, b| a < b)
            && usize::from(self.longest) <= VALUE_TOKENS_MAX
    }
}

/// Sorted numbers, each as its distance from the one before: these are small.
fn distances(sorted: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut last = 0;
    sorted.map(|number| number - std::mem::replace(&mut last, number)).collect()
}

/// The numbers that [`distances`] was made of.
fn sums(distances: &[u32]) -> impl Iterator<Item = u32> {
    let mut sum = 0_u32;
    distances.iter().map(move |distance| {
        sum = sum.wrapping_add(*distance);
        sum
    })
}

/// A model ready for use.
#[derive(Debug)]
pub(crate) struct Labeller {
    kinds: usize,
    longest: usize,
    /// Where the weights of a feature begin and how many there are.
    features: HashMap<u32, (u32, u16), Hashed>,
    weights: Vec<(u16, f32)>,
    joints: Vec<f32>,
    factors: Vec<f32>,
    values: HashMap<u32, Vec<u16>, Hashed>,
    common: HashSet<u32, Hashed>,
}

impl Labeller {
    pub(crate) fn new(model: &SequenceModel) -> Self {
        let mut start = 0_u32;
        let mut features = HashMap::with_capacity_and_hasher(model.hashes.len(), Hashed::default());
        for (hash, count) in sums(&model.hashes).zip(&model.counts) {
            features.insert(hash, (start, *count));
            start = start.saturating_add(u32::from(*count));
        }
        let whole = |weight: &i16| f32::from(*weight) / GRAIN;
        let joints: Vec<f32> = model.joints.iter().map(whole).collect();
        let mut values: HashMap<u32, Vec<u16>, Hashed> = HashMap::default();
        model.values.iter().for_each(|(hash, kind)| values.entry(*hash).or_default().push(*kind));
        Self {
            kinds: usize::from(model.kinds),
            longest: usize::from(model.longest),
            features,
            weights: model.labels.iter().copied().zip(model.weights.iter().map(whole)).collect(),
            factors: joints.iter().map(|joint| exp::exp(*joint)).collect(),
            joints,
            values,
            common: sums(&model.words).collect(),
        }
    }

    /// The values in a text of these tokens.
    pub(crate) fn label(&self, tokens: &[Token], asked: Option<u16>) -> Vec<FoundSpan> {
        if self.kinds == 0 || tokens.is_empty() {
            return Vec::new();
        }
        let mut rows = Rows::default();
        rows.take(tokens, asked, self);
        let mut lattice = Lattice::default();
        lattice.clear(tokens.len(), self.kinds);
        let mut start = 0;
        for (scores, end) in lattice.scores.chunks_exact_mut(labels(self.kinds)).zip(&rows.ends) {
            for hash in rows.hashes.get(start..*end).unwrap_or(&[]) {
                let Some((from, count)) = self.features.get(hash) else { continue };
                let from = *from as usize;
                let weights = self.weights.get(from..from + usize::from(*count)).unwrap_or(&[]);
                for (label, weight) in weights {
                    if let Some(score) = scores.get_mut(usize::from(*label)) {
                        *score += weight;
                    }
                }
            }
            start = *end;
        }
        let mut spans = lattice.best(&self.joints);
        if spans.is_empty() {
            return Vec::new();
        }
        lattice.sum(&self.factors);
        lattice.expect(&self.factors);
        spans.iter_mut().for_each(|span| span.chance = lattice.chance(span));
        let found = |span: lattice::Span| FoundSpan {
            first: span.first,
            last: span.last,
            kind: u16::try_from(span.kind).unwrap_or(u16::MAX),
            chance: span.chance,
        };
        spans.into_iter().map(found).collect()
    }
}

impl Lookup for Labeller {
    fn is_common(&self, word: u32) -> bool {
        self.common.contains(&word)
    }

    fn kinds(&self, hash: u32, see: &mut dyn FnMut(u16)) {
        self.values.get(&hash).into_iter().flatten().for_each(|kind| see(*kind));
    }

    fn longest(&self) -> usize {
        self.longest
    }
}

#[cfg(test)]
mod tests;
