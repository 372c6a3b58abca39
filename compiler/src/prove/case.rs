//! A case: for some variables, which values they may have.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::boxes::Var;
use super::sets::Set;
use crate::ir::{Place, Space, turn};

/// Variables with their values, ascending; those that are not in it may have any value. A case has a
/// handful of variables and is copied all the time: one vector is cheaper than a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case(Vec<(Var, Set)>);

/// Cases, any of which may be so. No case: it cannot be. `None` instead: too many to tell.
pub(crate) type Cases = Vec<Case>;

impl Case {
    /// In which anything may be.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    fn find(&self, var: &Var) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(var))
    }

    pub(crate) fn get(&self, var: &Var) -> Option<&Set> {
        let at = self.find(var).ok()?;
        self.0.get(at).map(|(_, set)| set)
    }

    pub(crate) fn get_mut(&mut self, var: &Var) -> Option<&mut Set> {
        let at = self.find(var).ok()?;
        self.0.get_mut(at).map(|(_, set)| set)
    }

    pub(crate) fn contains_key(&self, var: &Var) -> bool {
        self.find(var).is_ok()
    }

    /// Says of a variable which values it may have; gives what was said before.
    pub(crate) fn insert(&mut self, var: Var, set: Set) -> Option<Set> {
        match self.find(&var) {
            Ok(at) => self.0.get_mut(at).map(|(_, known)| std::mem::replace(known, set)),
            Err(at) => {
                self.0.insert(at, (var, set));
                None
            }
        }
    }

    /// Says nothing of a variable any more.
    pub(crate) fn remove(&mut self, var: &Var) -> Option<Set> {
        let at = self.find(var).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Var, &Set) -> bool) {
        self.0.retain(|(var, set)| keep(var, set));
    }

    /// How many variables it speaks of.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Var, &Set)> {
        self.0.iter().map(|(var, set)| (var, set))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Var> {
        self.0.iter().map(|(var, _)| var)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Set> {
        self.0.iter().map(|(_, set)| set)
    }

    /// What it says of all variables but one.
    pub(super) fn but_for(&self, var: &Var) -> impl Iterator<Item = &(Var, Set)> {
        self.0.iter().filter(move |(own, _)| own != var)
    }

    /// Whether whatever is so in it is possible in the other.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let mut own = self.0.iter();
        let holds = |(var, set): &(Var, Set)| {
            let found = own.by_ref().find(|(known, _)| known >= var);
            found.is_some_and(|(known, own)| known == var && own.is_in(set))
        };
        other.0.len() <= self.0.len() && other.0.iter().all(holds)
    }

    /// Both at once: from each side the variables that only it speaks of, and what `both` makes of
    /// those that both do. Nothing when it makes nothing.
    pub(super) fn zipped(
        &self,
        other: &Self,
        both: impl Fn(&Set, &Set) -> Option<Set>,
    ) -> Option<Self> {
        let mut all = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut own, mut others) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (own.peek(), others.peek()) {
                (Some((left, set)), Some((right, wanted))) => match left.cmp(right) {
                    Ordering::Less => all.extend(own.next().cloned()),
                    Ordering::Greater => all.extend(others.next().cloned()),
                    Ordering::Equal => {
                        all.push((left.clone(), both(set, wanted)?));
                        own.next();
                        others.next();
                    }
                },
                (Some(_), None) => all.extend(own.next().cloned()),
                (None, Some(_)) => all.extend(others.next().cloned()),
                (None, None) => return Some(Self(all)),
            }
        }
    }
}

impl Case {
    /// Whether both may be so at once: whether [`Self::zipped`] and [`Self::settled`] find something,
    /// without making it.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (mut own, mut others) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((left, set)), Some((right, wanted))) = (own.peek(), others.peek()) {
            let order = left.cmp(right);
            if order == Ordering::Equal && !set.meets(wanted) {
                return false;
            }
            own.next_if(|_| order != Ordering::Greater);
            others.next_if(|_| order != Ordering::Less);
        }
        let sets = |var: &Var| [self.get(var), other.get(var)].into_iter().flatten();
        let is_filled = |place: &Place| {
            is_clock(place) || sets(&Var::Cell(*place)).any(|set| !set.may_be_empty())
        };
        let has_no_value = |var: &Var| match var {
            // Both sides have a value, and their difference would have none.
            Var::Diff(left, right) => {
                let both = match (self.get(var), other.get(var)) {
                    (Some(one), Some(other)) => one.meets_filled(other),
                    (Some(one), None) | (None, Some(one)) => one.meets_filled(one),
                    (None, None) => true,
                };
                !both && is_filled(left) && is_filled(right)
            }
            _ => false,
        };
        !other.values().any(Set::is_none) && !self.keys().chain(other.keys()).any(has_no_value)
    }

    /// The same, with differences that have a value where both sides have one. Nothing where that
    /// cannot be.
    pub(super) fn settled(mut self) -> Option<Self> {
        let is_filled = |place: &Place| {
            is_clock(place) || self.get(&Var::Cell(*place)).is_some_and(|set| !set.may_be_empty())
        };
        let open = |(at, (var, set)): (usize, &(Var, Set))| match var {
            Var::Diff(left, right) if set.may_be_empty() => {
                (is_filled(left) && is_filled(right)).then_some(at)
            }
            _ => None,
        };
        let open: SmallVec<[usize; 4]> = self.0.iter().enumerate().filter_map(open).collect();
        for at in open {
            let set = &mut self.0.get_mut(at)?.1;
            *set = set.clone().filled();
            if set.is_none() {
                return None;
            }
        }
        Some(self)
    }
}

/// Always there.
fn is_clock(place: &Place) -> bool {
    place.space == Space::Turn && matches!(place.index, turn::TODAY | turn::NOW)
}

impl<const N: usize> From<[(Var, Set); N]> for Case {
    fn from(parts: [(Var, Set); N]) -> Self {
        parts.into_iter().collect()
    }
}

impl FromIterator<(Var, Set)> for Case {
    fn from_iter<I: IntoIterator<Item = (Var, Set)>>(parts: I) -> Self {
        let mut case = Self::new();
        case.extend(parts);
        case
    }
}

impl Extend<(Var, Set)> for Case {
    fn extend<I: IntoIterator<Item = (Var, Set)>>(&mut self, parts: I) {
        parts.into_iter().for_each(|(var, set)| {
            self.insert(var, set);
        });
    }
}

impl IntoIterator for Case {
    type Item = (Var, Set);
    type IntoIter = std::vec::IntoIter<(Var, Set)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'c> IntoIterator for &'c Case {
    type Item = (&'c Var, &'c Set);
    type IntoIter =
        std::iter::Map<std::slice::Iter<'c, (Var, Set)>, fn(&'c (Var, Set)) -> (&'c Var, &'c Set)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(var, set)| (var, set))
    }
}
