//! Checks of declarations that an earlier check of the project has made already.

use std::collections::BTreeMap;
use std::sync::Arc;

use blake3::Hash;

use super::cx::Checker;
use super::hir::{self, Numbers};
use super::intents::Sounds;
use super::keys::Keys;
use super::standard::Lack;
use super::symbols::{Found, Symbols};
use crate::base::{FileSpan, Spans};
use crate::diag::Diagnostic;
use crate::ir::{ChoiceDef, ChoiceId, EntityIndex, Type};
use crate::memory::{Layout, Standing, Store};

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
    /// The choices, options of choices and entities whose numbers are in the value.
    choices: Vec<(ChoiceId, String)>,
    options: Vec<((ChoiceId, u16), String)>,
    entities: Vec<(EntityIndex, String)>,
}

impl<T: Spans> Spans for Outcome<T> {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        let Self { value, diagnostics, notes, choices: _, options: _, entities: _ } = self;
        value.spans(see);
        diagnostics.spans(see);
        for note in notes {
            if let Note::Entity { fresh: Some(entity), .. } = note {
                see(&mut entity.at);
            }
        }
    }
}

/// What the check of a declaration did to a table of the whole project, or found there.
#[derive(Debug, Clone)]
pub(super) enum Note {
    Entity {
        name: String,
        fresh: Option<hir::Entity>,
    },
    Choice(ChoiceDef),
    /// The number must come out the same, or what was remembered does not hold.
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
    /// What every declaration sees; from when on things are remembered.
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
    /// From here on, declarations are remembered: the tables hold all that is not theirs.
    pub(super) fn begin_recall(&mut self) {
        if let Some((memory, _)) = &self.recall.memory {
            self.recall.seen_by_all = memory.keys.seen_by_all();
        }
    }

    /// A flow, from memory where nothing has changed that it depends on; and what stands for all
    /// that it depends on, but for what other flows do.
    pub(super) fn recalled_flow(
        &mut self,
        found: &Found<'a, crate::syntax::ast::Flow>,
    ) -> (Option<Arc<hir::Flow>>, Option<Standing>) {
        let flow = |checker: &mut Self| checker.flow(found).map(Arc::new);
        // How large its frame is depends on all that actions give.
        let fits = |checker: &Self, flow: &Arc<hir::Flow>| checker.fits(flow);
        let refresh = |checker: &Self, flow: &mut Arc<hir::Flow>| checker.refresh_lists(flow);
        self.recalled(found, |memory| &mut memory.flows, (fits, refresh), flow)
    }

    /// An intent, likewise.
    pub(super) fn recalled_intent(
        &mut self,
        found: &Found<'a, crate::syntax::ast::Intent>,
    ) -> (hir::Intent, Arc<Sounds>) {
        let intent =
            |checker: &mut Self| Some((checker.intent(found), Arc::new(checker.sounds(found))));
        let known = self
            .recalled(
                found,
                |memory| &mut memory.intents,
                (|_: &Self, _: &_| true, |_: &Self, _: &mut _| ()),
                intent,
            )
            .0;
        known.unwrap_or_else(|| (self.intent(found), Arc::new(self.sounds(found))))
    }

    fn recalled<N, T: Spans + Numbers + Clone>(
        &mut self,
        found: &Found<'a, N>,
        store: fn(&mut Memory) -> &mut Store<Outcome<T>>,
        (holds, refresh): (impl FnOnce(&Self, &T) -> bool, impl FnOnce(&Self, &mut T)),
        check: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, Option<Standing>) {
        let Some((seen, (memory, layout))) = self.recall.seen_by_all.zip(self.recall.memory.take())
        else {
            return (check(self), None);
        };
        let standing = memory.keys.standing(found, seen);
        let store = store(memory);
        let key = if store.has(standing.own()) { standing.own() } else { standing.whole() };
        let known = store.get_mut(key, layout);
        let known = known.filter(|known| holds(self, &known.value));
        let known = known.and_then(|known| self.replay(known).then_some(known));
        let known = known.map(|known| {
            refresh(self, &mut known.value);
            self.diagnostics.extend(known.diagnostics.iter().cloned());
            known.value.clone()
        });
        let outcome = match known {
            Some(value) => (Some(value), Some(standing)),
            None => self.newly_checked(found, standing, (store, layout), check),
        };
        self.recall.memory = Some((memory, layout));
        outcome
    }

    fn newly_checked<N, T: Spans + Numbers + Clone>(
        &mut self,
        found: &Found<'a, N>,
        standing: Standing,
        (store, layout): (&mut Store<Outcome<T>>, &Layout),
        check: impl FnOnce(&mut Self) -> Option<T>,
    ) -> (Option<T>, Option<Standing>) {
        let before = self.diagnostics.len();
        self.recall.notes = Some(Vec::new());
        let value = check(self);
        let notes = self.recall.notes.take().unwrap_or_default();
        let diagnostics = self.diagnostics.get(before..).unwrap_or_default().to_vec();
        let wrong = self.recall.lost || diagnostics.iter().any(Diagnostic::is_error);
        match value {
            Some(mut value) if !wrong => {
                let (choices, options) = (self.choices_in(&mut value), self.options_in(&mut value));
                let entities = self.entities_in(&mut value);
                let says_nothing = diagnostics.is_empty();
                let key = if says_nothing { standing.own() } else { standing.whole() };
                let outcome = Outcome { value, diagnostics, notes, choices, options, entities };
                let outcome = store.put(key, found.content.whole, outcome, layout);
                (Some(outcome.value), Some(standing))
            }
            value => (value, None),
        }
    }

