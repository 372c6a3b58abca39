//! One utterance, understood: language, intents, entities, yes or no, correction, sentiment.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::classify::Confidences;
use crate::detect::detect;
use crate::encoder::{Encoder, EncoderError, Sight};
use crate::entities::{Finder, MaskedText, answers, build_regex};
use crate::features::Features;
use crate::fold::Folded;
use crate::lang::Lang;
use crate::meanings;
use crate::model::{Model, ModelError};
use crate::sentiment;
use crate::spec::EntityId;
use crate::value::{Date, Value};

/// Characters of an utterance that are looked at; what follows is not.
pub const UTTERANCE_CHARS_MAX: usize = 10_000;

/// Confidence of an utterance that is one of the examples, word for word.
const EXACT_CONFIDENCE: f32 = 0.97;
/// Intents below this are not worth naming, but for the best.
const FLOOR: f32 = 0.02;

/// What the moment brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Today in `timezone`.
    pub today: Date,
    /// Now, ms UTC.
    pub now_ms: i64,
    /// IANA name.
    pub timezone: String,
    /// The session's language, for what does not tell.
    pub lang: Lang,
}

impl Context {
    /// A moment in a timezone; one that is not known is taken for UTC.
    #[must_use]
    pub fn at(now_ms: i64, timezone: &str, lang: Lang) -> Self {
        let zone = jiff::tz::TimeZone::get(timezone).unwrap_or(jiff::tz::TimeZone::UTC);
        let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let today = Date::from_civil(zone.to_datetime(now).date());
        Self { today, now_ms, timezone: timezone.to_owned(), lang }
    }
}

/// What an utterance holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// Its language, when it tells.
    pub lang: Option<Lang>,
    /// Intents, surest first.
    pub intents: Vec<ScoredIntent>,
    /// Entities of every declared kind but plain text; several may cover the same words.
    pub entities: Vec<EntityMatch>,
    /// Yes or no, when it says little else.
    pub yes_no: Option<bool>,
    /// It takes something back ("no, 54321", "不是周三,是周四").
    pub correction: bool,
    /// Share of its words that no example has, 0 to 1.
    pub unknown_share: f32,
    /// How the customer feels by what she writes, -1 to 1; 0 where nothing says.
    pub sentiment: f32,
    /// Why no intent was recognised but by patterns and whole examples: the model's sentence encoder
    /// failed.
    pub fault: Option<EncoderError>,
}

/// An intent with how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredIntent {
    /// Number in the [`crate::spec::Spec`].
    pub intent: u16,
    /// How likely it is right, 0 to 1.
    pub confidence: f32,
    /// Values for the slots that the intent's examples annotate.
    pub slots: Vec<(String, EntityMatch)>,
}

/// A value found in an utterance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityMatch {
    /// Which entity.
    pub entity: EntityId,
    /// First byte in the utterance as it was written.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it means.
    pub value: Value,
    /// Named to say that it is wrong ("not the 15th").
    pub negated: bool,
    /// One end of a range ("Monday to Wednesday"), or one of several alternatives ("Monday or Tuesday").
    /// What is found elsewhere never says so.
    #[serde(skip)]
    pub range_end: bool,
}

impl EntityMatch {
    /// Whether it is a value by itself: neither denied nor one of two.
    #[must_use]
    pub const fn is_meant(&self) -> bool {
        !self.negated && !self.range_end
    }
}

/// A model ready for use.
#[derive(Debug)]
pub struct Understander {
    pub(crate) model: Model,
    finder: Finder,
    pub(crate) patterns: Vec<Vec<Regex>>,
    /// Intents by the examples that are theirs word for word, in the form of [`MaskedText::key`].
    pub(crate) exact: HashMap<String, Vec<u16>>,
    /// The encoder that the model was trained with.
    encoder: Option<Arc<dyn Encoder>>,
    takes_long: bool,
    /// What the entities are called, as words, for an encoder that reads them in a sentence.
    entity_words: Vec<String>,
}

impl Understander {
    /// Prepares a model that was trained without an encoder.
    ///
    /// # Errors
    /// A pattern that does not compile; a model that needs an encoder.
    pub fn new(model: Model) -> Result<Self, ModelError> {
        Self::with_encoder(model, None)
    }

    /// Prepares a model. One that was trained without an encoder does not use it.
    ///
    /// # Errors
    /// A pattern that does not compile; a model that needs another encoder.
    pub fn with_encoder(
        mut model: Model,
        encoder: Option<Arc<dyn Encoder>>,
    ) -> Result<Self, ModelError> {
        let trained = model.classifier.encoder();
        let own = trained.and_then(|trained| meanings::with_id(trained.id));
        let takes_long = trained.is_some() && own.is_none();
        let encoder = match (trained.filter(|_| own.is_none()), encoder) {
            (None, _) => own.map(|own| own as Arc<dyn Encoder>),
            (Some(trained), None) => return Err(ModelError::NoEncoder(trained.id)),
            (Some(trained), Some(encoder)) => {
                let (given, width) = (encoder.id(), encoder.width());
                if trained.id != given || trained.width as usize != width {
                    return Err(ModelError::OtherEncoder { trained: trained.id, given });
                }
                Some(encoder)
            }
        };
        sentiment::prepare();
        let finder =
            Finder::new(&model.entities).map_err(ModelError::Damaged)?.with_learned(&model.learned);
        let compile = |patterns: &Vec<String>| {
            patterns
                .iter()
                .map(|p| build_regex(p))
                .collect::<Result<Vec<_>, _>>()
                .map_err(ModelError::Damaged)
        };
        let patterns =
            model.intents.iter().map(|i| compile(&i.patterns)).collect::<Result<_, _>>()?;
        let mut exact: HashMap<String, Vec<u16>> = HashMap::new();
        for (number, intent) in (0..).zip(&mut model.intents) {
            for key in intent.exact.drain(..) {
                exact.entry(key).or_default().push(number);
            }
        }
        let entity_words = if takes_long { model.entity_words() } else { Vec::new() };
        Ok(Self { model, finder, patterns, exact, encoder, takes_long, entity_words })
    }

