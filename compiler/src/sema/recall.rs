//! Checks of declarations that an earlier check of the project has made already.

use std::sync::Arc;

use blake3::Hash;

use super::cx::Checker;
use super::hir;
use super::intents::Sounds;
use super::keys::Keys;
use super::standard::Lack;
use super::symbols::{Found, Symbols};
use crate::base::{FileSpan, Spans};
use crate::diag::Diagnostic;
use crate::ir::{ChoiceDef, ChoiceId, EntityIndex};
use crate::memory::{Key, Layout, Store};

/// What earlier checks found.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    keys: Keys,
    flows: Store<Outcome<Arc<hir::Flow>>>,
    intents: Store<Outcome<(hir::Intent, Arc<Sounds>)>>,
}

impl Memory {
    /// A check is over.
    pub(crate) fn end_check(&mut self) {
        self.flows.end_check();
        self.intents.end_check();
    }

    /// Flows checked so far; those that were remembered do not count.
    pub(crate) const fn flows_checked(&self) -> u64 {
        self.flows.made
    }
}

/// The check of one declaration: what came of it, and all that it did besides.
#[derive(Debug, Clone)]
pub(super) struct Outcome<T> {
    value: T,
    diagnostics: Vec<Diagnostic>,
    notes: Vec<Note>,
}

impl<T: Spans> Spans for Outcome<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        let Self { value, diagnostics, notes } = self;
        value.spans(see);
        diagnostics.spans(see);
        for note in notes {
            if let Note::Entity { fresh: Some(entity), .. } = note {
                see(&mut entity.at);
            }
        }
    }
}

/// A number that a declaration was given out of a table of the whole project. The numbers must come
/// out the same, or what was remembered does not hold.
#[derive(Debug, Clone)]
pub(super) enum Note {
    Entity {
        name: String,
        index: EntityIndex,
        fresh: Option<hir::Entity>,
    },
    Choice {
        id: ChoiceId,
        choice: ChoiceDef,
    },
    Regex {
        pattern: String,
        number: u32,
    },
    /// What the standard library does not say in the bot's default language.
    Lacks(Lack),
}

/// The memory as one check uses it.
#[derive(Default)]
pub(super) struct Recall<'a> {
    memory: Option<(&'a mut Memory, &'a Layout)>,
    seen_by_all: Option<Hash>,
    /// Some declaration was lost: that nothing was said may be because of it.
    lost: bool,
    /// Set while a declaration is checked that will be remembered.
    notes: Option<Vec<Note>>,
}

impl<'a> Recall<'a> {
    pub(super) fn new(
        mut memory: Option<(&'a mut Memory, &'a Layout)>,
        symbols: &Symbols<'a>,
    ) -> Self {
        if let Some((memory, _)) = &mut memory {
            memory.keys.update(symbols);
        }
        Self { memory, lost: !symbols.nothing_lost(), ..Self::default() }
    }

    /// Notes something down, if anybody wants to know.
    pub(super) fn note(&mut self, note: impl FnOnce() -> Note) {
        if let Some(notes) = &mut self.notes {
            notes.push(note());
        }
    }
}

impl<'a> Checker<'a> {
    /// From here on, declarations see the entities and choices that there are now.
    pub(super) fn begin_recall(&mut self) {
        if let Some((memory, _)) = &self.recall.memory {
            let seen = memory.keys.seen_by_all(&self.entities, &self.choices);
            self.recall.seen_by_all = Some(seen);
        }
    }

    /// A flow, from memory where nothing has changed that it depends on. The key stands for all
    /// that it depends on, but for what other flows do.
    pub(super) fn recalled_flow(
        &mut self,
        found: &Found<'a, crate::syntax::ast::Flow>,
    ) -> (Option<Arc<hir::Flow>>, Option<Key>) {
        let flow = |checker: &mut Self| checker.flow(found).map(Arc::new);
        // How large its frame is depends on all that actions give.
        let fits = |checker: &Self, flow: &Arc<hir::Flow>| checker.fits(flow);
        self.recalled(found, |memory| &mut memory.flows, fits, flow)
    }

