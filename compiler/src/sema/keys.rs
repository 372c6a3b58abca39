//! What the check of a declaration depends on, as one hash: its own text, the texts of all that it
//! may name, and what every declaration sees. Some have parts that are named by themselves: a field of
//! the customer's profile, or of what an action gives; what is asked of a slot of the session, by whoever
//! fills it.
//!
//! Of choices, those who only compare a slot with some of them see these, and whether there are others
//! ([`crate::memory::Standing`]).
//!
//! A name is taken to be used where all its words stand anywhere in the declaration. That is more
//! than what is used, and never less: no name is made in any other way than by being written.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use blake3::Hash;

use super::hir::NamedText;
use super::symbols::{Found, Symbols, Table};
use crate::memory::{Hashed, Standing, View};
use crate::syntax::content::{Options, compared, word};

/// Keys that are kept, of texts that are no more among them.
const KNOWN_MAX: usize = 10_000;

/// New names beyond which every key is made anew: each costs a look at all words.
const CHANGED_MAX: usize = 8;

/// Everything that can be named, and the keys of the declarations that name it.
#[derive(Debug, Default)]
pub(super) struct Keys {
    items: Vec<Item>,
    /// Items by the last word of their name.
    by_word: HashMap<u64, Vec<u32>, Hashed>,
    /// Of what every declaration sees.
    shared: Option<Hash>,
    /// By text, by whether it is a standard module's, and by what every declaration sees.
    known: HashMap<(Hash, bool, Hash), Known>,
}

/// A key, the items that went into it, and the words by which they were reached.
#[derive(Debug)]
struct Known {
    standing: Standing,
    reached: Box<[u32]>,
    words: Arc<[u64]>,
}

/// A declaration that others can name.
#[derive(Debug)]
struct Item {
    kind: &'static str,
    name: String,
    /// All words of its name.
    words_of_name: Vec<u64>,
    /// The word by which it is named where it is only compared; nothing where that does not name it.
    compared: Option<u64>,
    seen: Seen,
    names: OnceCell<Vec<u32>>,
}

/// What others see of a declaration.
#[derive(Debug, Clone)]
struct Seen {
    number: u32,
    head: Hash,
    is_std: bool,
    /// There is another of that name: which is meant is not known.
    is_twice: bool,
    words: Arc<[u64]>,
    options: Options,
}

/// What is seen of a slot or a choice by those who do more than compare.
const SHOWN: &str = "shown";

impl Item {
    fn new((kind, name, seen): (&'static str, &str, Seen)) -> Self {
        let words_of_name: Vec<u64> = name.split('.').map(word).collect();
        let compared = (words_of_name.len() == 1 && kind != SHOWN).then(|| word(&compared(name)));
        let name = name.to_owned();
        Self { kind, name, words_of_name, compared, seen, names: OnceCell::new() }
    }

    /// Whether one with these words may name it.
    fn is_named_by(&self, words: &[u64]) -> bool {
        let has = |word: &u64| words.binary_search(word).is_ok();
        self.words_of_name.iter().all(has) || self.compared.as_ref().is_some_and(has)
    }

    /// What of its choices is seen with these words.
    fn view(&self, words: &[u64]) -> View {
        let has = |word: u64| words.binary_search(&word).is_ok();
        let mut view = View::new(crate::memory::key(&(self.kind, &self.name)));
        for (name, tested) in self.seen.options.iter() {
            view.add(name, has(name), has(tested));
        }
        view
    }
}

impl Seen {
    fn same(&self, other: &Self) -> bool {
        let of = |seen: &Self| (seen.number, seen.head, seen.is_std, seen.is_twice);
        of(self) == of(other) && self.options == other.options
    }
}

impl Keys {
    /// For the declarations of a project as they are now.
    pub(super) fn update(&mut self, symbols: &Symbols<'_>) {
        self.update_items(symbols);
        let mut shared = Shared { hasher: blake3::Hasher::new(), words: Vec::new() };
        shared.add_all(symbols);
        shared.words.sort_unstable();
        shared.words.dedup();
        // What they name is seen with them: the words of a slot's type.
        let reached = self.reached(&shared.words);
        for item in &reached {
            self.hash(*item, &mut shared.hasher);
        }
        for view in self.views(&reached, &shared.words).iter() {
            shared.hasher.update(view.whole().as_bytes());
        }
        self.shared = Some(shared.hasher.finalize());
    }

