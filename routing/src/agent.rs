//! Agents: what is declared of each, and what the desk keeps of her.

use serde::{Deserialize, Serialize};

use crate::limits::{WEIGHT_MILLI_MAX, WEIGHT_MILLI_MIN};
use crate::skill::SkillId;

/// A whole, in millionths: an agent who is full, a conversation that takes as long as usual.
pub(crate) const WHOLE: i64 = 1_000_000;
/// A new conversation moves an agent's pace by one part in so many.
const PACE_PARTS: i64 = 16;
/// What one conversation says of an agent's pace is at most so many times the usual.
const PACE_SAMPLE_MAX: i64 = 10 * WHOLE;

/// An agent. Ties go to the lower number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct AgentId(pub u32);

/// A channel by a number of the caller's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct ChannelId(pub u16);

/// Whether an agent takes conversations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Takes new ones.
    Online,
    /// Keeps what she has.
    Away,
    /// Is not there.
    #[default]
    Offline,
}

/// How many conversations an agent has at once. A channel's number says how many of it alone fill
/// her: with 3 chats and 12 mails, a chat takes a third of her and a mail a twelfth, and all that
/// she has is never more than the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// By channel; 0: none of it.
    pub by_channel: Vec<(ChannelId, u16)>,
    /// Of any other channel.
    pub other: u16,
    /// Most at once of all channels together.
    pub total: u16,
}

impl Capacity {
    /// So many at once, whatever the channel.
    #[must_use]
    pub const fn of(count: u16) -> Self {
        Self { by_channel: Vec::new(), other: count, total: count }
    }

    /// Conversations of a channel that fill the agent.
    #[must_use]
    pub fn on(&self, channel: ChannelId) -> u16 {
        let named = self.by_channel.iter().find(|(known, _)| *known == channel);
        named.map_or(self.other, |(_, count)| *count)
    }

    /// What one conversation takes, in millionths; nothing where the agent takes none.
    pub(crate) fn share(&self, channel: ChannelId) -> Option<i64> {
        WHOLE.checked_div(i64::from(self.on(channel)))
    }
}

/// What is declared of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Her number.
    pub id: AgentId,
    /// For people.
    pub name: String,
    /// What she can do, each at a level from 1 to 5.
    pub skills: Vec<(SkillId, u8)>,
    /// Whether she takes conversations.
    pub presence: Presence,
    /// How many at once.
    pub capacity: Capacity,
    /// Her part of the conversations beside others', in thousandths.
    pub weight_milli: u32,
}

impl Agent {
    /// Her level of a skill that she has.
    #[must_use]
    pub fn level(&self, skill: SkillId) -> Option<u8> {
        self.skills.iter().find(|(known, _)| *known == skill).map(|(_, level)| *level)
    }

    pub(crate) fn weight_milli(&self) -> i64 {
        i64::from(self.weight_milli.clamp(WEIGHT_MILLI_MIN, WEIGHT_MILLI_MAX))
    }
}

/// An agent with what the desk keeps of her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seat {
    pub(crate) agent: Agent,
    /// Conversations that she has, by channel.
    pub(crate) live: Vec<(ChannelId, u16)>,
    /// How long hers take beside what such ones usually take, in millionths; a moving average that
    /// begins at the usual.
    pub(crate) pace: i64,
    /// What smooth weighted round robin owes her.
    pub(crate) credit: i64,
    /// When she was last given a conversation or ended one; nothing before the first.
    pub(crate) touched_ms: Option<i64>,
    /// What follows from what she has: how full she is, in millionths. See [`Seat::weigh`].
    #[serde(skip)]
    pub(crate) load: i64,
    /// How much of that her channels make; more than a part of the total leaves no room.
    #[serde(skip)]
    pub(crate) taken: i64,
    /// How many she has.
    #[serde(skip)]
    pub(crate) count: u32,
}

impl Seat {
    pub(crate) const fn new(agent: Agent) -> Self {
        Self {
            agent,
            live: Vec::new(),
            pace: WHOLE,
            credit: 0,
            touched_ms: None,
            load: 0,
            taken: 0,
            count: 0,
        }
    }

