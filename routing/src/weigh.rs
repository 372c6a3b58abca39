//! Why one agent and not another: everybody with what speaks for her, or what keeps her out.

use serde::{Deserialize, Serialize};

use crate::agent::{AgentId, Presence, Seat};
use crate::book::Item;
use crate::desk::Desk;
use crate::pick::can_take;
use crate::queue::Need;
use crate::score::Score;
use crate::skill::SkillId;

/// An agent who could take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// By which skill, and her level of it.
    pub skill: SkillId,
    /// See [`Candidate::skill`].
    pub level: u8,
    /// What speaks for her.
    pub score: Score,
}

/// What keeps an agent out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum LeftOut {
    /// She can do nothing of what is asked for.
    LacksSkill,
    /// Not well enough.
    LevelTooLow {
        /// Her level.
        has: u8,
        /// What is asked for.
        needs: u8,
    },
    /// She takes no new ones.
    Away,
    /// She is not there.
    Offline,
    /// She takes none of this channel.
    NotThisChannel,
    /// One more does not fit, with what she has.
    Full {
        /// How many she has.
        has: u32,
    },
    /// She helps by a skill that this overflows into, and its time has not come.
    OverflowLater {
        /// When it comes.
        at_ms: i64,
    },
    /// She would help, but somebody of an earlier skill is free.
    EarlierSkillFirst,
}

/// Everybody, for one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighing {
    /// Who can take it; who has her turn is first, the others by their score.
    pub candidates: Vec<Candidate>,
    /// Who cannot, by id.
    pub left_out: Vec<(AgentId, LeftOut)>,
}

impl Desk {
    /// What [`Desk::next_decision`] would go by if this conversation were the first; nothing where
    /// it does not wait.
    #[must_use]
    pub fn weigh(&self, id: &str) -> Option<Weighing> {
        let item = self.book.get(id).filter(|item| item.with.is_none())?;
        let need = item.need();
        let picked = self.pick(&need);
        let skill = picked.as_ref().map(|picked| picked.skill);
        let mut weighing = Weighing { candidates: Vec::new(), left_out: Vec::new() };
        for seat in &self.seats {
            let agent = seat.agent.id;
            match skill.filter(|by| can_take(seat, &need, *by)) {
                Some(skill) => weighing.candidates.push(Candidate {
                    agent,
                    skill,
                    level: seat.agent.level(skill).unwrap_or(0),
                    score: Score::of(seat),
                }),
                None => weighing.left_out.push((agent, self.left_out(item, &need, seat))),
            }
        }
        let first = picked.and_then(|picked| Some(self.seats.get(picked.seat)?.agent.id));
        weighing.candidates.sort_by_key(|candidate| {
            let is_other = Some(candidate.agent) != first;
            (is_other, std::cmp::Reverse(candidate.score.total()), candidate.agent)
        });
        Some(weighing)
    }

    fn left_out(&self, item: &Item, need: &Need, seat: &Seat) -> LeftOut {
        let agent = &seat.agent;
        let steps = self.steps(need.skill, need.reach);
        let chain = self.chains.get(need.skill.index()).map_or(steps, Vec::as_slice);
        let has = |(by, _): &&(SkillId, i64)| agent.level(*by).is_some();
        let Some((by, after_ms)) = chain.iter().find(has) else { return LeftOut::LacksSkill };
        let enough = |(by, _): &(SkillId, i64)| {
            agent.level(*by).is_some_and(|level| level >= Item::level_of(need, *by))
        };
        if !chain.iter().any(enough) {
            let has = agent.level(*by).unwrap_or(0);
            return LeftOut::LevelTooLow { has, needs: need.level };
        }
        match agent.presence {
            Presence::Away => return LeftOut::Away,
            Presence::Offline => return LeftOut::Offline,
            Presence::Online => {}
        }
        if agent.capacity.on(need.channel) == 0 || agent.capacity.total == 0 {
            return LeftOut::NotThisChannel;
        }
        if !steps.iter().any(enough) {
            let later = chain.iter().find(|step| enough(step)).map_or(*after_ms, |(_, ms)| *ms);
            return LeftOut::OverflowLater { at_ms: item.waiting.since_ms.saturating_add(later) };
        }
        if !seat.has_room(need.channel) {
            return LeftOut::Full { has: seat.count };
        }
        LeftOut::EarlierSkillFirst
    }
}
