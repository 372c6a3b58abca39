//! Where the choices of random programs come from.

/// Where choices come from.
#[derive(Debug, Clone)]
pub struct Choices {
    state: u64,
    /// Bytes of a fuzzer, last first; without them the state decides.
    bytes: Option<Vec<u8>>,
}

impl Choices {
    /// The same seed makes the same choices.
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed, bytes: None }
    }

    /// The first choices are these bytes', the rest all the first of what there is.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { state: 0, bytes: Some(bytes.iter().rev().copied().collect()) }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        if let Some(bytes) = &mut self.bytes {
            return usize::from(bytes.pop().unwrap_or(0)) % n;
        }
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or(0) % n
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(super) fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len())).copied().unwrap_or("")
    }
}
