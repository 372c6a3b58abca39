//! Why a model takes an utterance for what it does: what each word adds, what is not known, what was
//! found by other means.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::classify::{Contribution, Parts};
use crate::encoder::EncoderError;
use crate::entities::MaskedText;
use crate::features;
use crate::understand::{Context, Read, Understander, limited};

/// Why an utterance is taken for its intents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The utterance as the classifier sees it: folded, values that stand in examples as `{entity}`.
    pub seen_as: String,
    /// Words, and pairs of Chinese characters, that no example has.
    pub unknown: Vec<String>,
    /// Their share of all words, 0 to 1; words that say little by themselves count half.
    pub unknown_share: f32,
    /// What they take from every margin.
    pub penalty: f32,
    /// The likeliest intents, surest first.
    pub intents: Vec<IntentExplanation>,
}

/// What speaks for an intent, and against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentExplanation {
    /// The intent.
    pub intent: String,
    /// How sure the model is of it, 0 to 1.
    pub confidence: f32,
    /// The sum of the words' shares, `sentence` and `bias`; what confidence is made from is this less the penalty.
    pub margin: f32,
    /// What the intent has without any word.
    pub bias: f32,
    /// The utterance is one of its examples, word for word.
    pub is_example: bool,
    /// One of its patterns fits.
    pub fits_pattern: bool,
    /// What the sentence encoder's view of the whole utterance adds; nothing without an encoder.
    pub sentence: Option<f32>,
    /// What each word adds, most first.
    pub words: Vec<Contribution>,
}

impl Understander {
    /// Why an utterance is taken for its `count` likeliest intents.
    ///
    /// # Errors
    /// The sentence encoder failed.
    pub fn explain(
        &self,
        text: &str,
        cx: &Context,
        count: usize,
    ) -> Result<Explanation, EncoderError> {
        let text = limited(text);
        let Read { understanding: understood, masked, features } = self.read(text, cx);
        let features = features?;
        let classifier = &self.model.classifier;
        let own = self.exact.get(&MaskedText::key(&masked.text));
        let intent = |intent: u16, confidence: f32| {
            let parts = classifier.parts(&masked.text, &features, u32::from(intent));
            let Parts { mut words, sentence, bias } = parts;
            let of_words = words.iter().map(|part| part.margin).sum::<f32>();
            let margin = bias + of_words + sentence.unwrap_or(0.0);
            words.iter_mut().for_each(|part| part.words = self.shown(&part.words));
            let patterns = self.patterns.get(usize::from(intent));
            IntentExplanation {
                intent: self.intent_name(intent).unwrap_or_default().to_owned(),
                confidence,
                margin,
                bias,
                is_example: own.is_some_and(|intents| intents.contains(&intent)),
                fits_pattern: patterns
                    .is_some_and(|patterns| patterns.iter().any(|pattern| pattern.is_match(text))),
                sentence,
                words,
            }
        };
        let best = understood.intents.iter().take(count);
        Ok(Explanation {
            seen_as: self.shown(&masked.text),
            unknown: classifier.unknown_words(&masked.text),
            unknown_share: understood.unknown_share,
            penalty: crate::classify::UNKNOWN_PENALTY * understood.unknown_share,
            intents: best.map(|best| intent(best.intent, best.confidence)).collect(),
        })
    }

    /// A masked text with the names of the entities in it.
    fn shown(&self, masked: &str) -> String {
        let names: BTreeMap<char, &str> = (0..)
            .zip(&self.model.entities)
            .map(|(number, entity)| (features::entity_char(number), entity.name.as_str()))
            .collect();
        let mut shown = String::with_capacity(masked.len());
        for c in masked.chars() {
            match names.get(&c) {
                Some(name) => shown.extend(["{", name, "}"]),
                None => shown.push(c),
            }
        }
        shown
    }
}
