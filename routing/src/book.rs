//! The conversations of a desk: who waits, who is with an agent, and what time brings to each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::agent::AgentId;
use crate::desk::Waiting;
use crate::queue::{Need, Place};
use crate::skill::SkillId;

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) waiting: Waiting,
    pub(crate) key_ms: i64,
    pub(crate) seq: u64,
    /// Steps of the overflow whose time has come.
    pub(crate) reach: u8,
    /// Who has it.
    pub(crate) with: Option<AgentId>,
    /// The time of its target runs outside business hours too: somebody was there when it came.
    pub(crate) on_call: bool,
    /// What was told of its target.
    pub(crate) warned: bool,
    pub(crate) broken: bool,
}

impl Item {
    pub(crate) const fn place(&self) -> Place {
        Place { key_ms: self.key_ms, seq: self.seq }
    }

    pub(crate) const fn need(&self) -> Need {
        Need {
            skill: self.waiting.skill,
            channel: self.waiting.channel,
            level: self.waiting.level,
            reach: self.reach,
        }
    }

    /// Least level of a skill by which somebody takes it: its own asks for one, others help as they can.
    pub(crate) fn level_of(need: &Need, by: SkillId) -> u8 {
        if by == need.skill { need.level } else { 1 }
    }
}

/// All conversations, by number and by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    items: BTreeMap<u64, Item>,
    numbers: BTreeMap<String, u64>,
}

impl Book {
    pub(crate) fn insert(&mut self, item: Item) {
        self.numbers.insert(item.waiting.id.clone(), item.seq);
        self.items.insert(item.seq, item);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Item> {
        let number = self.numbers.remove(id)?;
        self.items.remove(&number)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Item> {
        self.items.get(self.numbers.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.get_mut(self.numbers.get(id)?)
    }

    pub(crate) fn numbered(&self, seq: u64) -> Option<&Item> {
        self.items.get(&seq)
    }

    pub(crate) fn numbered_mut(&mut self, seq: u64) -> Option<&mut Item> {
        self.items.get_mut(&seq)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}
