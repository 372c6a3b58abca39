//! A little of what `cargo run --release -p flowright-fuzz` tries a million times.

use std::path::Path;

use flowright_fuzz::{Fault, Seeds, TARGETS, Target, first_fault, run};

#[test]
fn nothing_panics_hangs_or_breaks_its_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let seeds = Seeds::of_repository(root).unwrap();
    for target in TARGETS {
        assert_eq!(target.holds(b""), Ok(()), "{}", target.name());
        assert_eq!(run(target, &seeds, 7, 150), None, "{}", target.name());
    }
}

/// Whatever goes wrong, it is told with the run and the input at which it did.
#[test]
fn a_fault_is_seen() {
    let input = |run: u64| run.to_string().into_bytes();
    let fault = |what: &str| Some(Fault { run: 3, input: b"3".to_vec(), what: what.to_owned() });
    let at_three = |wrong: fn() -> Result<(), String>| {
        first_fault("made up", 5, input, |input| if input == b"3" { wrong() } else { Ok(()) })
    };
    assert_eq!(at_three(|| Ok(())), None);
    assert_eq!(at_three(|| Err("a broken promise".to_owned())), fault("a broken promise"));
    assert_eq!(at_three(|| panic!("plain words")), fault("a panic: plain words"));
    assert_eq!(at_three(|| panic!("number {}", 7)), fault("a panic: number 7"));
    let no_text = Target::Parser.holds(b"\xff").unwrap_err();
    assert!(no_text.contains("no text"), "{no_text}");
}
