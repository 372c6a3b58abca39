//! How much a desk and a day may hold.

/// Skills of a desk.
pub const SKILLS_MAX: usize = 1_000;
/// Channels of a desk.
pub const CHANNELS_MAX: usize = 256;
/// Agents of a desk.
pub const AGENTS_MAX: usize = 10_000;
/// Conversations under way, waiting ones and those that an agent has.
pub const ITEMS_MAX: usize = 100_000;
/// Skills of one agent.
pub const SKILLS_PER_AGENT_MAX: usize = 64;
/// Highest level of a skill; the lowest is 1.
pub const LEVEL_MAX: u8 = 5;
/// Highest urgency; the lowest is 0.
pub const URGENCY_MAX: u8 = 3;
/// Weights of agents and of skills, in thousandths: 0.01 to 10.
pub const WEIGHT_MILLI_MIN: u32 = 10;
/// See [`WEIGHT_MILLI_MIN`].
pub const WEIGHT_MILLI_MAX: u32 = 10_000;
/// Conversations that an agent may have at once.
pub const CAPACITY_MAX: u16 = 1_000;
/// Skills that one queue overflows into, one after the other.
pub const OVERFLOW_STEPS_MAX: usize = 8;
/// Spans of business hours that a desk knows.
pub const OPEN_SPANS_MAX: usize = 10_000;
/// Bytes of a conversation's id.
pub const ID_BYTES_MAX: usize = 256;
/// Longest time that a conversation with an agent counts as: a week.
pub const HANDLE_MS_MAX: i64 = 604_800_000;
/// Conversations of a simulated day.
pub const ARRIVALS_MAX: usize = 1_000_000;

/// Of those who could have taken a conversation and have not, how many are told.
pub const RUNNERS_UP_MAX: usize = 5;
