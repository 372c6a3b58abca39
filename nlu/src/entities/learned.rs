//! Values of entities that are learned from the examples in which they stand.
//!
//! A text is cut into tokens (`sequence::tokens`); values of other entities that stand in examples
//! are one token each, as for the intents. What was asked is a feature: the model also learns from
//! each value as the whole answer to a question for it, and from half of the examples as if they
//! were said where a value is asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Finder, Found, MaskedText, gaps, negation, ranges};
use crate::features;
use crate::sequence::tokens::{self, Token};
use crate::sequence::{KINDS_MAX, Labeller, Sequence, SequenceModel};
use crate::spec::{EntityId, EntityKind, EntitySpec, Example, Piece, Spec};
use crate::understand::EntityMatch;
use crate::value::Value;

/// How likely a value has to be, to be taken.
const CHANCE_MIN: f32 = 0.3;
/// Tokens of an utterance in which values are looked for.
const TOKENS_LOOKED_AT: usize = 1_000;
/// Tokens of all examples with learned values together.
pub const LEARNED_TOKENS_MAX: usize = 400_000;
/// Learned entities of a project.
pub const LEARNED_ENTITIES_MAX: usize = KINDS_MAX;
/// Values that are learned as answers.
const ANSWERS_MAX: usize = 2_000;

/// What is kept of the learned entities of a project.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct LearnedModel {
    /// Number of the entity of each kind of value.
    entities: Vec<u16>,
    /// Entities whose values are one token.
    whole: Vec<u16>,
    sequence: SequenceModel,
}

impl LearnedModel {
    /// Learns. `masked` are the entities that stand in examples; `background` is what no bot is for.
    /// Where there is too much to learn from, how many tokens that is.
    pub(crate) fn train(
        spec: &Spec,
        finder: &Finder,
        masked: &[u16],
        background: &[&str],
    ) -> Result<Self, usize> {
        let is_learned = |entity: &u16| is_learned(&spec.entities, *entity);
        let examples = || spec.intents.iter().flat_map(|intent| &intent.examples);
        let values = values(examples(), &spec.entities);
        let entities: Vec<u16> = values.keys().copied().take(KINDS_MAX).collect();
        if entities.is_empty() {
            return Ok(Self::default());
        }
        let whole = masked.iter().copied().filter(|entity| !is_learned(entity)).collect();
        let mut model = Self { entities, whole, sequence: SequenceModel::default() };
        let mut reader = Reader { model: &model, finder, values: &values, next: BTreeMap::new() };
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for example in examples() {
            let sequence = reader.sequence(example);
            if sequence.spans.is_empty() { without.push(sequence) } else { with.push(sequence) }
        }
        let negatives = spec.intents.iter().flat_map(|intent| &intent.negatives);
        without.extend(negatives.map(|example| reader.sequence(example)));
        without.extend(background.iter().map(|text| reader.plain(text)));
        let tokens: usize = with.iter().map(|sequence| sequence.tokens.len()).sum();
        if tokens > LEARNED_TOKENS_MAX {
            return Err(tokens);
        }
        // Texts without a value are no more than as many tokens again: each so-manieth of them.
        let others: usize = without.iter().map(|sequence| sequence.tokens.len()).sum();
        let every = others.div_ceil(tokens.max(1_000)).max(1);
        let kinds = u16::try_from(model.entities.len()).unwrap_or(u16::MAX).max(1);
        let mut all = with;
        let mut taken = 0;
        let has_room = |sequence: &Sequence| {
            taken += sequence.tokens.len();
            taken <= LEARNED_TOKENS_MAX
        };
        all.extend(without.into_iter().step_by(every).take_while(has_room));
        for (number, sequence) in (0_usize..).zip(&mut all) {
            if number % 2 == 1 {
                sequence.asked = u16::try_from(number / 2 % usize::from(kinds)).ok();
            }
            // Many customers write no capitals.
            if number / 2 % 2 == 1 {
                sequence.tokens.iter_mut().for_each(|token| token.capital = false);
            }
        }
        all.extend(reader.answers());
        model.sequence = SequenceModel::train(&all, usize::from(kinds));
        Ok(model)
    }

