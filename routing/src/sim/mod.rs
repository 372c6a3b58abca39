//! Whole days, played with a clock of their own: declared arrivals, agents in their shifts, and a
//! desk that decides. A seed says what comes; every policy gets the same.

mod arrivals;
mod day;
mod play;
mod random;
mod report;
mod stats;

pub use day::{Arrival, Day, Spread, Stream, Worker};
pub use play::{End, Played, Record, Worked, play};
pub use report::{AgentLine, Fairness, Group, Hour, Report};
pub use stats::{Waits, jain};
