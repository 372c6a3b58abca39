//! Texts that a regular expression matches, for entities that are found by one.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::random::Random;

/// Repetitions beyond the fewest that the pattern wants.
const MORE_TIMES_MAX: u32 = 5;
/// Characters of a text at which no more is added.
const CHARS_MAX: usize = 200;

/// Parts of a pattern that are looked at for one text.
const PARTS_MAX: u32 = 2_000;

/// A text that the pattern matches, anchors and word boundaries left to chance. `None` when it is
/// no pattern.
pub(super) fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut maker = Maker { random, text: String::new(), parts_left: PARTS_MAX };
    maker.write(&hir);
    Some(maker.text)
}

struct Maker<'r> {
    random: &'r mut Random,
    text: String,
    parts_left: u32,
}

impl Maker<'_> {
    fn write(&mut self, hir: &Hir) {
        self.parts_left = self.parts_left.saturating_sub(1);
        if self.parts_left == 0 {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                self.text.push_str(&String::from_utf8_lossy(&literal.0));
            }
            HirKind::Class(class) => self.text.extend(member(class, self.random)),
            HirKind::Repetition(repetition) => self.repeat(repetition),
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(ways) => {
                if let Some(way) = self.random.pick(ways) {
                    self.write(way);
                }
            }
        }
    }

    fn repeat(&mut self, repetition: &Repetition) {
        let most = repetition.min.saturating_add(MORE_TIMES_MAX);
        let most = repetition.max.map_or(most, |max| max.min(most)).max(repetition.min);
        let times = self.random.within(repetition.min.into(), most.into());
        for _ in 0..times {
            if self.text.len() >= CHARS_MAX || self.parts_left == 0 {
                return;
            }
            self.write(&repetition.sub);
        }
    }
}

/// A member of a class, rather one that can be typed.
fn member(class: &Class, random: &mut Random) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|r| (r.start(), r.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (char::from(r.start()), char::from(r.end()))).collect()
        }
    };
    let typed: Vec<(char, char)> = ranges
        .iter()
        .map(|(from, to)| ((*from).max(' '), (*to).min('~')))
        .filter(|(from, to)| from <= to)
        .collect();
    let (from, to) = *random.pick(if typed.is_empty() { &ranges } else { &typed })?;
    let picked = random.within(u32::from(from).into(), u32::from(to).into());
    u32::try_from(picked).ok().and_then(char::from_u32).or(Some(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_matched() {
        for pattern in [
            r"#?(\d{5,10})",
            r"\b[A-Z]{2}-\d+\b",
            r"(?i)inv(oice)?[ -]?(\d{4})",
            r"^(foo|bar)+$",
            r"[^0-9a-z]",
            r"订单(号)?\d{2}",
            r"\p{Han}{2,4}",
        ] {
            let regex = regex::Regex::new(pattern).unwrap();
            let mut random = Random::new(3);
            for _ in 0..50 {
                let text = matching(pattern, &mut random).unwrap();
                assert!(regex.is_match(&text), "{pattern}: {text:?}");
            }
        }
        assert_eq!(matching("(", &mut Random::new(1)), None);
    }

    #[test]
    fn endless_patterns_end() {
        let text = matching("((a*)*b{1000})*x{300}", &mut Random::new(5)).unwrap();
        assert!(text.len() <= CHARS_MAX + 1, "{}", text.len());
    }
}
