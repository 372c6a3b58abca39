//! A desk as it is kept: what cannot be found again from the rest.

use serde::{Deserialize, Serialize};

use crate::agent::{AgentId, ChannelId, Seat};
use crate::book::Item;
use crate::desk::{Desk, DeskError, Setup};
use crate::hours::OpenHours;
use crate::skill::SkillId;

/// See the module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Saved {
    setup: Setup,
    hours: OpenHours,
    seats: Vec<Seat>,
    items: Vec<Item>,
    next_seq: u64,
    last: Vec<Option<AgentId>>,
    usual: Vec<(SkillId, ChannelId, i64, u32)>,
}

impl From<Desk> for Saved {
    fn from(desk: Desk) -> Self {
        Self {
            items: desk.book.iter().cloned().collect(),
            setup: desk.setup,
            hours: desk.hours,
            seats: desk.seats,
            next_seq: desk.next_seq,
            last: desk.last,
            usual: desk.usual,
        }
    }
}

impl TryFrom<Saved> for Desk {
    type Error = DeskError;

    fn try_from(saved: Saved) -> Result<Self, DeskError> {
        let mut desk = Self::new(saved.setup)?;
        let skills = desk.setup.skills.len();
        desk.hours = match saved.hours.spans() {
            Some(spans) => OpenHours::new(spans.to_vec()),
            None => OpenHours::default(),
        };
        for seat in saved.seats {
            desk.check_agent(&seat.agent)?;
            match desk.seats.binary_search_by_key(&seat.agent.id, |known| known.agent.id) {
                Ok(_) => return Err(DeskError::NotSo(seat.agent.name, "the name of two agents")),
                Err(number) => desk.seats.insert(number, seat),
            }
        }
        desk.index_skills();
        for item in saved.items {
            desk.check_waiting(&item.waiting)?;
            desk.next_seq = desk.next_seq.max(item.seq.saturating_add(1));
            if item.with.is_none() {
                desk.queue.insert(item.need(), item.place());
            }
            desk.schedule(&item);
            desk.book.insert(item);
        }
        desk.next_seq = desk.next_seq.max(saved.next_seq);
        desk.last = saved.last;
        desk.last.resize(skills, None);
        desk.usual = saved.usual;
        Ok(desk)
    }
}
