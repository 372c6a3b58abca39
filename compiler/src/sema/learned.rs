//! Entities that are learned from the examples in which their values stand: there is something to
//! learn from, and enough of it.

use std::collections::{BTreeMap, BTreeSet};

use flowright_nlu::entities::folded_words;
use flowright_nlu::spec::{EntityKind, Example, Piece};
use flowright_nlu::{LEARNED_ENTITIES_MAX, LEARNED_TOKENS_MAX};

use super::cx::Checker;
use super::hir;
use crate::base::Span;
use crate::diag::Code;
use crate::ir::EntityIndex;
use crate::syntax::ast::{Spanned, TypeExpr};

/// Different values below which a model has little to go by.
const VALUES_WANTED: usize = 10;

impl Checker<'_> {
    /// The words that stand in an example for a value; `ty` is how the entity is named there.
    pub(super) fn said(
        &mut self,
        said: &Spanned<String>,
        index: EntityIndex,
        ty: &TypeExpr,
    ) -> Option<String> {
        let kind = self.entities.get(index.index()).map(|entity| &entity.kind);
        if kind.is_some_and(|kind| *kind != EntityKind::Learned) {
            let TypeExpr::Named(name) = ty else { return None };
            self.error(
                Code::E0502,
                said.span,
                format!("`{}` is not learned from words in examples", name.text),
                "not needed here",
                format!("write `{{slot: {}}}`: it is found by what it is", name.text),
            );
            return None;
        }
        if !said.value.chars().any(char::is_alphanumeric) {
            self.error(
                Code::E0502,
                said.span,
                "these words are no value",
                "nothing to learn",
                "write what a customer says there",
            );
            return None;
        }
        Some(said.value.trim().to_owned())
    }

    /// An entity is found in one way.
    pub(super) fn learned_with_pattern(&mut self, name: &str, learned: Span, pattern: Span) {
        let message = format!("`{name}` is learned, and has a pattern too");
        let finding = self
            .finding(Code::E0309, pattern, message)
            .label("found in another way")
            .related(self.at(learned), "learned from examples")
            .help("remove the pattern, or write `text` in place of `learned`");
        self.report(finding);
    }

    /// Every learned entity has values to learn from.
    pub(super) fn learned_entities(&mut self, intents: &[hir::Intent]) {
        let is_learned = |entity: &hir::Entity| entity.kind == EntityKind::Learned;
        let learned: Vec<usize> =
            (0..).zip(&self.entities).filter(|(_, e)| is_learned(e)).map(|(i, _)| i).collect();
        if learned.is_empty() {
            return;
        }
        let lost = &self.symbols.intents.lost;
        let broken = self.symbols.intents.items.iter().any(|found| found.broken);
        let is_whole = lost.is_empty() && !broken && !self.symbols.unnamed_lost;
        if is_whole {
            let values = values(intents);
            for index in &learned {
                self.learned_entity(*index, values.get(index).map_or(0, BTreeSet::len));
            }
        }
        if let Some(entity) = learned.get(LEARNED_ENTITIES_MAX).and_then(|i| self.entities.get(*i))
        {
            let message =
                format!("the project has more than {LEARNED_ENTITIES_MAX} learned entities");
            let finding = crate::diag::Diagnostic::new(Code::E0901, entity.at, message)
                .label("too many from here on")
                .help("give those that a pattern or a list of choices can find one of these");
            self.report(finding);
        }
        self.learned_words(intents);
    }

    /// Says of an entity that so many different values are too few.
    fn learned_entity(&mut self, index: usize, values: usize) {
        let Some(entity) = self.entities.get(index).cloned() else { return };
        let (code, message, label) = match values {
            0 => (
                Code::E0510,
                format!("no example says a value of `{}`", entity.name),
                "finds nothing",
            ),
            1..VALUES_WANTED => {
                let count = match values {
                    1 => "one value".to_owned(),
                    more => format!("{more} values"),
                };
                let message = format!("`{}` is learned from {count} only", entity.name);
                (Code::W0513, message, "will miss most others")
            }
            _ => return,
        };
        let help = match code {
            Code::E0510 => format!(
                "write values into the examples of an intent: `{{slot: {} = \"words\"}}`",
                entity.name
            ),
            _ => format!("let examples say at least {VALUES_WANTED} different values"),
        };
        let finding =
            crate::diag::Diagnostic::new(code, entity.at, message).label(label).help(help);
        self.report(finding);
    }

    /// Reports the first intent that has more examples with values than a model learns from.
    fn learned_words(&mut self, intents: &[hir::Intent]) {
        let has_value = |example: &&Example| {
            example.pieces.iter().any(|piece| matches!(piece, Piece::Slot { entity, .. }
                if self.entities.get(usize::from(entity.0)).is_some_and(|e| e.kind == EntityKind::Learned)))
        };
        let mut words = 0;
        let over = intents.iter().find(|intent| {
            words +=
                intent.spec.examples.iter().filter(has_value).map(Example::tokens).sum::<usize>();
            words > LEARNED_TOKENS_MAX
        });
        let Some(at) = over.map(|intent| intent.at) else { return };
        let message =
            format!("the examples with learned values have more than {LEARNED_TOKENS_MAX} words");
        let finding = crate::diag::Diagnostic::new(Code::E0901, at, message)
            .label("too many from here on")
            .help(
                "fewer examples teach as much: leave out those that say the same in other values",
            );
        self.report(finding);
    }
}

/// The different values that examples say, by entity.
fn values(intents: &[hir::Intent]) -> BTreeMap<usize, BTreeSet<String>> {
    let mut values: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let examples = intents.iter().flat_map(|intent| &intent.spec.examples);
    for piece in examples.flat_map(|example| &example.pieces) {
        if let Piece::Slot { entity, said: Some(said), .. } = piece {
            values.entry(usize::from(entity.0)).or_default().insert(folded_words(said));
        }
    }
    values
}
