//! The decision: the first conversation that somebody can take, and who takes it.

use serde::{Deserialize, Serialize};

use crate::agent::{AgentId, Presence, Seat};
use crate::book::Item;
use crate::desk::Desk;
use crate::limits::RUNNERS_UP_MAX;
use crate::queue::{Need, head_start_ms};
use crate::score::Score;
use crate::skill::{Skill, SkillId};

/// How conversations and agents come together. Of any of them: overflow, levels, capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Urgency and weight with aging; agents by smooth weighted round robin, see [`Score`].
    #[default]
    Smooth,
    /// First come, first served; agents one after another.
    RoundRobin,
    /// First come, first served; who has longest been given nothing and ended nothing.
    LongestIdle,
}

impl Policy {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Smooth, "smooth"),
        (Self::RoundRobin, "round-robin"),
        (Self::LongestIdle, "longest-idle"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(policy, _)| *policy == self).map_or("", |(_, name)| name)
    }

    pub(crate) fn head_start(self, urgency: u8, skill: &Skill) -> i64 {
        match self {
            Self::Smooth => head_start_ms(urgency, skill),
            Self::RoundRobin | Self::LongestIdle => 0,
        }
    }
}

/// A conversation goes to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The conversation.
    pub item: String,
    /// Who has it from now on.
    pub agent: AgentId,
    /// By which of her skills: its own, or one that it overflowed into.
    pub skill: SkillId,
    /// How long it waited.
    pub waited_ms: i64,
    /// Why her, under [`Policy::Smooth`].
    pub score: Score,
    /// How many could have taken it.
    pub candidates: usize,
    /// Those of them who came nearest, who would have been next first: at most [`RUNNERS_UP_MAX`].
    pub runners_up: Vec<RunnerUp>,
}

/// Somebody who could have taken a conversation that another has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerUp {
    /// Who.
    pub agent: AgentId,
    /// What spoke for her, under [`Policy::Smooth`].
    pub score: Score,
}

/// Whether an agent can take what is needed, by one of her skills.
pub(crate) fn can_take(seat: &Seat, need: &Need, by: SkillId) -> bool {
    seat.agent.presence == Presence::Online
        && seat.agent.level(by).is_some_and(|level| level >= Item::level_of(need, by))
        && seat.has_room(need.channel)
}

/// Who was picked.
pub(crate) struct Picked {
    pub(crate) seat: usize,
    pub(crate) skill: SkillId,
    pub(crate) score: Score,
    pub(crate) candidates: usize,
    pub(crate) runners_up: Vec<RunnerUp>,
}

/// The first of those who can take something, in order.
#[derive(Default)]
struct Ranked(Vec<(i64, usize, Score)>);

impl Ranked {
    /// One more, behind her equals: those who are far behind cost a comparison.
    fn insert(&mut self, rank: i64, seat: usize, score: Score) {
        let is_behind = self.0.last().is_some_and(|(last, ..)| *last >= rank);
        if is_behind && self.0.len() > RUNNERS_UP_MAX {
            return;
        }
        let place = self.0.partition_point(|(other, ..)| *other >= rank);
        self.0.insert(place, (rank, seat, score));
        self.0.truncate(RUNNERS_UP_MAX + 1);
    }
}

impl Desk {
    /// Gives the first waiting conversation that somebody can take to an agent. Nothing when nobody
    /// can take any: no more follows until something happens.
    pub fn next_decision(&mut self, now_ms: i64) -> Option<Decision> {
        while let Some((place, need)) = self.queue.first() {
            let Some(picked) = self.pick(&need) else {
                self.queue.set_aside(need);
                continue;
            };
            let agent = self.take_turn(&picked, &need)?;
            let item = &self.book.numbered(place.seq)?.waiting;
            let decision = Decision {
                item: item.id.clone(),
                agent,
                skill: picked.skill,
                waited_ms: now_ms.saturating_sub(item.since_ms),
                score: picked.score,
                candidates: picked.candidates,
                runners_up: picked.runners_up,
            };
            self.hand_to(place.seq, agent, now_ms);
            return Some(decision);
        }
        None
    }

