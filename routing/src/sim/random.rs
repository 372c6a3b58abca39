//! Chance from a seed (SplitMix64), the same on every machine and with every version of every
//! library: logarithms are libm's.

/// Random numbers from a seed.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A time to the next of what happens so often; its mean is 1.
    pub(super) fn gap(&mut self) -> f64 {
        -libm::log1p(-self.share())
    }

    /// Normal, with mean 0 and deviation 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(2.0 * self.gap());
        radius * libm::cos(core::f64::consts::TAU * self.share())
    }

    /// Log-normal with mean 1; `spread` is its deviation.
    pub(super) fn factor(&mut self, spread: f64) -> f64 {
        let variance = libm::log1p(spread * spread);
        libm::exp(self.normal() * libm::sqrt(variance) - variance / 2.0)
    }

    /// One of what has shares; nothing where there are none.
    pub(super) fn one_of<T: Copy>(&mut self, shares: &[(T, f64)]) -> Option<T> {
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        let mut left = self.share() * total;
        for (one, share) in shares {
            if left < *share {
                return Some(*one);
            }
            left -= share;
        }
        shares.last().map(|(one, _)| *one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_spreads_are_what_they_say() {
        let mut random = Random::new(7);
        let count = 200_000;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let gaps: Vec<f64> = (0..count).map(|_| random.gap()).collect();
        assert!((mean(&gaps) - 1.0).abs() < 0.01, "{}", mean(&gaps));
        let factors: Vec<f64> = (0..count).map(|_| random.factor(0.5)).collect();
        let squares: Vec<f64> = factors.iter().map(|f| (f - 1.0) * (f - 1.0)).collect();
        assert!((mean(&factors) - 1.0).abs() < 0.01, "{}", mean(&factors));
        assert!((mean(&squares).sqrt() - 0.5).abs() < 0.02, "{}", mean(&squares).sqrt());
        let picked = (0..count).filter(|_| random.one_of(&[('a', 3.0), ('b', 1.0)]) == Some('a'));
        assert!((picked.count() as f64 / f64::from(count) - 0.75).abs() < 0.01);
    }
}
