//! Waits and fairness, as numbers.

use serde::Serialize;

/// How long some conversations waited, in ms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// How many.
    pub count: usize,
    /// Their mean.
    pub mean_ms: i64,
    /// Half of them no longer than this.
    pub p50_ms: i64,
    /// 95 of 100 no longer than this.
    pub p95_ms: i64,
    /// The longest.
    pub max_ms: i64,
}

impl Waits {
    /// Of waits in any order.
    #[must_use]
    pub fn of(mut waits_ms: Vec<i64>) -> Self {
        waits_ms.sort_unstable();
        let count = waits_ms.len();
        let at = |percent: usize| {
            let rank = (count * percent).div_ceil(100).max(1) - 1;
            waits_ms.get(rank).copied().unwrap_or(0)
        };
        let sum: i64 = waits_ms.iter().sum();
        let mean_ms = i64::try_from(count).ok().and_then(|n| sum.checked_div(n)).unwrap_or(0);
        Self { count, mean_ms, p50_ms: at(50), p95_ms: at(95), max_ms: at(100) }
    }
}

/// Jain's index: 1 where all have alike, one n-th where one of n has all. Nothing of none.
#[must_use]
pub fn jain(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|value| value * value).sum();
    (squares > 0.0).then(|| sum * sum / (values.len() as f64 * squares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_nearest_ranks() {
        let waits = Waits::of((1..=200).rev().collect());
        assert_eq!(
            (waits.count, waits.mean_ms, waits.p50_ms, waits.p95_ms, waits.max_ms),
            (200, 100, 100, 190, 200)
        );
        assert_eq!(Waits::of(vec![7]).p95_ms, 7);
        assert_eq!(Waits::of(Vec::new()), Waits::default());
    }

    #[test]
    fn jain_says_how_alike() {
        assert_eq!(jain(&[2.0, 2.0, 2.0]), Some(1.0));
        assert_eq!(jain(&[4.0, 0.0, 0.0, 0.0]), Some(0.25));
        assert_eq!(jain(&[0.0]), None);
        assert_eq!(jain(&[]), None);
    }
}
