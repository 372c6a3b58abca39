//! Sets of values of one cell: ranges of whole numbers that stand for the values, and what a cell
//! may hold besides.

use smallvec::{SmallVec, smallvec};

/// Most sets are one range or two.
type Ranges = SmallVec<[(i64, i64); 2]>;

/// Values a cell may hold. Numbers, dates, times, durations and amounts are their own counts;
/// choices, bools and known texts their numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Set {
    /// Disjoint, ascending, both ends included.
    ranges: Ranges,
    /// It may hold nothing.
    empty: bool,
    /// It may hold what no number stands for: an amount in another currency, any other text.
    other: bool,
}

impl Clone for Set {
    /// All ranges at once: their vector's own way is one by one, and sets are copied all the time.
    fn clone(&self) -> Self {
        let Self { ranges, empty, other } = self;
        Self { ranges: Ranges::from_slice(ranges), empty: *empty, other: *other }
    }
}

impl Set {
    /// Everything in `range`, an empty cell included, and others if there are any.
    pub(crate) fn all(range: (i64, i64), other: bool) -> Self {
        Self { ranges: smallvec![range], empty: true, other }
    }

    /// No value at all.
    pub(crate) fn none() -> Self {
        Self { ranges: Ranges::new(), empty: false, other: false }
    }

    /// Only that the cell holds nothing.
    pub(crate) fn only_empty() -> Self {
        Self { ranges: Ranges::new(), empty: true, other: false }
    }

    /// One value.
    pub(crate) fn one(value: i64) -> Self {
        Self::between(value, value)
    }

    /// Values from `low` to `high`.
    pub(crate) fn between(low: i64, high: i64) -> Self {
        let ranges = if low <= high { smallvec![(low, high)] } else { Ranges::new() };
        Self { ranges, empty: false, other: false }
    }

    /// The same without the empty cell.
    pub(crate) fn filled(mut self) -> Self {
        self.empty = false;
        self
    }

    /// Whether the cell may hold nothing.
    pub(crate) const fn may_be_empty(&self) -> bool {
        self.empty
    }

    pub(crate) fn is_none(&self) -> bool {
        self.ranges.is_empty() && !self.empty && !self.other
    }

    /// The only value, if there is just one and it is a number.
    pub(crate) fn single(&self) -> Option<i64> {
        match (self.ranges.as_slice(), self.empty || self.other) {
            ([(low, high)], false) if low == high => Some(*low),
            _ => None,
        }
    }

    /// The ranges.
    pub(crate) fn ranges(&self) -> &[(i64, i64)] {
        &self.ranges
    }

    /// A value to show: one near a bound, where there is one.
    pub(crate) fn sample(&self, prefer: i64) -> Option<i64> {
        let near = |(low, high): &(i64, i64)| prefer.clamp(*low, *high);
        self.ranges.iter().map(near).min_by_key(|value| value.abs_diff(prefer))
    }

    /// Every value with `by` added to it; ends that stand for no limit stay.
    pub(crate) fn plus(&self, by: i64) -> Self {
        let moved = |end: i64| match end {
            i64::MIN | i64::MAX => end,
            _ => end.saturating_add(by),
        };
        let ranges = self.ranges.iter().map(|(low, high)| (moved(*low), moved(*high)));
        Self { ranges: ranges.collect(), empty: self.empty, other: self.other }
    }

    /// Every value with its sign turned.
    pub(crate) fn negated(&self) -> Self {
        let turned = |end: i64| match end {
            i64::MIN => i64::MAX,
            i64::MAX => i64::MIN,
            _ => -end,
        };
        let ranges = self.ranges.iter().rev().map(|(low, high)| (turned(*high), turned(*low)));
        Self { ranges: ranges.collect(), empty: self.empty, other: self.other }
    }

