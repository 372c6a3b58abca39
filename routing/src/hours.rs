//! Business hours, as spans of time: who knows calendars makes them.

use serde::{Deserialize, Serialize};

use crate::limits::OPEN_SPANS_MAX;

/// When the company is at work; by default always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHours {
    /// From and until, in ms; in order, apart from each other. Nothing: always.
    spans: Option<Vec<(i64, i64)>>,
}

impl OpenHours {
    /// In these spans only, given in any order; those that touch become one, empty ones are left out,
    /// and so are the last of too many ([`OPEN_SPANS_MAX`]).
    #[must_use]
    pub fn new(mut spans: Vec<(i64, i64)>) -> Self {
        spans.retain(|(from, until)| from < until);
        spans.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (from, until) in spans {
            match merged.last_mut() {
                Some((_, end)) if *end >= from => *end = (*end).max(until),
                _ => merged.push((from, until)),
            }
        }
        merged.truncate(OPEN_SPANS_MAX);
        Self { spans: Some(merged) }
    }

    /// The spans; nothing where it is always open.
    #[must_use]
    pub fn spans(&self) -> Option<&[(i64, i64)]> {
        self.spans.as_deref()
    }

    /// Whether it is open then.
    #[must_use]
    pub fn is_open(&self, at_ms: i64) -> bool {
        let Some(spans) = &self.spans else { return true };
        spans.iter().any(|(from, until)| (*from..*until).contains(&at_ms))
    }

    /// When so much open time has passed; nothing where it lies behind the last span.
    #[must_use]
    pub fn after(&self, from_ms: i64, open_ms: i64) -> Option<i64> {
        let Some(spans) = &self.spans else { return Some(from_ms.saturating_add(open_ms)) };
        let begins = spans.partition_point(|(_, until)| *until <= from_ms);
        let mut left_ms = open_ms;
        for (from, until) in spans.iter().skip(begins) {
            let from = (*from).max(from_ms);
            let room = until - from;
            if left_ms <= room {
                return Some(from + left_ms);
            }
            left_ms -= room;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_outside() {
        let hours = OpenHours::new(vec![(200, 300), (0, 100), (100, 120), (5, 5)]);
        assert_eq!(hours.spans(), Some(&[(0, 120), (200, 300)][..]));
        assert!(hours.is_open(119) && !hours.is_open(120) && !hours.is_open(-1));
        for (from, open, at) in [
            (10, 50, Some(60)),
            (100, 20, Some(120)),
            (100, 21, Some(201)),
            (150, 0, Some(200)),
            (-50, 5, Some(5)),
            (10, 210, Some(300)),
            (10, 211, None),
            (400, 1, None),
        ] {
            assert_eq!(hours.after(from, open), at, "{from} {open}");
        }
        let always = OpenHours::default();
        assert!(always.is_open(7));
        assert_eq!(always.after(7, 3), Some(10));
        let never = OpenHours::new(Vec::new());
        assert_eq!((never.is_open(7), never.after(7, 3)), (false, None));
    }
}