    fn update_items(&mut self, symbols: &Symbols<'_>) {
        if self.known.len() > KNOWN_MAX.max(8 * self.items.len()) {
            self.known.clear();
        }
        let mut now = Vec::with_capacity(self.items.len());
        add(&mut now, "entity", &symbols.entities);
        // Numbers of entities are put into what is remembered ([`super::recall`]).
        now.iter_mut().for_each(|(_, _, seen)| seen.number = 0);
        add(&mut now, "intent", &symbols.intents);
        add(&mut now, "action", &symbols.actions);
        add(&mut now, "skill", &symbols.skills);
        add(&mut now, "text", &symbols.texts);
        add(&mut now, "flow", &symbols.flows);
        add(&mut now, "slot", &symbols.slots);
        add_parts(&mut now, "filled slot", symbols.slots.items.iter());
        add_parts(&mut now, "field", symbols.customers.iter());
        add_shown(&mut now, &symbols.entities);
        add_shown(&mut now, &symbols.slots);
        // Where a field stands among those that a flow does not name is nothing to it; in which order
        // it has those that it names, the order of the items says.
        let first = now.len();
        add_parts(&mut now, "result", symbols.actions.items.iter());
        now.iter_mut().skip(first).for_each(|(_, _, seen)| seen.number = 0);
        let known = self.items.iter().map(|item| (item.kind, item.name.as_str()));
        if known.eq(now.iter().map(|(kind, name, _)| (*kind, *name))) {
            self.update_seen(now.into_iter().map(|(_, _, seen)| seen));
        } else {
            self.rebuild(now);
        }
    }

    /// The names are the same; what is seen of them may not be.
    fn update_seen(&mut self, now: impl Iterator<Item = Seen>) {
        let mut changed = BTreeSet::new();
        for (index, (item, now)) in (0..).zip(self.items.iter_mut().zip(now)) {
            if !item.seen.same(&now) {
                item.seen = now;
                item.names = OnceCell::new();
                changed.insert(index);
            }
        }
        if !changed.is_empty() {
            let depends = |known: &Known| known.reached.iter().any(|item| changed.contains(item));
            self.known.retain(|_, known| !depends(known));
        }
    }

