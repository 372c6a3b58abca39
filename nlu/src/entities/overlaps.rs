//! Of values in the same words one is meant.

use super::Found;
use crate::understand::EntityMatch;

/// Something at a place in a text.
pub(crate) trait Placed {
    /// Its first byte, and one past its last.
    fn place(&self) -> (usize, usize);
}

impl Placed for Found {
    fn place(&self) -> (usize, usize) {
        (self.start, self.end)
    }
}

impl Placed for EntityMatch {
    fn place(&self) -> (usize, usize) {
        (self.start, self.end)
    }
}

/// The longest of overlapping matches, in order of place.
pub(crate) fn without_overlaps<T: Placed>(mut found: Vec<T>) -> Vec<T> {
    found.sort_by_key(|f| (f.place().0, usize::MAX - f.place().1));
    let mut kept: Vec<T> = Vec::new();
    for candidate in found {
        let (start, end) = candidate.place();
        match kept.last_mut() {
            Some(last) if start < last.place().1 => {
                if end - start > last.place().1 - last.place().0 {
                    *last = candidate;
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}
