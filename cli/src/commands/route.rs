//! `flowright route`: who would take a conversation and why, and how a whole day would go.

pub(crate) mod args;
mod crew;
mod day;
mod explain;
mod given;
mod picture;
mod reader;
mod rules;
mod simulate;
mod told;
mod who;

use crate::Outcome;
use crate::failure::Failure;
use args::RouteCommand;

pub(crate) fn run(command: &RouteCommand) -> Result<Outcome, Failure> {
    match command {
        RouteCommand::Explain(args) => explain::run(args),
        RouteCommand::Simulate(args) => simulate::run(args),
    }
}

/// A time as people say it: `45 s`, `3:20 min`, `1:05 h`.
fn time(ms: i64) -> String {
    let seconds = (ms + 500) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!("{}:{:02} h", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_said_in_their_largest_units() {
        for (ms, said) in [
            (0, "0 s"),
            (59_499, "59 s"),
            (59_500, "1:00 min"),
            (200_000, "3:20 min"),
            (3_900_000, "1:05 h"),
        ] {
            assert_eq!(time(ms), said);
        }
    }
}
