//! Who goes first. Every conversation has a place that never changes: the time at which it began to
//! wait, less a head start for its urgency. Waiting moves everybody on alike, so the order of two
//! never turns, nobody is sorted again, and a head start is all that anybody is ever passed by.

use std::collections::{BTreeMap, BTreeSet};

use crate::agent::ChannelId;
use crate::limits::{URGENCY_MAX, WEIGHT_MILLI_MAX};
use crate::skill::{Skill, SkillId};

/// Head starts by urgency: low, normal, high, critical; of a skill of weight 1. Larger ones make those
/// wait longer who are most of all: the 95th of a hundred waits is theirs.
const HEAD_START_MS: [i64; 4] = [60_000, 120_000, 300_000, 900_000];

/// How much earlier a conversation counts as having come: more for what is urgent, times the
/// weight of its skill.
#[must_use]
pub fn head_start_ms(urgency: u8, skill: &Skill) -> i64 {
    let base = HEAD_START_MS.get(usize::from(urgency.min(URGENCY_MAX))).copied().unwrap_or(0);
    base * skill.weight_milli() / 1_000
}

/// A conversation that has waited longer than this is passed by none that comes from then on,
/// however urgent. `heaviest` is the largest weight of a skill of the desk.
#[must_use]
pub fn passed_for_ms_max(urgency: u8, skill: &Skill, heaviest_milli: u32) -> i64 {
    let heaviest = heaviest_milli.min(WEIGHT_MILLI_MAX);
    let most = head_start_ms(URGENCY_MAX, &Skill { weight_milli: heaviest, ..Skill::named("") });
    (most - head_start_ms(urgency, skill)).max(0)
}

/// Where a conversation stands: less goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) key_ms: i64,
    /// In the order in which they came.
    pub(crate) seq: u64,
}

/// What an agent must have to take a conversation. Those of one need differ in nothing but place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    pub(crate) skill: SkillId,
    pub(crate) channel: ChannelId,
    /// Least level of `skill`, 1 for any.
    pub(crate) level: u8,
    /// Steps of the overflow whose time has come.
    pub(crate) reach: u8,
}

/// All that wait, by need. A need for which nobody was free is set aside until somebody is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    by_need: BTreeMap<Need, Line>,
    /// The first of each need that is not set aside.
    heads: BTreeSet<(Place, Need)>,
}

#[derive(Debug, Clone, Default)]
struct Line {
    places: BTreeSet<Place>,
    is_aside: bool,
}

impl Queue {
    pub(crate) fn insert(&mut self, need: Need, place: Place) {
        self.change(need, |line| {
            line.places.insert(place);
        });
    }

    pub(crate) fn remove(&mut self, need: Need, place: Place) {
        self.change(need, |line| {
            line.places.remove(&place);
        });
    }

    /// Nobody can take these now.
    pub(crate) fn set_aside(&mut self, need: Need) {
        self.change(need, |line| line.is_aside = true);
    }

    /// Somebody may be able to take those that `fits`.
    pub(crate) fn bring_back(&mut self, fits: impl Fn(&Need) -> bool) {
        for (need, line) in self.by_need.iter_mut().filter(|(_, line)| line.is_aside) {
            if fits(need) {
                line.is_aside = false;
                self.heads.extend(line.places.first().map(|first| (*first, *need)));
            }
        }
    }

    /// The first of all that somebody may be able to take.
    pub(crate) fn first(&self) -> Option<(Place, Need)> {
        self.heads.first().copied()
    }

    fn change(&mut self, need: Need, change: impl FnOnce(&mut Line)) {
        let line = self.by_need.entry(need).or_default();
        let head = |line: &Line| line.places.first().filter(|_| !line.is_aside).copied();
        let before = head(line);
        change(line);
        let after = head(line);
        if line.places.is_empty() {
            self.by_need.remove(&need);
        }
        if before != after {
            before.map(|place| self.heads.remove(&(place, need)));
            self.heads.extend(after.map(|place| (place, need)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_and_weight_give_a_head_start() {
        let weighing = |weight_milli| Skill { weight_milli, ..Skill::named("s") };
        assert_eq!(head_start_ms(1, &weighing(1_000)), 120_000);
        assert_eq!(head_start_ms(0, &weighing(2_000)), head_start_ms(1, &weighing(1_000)));
        assert_eq!(head_start_ms(9, &weighing(1_000)), head_start_ms(3, &weighing(1_000)));
        assert_eq!(passed_for_ms_max(0, &weighing(1_000), 1_000), 840_000);
        assert_eq!(passed_for_ms_max(3, &weighing(1_000), 1_000), 0);
    }

    #[test]
    fn what_is_set_aside_comes_back_in_its_place() {
        let need =
            |skill| Need { skill: SkillId(skill), channel: ChannelId(0), level: 1, reach: 0 };
        let place = |key_ms, seq| Place { key_ms, seq };
        let mut queue = Queue::default();
        queue.insert(need(0), place(5, 1));
        queue.insert(need(1), place(3, 2));
        queue.insert(need(0), place(1, 3));
        assert_eq!(queue.first(), Some((place(1, 3), need(0))));
        queue.set_aside(need(0));
        assert_eq!(queue.first(), Some((place(3, 2), need(1))));
        queue.remove(need(0), place(1, 3));
        queue.insert(need(0), place(2, 4));
        assert_eq!(queue.first(), Some((place(3, 2), need(1))));
        queue.bring_back(|need| need.skill == SkillId(0));
        assert_eq!(queue.first(), Some((place(2, 4), need(0))));
        queue.remove(need(0), place(2, 4));
        queue.remove(need(0), place(5, 1));
        queue.remove(need(1), place(3, 2));
        assert_eq!(queue.first(), None);
        assert!(queue.by_need.is_empty());
    }
}
