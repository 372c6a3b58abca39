//! Emoji and faces of signs, in whatever language.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lexicon::words;
use super::steps::step;

pub(super) const FACES: &str = include_str!("emoji.txt");

/// The same face so many times says all that it can.
const REPEATS_MAX: u8 = 3;

struct Faces {
    /// Nothing if it could not be built, which a test rules out.
    find: Option<AhoCorasick>,
    strengths: Vec<f64>,
}

static LIST: LazyLock<Faces> = LazyLock::new(|| {
    let (faces, entries): (Vec<_>, Vec<_>) = words(FACES).unzip();
    let find = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(faces).ok();
    Faces { find, strengths: entries.iter().map(|entry| entry.strength).collect() }
});

pub(super) fn prepare() {
    LazyLock::force(&LIST);
}

/// The strengths of all faces together.
pub(super) fn sum(text: &str) -> f64 {
    let Some(find) = &LIST.find else { return 0.0 };
    let mut seen = vec![0_u8; LIST.strengths.len()];
    let mut sum = 0.0;
    for found in find.find_iter(text) {
        step();
        let number = found.pattern().as_usize();
        let Some((times, strength)) = seen.get_mut(number).zip(LIST.strengths.get(number)) else {
            continue;
        };
        if *times < REPEATS_MAX && is_a_face(text, found.start(), found.end()) {
            *times += 1;
            sum += strength;
        }
    }
    sum
}

/// Whether signs stand for a face, and not in `https://`, `note:(a)` or `10:D4`.
fn is_a_face(text: &str, start: usize, end: usize) -> bool {
    let first = text.get(start..).and_then(|rest| rest.chars().next());
    if first.is_none_or(|c| !c.is_ascii()) {
        return true;
    }
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '/';
    let before = text.get(..start).and_then(|t| t.chars().next_back());
    let after = text.get(end..).and_then(|t| t.chars().next());
    let eyes_first = first == Some(':') || first == Some(';');
    let letter = |c: char| c.is_ascii_alphabetic();
    let may_follow = before.is_none_or(|c| !in_word(c) || (eyes_first && letter(c)));
    may_follow && after.is_none_or(|c| !in_word(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_addresses_and_lists_are_no_faces() {
        assert!(LIST.find.is_some());
        for text in ["https://a.example", "note:(a) and 10:D4", "LXD", "a:/b", "10:)", "3=)"] {
            assert_eq!(sum(text), 0.0, "{text}");
        }
        for text in ["thanks:)", "谢谢:)", "great :D", "👍🏽", "ok ^_^", "XD"] {
            assert!(sum(text) > 0.0, "{text}");
        }
        assert_eq!(sum("😡😡😡"), sum(&"😡".repeat(900)));
    }
}