    /// All decisions that can be made now, in order.
    pub fn next_decisions(&mut self, now_ms: i64) -> Vec<Decision> {
        std::iter::from_fn(|| self.next_decision(now_ms)).collect()
    }

    /// Who has the next turn; those of its own skill before those whom it overflows to.
    pub(crate) fn pick(&self, need: &Need) -> Option<Picked> {
        self.steps(need.skill, need.reach).iter().find_map(|(by, _)| match self.setup.policy {
            Policy::Smooth => self.best(need, *by, |_, score| score.total()),
            Policy::RoundRobin => self.after_last(need, *by),
            Policy::LongestIdle => self
                .best(need, *by, |seat, _| seat.touched_ms.map_or(i64::MAX, i64::saturating_neg)),
        })
    }

    /// Those who can take it now by one skill, in the order of their ids.
    pub(crate) fn able<'d>(
        &'d self,
        need: &'d Need,
        by: SkillId,
    ) -> impl Iterator<Item = (usize, &'d Seat)> {
        let having = self.by_skill.get(by.index()).map_or(&[][..], Vec::as_slice);
        let seats = having.iter().filter_map(|number| Some((*number, self.seats.get(*number)?)));
        seats.filter(move |(_, seat)| can_take(seat, need, by))
    }

    /// The one with most, the first of equals.
    fn best(
        &self,
        need: &Need,
        skill: SkillId,
        rank: impl Fn(&Seat, &Score) -> i64,
    ) -> Option<Picked> {
        let mut ranked = Ranked::default();
        let mut candidates = 0;
        for (number, seat) in self.able(need, skill) {
            candidates += 1;
            let score = Score::of(seat);
            ranked.insert(rank(seat, &score), number, score);
        }
        let ranked = ranked.0.into_iter().map(|(_, seat, score)| (seat, score));
        self.picked(skill, candidates, ranked)
    }

    /// The next after the one whose turn was last.
    fn after_last(&self, need: &Need, skill: SkillId) -> Option<Picked> {
        let last = self.last.get(skill.index()).copied().flatten();
        let is_after = |seat: &Seat| Some(seat.agent.id) > last;
        let after = self.able(need, skill).filter(|(_, seat)| is_after(seat));
        let before = self.able(need, skill).filter(|(_, seat)| !is_after(seat));
        let order = after.chain(before).map(|(number, seat)| (number, Score::of(seat)));
        self.picked(skill, self.able(need, skill).count(), order.take(RUNNERS_UP_MAX + 1))
    }

    /// The first of some, and those behind her.
    fn picked(
        &self,
        skill: SkillId,
        candidates: usize,
        mut order: impl Iterator<Item = (usize, Score)>,
    ) -> Option<Picked> {
        let (seat, score) = order.next()?;
        let runner_up = |(seat, score): (usize, Score)| {
            Some(RunnerUp { agent: self.seats.get(seat)?.agent.id, score })
        };
        let runners_up = order.filter_map(runner_up).collect();
        Some(Picked { seat, skill, score, candidates, runners_up })
    }

    /// Who could have had the turn earns a share, who has it pays them all. Nobody is owed, or owes,
    /// more than one turn's shares: who often had her turn among many is not left out among few.
    fn take_turn(&mut self, picked: &Picked, need: &Need) -> Option<AgentId> {
        if self.setup.policy == Policy::Smooth {
            let able: Vec<(usize, i64)> = self
                .able(need, picked.skill)
                .map(|(number, seat)| (number, Score::of(seat).share))
                .collect();
            let total: i64 = able.iter().map(|(_, share)| share).sum();
            for (number, share) in able {
                let seat = self.seats.get_mut(number)?;
                let pays = if number == picked.seat { total } else { 0 };
                seat.credit = (seat.credit + share - pays).clamp(-total, total);
            }
        }
        let agent = self.seats.get(picked.seat)?.agent.id;
        if let Some(last) = self.last.get_mut(picked.skill.index()) {
            *last = Some(agent);
        }
        Some(agent)
    }
}
