//! Storage in trouble, with real parts: disks that are full, files whose bits flip.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod flips;
mod full;
