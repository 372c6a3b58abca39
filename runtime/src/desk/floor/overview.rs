//! What people see of the floor: the queue in its order, who is there, who has what.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Floor;
use crate::desk::worker::Presence;
use crate::dispatch::Held;

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// What waits, in the order in which it goes; then what agents have, the oldest first.
    pub places: Vec<Place>,
    /// The agents, by account.
    pub workers: Vec<WorkerLoad>,
}

/// A conversation at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// What is kept of it.
    #[serde(flatten)]
    pub held: Held,
    /// From when its first reply is nearly late, ms UTC; nothing where there is no target, or it was replied
    /// to.
    pub reply_soon_ms: Option<i64>,
    /// When it is late, ms UTC.
    pub reply_due_ms: Option<i64>,
    /// From 1, while it waits.
    pub position: Option<usize>,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkerLoad {
    /// Her account.
    pub agent: String,
    /// Her name.
    pub name: String,
    /// Whether she takes conversations.
    pub presence: Presence,
    /// How many she has.
    pub conversations: u32,
    /// How full she is.
    pub load_percent: u8,
    /// How long hers take beside the usual, in percent.
    pub pace_percent: u32,
    /// What she can do, each at a level from 1 to 5.
    pub skills: BTreeMap<String, u8>,
}

impl Floor {
    /// The places that `sees` lets through, and all agents.
    pub(in crate::desk) fn overview(&self, sees: impl Fn(&Held) -> bool) -> Overview {
        let order = self.routing.in_order();
        let waits = order.iter().zip(1..).filter_map(|(waiting, position)| {
            let held = self.held.get(&waiting.id)?;
            Some(self.at(held, Some(position)))
        });
        let mut had: Vec<&Held> = self
            .held
            .values()
            .filter(|held| self.routing.agent_of(&held.session).is_some())
            .collect();
        had.sort_by_key(|held| (held.at_ms, &held.session));
        let had = had.into_iter().map(|held| self.at(held, None));
        let places = waits.chain(had).filter(|place| sees(&place.held)).collect();
        Overview { places, workers: self.workers() }
    }

    fn at(&self, held: &Held, position: Option<usize>) -> Place {
        let target = self.routing.reply_target(&held.session);
        Place {
            held: held.clone(),
            reply_soon_ms: target.map(|target| target.soon_ms),
            reply_due_ms: target.map(|target| target.due_ms),
            position,
        }
    }

    fn workers(&self) -> Vec<WorkerLoad> {
        let percent = |millionths: i64| millionths / 10_000;
        let load = |present: &super::Present| {
            let (conversations, load) = self.routing.load(present.number).unwrap_or((0, 0));
            let pace = self.routing.pace(present.number).unwrap_or(0);
            WorkerLoad {
                agent: present.worker.id.clone(),
                name: present.worker.name.clone(),
                presence: present.presence(),
                conversations,
                load_percent: u8::try_from(percent(load)).unwrap_or(u8::MAX),
                pace_percent: u32::try_from(percent(pace)).unwrap_or(u32::MAX),
                skills: present.worker.skills.clone(),
            }
        };
        self.workers.values().map(load).collect()
    }
}
