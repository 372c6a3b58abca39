//! What stands for a declaration and all that its check depends on, with what it sees of choices.
//!
//! Of the choices that it only compares something with, a declaration sees those that it names, and
//! whether there are others than those that it asks for. It cannot tell one of the others from another:
//! a conclusion about it holds with any number of them, in any order. What is *said* of it may name one,
//! so it is kept under [`Standing::whole`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Key, key};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Of all but its views.
    base: Key,
    views: Arc<[View]>,
    own: Key,
}

impl Standing {
    pub(crate) fn new(base: Key, views: Arc<[View]>) -> Self {
        let own = if views.is_empty() { base } else { of(&[base], &views) };
        Self { base, views, own }
    }

    /// For what is concluded of it.
    pub(crate) const fn own(&self) -> Key {
        self.own
    }

    /// For all that can be said of it.
    pub(crate) fn whole(&self) -> Key {
        if self.views.is_empty() {
            return self.base;
        }
        let wholes = self.views.iter().map(|view| *view.whole().as_bytes());
        key(&(self.base.as_bytes(), wholes.collect::<Vec<_>>()))
    }

    /// For what is concluded of several at once: together they may ask for all choices of which each
    /// leaves some out.
    pub(crate) fn together(all: &[&Self]) -> Key {
        // Most are alone.
        if let [alone] = all {
            return alone.own;
        }
        let mut bases = Vec::new();
        let mut views: BTreeMap<[u8; 32], View> = BTreeMap::new();
        for Self { base, views: own, .. } in all {
            bases.push(*base);
            for view in own.iter() {
                let known = views.entry(*view.of.as_bytes()).or_insert_with(|| view.clone());
                known.join(view);
            }
        }
        of(&bases, &views.into_values().collect::<Vec<_>>())
    }
}

fn of(bases: &[Key], views: &[View]) -> Key {
    let bases: Vec<&[u8; 32]> = bases.iter().map(Key::as_bytes).collect();
    let seen = |view: &View| {
        let named = view.options.iter().filter(|option| option.is_named);
        let named: BTreeSet<u64> = named.map(|option| option.name).collect();
        (*view.of.as_bytes(), named, view.options.iter().all(|option| option.is_tested))
    };
    key(&(bases, views.iter().map(seen).collect::<Vec<_>>()))
}

/// What a declaration sees of a choice.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Stands for the choice's name.
    of: Key,
    /// All that there are, in order.
    options: Vec<Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    name: u64,
    is_named: bool,
    /// Something is asked to be it, or not to be.
    is_tested: bool,
}

impl View {
    /// Of a choice; what stands for its name stands for it.
    pub(crate) const fn new(of: Key) -> Self {
        Self { of, options: Vec::new() }
    }

    /// Its next option.
    pub(crate) fn add(&mut self, name: u64, is_named: bool, is_tested: bool) {
        self.options.push(Seen { name, is_named, is_tested });
    }

    /// Stands for all of its options.
    pub(crate) fn whole(&self) -> Key {
        let names: Vec<u64> = self.options.iter().map(|option| option.name).collect();
        key(&(self.of.as_bytes(), names))
    }

    /// With what another sees of it.
    fn join(&mut self, other: &Self) {
        for (own, other) in self.options.iter_mut().zip(&other.options) {
            own.is_named |= other.is_named;
            own.is_tested |= other.is_tested;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a list of options, with those that are named and those that are asked for.
    fn standing(options: &[u64], named: &[u64], tested: &[u64]) -> Standing {
        let mut view = View::new(key(&"impact"));
        for option in options {
            view.add(*option, named.contains(option), tested.contains(option));
        }
        Standing::new(key(&"base"), Arc::new([view]))
    }

    #[test]
    fn options_that_are_not_named_are_one_as_good_as_another() {
        let first = standing(&[1, 2, 3], &[1], &[1]);
        for same in [&[1, 2][..], &[1, 4, 5, 6], &[1, 3, 2], &[2, 1, 3]] {
            let same = standing(same, &[1], &[1]);
            assert_eq!(first.own(), same.own());
            assert_ne!(first.whole(), same.whole());
        }
        // Whether it is there, whether it is asked for or set, and whether there are others.
        for other in [&[2, 3][..], &[1]] {
            assert_ne!(first.own(), standing(other, &[1], &[1]).own());
        }
        assert_ne!(first.own(), standing(&[1, 2, 3], &[1, 2], &[1]).own());
        // One that is only set leaves it among the others.
        let set = |options: &[u64]| standing(options, &[1, 2], &[1]).own();
        assert_eq!(set(&[1, 2]), set(&[1, 2, 3]));
        let asked = |options: &[u64]| standing(options, &[1, 2], &[1, 2]).own();
        assert_ne!(asked(&[1, 2]), asked(&[1, 2, 3]));
        assert_eq!(asked(&[1, 2, 3]), asked(&[1, 2, 3, 4]));
    }

    #[test]
    fn together_all_may_be_asked_for() {
        let both = |options: &[u64]| {
            let (one, other) = (standing(options, &[1], &[1]), standing(options, &[2], &[2]));
            (one.own(), other.own(), Standing::together(&[&one, &other]))
        };
        let (two, three, four) = (both(&[1, 2]), both(&[1, 2, 3]), both(&[1, 2, 3, 4]));
        assert_eq!((two.0, two.1), (three.0, three.1));
        assert_ne!(two.2, three.2);
        assert_eq!(three.2, four.2);
    }
}
