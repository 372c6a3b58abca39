//! Shares, and what is read as a number with a unit.

use super::numbers::Numbers;
use super::{Found, han};
use crate::fold::stands_alone;
use crate::lang::Lang;
use crate::value::{Decimal, Value};

/// A text in which something begins at `start`, with its numbers.
#[derive(Clone, Copy)]
pub(super) struct At<'t> {
    pub(super) text: &'t str,
    pub(super) numbers: &'t Numbers,
    pub(super) start: usize,
}

impl<'t> At<'t> {
    pub(super) fn rest(self) -> &'t str {
        self.text.get(self.start..).unwrap_or("")
    }

    /// Further on.
    pub(super) fn skip(self, bytes: usize) -> Self {
        Self { start: self.start + bytes, ..self }
    }

    /// Behind blanks.
    pub(super) fn skip_blanks(self) -> Self {
        let rest = self.rest();
        self.skip(rest.len() - rest.trim_start_matches(' ').len())
    }

    /// The number here, and what follows it.
    pub(super) fn number(self) -> Option<(Decimal, Self)> {
        let (span, value) = self.numbers.at(self.start)?;
        Some((value, Self { start: span.end, ..self }))
    }
}

/// Runs `read` at every place and keeps what stands alone, without overlaps. It gives the end of what
/// it found, with its value.
pub(super) fn scan(
    folded: &str,
    lang: Lang,
    read: impl Fn(At<'_>) -> Option<(usize, Value)>,
) -> Vec<Found> {
    let numbers = Numbers::of(folded, lang);
    let mut found = Vec::new();
    let mut skip_to = 0;
    for (start, _) in folded.char_indices().filter(|(start, _)| !numbers.is_inside(*start)) {
        if start < skip_to {
            continue;
        }
        let at = At { text: folded, numbers: &numbers, start };
        let Some((end, value)) = read(at) else { continue };
        if stands_alone(folded, start, end) {
            found.push(Found { start, end, value });
            skip_to = end;
        }
    }
    found
}

/// `20%`, `百分之二十`, `三成`, `5 percent`; a share of one.
pub(super) fn find_percent(folded: &str, lang: Lang) -> Vec<Found> {
    const PARTS: [(&str, i64); 2] = [("百分之", 100), ("千分之", 1_000)];
    const UNITS: [(&str, i64); 5] =
        [("%", 100), ("percent", 100), ("per cent", 100), ("pct", 100), ("成", 10)];
    let share =
        |number: Decimal, of: i64| number.checked_div(Decimal::from_int(of)?).map(Value::Number);
    scan(folded, lang, |at| {
        if at.rest().starts_with("百分百") {
            return Some((at.start + "百分百".len(), Value::Number(Decimal::ONE)));
        }
        if let Some((word, of)) = PARTS.iter().find(|(word, _)| at.rest().starts_with(word)) {
            let (number, end) = at.skip(word.len()).skip_blanks().number()?;
            return Some((end.start, share(number, *of)?));
        }
        let (number, end) = at.number()?;
        let unit = end.skip_blanks();
        let (word, of) = UNITS.iter().find(|(word, _)| unit.rest().starts_with(word))?;
        let behind = unit.skip(word.len());
        if *of == 10 {
            return tenths(at, number, behind);
        }
        Some((behind.start, share(number, *of)?))
    })
}

/// `三成`, `三成五`, but not `三成新` or `5成功`.
fn tenths(at: At<'_>, number: Decimal, behind: At<'_>) -> Option<(usize, Value)> {
    let (more, end) = match behind.number() {
        Some((more, end)) if more.is_integer() && (1..=9).contains(&more.trunc()) => (more, end),
        _ => (Decimal::ZERO, behind),
    };
    let is_share = !end.rest().starts_with(crate::fold::is_cjk)
        && at.rest().starts_with(|c| han::digit(c).is_some());
    let tenths = number.checked_mul(Decimal::from_int(10)?)?.checked_add(more)?;
    let share = tenths.checked_div(Decimal::from_int(100)?)?;
    is_share.then_some((end.start, Value::Number(share)))
}
