//! Who takes which waiting conversation: a [`Desk`] that a caller keeps, and a simulator that plays
//! whole days with it. Pure: time is an input, chance comes from a seed, the same calls give the same
//! decisions. `docs/routing.md` says what the rules are.

mod agent;
mod book;
mod desk;
mod due;
mod hours;
pub mod limits;
mod moves;
mod pick;
mod queue;
mod saved;
mod score;
pub mod sim;
mod skill;
mod weigh;

pub use agent::{Agent, AgentId, Capacity, ChannelId, Presence};
pub use desk::{Desk, DeskError, Setup, Waiting};
pub use due::{Due, ReplyTarget};
pub use hours::OpenHours;
pub use pick::{Decision, Policy, RunnerUp};
pub use queue::{head_start_ms, passed_for_ms_max};
pub use score::Score;
pub use skill::{Overflow, Skill, SkillId};
pub use weigh::{Candidate, LeftOut, Weighing};
