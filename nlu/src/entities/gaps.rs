//! What stands between and around values of one kind, without the day or the time that belongs to one
//! of them: between the days of `Monday 9am to Wednesday 11am` stands `to`.

use super::{Found, dates, nobody, times};
use crate::value::Value;

/// Bytes of a gap in which a day or a time is looked for.
const GAP_BYTES_MAX: usize = 96;
/// Words that say nothing of how two values belong together.
const FILLERS: &[&str] = &["at", "on", "the", "in", "morning", "afternoon", "evening", "night"];
/// Those before what joins two values, where no blank stands between.
const PARTS: &[&str] = &["上午", "下午", "晚上", "早上", "中午", "傍晚"];
/// What may stand between a day and its time.
const JOINTS: &[&str] = &["", "at", "on", "的", "by", "around", "about"];

/// What stands between two values as it is written.
pub(super) fn written(folded: &str, left: &Found, right: &Found) -> Option<String> {
    folded.get(left.end..right.start).map(str::to_owned)
}

/// What stands between two values, without a time that belongs to a day or a day that belongs to a time.
pub(super) fn between(folded: &str, left: &Found, right: &Found) -> Option<String> {
    let gap = folded.get(left.end..right.start)?;
    if gap.len() > GAP_BYTES_MAX {
        return Some(gap.to_owned());
    }
    let (mut bare, mut at) = (String::with_capacity(gap.len()), 0);
    for other in others(gap, &left.value) {
        // One may stand inside of another: `this evening`, `evening at 8`.
        if at <= other.start {
            bare.push_str(gap.get(at..other.start).unwrap_or(""));
            bare.push(' ');
        }
        at = at.max(other.end);
    }
    bare.push_str(gap.get(at..).unwrap_or(""));
    Some(bare)
}

/// The words of a gap that join two values.
pub(super) fn joint(gap: &str) -> String {
    let words = gap.split_whitespace().map(bare);
    let words: Vec<&str> =
        words.filter(|word| !word.is_empty() && !FILLERS.contains(word)).collect();
    words.join(" ")
}

/// A word without a part of the day before it.
fn bare(word: &str) -> &str {
    let rest = PARTS.iter().find_map(|part| word.strip_prefix(part));
    rest.unwrap_or(word).trim_matches('的')
}

/// From where to where each value reaches with the day or time that belongs to it, and how many days
/// and times there are beside the values in all.
pub(super) fn reaches(folded: &str, found: &[Found]) -> (Vec<(usize, usize)>, usize) {
    let kind = found.first().map(|first| &first.value);
    let others = kind.map_or_else(Vec::new, |kind| others(folded, kind));
    let belongs = |from: usize, to: usize| {
        folded.get(from..to).is_some_and(|gap| JOINTS.contains(&gap.trim()))
    };
    let reach = |own: &Found| {
        let overlaps = |other: &&Found| other.start < own.end && own.start < other.end;
        let before = |other: &&Found| other.end <= own.start && belongs(other.end, own.start);
        let behind = |other: &&Found| own.end <= other.start && belongs(own.end, other.start);
        // A day comes before its time, unless nothing else is there.
        let behind_first = matches!(own.value, Value::Date(_));
        let beside = match behind_first {
            true => others.iter().find(behind).or_else(|| others.iter().find(before)),
            false => others.iter().find(before).or_else(|| others.iter().find(behind)),
        };
        let other = others.iter().find(overlaps).or(beside);
        other.map_or((own.start, own.end), |o| (o.start.min(own.start), o.end.max(own.end)))
    };
    (found.iter().map(reach).collect(), others.len())
}

/// The times beside days, and the days beside times.
fn others(text: &str, kind: &Value) -> Vec<Found> {
    let mut found = match kind {
        Value::Date(_) => times::find(text),
        Value::Time(_) => super::without_overlaps(dates::find(text, &nobody())),
        _ => Vec::new(),
    };
    found.sort_by_key(|found| found.start);
    found
}
