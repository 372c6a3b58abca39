//! A little of what `cargo run --release -p flowright-fuzz` tries a million times.

use std::path::Path;

use flowright_fuzz::{Seeds, TARGETS, attempt, run};

#[test]
fn nothing_panics_hangs_or_breaks_its_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let seeds = Seeds::of_repository(root).unwrap();
    for target in TARGETS {
        assert_eq!(run(target, &seeds, 7, 150), None, "{}", target.name());
    }
}

#[test]
fn a_fault_is_seen() {
    // Bytes that are no text stand for the empty one; a bundle of nothing is refused.
    for target in TARGETS {
        assert_eq!(attempt(target, b""), Ok(()), "{}", target.name());
    }
}
