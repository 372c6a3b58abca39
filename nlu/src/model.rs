//! The trained model: one value that serialises, and the check of a loaded one.

use serde::{Deserialize, Serialize};

use crate::background;
use crate::classify::Classifier;
use crate::entities::learned::{LEARNED_TOKENS_MAX, LearnedModel};
use crate::entities::{Finder, MaskedText};
use crate::features;
use crate::judge::{self, Judged};
use crate::spec::{EntitySpec, Example, IntentSpec, Piece, Spec};

/// Intents that one model can tell apart.
pub const INTENTS_MAX: usize = 2_000;
/// Examples that one model learns from.
pub const EXAMPLES_MAX: usize = 200_000;

/// What [`train`] gives: the classifier, and what of the examples is needed at run time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub(crate) languages: Vec<crate::lang::Lang>,
    pub(crate) intents: Vec<IntentModel>,
    pub(crate) entities: Vec<EntitySpec>,
    /// Entities that stand in some example and are therefore put in place of their values.
    pub(crate) masked: Vec<u16>,
    pub(crate) classifier: Classifier,
    pub(crate) learned: LearnedModel,
}

/// What is kept of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct IntentModel {
    pub(crate) name: String,
    pub(crate) patterns: Vec<String>,
    /// Its examples as the classifier sees them, sorted: one of these word for word is sure.
    pub(crate) exact: Vec<String>,
    /// Slots that its examples annotate, with their entity, in order of first appearance.
    pub(crate) slots: Vec<(String, u16)>,
}

/// Why nothing could be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// More than a model can hold.
    #[error("{0} intents and {1} examples are more than a model can hold")]
    TooMuch(usize, usize),
    /// More examples with learned values than a model can learn from.
    #[error(
        "the examples with learned values have {0} words together, a model learns from at most \
         {LEARNED_TOKENS_MAX}"
    )]
    TooManyWords(usize),
    /// An entity's or intent's pattern does not compile.
    #[error("a pattern does not compile: {0}")]
    Pattern(String),
}

/// Why loaded bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the intent model is damaged: {0}")]
pub struct ModelError(pub String);

impl Model {
    /// The confidence from which an intent is to be accepted so that a share of the utterances that an
    /// intent is for, 0 to 0.5, is turned away: measured on examples that were held out. Nothing where
    /// there are no examples.
    #[must_use]
    pub fn accept_at(&self, false_rejects: f64) -> Option<f32> {
        self.classifier.confidence_at(false_rejects)
    }

    /// The share, 0 to 1, of the utterances that no bot is for that is accepted from this confidence
    /// on: measured on some that were held out. Nothing where none were.
    #[must_use]
    pub fn passes_at(&self, accept: f32) -> Option<f64> {
        self.classifier.passes_at(accept)
    }

    /// The model as bytes; the same model gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // A model is plain data within limits: serialising it into memory does not fail.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Reads what [`Model::to_bytes`] wrote, and checks that its parts fit together.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut model: Self = postcard::from_bytes(bytes).map_err(|e| ModelError(e.to_string()))?;
        let entity_ids = model.intents.iter().flat_map(|i| i.slots.iter().map(|(_, e)| *e));
        let known = entity_ids.chain(model.masked.iter().copied());
        if known.into_iter().any(|e| usize::from(e) >= model.entities.len()) {
            return Err(ModelError("it names an entity that it does not have".to_owned()));
        }
        if !model.classifier.fits(model.intents.len()) || !model.learned.fits(&model.entities) {
            return Err(ModelError("its numbers do not fit together".to_owned()));
        }
        model.classifier.prepare();
        Ok(model)
    }
}

/// Learns the intents of a project.
///
/// # Errors
/// See [`TrainError`].
pub fn train(spec: &Spec) -> Result<Model, TrainError> {
    Ok(train_and_judge(spec)?.0)
}