    /// An intent, likewise.
    pub(super) fn recalled_intent(
        &mut self,
        found: &Found<'a, crate::syntax::ast::Intent>,
    ) -> (hir::Intent, Arc<Sounds>) {
        let intent =
            |checker: &mut Self| Some((checker.intent(found), Arc::new(checker.sounds(found))));
        let known = self.recalled(found, |memory| &mut memory.intents, |_, _| true, intent).0;
        known.unwrap_or_else(|| (self.intent(found), Arc::new(self.sounds(found))))
    }

    fn recalled<N, T: Spans + Clone>(
        &mut self,
        found: &Found<'a, N>,
        store: fn(&mut Memory) -> &mut Store<Outcome<T>>,
        holds: impl FnOnce(&Self, &T) -> bool,
        check: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, Option<Key>) {
        let Some((seen, (memory, layout))) = self.recall.seen_by_all.zip(self.recall.memory.take())
        else {
            return (check(self), None);
        };
        let key = memory.keys.key(found, seen);
        let known = store(memory).get(key, layout);
        let known = known.filter(|known| holds(self, &known.value) && self.replay(&known.notes));
        let known = known.map(|known| {
            self.diagnostics.extend(known.diagnostics.iter().cloned());
            known.value.clone()
        });
        let outcome = match known {
            Some(value) => (Some(value), Some(key)),
            None => self.newly_checked(found, key, (store(memory), layout), check),
        };
        self.recall.memory = Some((memory, layout));
        outcome
    }

    fn newly_checked<N, T: Spans + Clone>(
        &mut self,
        found: &Found<'a, N>,
        key: Key,
        (store, layout): (&mut Store<Outcome<T>>, &Layout),
        check: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, Option<Key>) {
        let before = self.diagnostics.len();
        self.recall.notes = Some(Vec::new());
        let value = check(self);
        let notes = self.recall.notes.take().unwrap_or_default();
        let diagnostics = self.diagnostics.get(before..).unwrap_or_default().to_vec();
        let wrong = self.recall.lost || diagnostics.iter().any(Diagnostic::is_error);
        match value {
            Some(value) if !wrong => {
                let outcome = Outcome { value, diagnostics, notes };
                let outcome = store.put(key, found.content.whole, outcome, layout);
                (Some(outcome.value), Some(key))
            }
            value => (value, None),
        }
    }

    /// Does again what a remembered check did to the tables; undoes it and says no when a number
    /// would be another.
    fn replay(&mut self, notes: &[Note]) -> bool {
        let before = (self.entities.len(), self.choices.len(), self.regexes.len());
        if notes.iter().all(|note| self.replay_one(note)) {
            for note in notes {
                if let Note::Lacks(what) = note {
                    self.lacks(what);
                }
            }
            return true;
        }
        for entity in self.entities.drain(before.0..) {
            self.entity_by_name.remove(&entity.name);
        }
        self.choices.truncate(before.1);
        for pattern in self.regexes.drain(before.2..) {
            self.regex_numbers.remove(&pattern);
        }
        false
    }

    fn replay_one(&mut self, note: &Note) -> bool {
        match note {
            Note::Entity { name, index, fresh } => match self.entity_by_name.get(name) {
                Some(known) => known == index,
                None => fresh.as_ref().is_some_and(|entity| {
                    let fits = index.index() == self.entities.len();
                    if fits {
                        self.entities.push(entity.clone());
                        self.entity_by_name.insert(name.clone(), *index);
                    }
                    fits
                }),
            },
            Note::Choice { id, choice } => {
                let fits = id.index() == self.choices.len();
                if fits {
                    self.choices.push(choice.clone());
                }
                fits
            }
            Note::Regex { pattern, number } => self.regex_number(pattern) == Some(*number),
            Note::Lacks(_) => true,
        }
    }
}