    /// Name of an intent.
    #[must_use]
    pub fn intent_name(&self, intent: u16) -> Option<&str> {
        self.model.intents.get(usize::from(intent)).map(|intent| intent.name.as_str())
    }

    /// Name of an entity.
    #[must_use]
    pub fn entity_name(&self, entity: EntityId) -> Option<&str> {
        self.model.entities.get(usize::from(entity.0)).map(|entity| entity.name.as_str())
    }

    /// Whether understanding takes as long as an encoder that is named does, which is a thousand times as
    /// long as without.
    #[must_use]
    pub const fn takes_long(&self) -> bool {
        self.takes_long
    }

    /// The language of an utterance, when it tells.
    #[must_use]
    pub fn language(&self, text: &str) -> Option<Lang> {
        detect(limited(text), &self.model.languages)
    }

    /// How the model looks at texts.
    pub(crate) fn sight(&self) -> Sight<'_> {
        Sight { encoder: self.encoder.as_deref(), names: &self.entity_words }
    }

    /// Understands an utterance.
    #[must_use]
    pub fn understand(&self, text: &str, cx: &Context) -> Understanding {
        self.read(limited(text), cx).understanding
    }

    /// Understands a text that is not too long, and keeps what that was made from.
    pub(crate) fn read(&self, text: &str, cx: &Context) -> Read {
        let lang = detect(text, &self.model.languages);
        let folded = Folded::new(text);
        let entities = self.finder.find_all_in(text, &folded, cx);
        let masked = MaskedText::new(text, &entities, &self.model.masked);
        let features = self.sight().features(&masked.text);
        let (intents, unknown_share) =
            self.intents(text, &masked, &entities, features.as_ref().ok());
        let understanding = Understanding {
            lang,
            intents,
            yes_no: answers::yes_no(&folded.text),
            correction: answers::is_correction(&folded.text) || entities.iter().any(|e| e.negated),
            entities,
            unknown_share,
            sentiment: sentiment::sentiment(text),
            fault: features.as_ref().err().cloned(),
        };
        Read { understanding, masked, features }
    }

    /// Every match of one entity, surest first. Plain text matches as a whole.
    #[must_use]
    pub fn find(&self, text: &str, entity: EntityId, cx: &Context) -> Vec<EntityMatch> {
        self.finder.find(limited(text), entity, cx)
    }

    fn intents(
        &self,
        text: &str,
        masked: &MaskedText,
        entities: &[EntityMatch],
        features: Option<&Features>,
    ) -> (Vec<ScoredIntent>, f32) {
        let found = match features {
            Some(features) => self.model.classifier.confidences(features),
            None => {
                Confidences { classes: vec![0.0; self.model.intents.len()], unknown_share: 1.0 }
            }
        };
        let mut sure = found.classes;
        for intent in self.exact.get(&MaskedText::key(&masked.text)).into_iter().flatten() {
            if let Some(confidence) = sure.get_mut(usize::from(*intent)) {
                *confidence = confidence.max(EXACT_CONFIDENCE);
            }
        }
        for (confidence, patterns) in sure.iter_mut().zip(&self.patterns) {
            if patterns.iter().any(|pattern| pattern.is_match(text)) {
                *confidence = 1.0;
            }
        }
        let most = sure.iter().copied().fold(0.0, f32::max);
        let mut named: Vec<(u16, f32)> =
            (0..).zip(sure).filter(|(_, confidence)| *confidence >= FLOOR.min(most)).collect();
        named.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let intents = named
            .into_iter()
            .map(|(intent, confidence)| ScoredIntent {
                intent,
                confidence,
                slots: self.slots(usize::from(intent), masked, entities),
            })
            .collect();
        (intents, found.unknown_share)
    }

    /// Gives each annotated slot of an intent the next match of its entity.
    pub(crate) fn slots(
        &self,
        class: usize,
        masked: &MaskedText,
        entities: &[EntityMatch],
    ) -> Vec<(String, EntityMatch)> {
        let Some(intent) = self.model.intents.get(class) else { return Vec::new() };
        let mut taken: Vec<usize> = Vec::new();
        let mut slots = Vec::new();
        for (slot, entity) in &intent.slots {
            // "From Monday to Wednesday" is for two slots, and for one it is nothing.
            let several = intent.slots.iter().filter(|(_, other)| other == entity).count() > 1;
            let fits = |e: &EntityMatch| {
                e.entity.0 == *entity && if several { !e.negated } else { e.is_meant() }
            };
            let mut free = masked.used.iter().filter(|i| !taken.contains(i));
            let next = free.find(|i| entities.get(**i).is_some_and(fits));
            if let Some((i, found)) = next.and_then(|i| Some((*i, entities.get(*i)?))) {
                taken.push(i);
                slots.push((slot.clone(), found.clone()));
            }
        }
        slots
    }
}

/// An utterance that was understood, with how it was seen.
pub(crate) struct Read {
    pub(crate) understanding: Understanding,
    pub(crate) masked: MaskedText,
    pub(crate) features: Result<Features, EncoderError>,
}

/// The part of an utterance that is looked at.
pub(crate) fn limited(text: &str) -> &str {
    match text.char_indices().nth(UTTERANCE_CHARS_MAX) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}
