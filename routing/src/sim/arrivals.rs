//! From rates to conversations.

use super::day::{Arrival, Day, Spread, Stream};
use super::random::Random;
use crate::limits::ARRIVALS_MAX;

const HOUR_MS: f64 = 3_600_000.0;
/// Nothing takes less.
const HANDLE_MS_MIN: f64 = 1_000.0;

impl Day {
    /// What comes on this day by a seed, in the order in which it comes; no more than
    /// [`ARRIVALS_MAX`]. It does not depend on agents or policy. A stream keeps what comes of it
    /// whatever other streams there are behind it.
    #[must_use]
    pub fn arrivals(&self, seed: u64) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        for (number, stream) in (1_u64..).zip(&self.streams) {
            let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(number << 40));
            for (from_ms, until_ms, per_hour) in &stream.rates {
                come(stream, (*from_ms, *until_ms), *per_hour, &mut random, &mut arrivals);
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at_ms);
        arrivals
    }

    /// How many are to be expected.
    #[must_use]
    pub fn expected(&self) -> f64 {
        let of = |(from_ms, until_ms, per_hour): &(i64, i64, f64)| {
            (until_ms - from_ms).max(0) as f64 / HOUR_MS * per_hour
        };
        self.streams.iter().flat_map(|stream| &stream.rates).map(of).sum()
    }
}

fn come(
    stream: &Stream,
    (from_ms, until_ms): (i64, i64),
    per_hour: f64,
    random: &mut Random,
    arrivals: &mut Vec<Arrival>,
) {
    if per_hour <= 0.0 {
        return;
    }
    let mut at = from_ms as f64;
    loop {
        at += random.gap() * HOUR_MS / per_hour;
        if at >= until_ms as f64 || arrivals.len() >= ARRIVALS_MAX {
            return;
        }
        arrivals.extend(one(stream, at as i64, random));
    }
}

fn one(stream: &Stream, at_ms: i64, random: &mut Random) -> Option<Arrival> {
    let time = |of: Spread, random: &mut Random| of.mean_ms * random.factor(of.spread);
    let handle_ms = time(stream.handle, random).max(HANDLE_MS_MIN) as i64;
    let patience_ms = stream.patience.map(|patience| time(patience, random) as i64);
    Some(Arrival {
        at_ms,
        skill: stream.skill,
        level: stream.level,
        urgency: random.one_of(&stream.urgencies)?,
        tier: random.one_of(&stream.tiers)?,
        channel: random.one_of(&stream.channels)?,
        handle_ms,
        leaves_ms: patience_ms.map(|patience_ms| at_ms.saturating_add(patience_ms)),
    })
}
