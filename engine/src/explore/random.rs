//! A small generator of its own (SplitMix64): the same seed gives the same conversations on every
//! machine and with every version of every library.

/// Random numbers from a seed.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `count`; 0 when there is none.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let picked = self.bits().checked_rem(count).unwrap_or(0);
        usize::try_from(picked).unwrap_or(0)
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).saturating_add(1);
        low.saturating_add(
            i64::try_from(self.below(usize::try_from(span).unwrap_or(1))).unwrap_or(0),
        )
    }

    /// True `percent` times in a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the items.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(self.below(items.len()))
    }

    /// One of the words; nothing when there are none.
    pub(super) fn word(&mut self, words: &[&str]) -> String {
        self.pick(words).copied().unwrap_or_default().to_owned()
    }

    /// The number of one of the weights, each as likely as it is heavy.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (number, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return number,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let first: Vec<u64> = (0..4).scan(Random::new(7), |r, _| Some(r.bits())).collect();
        let again: Vec<u64> = (0..4).scan(Random::new(7), |r, _| Some(r.bits())).collect();
        assert_eq!(first, again);
        // The published first output of SplitMix64 for seed 0.
        assert_eq!(Random::new(0).bits(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn ranges_are_kept_and_empty_ones_are_harmless() {
        let mut random = Random::new(1);
        assert!((0..200).all(|_| (-3..=3).contains(&random.within(-3, 3))));
        assert_eq!((random.below(0), random.pick::<u8>(&[]), random.weighted(&[])), (0, None, 0));
        assert!((0..100).all(|_| random.weighted(&[0, 5, 0]) == 1));
    }
}
