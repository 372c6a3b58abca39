//! Numbers of sixteen classes at a time, in the widest registers that a processor has. Each is multiplied
//! and added for itself, and rounded after each of both: the same on every machine.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

/// Classes of a block. So many numbers stay in the registers of a processor while a row is looked at, and
/// the weights of all that a sentence has in its nearest cache.
pub(super) const BLOCK: usize = 16;

/// A number for each class of a block; there may be fewer classes in the last. A line of the cache.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f32; BLOCK]);

impl Lanes {
    /// In registers.
    #[inline(always)]
    pub(super) fn load<S: Simd>(&self, simd: S) -> f32x16<S> {
        self.0.simd_into(simd)
    }

    /// From registers.
    #[inline(always)]
    pub(super) fn of<S: Simd>(lanes: f32x16<S>) -> Self {
        Self(lanes.into())
    }
}
