//! Texts that a regular expression matches, for entities that are found by one.

use flowright_nlu::patterns::{self, Chooser};

use super::random::Random;

/// Repetitions beyond the fewest that the pattern wants.
const MORE_TIMES_MAX: u32 = 5;

/// A text that the pattern matches, anchors and word boundaries left to chance. `None` when it is
/// no pattern.
pub(super) fn matching(pattern: &str, random: &mut Random) -> Option<String> {
    patterns::matching(pattern, random).map(|made| made.text)
}

impl Chooser for Random {
    fn times(&mut self, min: u32, max: Option<u32>) -> u32 {
        let most = min.saturating_add(MORE_TIMES_MAX);
        let most = max.map_or(most, |max| max.min(most)).max(min);
        u32::try_from(self.within(min.into(), most.into())).unwrap_or(min)
    }

    fn way(&mut self, count: usize) -> usize {
        self.below(count)
    }

    /// Rather a character that can be typed.
    fn member(&mut self, ranges: &[(char, char)]) -> Option<char> {
        let typed: Vec<(char, char)> = ranges
            .iter()
            .map(|(from, to)| ((*from).max(' '), (*to).min('~')))
            .filter(|(from, to)| from <= to)
            .collect();
        let (from, to) = *self.pick(if typed.is_empty() { ranges } else { &typed })?;
        let picked = self.within(u32::from(from).into(), u32::from(to).into());
        u32::try_from(picked).ok().and_then(char::from_u32).or(Some(from))
    }
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
        assert!(text.len() <= 201, "{}", text.len());
    }
}
