//! An agent as the desk needs to know her.

use std::collections::BTreeMap;

use flowright_engine::model::Owner;
pub use flowright_routing::Presence;
use flowright_routing::{Agent, AgentId, Capacity, ChannelId, SkillId};

/// Conversations at once of an agent for whom nothing is declared.
pub(crate) const CAPACITY: u16 = 4;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Her account.
    pub id: String,
    /// Her name, as customers see it.
    pub name: String,
    /// What she can do, each at a level from 1 to 5.
    pub skills: BTreeMap<String, u8>,
    /// How many conversations fill her, by channel; 0: she takes none of it.
    pub capacity: BTreeMap<String, u16>,
    /// How many of any other channel do, and how many she has at most.
    pub capacity_of_others: u16,
    /// Her part of the conversations beside others', in thousandths.
    pub weight_milli: u32,
}

impl Worker {
    /// One with skills at the middle level, and nothing else declared.
    #[must_use]
    pub fn new<'s>(id: &str, name: &str, skills: impl IntoIterator<Item = &'s str>) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            skills: skills.into_iter().map(|skill| (skill.to_owned(), 3)).collect(),
            capacity: BTreeMap::new(),
            capacity_of_others: CAPACITY,
            weight_milli: 1_000,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        Owner { agent: self.id.clone(), name: self.name.clone() }
    }

    /// As the routing knows her: by numbers.
    pub(crate) fn agent(
        &self,
        number: AgentId,
        presence: Presence,
        skill: impl Fn(&str) -> Option<SkillId>,
        channel: impl Fn(&str) -> Option<ChannelId>,
    ) -> Agent {
        let own = self.skills.iter().filter_map(|(name, level)| Some((skill(name)?, *level)));
        // What no rule of `route` took, anybody may.
        let any = skill("").map(|any| (any, 1));
        let by_channel = self.capacity.iter().filter_map(|(c, count)| Some((channel(c)?, *count)));
        let by_channel: Vec<(ChannelId, u16)> = by_channel.collect();
        let most = by_channel.iter().map(|(_, count)| *count).max().unwrap_or(0);
        Agent {
            id: number,
            name: self.name.clone(),
            skills: own.chain(any).collect(),
            presence,
            capacity: Capacity {
                by_channel,
                other: self.capacity_of_others,
                total: most.max(self.capacity_of_others),
            },
            weight_milli: self.weight_milli,
        }
    }
}
