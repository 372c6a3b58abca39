//! Maps whose keys are hashes already and are not hashed again; the compiler has such maps too.

use std::hash::{BuildHasherDefault, Hasher};

/// For maps whose keys are hashes already.
pub type Hashed = BuildHasherDefault<Same>;

/// The hash of what is a hash already.
#[derive(Debug, Clone, Copy, Default)]
pub struct Same(u64);

impl Hasher for Same {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    /// Half a hash has nothing in the high bits, by which a map tells its keys apart.
    fn write_u32(&mut self, hash: u32) {
        self.0 = u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
