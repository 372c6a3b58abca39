//! The trained model: one value that serialises, and the check of a loaded one.

use serde::{Deserialize, Serialize};

use crate::background;
use crate::classify::Classifier;
use crate::encoder::{Encoder, EncoderError, Sight};
use crate::entities::learned::{LEARNED_TOKENS_MAX, LearnedModel};
use crate::entities::{Finder, MaskedText};
use crate::features;
use crate::judge::{self, Judged};
use crate::meanings;
use crate::rows::{Label, Rows};
use crate::spec::{EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec};

/// Intents that one model can tell apart.
pub const INTENTS_MAX: usize = 2_000;
/// Examples that one model learns from.
pub const EXAMPLES_MAX: usize = 200_000;
/// Characters of all these examples together: a hundred each.
pub const EXAMPLE_CHARS_MAX: usize = 20_000_000;
/// Patterns of the intents and entities of one model together.
pub const PATTERNS_MAX: usize = 2_000;
/// Entities that one model can tell apart: each has a character that stands for it.
pub const ENTITIES_MAX: usize = features::ENTITIES_MAX as usize;

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
    /// Examples that are too long together.
    #[error(
        "the examples have {0} characters together, a model learns from at most {EXAMPLE_CHARS_MAX}"
    )]
    TooMuchText(usize),
    /// More entities than a model can tell apart.
    #[error("{0} entities are more than a model can tell apart: {ENTITIES_MAX}")]
    TooManyEntities(usize),
    /// More patterns than a model can hold.
    #[error("{0} patterns are more than a model can hold: {PATTERNS_MAX}")]
    TooManyPatterns(usize),
    /// More examples with learned values than a model can learn from.
    #[error(
        "the examples with learned values have {0} words together, a model learns from at most \
         {LEARNED_TOKENS_MAX}"
    )]
    TooManyWords(usize),
    /// The sentence encoder failed.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// An entity's or intent's pattern does not compile.
    #[error("a pattern does not compile: {0}")]
    Pattern(String),
}

/// Why a loaded model cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The bytes are not those of a model.
    #[error("the intent model is damaged: {0}")]
    Damaged(String),
    /// It was trained with a sentence encoder, and there is none.
    #[error(
        "the intent model was trained with a sentence encoder ({}), and none is named here: name the \
         folder of its weights in flowright.toml, `[nlu] encoder = \"FOLDER\"`, or build the bundle \
         again without; where no encoder was ever named, another version of flowright built it, with \
         another table of what words mean", short(.0)
    )]
    NoEncoder([u8; 32]),
    /// It was trained with another sentence encoder.
    #[error(
        "the intent model was trained with another sentence encoder ({}) than the one that is named \
         here ({}): name the folder of that one in flowright.toml, or build the bundle again",
        short(.trained), short(.given)
    )]
    OtherEncoder {
        /// What it was trained with.
        trained: [u8; 32],
        /// What there is.
        given: [u8; 32],
    },
}

/// Enough of an id to tell two apart.
fn short(id: &[u8; 32]) -> String {
    id.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

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

    /// The id of the sentence encoder that it was trained with, where one was named.
    #[must_use]
    pub fn encoder(&self) -> Option<[u8; 32]> {
        let id = self.classifier.encoder().map(|trained| trained.id);
        id.filter(|id| meanings::with_id(*id).is_none())
    }

    /// What the entities are called, as words.
    pub(crate) fn entity_words(&self) -> Vec<String> {
        self.entities.iter().map(|entity| words_of(&entity.name)).collect()
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
        let damaged = |cause: &str| ModelError::Damaged(cause.to_owned());
        let mut model: Self = postcard::from_bytes(bytes).map_err(|e| damaged(&e.to_string()))?;
        if model.intents.len() > INTENTS_MAX
            || !model.entities.iter().all(has_room)
            || model.entities.len() > ENTITIES_MAX
        {
            return Err(damaged("it has more intents, entities or choices than a model can hold"));
        }
        let of_intents: usize = model.intents.iter().map(|intent| intent.patterns.len()).sum();
        let patterns = of_intents + patterns_of(&model.entities);
        if patterns > PATTERNS_MAX {
            let cause = format!("it has {patterns} patterns, a model holds at most {PATTERNS_MAX}");
            return Err(ModelError::Damaged(cause));
        }
        let entity_ids = model.intents.iter().flat_map(|i| i.slots.iter().map(|(_, e)| *e));
        let known = entity_ids.chain(model.masked.iter().copied());
        if known.into_iter().any(|e| usize::from(e) >= model.entities.len()) {
            return Err(damaged("it names an entity that it does not have"));
        }
        let masked_in_order = model.masked.is_sorted_by(|a, b| a < b);
        if !masked_in_order
            || !model.classifier.fits(model.intents.len())
            || !model.learned.fits(&model.entities)
        {
            return Err(damaged("its numbers do not fit together"));
        }
        model.classifier.prepare();
        Ok(model)
    }
}

