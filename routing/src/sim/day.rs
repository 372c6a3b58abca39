//! A day as it is declared. Times are ms since its beginning.

use crate::agent::{Agent, ChannelId};
use crate::desk::Setup;
use crate::hours::OpenHours;
use crate::skill::SkillId;

/// A day.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// Skills and policy.
    pub setup: Setup,
    /// Business hours.
    pub hours: OpenHours,
    /// Who works, and when.
    pub crew: Vec<Worker>,
    /// What comes.
    pub streams: Vec<Stream>,
    /// Names of the tiers that [`Stream::tiers`] counts.
    pub tiers: Vec<String>,
    /// By how much each further conversation that an agent has at once makes a new one longer: 0.2
    /// for a fifth.
    pub slowdown: f64,
}

/// An agent at work. Her presence follows from her shifts.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    /// What is declared of her.
    pub agent: Agent,
    /// From and until, apart from each other. Who has conversations at the end finishes them.
    pub shifts: Vec<(i64, i64)>,
    /// How fast she is: 2 for half the time.
    pub speed: f64,
}

/// Times that scatter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean_ms: f64,
    /// Their deviation, as a share of the mean.
    pub spread: f64,
}

/// Conversations of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// What they need.
    pub skill: SkillId,
    /// How well at least, 1 for any.
    pub level: u8,
    /// Urgencies and their shares.
    pub urgencies: Vec<(u8, f64)>,
    /// Tiers, as indexes of [`Day::tiers`], and their shares.
    pub tiers: Vec<(usize, f64)>,
    /// Channels and their shares.
    pub channels: Vec<(ChannelId, f64)>,
    /// How many an hour, by spans of the day. They come by chance, at this rate.
    pub rates: Vec<(i64, i64, f64)>,
    /// How long an agent of speed 1 who has nothing else takes: log-normal.
    pub handle: Spread,
    /// How long customers wait before they leave: log-normal. Without it, for ever.
    pub patience: Option<Spread>,
}

/// One conversation that comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// When.
    pub at_ms: i64,
    /// What it needs.
    pub skill: SkillId,
    /// How well at least.
    pub level: u8,
    /// From 0 to 3.
    pub urgency: u8,
    /// An index of [`Day::tiers`].
    pub tier: usize,
    /// Where the customer writes.
    pub channel: ChannelId,
    /// What it takes an agent of speed 1 who has nothing else.
    pub handle_ms: i64,
    /// When the customer leaves if nobody has taken it.
    pub leaves_ms: Option<i64>,
}
