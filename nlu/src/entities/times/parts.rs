//! A part of the day that is said once, for a time that is said in the place of another or beside it:
//! `不是下午三点,是四点` is four in the afternoon.

use super::han::{half_day, part_of};
use super::{Found, Value};
use crate::entities::{dates, nobody};

/// Characters between two times of which the second has no part of the day.
const GAP_CHARS_MAX: usize = 16;
/// What begins another day that is no date by itself: `下周10点`.
const DAYS: [char; 6] = ['周', '月', '天', '日', '号', '年'];

/// Gives the part of the day of a time to those behind it that have none, unless they are nearer to it
/// as they are: `3pm is too late, 10:30`.
pub(super) fn carry(folded: &str, found: &mut [Found]) {
    let mut carried: Option<(&str, u32)> = None;
    let mut end = 0;
    for time in found {
        let said = folded.get(time.start..time.end).unwrap_or("");
        let gap = folded.get(end..time.start).unwrap_or("");
        end = time.end;
        let Value::Time(seconds) = time.value else { continue };
        if let Some(part) = part_of(said) {
            carried = Some((part, seconds));
            continue;
        }
        let hour = seconds / 3600;
        // `04:00` and `16:00` are of a clock with twenty-four hours.
        let is_open = (1..12).contains(&hour) && !said.starts_with(['0', '零', '〇']);
        carried = carried.filter(|_| is_open && is_near(gap));
        if let Some((part, from)) = carried {
            let there = half_day(part, hour) * 3600 + seconds % 3600;
            if there.abs_diff(from) <= seconds.abs_diff(from) {
                time.value = Value::Time(there);
            }
        }
    }
}

/// Whether no other day is named between two times.
fn is_near(gap: &str) -> bool {
    gap.chars().count() <= GAP_CHARS_MAX
        && !gap.contains(DAYS)
        && dates::find(gap, &nobody()).is_empty()
}