/// How many patterns entities have.
fn patterns_of(entities: &[EntitySpec]) -> usize {
    entities.iter().map(|entity| entity.kind.patterns()).sum()
}

/// Whether each choice of an entity has a number.
fn has_room(entity: &EntitySpec) -> bool {
    match &entity.kind {
        EntityKind::Choice(options) => options.len() < usize::from(u16::MAX),
        _ => true,
    }
}

/// Learns the intents of a project.
///
/// # Errors
/// See [`TrainError`].
pub fn train(spec: &Spec) -> Result<Model, TrainError> {
    train_with(spec, None)
}

/// Learns the intents of a project, with what an encoder makes of its sentences where there is one; else
/// with what their words mean, where the crate knows that of one of its languages.
///
/// # Errors
/// See [`TrainError`].
pub fn train_with(spec: &Spec, encoder: Option<&dyn Encoder>) -> Result<Model, TrainError> {
    Ok(train_and_judge(spec, encoder)?.0)
}

/// Learns the intents of a project, and says what the model makes of their examples.
///
/// # Errors
/// See [`TrainError`].
pub fn train_and_judge(
    spec: &Spec,
    encoder: Option<&dyn Encoder>,
) -> Result<(Model, Vec<Judged>), TrainError> {
    let examples: usize = spec.intents.iter().map(|i| i.examples.len() + i.negatives.len()).sum();
    if spec.intents.len() > INTENTS_MAX || examples > EXAMPLES_MAX {
        return Err(TrainError::TooMuch(spec.intents.len(), examples));
    }
    let chars = spec.intents.iter().map(IntentSpec::chars).sum();
    if chars > EXAMPLE_CHARS_MAX {
        return Err(TrainError::TooMuchText(chars));
    }
    if spec.entities.len() > ENTITIES_MAX {
        return Err(TrainError::TooManyEntities(spec.entities.len()));
    }
    let of_intents: usize = spec.intents.iter().map(|intent| intent.patterns.len()).sum();
    let patterns = of_intents + patterns_of(&spec.entities);
    if patterns > PATTERNS_MAX {
        return Err(TrainError::TooManyPatterns(patterns));
    }
    let masked = masked_entities(spec);
    let finder = Finder::new(&spec.entities).map_err(TrainError::Pattern)?;
    let text = |example: &Example| finder.mask_example(example, &masked);
    let mut texts: Vec<(String, Label)> = Vec::with_capacity(examples);
    let mut intents = Vec::with_capacity(spec.intents.len());
    for (number, intent) in (0..).zip(&spec.intents) {
        let own: Vec<String> = intent.examples.iter().map(text).collect();
        texts.extend(own.iter().map(|text| (text.clone(), Label::Of(number))));
        texts.extend(intent.negatives.iter().map(|example| (text(example), Label::Not(number))));
        intents.push(intent_model(intent, own)?);
    }
    let name = |(number, intent): (u32, &IntentSpec)| (words_of(&intent.name), Label::Of(number));
    let names: Vec<(String, Label)> = (0..).zip(&spec.intents).map(name).collect();
    let unrelated = background(spec, &finder, &masked, &texts);
    let entities: Vec<String> = spec.entities.iter().map(|entity| words_of(&entity.name)).collect();
    let meanings = meanings::of(&spec.languages);
    let meanings = meanings.as_deref().map(|meanings| -> &dyn Encoder { meanings });
    let sight = match encoder {
        Some(_) => Sight { encoder, names: &entities },
        // That a value is there says little by its name, and the sum of few words is easily drawn to it.
        None => Sight { encoder: meanings, names: &[] },
    };
    let rows = Rows::new(&texts, &names, &unrelated, sight)?;
    let (classifier, held_out) = Classifier::train(&rows, spec.intents.len());
    let judged = judge::judge(&classifier, &rows, &held_out);
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
    texts: &[(String, Label)],
) -> Vec<String> {
    let seen = |utterance: &str| {
        let pieces = vec![Piece::Text(utterance.to_owned())];
        finder.mask_example(&Example { lang: None, pieces }, masked)
    };
    let all = background::utterances(&spec.languages).into_iter().map(seen);
    let examples = texts.iter().filter(|(_, label)| label.class().is_some());
    background::unlike(all, examples.map(|(text, _)| text.as_str()))
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

#[cfg(test)]
mod tests;