    /// Whether loaded numbers fit together.
    pub(crate) fn fits(&self, entities: &[EntitySpec]) -> bool {
        let learned = self.entities.iter().all(|entity| is_learned(entities, *entity));
        let whole = self.whole.iter().all(|entity| usize::from(*entity) < entities.len());
        learned
            && whole
            && self.entities.is_sorted_by(|a, b| a < b)
            && self.whole.is_sorted_by(|a, b| a < b)
            && self.sequence.fits(self.entities.len())
    }
}

fn is_learned(entities: &[EntitySpec], entity: u16) -> bool {
    entities.get(usize::from(entity)).is_some_and(|spec| spec.kind == EntityKind::Learned)
}

/// The words that examples give for each learned entity, each once, in the order in which they come.
fn values<'e>(
    examples: impl Iterator<Item = &'e Example>,
    entities: &[EntitySpec],
) -> BTreeMap<u16, Vec<&'e str>> {
    let mut values: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    let mut seen = std::collections::HashSet::new();
    for piece in examples.flat_map(|example| &example.pieces) {
        if let Piece::Slot { entity, said: Some(said), .. } = piece
            && is_learned(entities, entity.0)
            && seen.insert((entity.0, features::fold_text(said)))
        {
            values.entry(entity.0).or_default().push(said);
        }
    }
    values
}

/// Reads examples.
struct Reader<'r> {
    model: &'r LearnedModel,
    finder: &'r Finder,
    values: &'r BTreeMap<u16, Vec<&'r str>>,
    /// For each entity, the value that comes next where an example gives none.
    next: BTreeMap<u16, usize>,
}

impl<'r> Reader<'r> {
    fn plain(&self, text: &str) -> Sequence {
        let mut tokens = Vec::new();
        self.cut(text, &mut tokens);
        Sequence { tokens, spans: Vec::new(), asked: None, is_written: true }
    }

    /// An example; where it does not say what stands there, each value of the entity in turn does.
    fn sequence(&mut self, example: &Example) -> Sequence {
        let (mut tokens, mut spans) = (Vec::new(), Vec::new());
        for piece in &example.pieces {
            match piece {
                Piece::Text(text) => self.cut(text, &mut tokens),
                Piece::Slot { entity, said, .. } => {
                    let kind = self.model.entities.binary_search(&entity.0).ok();
                    let said = said.as_deref().or_else(|| self.next(entity.0));
                    match (kind.and_then(|kind| u16::try_from(kind).ok()), said) {
                        (Some(kind), Some(said)) => {
                            let first = tokens.len();
                            self.cut(said, &mut tokens);
                            if let Some(last) = tokens.len().checked_sub(1).filter(|l| *l >= first)
                            {
                                spans.push((first, last, kind));
                            }
                        }
                        _ => tokens.push(tokens::value(entity.0, 0, 0)),
                    }
                }
            }
        }
        Sequence { tokens, spans, asked: None, is_written: true }
    }

    fn next(&mut self, entity: u16) -> Option<&'r str> {
        let values = self.values.get(&entity)?;
        let number = self.next.entry(entity).or_default();
        let value = values.get(*number % values.len().max(1)).copied();
        *number += 1;
        value
    }

    fn cut(&self, text: &str, tokens: &mut Vec<Token>) {
        let found = self.finder.find_all(text, &super::nobody());
        cut(text, &found, &self.model.whole, tokens);
    }

    /// Values as answers: some of each entity, evenly.
    fn answers(&self) -> Vec<Sequence> {
        let all: usize = self.values.values().map(Vec::len).sum();
        let every = all.div_ceil(ANSWERS_MAX).max(1);
        let mut answers = Vec::new();
        for (kind, values) in (0..).zip(self.values.values()) {
            for value in values.iter().step_by(every) {
                let mut answer = self.plain(value);
                if let Some(last) = answer.tokens.len().checked_sub(1) {
                    answer.spans.push((0, last, kind));
                    answer.asked = Some(kind);
                    answer.is_written = false;
                    answers.push(answer);
                }
            }
        }
        answers
    }
}