    /// Does again what a remembered check did to the tables, and puts the numbers there are now into
    /// what came of it; undoes it and says no where that cannot be.
    fn replay<T: Numbers>(&mut self, known: &mut Outcome<T>) -> bool {
        let before = (self.entities.len(), self.choices.len(), self.regexes.len());
        if known.notes.iter().all(|note| self.replay_one(note)) && self.renumber(known) {
            for note in &known.notes {
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
            Note::Entity { name, fresh } => {
                if self.entity_by_name.contains_key(name) {
                    return true;
                }
                let Some(mut entity) = fresh.clone() else { return false };
                // Its choice came just before it.
                if let Type::Choice(choice) = &mut entity.ty {
                    let Some(last) = self.choices.len().checked_sub(1) else { return false };
                    *choice = ChoiceId(u32::try_from(last).unwrap_or(u32::MAX));
                }
                let index = EntityIndex(u32::try_from(self.entities.len()).unwrap_or(u32::MAX));
                self.entities.push(entity);
                self.entity_by_name.insert(name.clone(), index);
                true
            }
            Note::Choice(choice) => {
                self.choices.push(choice.clone());
                true
            }
            Note::Regex { pattern, number } => self.regex_number(pattern) == Some(*number),
            Note::Lacks(_) => true,
        }
    }

    /// The choices whose numbers are in a value.
    fn choices_in(&self, value: &mut impl Numbers) -> Vec<(ChoiceId, String)> {
        let mut found = BTreeMap::new();
        value.choices(&mut |id| {
            let choice = self.choices.get(id.index());
            found.entry(*id).or_insert_with(|| choice.map_or("", |choice| &choice.name));
        });
        found.into_iter().map(|(id, name)| (id, name.to_owned())).collect()
    }

    /// The options whose numbers are in a value.
    fn options_in(&self, value: &mut impl Numbers) -> Vec<((ChoiceId, u16), String)> {
        let mut found = BTreeMap::new();
        value.options(&mut |choice, option| {
            let of = self.choices.get(choice.index());
            let name = of.and_then(|of| of.options.get(usize::from(*option)));
            found.entry((choice, *option)).or_insert_with(|| name.map_or("", |name| &name.name));
        });
        found.into_iter().map(|(option, name)| (option, name.to_owned())).collect()
    }

    /// The entities whose numbers are in a value.
    fn entities_in(&self, value: &mut impl Numbers) -> Vec<(EntityIndex, String)> {
        let mut found = BTreeMap::new();
        value.entities(&mut |index| {
            let entity = self.entities.get(index.index());
            found.entry(*index).or_insert_with(|| entity.map_or("", |entity| &entity.name));
        });
        found.into_iter().map(|(index, name)| (index, name.to_owned())).collect()
    }

    /// Puts the numbers there are now into a remembered value; says no where something has none.
    fn renumber<T: Numbers>(&self, known: &mut Outcome<T>) -> bool {
        let Outcome { value, choices, options, entities, .. } = known;
        let choices_now = numbers_now(choices, |id, name| self.choice_now(id, name));
        let entities_now = numbers_now(entities, |index, name| self.entity_now(index, name));
        let (Some(choices_now), Some(entities_now)) = (choices_now, entities_now) else {
            return false;
        };
        if !choices_now.is_empty() {
            let now = |id: &ChoiceId| choices_now.get(id).copied().unwrap_or(*id);
            value.choices(&mut |id| *id = now(id));
            choices.iter_mut().for_each(|(id, _)| *id = now(id));
            options.iter_mut().for_each(|((id, _), _)| *id = now(id));
        }
        let option_now = |(id, before), name: &str| self.option_now(id, before, name);
        let Some(options_now) = numbers_now(options, option_now) else { return false };
        if !options_now.is_empty() {
            let now = |of: (ChoiceId, u16)| options_now.get(&of).map_or(of.1, |(_, now)| *now);
            value.options(&mut |id, option| *option = now((id, *option)));
            options.iter_mut().for_each(|((id, option), _)| *option = now((*id, *option)));
        }
        if !entities_now.is_empty() {
            let now = |index: &EntityIndex| entities_now.get(index).copied().unwrap_or(*index);
            value.entities(&mut |index| *index = now(index));
            entities.iter_mut().for_each(|(index, _)| *index = now(index));
        }
        true
    }

    fn entity_now(&self, before: EntityIndex, name: &str) -> Option<EntityIndex> {
        match self.entities.get(before.index()) {
            Some(same) if same.name == name => Some(before),
            _ => self.entity_by_name.get(name).copied(),
        }
    }

    fn option_now(&self, of: ChoiceId, before: u16, name: &str) -> Option<(ChoiceId, u16)> {
        let options = &self.choices.get(of.index())?.options;
        let before_too = options.get(usize::from(before)).is_some_and(|option| option.name == name);
        let now = || u16::try_from(options.iter().position(|option| option.name == name)?).ok();
        Some((of, if before_too { before } else { now()? }))
    }

    fn choice_now(&self, before: ChoiceId, name: &str) -> Option<ChoiceId> {
        let has_name = |id: ChoiceId| self.choices.get(id.index()).is_some_and(|c| c.name == name);
        if has_name(before) {
            return Some(before);
        }
        // A choice is declared with the entity of its name.
        match self.entities.get(self.entity_by_name.get(name)?.index())?.ty {
            Type::Choice(id) => Some(id).filter(|id| has_name(*id)),
            _ => None,
        }
    }
}

/// By number: what it is now, where that is another. Nothing where something has none any more.
fn numbers_now<N: Copy + Ord>(
    known: &[(N, String)],
    now: impl Fn(N, &str) -> Option<N>,
) -> Option<BTreeMap<N, N>> {
    let mut changed = BTreeMap::new();
    for (before, name) in known {
        let now = now(*before, name)?;
        if now != *before {
            changed.insert(*before, now);
        }
    }
    Some(changed)
}
