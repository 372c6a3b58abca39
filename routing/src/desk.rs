//! The desk: agents, conversations and what is declared, kept by a caller who tells it what happens.

use serde::{Deserialize, Serialize};

use crate::agent::{Agent, AgentId, ChannelId, Seat};
use crate::book::{Book, Item};
use crate::due::Clock;
use crate::hours::OpenHours;
use crate::limits::{
    AGENTS_MAX, CAPACITY_MAX, CHANNELS_MAX, ID_BYTES_MAX, ITEMS_MAX, LEVEL_MAX, SKILLS_MAX,
    SKILLS_PER_AGENT_MAX, URGENCY_MAX,
};
use crate::pick::Policy;
use crate::queue::Queue;
use crate::saved::Saved;
use crate::skill::{Skill, SkillId, chain};

/// What is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// By [`SkillId`].
    pub skills: Vec<Skill>,
    /// How conversations and agents come together.
    pub policy: Policy,
    /// The share of a target's time, in percent, after which it is warned of.
    pub warn_percent: u8,
}

impl Setup {
    /// Smooth weighted round robin, warned at 80 %.
    #[must_use]
    pub const fn new(skills: Vec<Skill>) -> Self {
        Self { skills, policy: Policy::Smooth, warn_percent: 80 }
    }
}

/// A conversation that wants a human.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The caller's.
    pub id: String,
    /// What the agent must be able to do.
    pub skill: SkillId,
    /// How well at least, 1 for any.
    pub level: u8,
    /// From 0, low, to 3, critical.
    pub urgency: u8,
    /// Since when it waits.
    pub since_ms: i64,
    /// Where the customer writes.
    pub channel: ChannelId,
    /// Whether the customer has had a first reply.
    pub replied: bool,
}

/// Why the desk did not do what it was told. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// More than a desk holds.
    #[error("the desk holds at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        most: usize,
    },
    /// A number outside its range.
    #[error("{what} is from {least} to {most}, not {given}")]
    OutOfRange {
        /// What it is.
        what: &'static str,
        /// From.
        least: u32,
        /// To.
        most: u32,
        /// What was given.
        given: u32,
    },
    /// There is no such skill.
    #[error("there is no skill number {}", .0.0)]
    NoSkill(SkillId),
    /// There is no such agent.
    #[error("there is no agent number {}", .0.0)]
    NoAgent(AgentId),
    /// There is no such conversation.
    #[error("there is no conversation `{0}` at the desk")]
    NoItem(String),
    /// A conversation of that id is there already.
    #[error("the conversation `{0}` is at the desk already")]
    Again(String),
    /// It waits, or it does not: the other was asked for.
    #[error("the conversation `{0}` is {1}")]
    NotSo(String, &'static str),
}

pub(crate) fn within(
    what: &'static str,
    (least, most): (u32, u32),
    given: u32,
) -> Result<(), DeskError> {
    match (least..=most).contains(&given) {
        true => Ok(()),
        false => Err(DeskError::OutOfRange { what, least, most, given }),
    }
}

/// See the module. It is kept with serde, and is after it what it was before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Desk {
    pub(crate) setup: Setup,
    pub(crate) hours: OpenHours,
    /// By id.
    pub(crate) seats: Vec<Seat>,
    pub(crate) book: Book,
    pub(crate) next_seq: u64,
    /// Whom plain round robin had last, by skill.
    pub(crate) last: Vec<Option<AgentId>>,
    /// How long a conversation of a skill and channel usually takes, and how many that is known from.
    pub(crate) usual: Vec<(SkillId, ChannelId, i64, u32)>,
    // What follows from the rest.
    pub(crate) by_skill: Vec<Vec<usize>>,
    pub(crate) chains: Vec<Vec<(SkillId, i64)>>,
    pub(crate) queue: Queue,
    pub(crate) clock: Clock,
}

impl Desk {
    /// A desk without agents and conversations, always open.
    ///
    /// # Errors
    /// When more is declared than a desk holds, or out of range.
    pub fn new(setup: Setup) -> Result<Self, DeskError> {
        let count = setup.skills.len();
        if count > SKILLS_MAX {
            return Err(DeskError::TooMany { what: "skills", most: SKILLS_MAX });
        }
        within("the share that is warned at, in percent,", (1, 100), setup.warn_percent.into())?;
        let numbers = (0..count).filter_map(|number| u16::try_from(number).ok());
        let chains = numbers.map(|number| chain(&setup.skills, SkillId(number))).collect();
        Ok(Self {
            setup,
            hours: OpenHours::default(),
            seats: Vec::new(),
            book: Book::default(),
            next_seq: 0,
            last: vec![None; count],
            usual: Vec::new(),
            by_skill: vec![Vec::new(); count],
            chains,
            queue: Queue::default(),
            clock: Clock::default(),
        })
    }

