//! Texts that a regular expression matches: one walk over the pattern, for whoever chooses what is
//! left open.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Characters of a text at which nothing is repeated any more.
const CHARS_MAX: usize = 200;
/// Parts of a pattern that are looked at for one text.
const PARTS_MAX: u32 = 2_000;

/// Decides what a pattern leaves open.
pub trait Chooser {
    /// How often a part comes: `min` times or more, up to `max` where there is one.
    fn times(&mut self, min: u32, max: Option<u32>) -> u32;
    /// Which of so many ways is taken.
    fn way(&mut self, count: usize) -> usize;
    /// A character of these ranges, both ends included.
    fn member(&mut self, ranges: &[(char, char)]) -> Option<char>;
}

/// A text for a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The text.
    pub text: String,
    /// Whether it is all that was chosen; one that became too long is cut.
    pub whole: bool,
}

/// A text that the pattern matches, anchors and word boundaries left to chance. `None` when it is
/// no pattern.
pub fn matching(pattern: &str, chooser: &mut impl Chooser) -> Option<Made> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let made = Made { text: String::new(), whole: true };
    let mut maker = Maker { chooser, made, chars: 0, parts_left: PARTS_MAX };
    maker.write(&hir);
    Some(maker.made)
}

struct Maker<'c, C> {
    chooser: &'c mut C,
    made: Made,
    chars: usize,
    parts_left: u32,
}

impl<C: Chooser> Maker<'_, C> {
    fn write(&mut self, hir: &Hir) {
        self.parts_left = self.parts_left.saturating_sub(1);
        if self.parts_left == 0 {
            self.made.whole = false;
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.put(String::from_utf8_lossy(&literal.0).chars()),
            HirKind::Class(class) => {
                let member = self.chooser.member(&ranges(class));
                self.put(member.into_iter());
            }
            HirKind::Repetition(repetition) => self.repeat(repetition),
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(ways) => {
                let way = self.chooser.way(ways.len());
                ways.get(way).into_iter().for_each(|way| self.write(way));
            }
        }
    }

    fn repeat(&mut self, repetition: &Repetition) {
        for _ in 0..self.chooser.times(repetition.min, repetition.max) {
            if self.chars >= CHARS_MAX || self.parts_left == 0 {
                self.made.whole = false;
                return;
            }
            self.write(&repetition.sub);
        }
    }

    fn put(&mut self, chars: impl Iterator<Item = char>) {
        for c in chars {
            self.made.text.push(c);
            self.chars += 1;
        }
    }
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.ranges().iter().map(|r| (r.start(), r.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (char::from(r.start()), char::from(r.end()))).collect()
        }
    }
}

/// A shortest text that a pattern matches, optional parts left out. `None` when it is no pattern,
/// or there is only a long one.
#[must_use]
pub fn shortest(pattern: &str) -> Option<String> {
    matching(pattern, &mut Shortest).filter(|made| made.whole).map(|made| made.text)
}

struct Shortest;

impl Chooser for Shortest {
    fn times(&mut self, min: u32, _max: Option<u32>) -> u32 {
        min
    }

    fn way(&mut self, _count: usize) -> usize {
        0
    }

    /// Something that can be read, where there is a choice.
    fn member(&mut self, ranges: &[(char, char)]) -> Option<char> {
        let holds = |c: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&c));
        let mut starts = ranges.iter().map(|(from, _)| *from);
        let readable = || starts.clone().find(char::is_ascii_alphanumeric);
        ['1', 'a', 'A'].into_iter().find(holds).or_else(readable).or_else(|| starts.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_text_is_found_whole() {
        for (pattern, text) in [
            (r"#?(\d{5,10})", Some("11111")),
            (r"INV-\d{4}-\d{3}", Some("INV-1111-111")),
            (r"(?i)[a-f]+\s*(x|y)", Some("aX")),
            (r"[^0-9]{3}", Some("aaa")),
            (r"订单\d+", Some("订单1")),
            ("订{200}", Some(&*"订".repeat(200))),
            (r"\d{201}", None),
            ("((b?){1000}){1000}", None),
            ("(", None),
        ] {
            let found = shortest(pattern);
            assert_eq!(found.as_deref(), text, "{pattern}");
            let regex = regex::Regex::new(pattern);
            assert!(found.is_none_or(|text| regex.unwrap().is_match(&text)), "{pattern}");
        }
    }
}