    /// Finds anew what follows from what she has. What is left of a capacity that was lowered is full.
    pub(crate) fn weigh(&mut self) {
        let capacity = &self.agent.capacity;
        let of = |(channel, count): &(ChannelId, u16)| {
            i64::from(*count) * capacity.share(*channel).unwrap_or(WHOLE)
        };
        self.count = self.live.iter().map(|(_, count)| u32::from(*count)).sum();
        self.taken = self.live.iter().map(of).sum();
        let of_total = WHOLE.saturating_mul(i64::from(self.count));
        let of_total = of_total.checked_div(i64::from(capacity.total)).unwrap_or(WHOLE);
        self.load = self.taken.max(of_total).min(WHOLE);
    }

    /// Whether one more of a channel fits.
    pub(crate) fn has_room(&self, channel: ChannelId) -> bool {
        let capacity = &self.agent.capacity;
        self.count < u32::from(capacity.total)
            && capacity.share(channel).is_some_and(|share| self.taken + share <= WHOLE)
    }

    pub(crate) fn begin(&mut self, channel: ChannelId, now_ms: i64) {
        match self.live.iter_mut().find(|(known, _)| *known == channel) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.live.push((channel, 1)),
        }
        self.touched_ms = Some(now_ms);
        self.weigh();
    }

    pub(crate) fn end(&mut self, channel: ChannelId, now_ms: i64) {
        for (_, count) in self.live.iter_mut().filter(|(known, _)| *known == channel) {
            *count = count.saturating_sub(1);
        }
        self.live.retain(|(_, count)| *count > 0);
        self.touched_ms = Some(now_ms);
        self.weigh();
    }

    /// Learns from a conversation that took so long, where such ones usually take `usual_ms`.
    pub(crate) fn learn(&mut self, handle_ms: i64, usual_ms: i64) {
        let sample = handle_ms.saturating_mul(WHOLE).checked_div(usual_ms).unwrap_or(WHOLE);
        self.pace += (sample.clamp(0, PACE_SAMPLE_MAX) - self.pace) / PACE_PARTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: ChannelId = ChannelId(0);
    const MAIL: ChannelId = ChannelId(1);
    const PHONE: ChannelId = ChannelId(2);

    fn seat() -> Seat {
        Seat::new(Agent {
            id: AgentId(1),
            name: "Li".to_owned(),
            skills: vec![(SkillId(0), 3)],
            presence: Presence::Online,
            capacity: Capacity {
                by_channel: vec![(CHAT, 3), (MAIL, 12), (PHONE, 0)],
                other: 1,
                total: 5,
            },
            weight_milli: 1_000,
        })
    }

    #[test]
    fn a_chat_takes_a_third_and_a_mail_a_twelfth() {
        let mut seat = seat();
        seat.begin(CHAT, 0);
        seat.begin(CHAT, 0);
        assert!(seat.has_room(CHAT) && seat.has_room(MAIL) && !seat.has_room(PHONE));
        assert!(!seat.has_room(ChannelId(7)), "an only one of another channel takes all");
        seat.begin(MAIL, 0);
        assert!(!seat.has_room(CHAT) && seat.has_room(MAIL), "{}", seat.load);
        seat.begin(MAIL, 0);
        seat.begin(MAIL, 0);
        assert!(!seat.has_room(MAIL), "five are all that she has at once");
        assert_eq!(seat.load, WHOLE);
        seat.end(CHAT, 9);
        assert!(seat.has_room(MAIL) && seat.has_room(CHAT));
        assert_eq!(seat.touched_ms, Some(9));
    }

    #[test]
    fn a_lowered_capacity_is_full_until_enough_have_ended() {
        let mut seat = seat();
        (0..4).for_each(|_| seat.begin(MAIL, 0));
        seat.agent.capacity = Capacity::of(2);
        seat.weigh();
        assert_eq!((seat.load, seat.has_room(MAIL)), (WHOLE, false));
        seat.agent.capacity = Capacity::of(0);
        seat.weigh();
        assert_eq!((seat.load, seat.has_room(MAIL)), (WHOLE, false));
    }

    #[test]
    fn pace_begins_at_the_usual_and_moves_slowly() {
        let mut seat = seat();
        seat.learn(200, 100);
        assert_eq!(seat.pace, WHOLE + WHOLE / 16);
        (0..500).for_each(|_| seat.learn(50, 100));
        assert!((seat.pace - WHOLE / 2).abs() < 100, "{}", seat.pace);
        seat.learn(i64::MAX, 0);
        assert!(seat.pace < WHOLE);
    }
}