/// Learns the intents of a project, and says what the model makes of their examples.
///
/// # Errors
/// See [`TrainError`].
pub fn train_and_judge(spec: &Spec) -> Result<(Model, Vec<Judged>), TrainError> {
    let examples: usize = spec.intents.iter().map(|i| i.examples.len() + i.negatives.len()).sum();
    if spec.intents.len() > INTENTS_MAX || examples > EXAMPLES_MAX {
        return Err(TrainError::TooMuch(spec.intents.len(), examples));
    }
    let masked = masked_entities(spec);
    let finder = Finder::new(&spec.entities).map_err(TrainError::Pattern)?;
    let text = |example: &Example| finder.mask_example(example, &masked);
    let mut texts: Vec<(String, Option<u32>)> = Vec::with_capacity(examples);
    let mut intents = Vec::with_capacity(spec.intents.len());
    for (number, intent) in (0..).zip(&spec.intents) {
        let own: Vec<String> = intent.examples.iter().map(text).collect();
        texts.extend(own.iter().map(|text| (text.clone(), Some(number))));
        texts.extend(intent.negatives.iter().map(|example| (text(example), None)));
        intents.push(intent_model(intent, own)?);
    }
    let names: Vec<(String, Option<u32>)> =
        (0..).zip(&spec.intents).map(|(n, intent)| (words_of(&intent.name), Some(n))).collect();
    let unrelated = background(spec, &finder, &masked, &texts);
    let (classifier, held_out) = Classifier::train(&texts, &names, &unrelated, spec.intents.len());
    let judged = judge::judge(&classifier, &texts, &held_out);
    let learned =
        LearnedModel::train(spec, &finder, &masked, &background::utterances(&spec.languages))
            .map_err(TrainError::TooManyWords)?;
    let (languages, entities) = (spec.languages.clone(), spec.entities.clone());
    Ok((Model { languages, intents, entities, masked, classifier, learned }, judged))
}

/// A name as words: `card.arrival_late` says what its intent is about, as an example does.
fn words_of(name: &str) -> String {
    let words: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    features::fold_text(&words)
}

/// Utterances that this project is not for, as the classifier sees them.
fn background(
    spec: &Spec,
    finder: &Finder,
    masked: &[u16],
    texts: &[(String, Option<u32>)],
) -> Vec<String> {
    let seen = |utterance: &str| {
        let pieces = vec![Piece::Text(utterance.to_owned())];
        finder.mask_example(&Example { lang: None, pieces }, masked)
    };
    let all = background::utterances(&spec.languages).into_iter().map(seen);
    background::unlike(all, texts.iter().filter(|(_, l)| l.is_some()).map(|(t, _)| t.as_str()))
}

fn intent_model(intent: &IntentSpec, mut exact: Vec<String>) -> Result<IntentModel, TrainError> {
    for pattern in &intent.patterns {
        crate::entities::build_regex(pattern).map_err(TrainError::Pattern)?;
    }
    exact.iter_mut().for_each(|text| *text = MaskedText::key(text));
    exact.sort_unstable();
    exact.dedup();
    let mut slots: Vec<(String, u16)> = Vec::new();
    for piece in intent.examples.iter().flat_map(|example| &example.pieces) {
        if let Piece::Slot { slot, entity, .. } = piece
            && !slots.iter().any(|(known, _)| known == slot)
        {
            slots.push((slot.clone(), entity.0));
        }
    }
    Ok(IntentModel { name: intent.name.clone(), patterns: intent.patterns.clone(), exact, slots })
}

fn masked_entities(spec: &Spec) -> Vec<u16> {
    let examples = spec.intents.iter().flat_map(|intent| &intent.examples);
    let mut masked: Vec<u16> = examples
        .flat_map(|example| &example.pieces)
        .filter_map(|piece| match piece {
            Piece::Slot { entity, .. } => Some(entity.0),
            Piece::Text(_) => None,
        })
        .collect();
    masked.sort_unstable();
    masked.dedup();
    masked
}