    /// Whether a value is in it; nothing stands for the empty cell.
    pub(crate) fn has(&self, value: Option<i64>) -> bool {
        match value {
            None => self.empty,
            Some(v) => self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&v)),
        }
    }

    /// Whether it may hold what no number stands for.
    pub(crate) const fn may_be_other(&self) -> bool {
        self.other
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut ranges = Ranges::new();
        for (low, high) in &self.ranges {
            for (from, to) in &other.ranges {
                let (low, high) = ((*low).max(*from), (*high).min(*to));
                if low <= high {
                    ranges.push((low, high));
                }
            }
        }
        ranges.sort_unstable();
        Self { ranges, empty: self.empty && other.empty, other: self.other && other.other }
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut all: Ranges = self.ranges.iter().chain(&other.ranges).copied().collect();
        all.sort_unstable();
        let mut ranges = Ranges::new();
        for (low, high) in all {
            match ranges.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
                _ => ranges.push((low, high)),
            }
        }
        Self { ranges, empty: self.empty || other.empty, other: self.other || other.other }
    }

    /// Everything in `range` that is not in the set; nothing and others too.
    pub(crate) fn not(&self, range: (i64, i64)) -> Self {
        let mut ranges = Ranges::new();
        let mut from = Some(range.0);
        for (low, high) in &self.ranges {
            if let Some(start) = from
                && start < *low
            {
                ranges.push((start, low - 1));
            }
            from = high.checked_add(1);
        }
        if let Some(start) = from.filter(|start| *start <= range.1) {
            ranges.push((start, range.1));
        }
        Self { ranges, empty: !self.empty, other: !self.other }
    }

    /// Whether they share any value, an empty cell included.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        (self.empty && other.empty) || self.meets_filled(other)
    }

    /// Whether they share any value of a cell that is not empty.
    pub(crate) fn meets_filled(&self, other: &Self) -> bool {
        let overlaps = |(low, high): &(i64, i64)| {
            other.ranges.iter().any(|(from, to)| low.max(from) <= high.min(to))
        };
        (self.other && other.other) || self.ranges.iter().any(overlaps)
    }

    /// Whether every value of it is in `other`.
    pub(crate) fn is_in(&self, other: &Self) -> bool {
        let inside = |(low, high): &(i64, i64)| {
            other.ranges.iter().any(|(from, to)| from <= low && high <= to)
        };
        (!self.empty || other.empty)
            && (!self.other || other.other)
            && self.ranges.iter().all(inside)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Set;

    const RANGE: (i64, i64) = (0, 30);

    fn set() -> impl Strategy<Value = Set> {
        let piece = (0..=30_i64, 0..=30_i64).prop_map(|(a, b)| Set::between(a.min(b), a.max(b)));
        (proptest::collection::vec(piece, 0..4), any::<bool>()).prop_map(|(pieces, empty)| {
            let base = if empty { Set::only_empty() } else { Set::none() };
            pieces.iter().fold(base, |all, piece| all.or(piece))
        })
    }

    proptest! {
        #[test]
        fn sets_do_what_their_names_say(a in set(), b in set()) {
            let not_a = a.not(RANGE);
            for value in (0..=30).map(Some).chain([None]) {
                let (in_a, in_b) = (a.has(value), b.has(value));
                prop_assert_eq!(a.and(&b).has(value), in_a && in_b);
                prop_assert_eq!(a.or(&b).has(value), in_a || in_b);
                prop_assert_eq!(not_a.has(value), !in_a);
            }
            for value in (-5..=35).map(Some).chain([None]) {
                prop_assert_eq!(a.plus(3).has(value.map(|v| v + 3)), a.has(value));
                prop_assert_eq!(a.negated().has(value.map(|v: i64| -v)), a.has(value));
            }
            let all = (0..=30).map(Some).chain([None]);
            prop_assert_eq!(a.is_in(&b), all.clone().all(|v| !a.has(v) || b.has(v)));
            prop_assert_eq!(a.and(&b).is_none(), all.clone().all(|v| !a.has(v) || !b.has(v)));
            prop_assert_eq!(a.meets(&b), !a.and(&b).is_none());
            prop_assert_eq!(a.meets_filled(&b), !a.and(&b).filled().is_none());
        }
    }
}