    /// What was declared.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The agents, by id.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.seats.iter().map(|seat| &seat.agent)
    }

    /// How many conversations an agent has, and how full she is, in millionths.
    #[must_use]
    pub fn load(&self, agent: AgentId) -> Option<(u32, i64)> {
        let seat = self.seat(agent)?;
        Some((seat.count, seat.load))
    }

    /// How long an agent's conversations take beside the usual, in millionths.
    #[must_use]
    pub fn pace(&self, agent: AgentId) -> Option<i64> {
        Some(self.seat(agent)?.pace)
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.book.iter().filter(|item| item.with.is_none()).count()
    }

    /// Those that wait, in the order in which they go; `Waiting` as it was handed in.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Waiting> {
        let mut items: Vec<&Item> = self.book.iter().filter(|item| item.with.is_none()).collect();
        items.sort_by_key(|item| item.place());
        items.into_iter().map(|item| &item.waiting).collect()
    }

    /// Who has a conversation.
    #[must_use]
    pub fn agent_of(&self, id: &str) -> Option<AgentId> {
        self.book.get(id)?.with
    }

    pub(crate) fn seat(&self, agent: AgentId) -> Option<&Seat> {
        self.seats.get(self.seat_index(agent)?)
    }

    pub(crate) fn seat_index(&self, agent: AgentId) -> Option<usize> {
        self.seats.binary_search_by_key(&agent, |seat| seat.agent.id).ok()
    }

    /// Those who help with a skill after so many steps of overflow, and by which skill.
    pub(crate) fn steps(&self, skill: SkillId, reach: u8) -> &[(SkillId, i64)] {
        let chain = self.chains.get(skill.index()).map_or(&[][..], Vec::as_slice);
        chain.get(..=usize::from(reach)).unwrap_or(chain)
    }

    pub(crate) fn seat_mut(&mut self, agent: AgentId) -> Option<&mut Seat> {
        let number = self.seat_index(agent)?;
        self.seats.get_mut(number)
    }

    /// Finds anew who has which skill, and how full everybody is.
    pub(crate) fn index_skills(&mut self) {
        self.by_skill.iter_mut().for_each(Vec::clear);
        self.seats.iter_mut().for_each(Seat::weigh);
        for (number, seat) in self.seats.iter().enumerate() {
            for (skill, _) in &seat.agent.skills {
                if let Some(having) = self.by_skill.get_mut(skill.index()) {
                    having.push(number);
                }
            }
        }
    }

    pub(crate) fn check_agent(&self, agent: &Agent) -> Result<(), DeskError> {
        let is_new = self.seat_index(agent.id).is_none();
        if is_new && self.seats.len() >= AGENTS_MAX {
            return Err(DeskError::TooMany { what: "agents", most: AGENTS_MAX });
        }
        if agent.skills.len() > SKILLS_PER_AGENT_MAX {
            let what = "skills of one agent";
            return Err(DeskError::TooMany { what, most: SKILLS_PER_AGENT_MAX });
        }
        if agent.capacity.by_channel.len() > CHANNELS_MAX {
            return Err(DeskError::TooMany { what: "channels", most: CHANNELS_MAX });
        }
        for (skill, level) in &agent.skills {
            if skill.index() >= self.setup.skills.len() {
                return Err(DeskError::NoSkill(*skill));
            }
            within("the level of a skill", (1, LEVEL_MAX.into()), (*level).into())?;
        }
        let capacity = &agent.capacity;
        let counts = capacity.by_channel.iter().map(|(_, count)| *count);
        for count in counts.chain([capacity.other, capacity.total]) {
            within("what an agent has at once", (0, CAPACITY_MAX.into()), count.into())?;
        }
        Ok(())
    }

    pub(crate) fn check_waiting(&self, waiting: &Waiting) -> Result<(), DeskError> {
        if waiting.skill.index() >= self.setup.skills.len() {
            return Err(DeskError::NoSkill(waiting.skill));
        }
        within("a level", (1, LEVEL_MAX.into()), waiting.level.into())?;
        within("an urgency", (0, URGENCY_MAX.into()), waiting.urgency.into())?;
        let bytes = u32::try_from(waiting.id.len()).unwrap_or(u32::MAX);
        within("the length of an id, in bytes,", (1, ID_BYTES_MAX as u32), bytes)?;
        if self.book.len() >= ITEMS_MAX {
            return Err(DeskError::TooMany { what: "conversations", most: ITEMS_MAX });
        }
        match self.book.get(&waiting.id) {
            Some(_) => Err(DeskError::Again(waiting.id.clone())),
            None => Ok(()),
        }
    }
}
