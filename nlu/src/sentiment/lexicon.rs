//! Word lists: lines of a strength and words, as their files say at the top.

/// What a word does to the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It says how somebody feels.
    Feeling,
    /// It says how matters stand, which a question only asks about.
    Fact,
    /// It turns what follows round.
    Negate,
    /// It says that what follows should not be.
    Forbid,
    /// It makes what follows stronger.
    More,
    /// It makes what follows weaker.
    Less,
    /// It makes what it stands behind stronger.
    After,
    /// What follows weighs more than what came before.
    Turn,
    /// Its sentence asks.
    Ask,
    /// Its sentence asks what only somebody asks who is not content.
    Blame,
    /// Nothing, and so for the words in it.
    Nothing,
}

/// A word of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// From -4 to 4 for feelings and facts, else by how much.
    pub(super) strength: f64,
}

/// The words of a file with what they do, in its order.
pub(super) fn words(file: &'static str) -> impl Iterator<Item = (&'static str, Entry)> {
    let with = |(entry, words): (Entry, &'static str)| {
        words.split_whitespace().map(move |word| (word, entry))
    };
    file.lines().filter_map(line).flat_map(with)
}

/// What a line does, and its words. Nothing for a comment.
fn line(line: &'static str) -> Option<(Entry, &'static str)> {
    let (first, rest) = line.split_once(' ').filter(|(first, _)| *first != "//")?;
    let kind = match first {
        "fact" => Kind::Fact,
        "negate" => Kind::Negate,
        "forbid" => Kind::Forbid,
        "more" => Kind::More,
        "less" => Kind::Less,
        "after" => Kind::After,
        "turn" => return Some((Entry { kind: Kind::Turn, strength: 0.0 }, rest)),
        "ask" => return Some((Entry { kind: Kind::Ask, strength: 0.0 }, rest)),
        "blame" => return Some((Entry { kind: Kind::Blame, strength: 0.0 }, rest)),
        "nothing" | "0" => return Some((Entry { kind: Kind::Nothing, strength: 0.0 }, rest)),
        number => {
            return Some((Entry { kind: Kind::Feeling, strength: number.parse().ok()? }, rest));
        }
    };
    let (strength, rest) = rest.split_once(' ')?;
    Some((Entry { kind, strength: strength.parse().ok()? }, rest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sentiment::{chinese, emoji, english};

    #[test]
    fn every_line_is_read_and_every_word_stands_once() {
        for file in [chinese::WORDS, english::WORDS, english::VADER, emoji::FACES] {
            let mut seen = BTreeSet::new();
            for text in file.lines().filter(|text| !text.is_empty() && !text.starts_with("//")) {
                let (entry, words) = line(text).unwrap();
                assert!(entry.strength.abs() <= 4.0, "{text}");
                if entry.kind == Kind::Ask {
                    continue;
                }
                for word in words.split_whitespace() {
                    assert!(seen.insert(word), "`{word}` stands twice");
                }
            }
        }
    }

    #[test]
    fn chinese_has_its_words() {
        let feels = |entry: &Entry| matches!(entry.kind, Kind::Feeling | Kind::Fact);
        let count = words(chinese::WORDS).filter(|(_, entry)| feels(entry)).count();
        assert!(count >= 700, "{count}");
    }
}
