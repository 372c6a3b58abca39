//! What a model elsewhere made of an utterance, laid over what the local one makes of it.
//!
//! The local model keeps what it is sure of: an utterance that is an example word for word or that
//! a pattern of an intent fits has the local intents, and what the pattern of an entity finds
//! stays. Yes, no and whether something is taken back are always its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entities::{MaskedText, answers, without_overlaps};
use crate::fold::Folded;
use crate::lang::Lang;
use crate::spec::{Builtin, EntityId, EntityKind};
use crate::understand::{Context, EntityMatch, ScoredIntent, Understander, Understanding, limited};
use crate::value::Value;

/// What a model elsewhere made of an utterance, in numbers of this project. It is kept with the
/// message, so that the same message is always understood alike.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct External {
    /// The utterance's language.
    pub lang: Option<Lang>,
    /// Intents, surest first; empty: it means none. Absent: nothing is said of intents.
    pub intents: Option<Vec<ExternalIntent>>,
    /// Values, with their places in bytes.
    pub entities: Vec<EntityMatch>,
    /// How the customer feels, in hundredths, -100 to 100.
    pub sentiment_percent: Option<i8>,
}

/// An intent with how sure the model elsewhere is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalIntent {
    /// Number in the [`crate::spec::Spec`].
    pub intent: u16,
    /// Confidence in thousandths: a whole number is the same on every machine.
    pub confidence_thousandths: u16,
}

impl Understander {
    /// Understands an utterance, with what a model elsewhere made of it where there is such a thing.
    #[must_use]
    pub fn understand_with(
        &self,
        text: &str,
        cx: &Context,
        external: Option<&External>,
    ) -> Understanding {
        let mut understood = self.understand(text, cx);
        let Some(external) = external else { return understood };
        let text = limited(text);
        if let Some(lang) = external.lang.filter(|lang| self.speaks(*lang)) {
            understood.lang = Some(lang);
        }
        if let Some(percent) = external.sentiment_percent {
            understood.sentiment = f32::from(percent.clamp(-100, 100)) / 100.0;
        }
        let local = MaskedText::new(text, &understood.entities, &self.model.masked);
        let given = external.intents.as_ref().filter(|_| !self.is_sure(text, &local));
        if let Some(given) = given {
            understood.intents = self.scored(given);
        }
        let entities = self.overlaid(text, understood.entities, external);
        let masked = MaskedText::new(text, &entities, &self.model.masked);
        for intent in &mut understood.intents {
            intent.slots = self.slots(usize::from(intent.intent), &masked, &entities);
        }
        understood.correction = answers::is_correction(&Folded::new(text).text)
            || entities.iter().any(|found| found.negated);
        understood.entities = entities;
        understood
    }

    /// Every match of one entity, with those that a model elsewhere found.
    #[must_use]
    pub fn find_with(
        &self,
        text: &str,
        entity: EntityId,
        cx: &Context,
        external: Option<&External>,
    ) -> Vec<EntityMatch> {
        let local = self.find(text, entity, cx);
        let Some(external) = external else { return local };
        let mut found = self.overlaid(limited(text), local, external);
        found.retain(|found| found.entity == entity);
        found
    }

    /// Whether the bot speaks a language.
    #[must_use]
    pub fn speaks(&self, lang: Lang) -> bool {
        self.model.languages.contains(&lang)
    }

    /// A text that was given for the value of an entity, as the entity reads it: its patterns (or
    /// what finds an address or number) must find one value in it, and that is the value.
    #[must_use]
    pub fn text_value(&self, entity: EntityId, text: &str, cx: &Context) -> Option<Value> {
        let text = text.trim();
        match self.model.entities.get(usize::from(entity.0)).map(|entity| &entity.kind)? {
            EntityKind::Learned => (!text.is_empty()).then(|| Value::Text(text.to_owned())),
            // It stands for the whole of an utterance, whatever that is.
            EntityKind::Builtin(Builtin::Text) => None,
            _ => match self.find(text, entity, cx).as_slice() {
                [only] if matches!(only.value, Value::Text(_)) => Some(only.value.clone()),
                _ => None,
            },
        }
    }

    /// Whether the intents of an utterance are beyond doubt.
    fn is_sure(&self, text: &str, masked: &MaskedText) -> bool {
        self.exact.contains_key(&MaskedText::key(&masked.text))
            || self.patterns.iter().flatten().any(|pattern| pattern.is_match(text))
    }

    fn scored(&self, given: &[ExternalIntent]) -> Vec<ScoredIntent> {
        let known = given.iter().filter(|given| self.intent_name(given.intent).is_some());
        let scored = |given: &ExternalIntent| ScoredIntent {
            intent: given.intent,
            confidence: f32::from(given.confidence_thousandths.min(1_000)) / 1_000.0,
            slots: Vec::new(),
        };
        let mut intents: Vec<ScoredIntent> = known.map(scored).collect();
        intents.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.intent.cmp(&b.intent)));
        intents
    }

    /// Local matches and given ones together, in order of entity and place. Of an entity that is
    /// given, the local matches go, but for those of its patterns: they go before what overlaps them.
    /// Of given matches of one entity that overlap, the longest stays.
    fn overlaid(
        &self,
        text: &str,
        local: Vec<EntityMatch>,
        external: &External,
    ) -> Vec<EntityMatch> {
        let stands = |found: &&EntityMatch| {
            found.start < found.end && text.get(found.start..found.end).is_some()
        };
        let given = || external.entities.iter().filter(stands);
        let stays = |own: &EntityMatch| {
            self.has_patterns(own.entity) || !given().any(|found| found.entity == own.entity)
        };
        let mut all: Vec<EntityMatch> = local.into_iter().filter(stays).collect();
        let overlaps = |found: &EntityMatch, own: &EntityMatch| {
            own.entity == found.entity && own.start < found.end && found.start < own.end
        };
        let free = |found: &&EntityMatch| !all.iter().any(|own| overlaps(found, own));
        let free: Vec<EntityMatch> = given().filter(free).cloned().collect();
        let mut by_entity: BTreeMap<EntityId, Vec<EntityMatch>> = BTreeMap::new();
        for found in free {
            by_entity.entry(found.entity).or_default().push(found);
        }
        let added: Vec<EntityMatch> = by_entity.into_values().flat_map(without_overlaps).collect();
        all.extend(added);
        all.sort_by_key(|found| (found.entity, found.start));
        all
    }

    fn has_patterns(&self, entity: EntityId) -> bool {
        let entity = self.model.entities.get(usize::from(entity.0));
        entity.is_some_and(|entity| matches!(entity.kind, EntityKind::Pattern { .. }))
    }
}
