//! What a day is called: patterns with what they mean. Here those in digits; the others by language.
//!
//! A pattern that matches and means nothing spoils what overlaps it: `the end of next week` is no
//! Monday, though `next week` is one.

use std::sync::LazyLock;

use jiff::civil;
use regex::{Captures, Regex};

use super::{Moment, english, han, holidays, month_day, num, ymd};

pub(super) type Resolve = fn(&Captures<'_>, &Moment) -> Option<civil::Date>;

/// One pattern.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) pattern: String,
    pub(super) resolve: Resolve,
    /// It names a day of the week, which a date beside it may say more about.
    pub(super) weekday: bool,
}

pub(super) fn rule(pattern: impl Into<String>, resolve: Resolve) -> Rule {
    Rule { pattern: pattern.into(), resolve, weekday: false }
}

pub(super) static RULES: LazyLock<Vec<(Regex, Rule)>> = LazyLock::new(|| {
    let rules = [digits(), han::rules(), english::rules(), holidays::rules()].concat();
    rules.into_iter().filter_map(|rule| Some((Regex::new(&rule.pattern).ok()?, rule))).collect()
});

fn digits() -> Vec<Rule> {
    vec![
        rule(r"(\d{4})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})", |c, _| {
            ymd(num(c, 1)?, num(c, 3)?, num(c, 4)?)
        }),
        // All of an utterance: within one it may be an order.
        rule(r"^\s*(20\d{2})(\d{2})(\d{2})\s*$", |c, _| ymd(num(c, 1)?, num(c, 2)?, num(c, 3)?)),
        rule(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", |c, m| {
            let (month, day) = m.month_and_day(num(c, 1)?, num(c, 2)?)?;
            ymd(num(c, 3)?, month, day)
        }),
        rule(r"(\d{1,2})/(\d{1,2})", |c, m| {
            let (first, second) = (num(c, 1)?, num(c, 2)?);
            // Around the clock.
            if (first, second) == (24, 7) {
                return None;
            }
            let (month, day) = m.month_and_day(first, second)?;
            month_day(month, day, m.today)
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        let count = [digits(), han::rules(), english::rules(), holidays::rules()].concat().len();
        assert_eq!(RULES.len(), count);
    }
}
