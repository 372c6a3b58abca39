//! Measuring: every figure stands beside another of the same run, and their ratio is what counts.

#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

pub mod bare;

use std::time::{Duration, Instant};

/// What the binary has too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of which the fastest counts: what slows a round down is never the code.
const ROUNDS: usize = 7;

/// Nanoseconds that one call takes, in the fastest of some rounds of at least `round` each.
pub fn nanos(round: Duration, mut work: impl FnMut()) -> f64 {
    let mut calls = 1_u32;
    loop {
        let begun = Instant::now();
        (0..calls).for_each(|_| work());
        let took = begun.elapsed();
        if took >= round || calls >= 1 << 30 {
            break;
        }
        let wanted = round.as_secs_f64() / took.as_secs_f64().max(1e-9);
        calls = (f64::from(calls) * wanted.clamp(1.1, 100.0)).ceil() as u32;
    }
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        (0..calls).for_each(|_| work());
        best = best.min(begun.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
    }
    best
}

/// Seconds that one call takes, the fastest of a few.
pub fn seconds(times: usize, mut work: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..times {
        let begun = Instant::now();
        work();
        best = best.min(begun.elapsed().as_secs_f64());
    }
    best
}

/// `1,234,567`
#[must_use]
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