    /// There are other names. What reaches none of those that are new, or gone, or seen otherwise now,
    /// keeps its key.
    fn rebuild(&mut self, now: Vec<(&'static str, &str, Seen)>) {
        let same = |(old, new): &(&Item, &(&'static str, &str, Seen))| {
            (old.kind, old.name.as_str()) == (new.0, new.1)
        };
        let before = self.items.iter().zip(&now).take_while(same).count();
        let room = self.items.len().min(now.len()) - before;
        let behind =
            self.items.iter().rev().zip(now.iter().rev()).take(room).take_while(same).count();
        let (gone, come) = (self.items.len() - behind, now.len() - behind);
        let mut all = std::mem::take(&mut self.items).into_iter();
        let mut changed: BTreeSet<usize> = (before..come).collect();
        for (number, (kind, name, seen)) in now.into_iter().enumerate() {
            if number == before {
                all.by_ref().take(gone - before).for_each(drop);
            }
            let kept = if changed.contains(&number) { None } else { all.next() };
            let kept = kept.filter(|item| item.seen.same(&seen));
            self.items.push(kept.unwrap_or_else(|| {
                changed.insert(number);
                Item::new((kind, name, seen))
            }));
        }
        self.by_word = HashMap::default();
        for (index, item) in (0..).zip(&self.items) {
            let last = item.words_of_name.last().copied().unwrap_or_default();
            for word in item.compared.into_iter().chain([last]) {
                self.by_word.entry(word).or_default().push(index);
            }
        }
        self.items.iter_mut().for_each(|item| item.names = OnceCell::new());
        if changed.len() > CHANGED_MAX {
            self.known.clear();
            return;
        }
        let changed: Vec<&Item> = changed.iter().filter_map(|n| self.items.get(*n)).collect();
        let names_changed = |words: &[u64]| changed.iter().any(|item| item.is_named_by(words));
        let touched = self.items.iter().map(|item| names_changed(&item.seen.words));
        let touched: Vec<bool> = touched.collect();
        let (before, gone, come) = (before as u32, gone as u32, come as u32);
        let moved = |item: u32| match item {
            _ if item < before => Some(item),
            _ if item < gone => None,
            _ => Some(item - gone + come),
        };
        self.known.retain(|_, known| {
            let reached = known.reached.iter().map(|item| moved(*item));
            let Some(reached) = reached.collect::<Option<Box<[u32]>>>() else { return false };
            let is_touched =
                |item: &u32| touched.get(*item as usize).is_none_or(|touched| *touched);
            known.reached = reached;
            !known.reached.iter().any(is_touched) && !names_changed(&known.words)
        });
    }

    /// What every declaration sees.
    pub(super) const fn seen_by_all(&self) -> Option<Hash> {
        self.shared
    }

    /// What stands for a declaration.
    pub(super) fn standing<T>(&mut self, found: &Found<'_, T>, seen_by_all: Hash) -> Standing {
        let content = (found.content.whole, found.is_std, seen_by_all);
        if let Some(known) = self.known.get(&content) {
            return known.standing.clone();
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(seen_by_all.as_bytes()).update(found.content.whole.as_bytes());
        hasher.update(&[u8::from(found.is_std)]);
        let reached = self.reached(&found.content.words);
        for item in &reached {
            // Its own number says nothing of it.
            let is_own = |item: &Item| item.seen.head == found.content.head;
            if !self.items.get(*item as usize).is_some_and(is_own) {
                self.hash(*item, &mut hasher);
            }
        }
        let words = Arc::clone(&found.content.words);
        let standing = Standing::new(hasher.finalize(), self.views(&reached, &words));
        let known = Known { standing: standing.clone(), reached: reached.into(), words };
        self.known.insert(content, known);
        standing
    }

    /// What is seen with some words of the choices among what is reached.
    fn views(&self, reached: &[u32], words: &[u64]) -> Arc<[View]> {
        let items = reached.iter().filter_map(|item| self.items.get(*item as usize));
        let choices = items.filter(|item| !item.seen.options.is_empty());
        choices.map(|item| item.view(words)).collect()
    }

    fn hash(&self, item: u32, hasher: &mut blake3::Hasher) {
        let Some(item) = self.items.get(item as usize) else { return };
        let Seen { number, head, is_std, is_twice, words: _, options: _ } = &item.seen;
        hasher.update(item.kind.as_bytes()).update(&number.to_le_bytes());
        hasher.update(head.as_bytes()).update(&[u8::from(*is_std), u8::from(*is_twice)]);
    }

    /// What a declaration with these words may name, and what that may name, and so on.
    fn reached(&self, words: &[u64]) -> Vec<u32> {
        let mut reached = self.named_by(words);
        let mut seen: HashSet<u32> = reached.iter().copied().collect();
        let mut next = 0;
        while let Some(item) = reached.get(next).and_then(|item| self.items.get(*item as usize)) {
            for item in item.names.get_or_init(|| self.named_by(&item.seen.words)) {
                if seen.insert(*item) {
                    reached.push(*item);
                }
            }
            next += 1;
        }
        reached.sort_unstable();
        reached
    }

    fn named_by(&self, words: &[u64]) -> Vec<u32> {
        let ended = words.iter().filter_map(|word| self.by_word.get(word)).flatten();
        let named = ended.copied().filter(|item| {
            self.items.get(*item as usize).is_some_and(|item| item.is_named_by(words))
        });
        named.collect()
    }
}

/// The declarations of one kind, by name.
fn add<'s, T>(
    to: &mut Vec<(&'static str, &'s str, Seen)>,
    kind: &'static str,
    table: &Table<'s, T>,
) {
    for (name, number) in &table.by_name {
        let Some(found) = table.items.get(*number as usize) else { continue };
        let content = found.content;
        let (head, words) = (content.head, Arc::clone(&content.head_words));
        let (is_std, is_twice) = (found.is_std, table.is_twice(name));
        let options = content.options.clone();
        to.push((kind, name, Seen { number: *number, head, is_std, is_twice, words, options }));
    }
}

/// The parts that are seen apart, by their names.
fn add_parts<'s, T: 's>(
    to: &mut Vec<(&'static str, &'s str, Seen)>,
    kind: &'static str,
    all: impl Iterator<Item = &'s Found<'s, T>>,
) {
    let parts = all.flat_map(|found| found.content.parts.iter().map(|part| (part, found.is_std)));
    let mut names = HashSet::new();
    for (number, (part, is_std)) in (0..).zip(parts) {
        let (head, words) = (part.head, Arc::clone(&part.words));
        let (is_twice, options) = (!names.insert(&part.name), Options::default());
        to.push((kind, &part.name, Seen { number, head, is_std, is_twice, words, options }));
    }
}

/// What those see of slots and choices who do more than compare.
fn add_shown<'s, T>(to: &mut Vec<(&'static str, &'s str, Seen)>, table: &Table<'s, T>) {
    for (name, number) in &table.by_name {
        let Some(found) = table.items.get(*number as usize) else { continue };
        let Some(part) = &found.content.shown else { continue };
        let (head, words) = (part.head, Arc::clone(&part.words));
        let (is_std, is_twice) = (found.is_std, table.is_twice(name));
        let options = Options::default();
        to.push((SHOWN, name, Seen { number: 0, head, is_std, is_twice, words, options }));
    }
}

/// What every declaration sees.
struct Shared {
    hasher: blake3::Hasher,
    words: Vec<u64>,
}

impl Shared {
    fn add_all(&mut self, symbols: &Symbols<'_>) {
        self.add(symbols.bots.iter());
        // Of the profile only whether there is one: its fields are seen by whoever names them.
        self.hasher.update(&(symbols.customers.len() as u64).to_le_bytes());
        self.add(symbols.fallbacks.iter());
        self.add(symbols.roles.items.iter());
        self.add(symbols.channels.items.iter());
        self.add(symbols.knowledge.items.iter());
        self.add(symbols.experiments.items.iter());
        // Phrases that are said without being named.
        let texts =
            symbols.texts.by_name.iter().filter(|(name, _)| NamedText::is_said_unnamed(name));
        self.add(texts.filter_map(|(_, number)| symbols.texts.items.get(*number as usize)));
    }

    /// Those of one kind, in order.
    fn add<'f, 's: 'f, T: 's>(&mut self, all: impl Iterator<Item = &'f Found<'s, T>>) {
        for found in all {
            self.hasher.update(found.content.head.as_bytes()).update(&[u8::from(found.is_std)]);
            self.words.extend(found.content.head_words.iter());
        }
        // Where one kind ends and the next begins.
        self.hasher.update(&[2]);
    }
}
