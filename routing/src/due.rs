//! What time brings: a queue overflows, a target is near, a target is broken. Each is told once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::book::Item;
use crate::desk::Desk;
use crate::skill::SkillId;

/// What has happened by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Due {
    /// Agents of another skill may take it as well; it keeps its place.
    Overflowed {
        /// The conversation.
        item: String,
        /// Whose agents.
        to: SkillId,
        /// When its time came.
        at_ms: i64,
    },
    /// The time for a first reply is nearly over.
    Warned {
        /// The conversation.
        item: String,
        /// When it will be over.
        target_ms: i64,
        /// When the warning was due.
        at_ms: i64,
    },
    /// It is over, and there was no reply.
    Broken {
        /// The conversation.
        item: String,
        /// When it was over.
        at_ms: i64,
    },
}

/// When a first reply is to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTarget {
    /// From when it is nearly too late, ms.
    pub soon_ms: i64,
    /// When it is, ms.
    pub due_ms: i64,
}

/// Of two at one moment, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Overflow,
    Warning,
    Target,
}

/// All that is due, by time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    due: BTreeSet<(i64, u64, Kind)>,
    by_item: BTreeMap<u64, Vec<(i64, Kind)>>,
}

impl Clock {
    fn set(&mut self, seq: u64, due: Vec<(i64, Kind)>) {
        for (at_ms, kind) in self.by_item.remove(&seq).into_iter().flatten() {
            self.due.remove(&(at_ms, seq, kind));
        }
        self.due.extend(due.iter().map(|(at_ms, kind)| (*at_ms, seq, *kind)));
        if !due.is_empty() {
            self.by_item.insert(seq, due);
        }
    }
}

impl Desk {
    /// When something is due next.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<i64> {
        self.clock.due.first().map(|(at_ms, ..)| *at_ms)
    }

    /// What has come by now, in the order in which it came. Decisions may follow from it.
    pub fn due(&mut self, now_ms: i64) -> Vec<Due> {
        let mut told = Vec::new();
        while let Some((at_ms, seq, kind)) = self.clock.due.first().copied() {
            if at_ms > now_ms {
                break;
            }
            told.extend(self.come(at_ms, seq, kind));
            match self.book.numbered(seq).cloned() {
                Some(item) => self.schedule(&item),
                None => self.unschedule(seq),
            }
        }
        told
    }

    fn come(&mut self, at_ms: i64, seq: u64, kind: Kind) -> Option<Due> {
        let item = self.book.numbered(seq)?.clone();
        let target_ms = self.target_ms(&item);
        let id = item.waiting.id.clone();
        let changed = self.book.numbered_mut(seq)?;
        Some(match kind {
            Kind::Overflow => {
                changed.reach = item.reach.saturating_add(1);
                let (need, before) = (changed.need(), item.need());
                self.queue.remove(before, item.place());
                self.queue.insert(need, item.place());
                let (to, _) = *self.steps(item.waiting.skill, need.reach).last()?;
                Due::Overflowed { item: id, to, at_ms }
            }
            Kind::Warning => {
                changed.warned = true;
                Due::Warned { item: id, target_ms: target_ms?, at_ms }
            }
            Kind::Target => {
                changed.broken = true;
                Due::Broken { item: id, at_ms }
            }
        })
    }

    /// When the first reply to a conversation is to be there, in business hours; nothing where there is no
    /// target, or it has one.
    #[must_use]
    pub fn reply_target(&self, id: &str) -> Option<ReplyTarget> {
        let item = self.book.get(id)?;
        let wanted_ms = self.reply_within_ms(item)?;
        let due_ms = self.counted(item, wanted_ms)?;
        let soon_ms = self.counted(item, self.warn_after_ms(wanted_ms))?;
        Some(ReplyTarget { soon_ms, due_ms })
    }

    /// Within which time it is to be replied to, where it was not yet.
    fn reply_within_ms(&self, item: &Item) -> Option<i64> {
        let skill = self.setup.skills.get(item.waiting.skill.index())?;
        skill.first_reply_ms.filter(|_| !item.waiting.replied)
    }

    fn warn_after_ms(&self, wanted_ms: i64) -> i64 {
        wanted_ms / 100 * i64::from(self.setup.warn_percent)
    }

    /// When the first reply is to be there.
    fn target_ms(&self, item: &Item) -> Option<i64> {
        let skill = self.setup.skills.get(item.waiting.skill.index())?;
        self.counted(item, skill.first_reply_ms?)
    }

    /// When so much of a conversation's time has passed: business hours, or all hours.
    fn counted(&self, item: &Item, time_ms: i64) -> Option<i64> {
        let since_ms = item.waiting.since_ms;
        match item.on_call {
            true => Some(since_ms.saturating_add(time_ms)),
            false => self.hours.after(since_ms, time_ms),
        }
    }

    /// Finds anew what is due for a conversation.
    pub(crate) fn schedule(&mut self, item: &Item) {
        let mut due = Vec::new();
        if item.with.is_none() {
            let chain = self.chains.get(item.waiting.skill.index());
            let next = chain.and_then(|chain| chain.get(usize::from(item.reach) + 1));
            let at =
                |(_, after_ms): &(SkillId, i64)| item.waiting.since_ms.saturating_add(*after_ms);
            due.extend(next.map(|next| (at(next), Kind::Overflow)));
        }
        if let Some(wanted_ms) = self.reply_within_ms(item).filter(|_| !item.broken) {
            let warning = self.counted(item, self.warn_after_ms(wanted_ms));
            due.extend(warning.filter(|_| !item.warned).map(|at_ms| (at_ms, Kind::Warning)));
            due.extend(self.counted(item, wanted_ms).map(|at_ms| (at_ms, Kind::Target)));
        }
        self.clock.set(item.seq, due);
    }

    pub(crate) fn unschedule(&mut self, seq: u64) {
        self.clock.set(seq, Vec::new());
    }
}
