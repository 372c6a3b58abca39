//! What an agent's turn follows from.

use serde::{Deserialize, Serialize};

use crate::agent::{Seat, WHOLE};

/// Faster than four times the usual counts as four times; slower than a quarter as a quarter.
const SPEED_MAX: i64 = 4 * WHOLE;
/// See [`SPEED_MAX`].
const SPEED_MIN: i64 = WHOLE / 4;

/// Why an agent has her turn: `share = weight * free^8 * speed`, and the one with most
/// `credit + share` is next. With each turn everybody who could have had it earns her share, and
/// who had it pays all shares together. Shares of the equally free are as weight and speed are; who
/// is less free by a sixth has a quarter of that, and by a third a twenty-fifth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Her declared weight, in thousandths.
    pub weight_milli: i64,
    /// How much of her is free, in millionths.
    pub free: i64,
    /// How fast she is beside the usual, in millionths.
    pub speed: i64,
    /// What follows from these: her part of the turns beside others'.
    pub share: i64,
    /// What she is owed from earlier turns.
    pub credit: i64,
}

impl Score {
    pub(crate) fn of(seat: &Seat) -> Self {
        let weight_milli = seat.agent.weight_milli();
        let free = (WHOLE - seat.load).max(0);
        let speed = WHOLE.saturating_mul(WHOLE) / seat.pace.max(1);
        let speed = speed.clamp(SPEED_MIN, SPEED_MAX);
        let squared = |share: i64| share * share / WHOLE;
        let share = weight_milli * squared(squared(squared(free))) / 1_000 * speed / WHOLE;
        Self { weight_milli, free, speed, share: share.max(1), credit: seat.credit }
    }

    /// What the turn goes by.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.credit + self.share
    }
}
