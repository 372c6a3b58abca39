//! Two numbers with a word between them that makes them a range: `three to five`, `2 or 3`, `三到五`.
//! Neither is what is meant.

use super::numbers::Span;

/// Words between two numbers that make them one vague number.
const JOINTS: &[&str] = &["to", "or", "到", "至", "或", "或者"];

/// Words before two numbers that make them an old and a new one: `change 3 to 5`, `从3改到5`.
const CHANGES: &[&str] = &[
    "change", "update", "increase", "raise", "reduce", "lower", "correct", "switch", "move",
    "modify", "bump", "改", "换", "调", "变", "增", "减", "升", "降",
];

/// Characters before two numbers in which a verb says what they are.
const LOOKED_BACK: usize = 60;

/// Takes their value from numbers that are the ends of a range.
pub(super) fn blur(folded: &str, spans: &mut [Span]) {
    for i in 1..spans.len() {
        let (Some(left), Some(right)) = (spans.get(i - 1).copied(), spans.get(i).copied()) else {
            continue;
        };
        let between = folded.get(left.end..right.start).map_or("", str::trim);
        let before = lately(folded.get(..left.start).unwrap_or(""));
        if !JOINTS.contains(&between) || CHANGES.iter().any(|word| before.contains(word)) {
            continue;
        }
        for span in spans.iter_mut().skip(i - 1).take(2) {
            span.value = None;
        }
    }
}

/// The last words of a text.
fn lately(text: &str) -> &str {
    let start = text.char_indices().rev().nth(LOOKED_BACK).map_or(0, |(start, _)| start);
    text.get(start..).unwrap_or(text)
}