/// Cuts a text in which values were found.
fn cut(text: &str, found: &[EntityMatch], whole: &[u16], tokens: &mut Vec<Token>) {
    let mut at = 0;
    let used = MaskedText::chosen(found, whole);
    for value in used.iter().filter_map(|i| found.get(*i)) {
        tokens::cut(text.get(at..value.start).unwrap_or(""), at, tokens);
        tokens.push(tokens::value(value.entity.0, value.start, value.end));
        at = value.end;
    }
    tokens::cut(text.get(at..).unwrap_or(""), at, tokens);
}

/// Finds what was learned.
#[derive(Debug)]
pub(super) struct LearnedFinder {
    entities: Vec<u16>,
    whole: Vec<u16>,
    labeller: Labeller,
}

impl LearnedFinder {
    pub(super) fn new(model: &LearnedModel) -> Option<Self> {
        let LearnedModel { entities, whole, sequence } = model;
        let ready = || Self {
            entities: entities.clone(),
            whole: whole.clone(),
            labeller: Labeller::new(sequence),
        };
        (!entities.is_empty()).then(ready)
    }

    /// Entities that have to be looked for before.
    pub(super) fn whole(&self) -> &[u16] {
        &self.whole
    }

    /// The values in a text in which `found` was found, in order; one of them may be `asked` for.
    pub(super) fn find(
        &self,
        text: &str,
        found: &[EntityMatch],
        asked: Option<EntityId>,
    ) -> Vec<EntityMatch> {
        let mut tokens = Vec::new();
        cut(text, found, &self.whole, &mut tokens);
        tokens.truncate(TOKENS_LOOKED_AT);
        let asked = asked.and_then(|asked| self.entities.binary_search(&asked.0).ok());
        let asked = asked.and_then(|asked| u16::try_from(asked).ok());
        let spans = self.labeller.label(&tokens, asked);
        let place = |span: &crate::sequence::FoundSpan| {
            let entity = EntityId(*self.entities.get(usize::from(span.kind))?);
            let (start, end) = (tokens.get(span.first)?.start, tokens.get(span.last)?.end);
            let value = Value::Text(text.get(start..end)?.to_owned());
            Some(EntityMatch { entity, start, end, value, negated: false, range_end: false })
        };
        let sure = spans.iter().filter(|span| span.chance >= CHANCE_MIN);
        let mut matches: Vec<EntityMatch> = sure.filter_map(place).collect();
        deny(text, &mut matches);
        matches
    }
}

/// Marks the values that are named to say that they are wrong, or are one of two: among those of one
/// entity each.
fn deny(text: &str, matches: &mut [EntityMatch]) {
    let folded = features::fold_text(text);
    let at = |place: usize| features::fold_text(text.get(..place).unwrap_or("")).len();
    let entities: BTreeSet<EntityId> = matches.iter().map(|found| found.entity).collect();
    for entity in entities {
        let mut own: Vec<&mut EntityMatch> =
            matches.iter_mut().filter(|found| found.entity == entity).collect();
        let folded_places: Vec<Found> = own
            .iter()
            .map(|m| Found { start: at(m.start), end: at(m.end), value: m.value.clone() })
            .collect();
        let negated = negation::of(&folded, &folded_places);
        let ends = ranges::ends(&folded, &folded_places, &negated, gaps::between);
        for (found, (denied, end)) in own.iter_mut().zip(negated.into_iter().zip(ends)) {
            (found.negated, found.range_end) = (denied, end);
        }
    }
}
