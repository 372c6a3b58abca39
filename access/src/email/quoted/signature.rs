//! What stands under a message: a signature, a device, a notice.

use super::tables::{CLOSINGS, DEVICE_ENDS, DEVICES, DISCLAIMERS};

/// Lines that a signature below `-- ` may have. More are text, whatever stands above it.
const MARKED_LINES_MAX: usize = 20;
/// Lines that may stand below words of leave.
const CLOSED_LINES_MAX: usize = 7;
/// Characters of such a line.
const CLOSED_LINE_CHARS_MAX: usize = 60;

/// Takes the signature off the end of what was written since `from`; where the next part begins.
pub(super) fn cut(lines: &mut Vec<&str>, from: usize) -> usize {
    let own = lines.get(from..).unwrap_or(&[]);
    let length = length_without(own);
    lines.truncate(from + length);
    lines.len()
}

/// How many lines are no signature.
fn length_without(lines: &[&str]) -> usize {
    let notice = lines.iter().position(|line| is_notice(line));
    let lines = lines.get(..notice.unwrap_or(lines.len())).unwrap_or(lines);
    let marked = lines.iter().rposition(|line| matches!(line.trim(), "--" | "- --" | "— —"));
    let marked = marked.filter(|at| lines.len() - at <= MARKED_LINES_MAX);
    let mut lines = lines.get(..marked.unwrap_or(lines.len())).unwrap_or(lines);
    while let Some((_, rest)) =
        lines.split_last().filter(|(last, _)| last.trim().is_empty() || is_rule(last))
    {
        lines = rest;
    }
    // 此致 and 敬礼 are two.
    while let Some(at) =
        lines.iter().rposition(|line| is_closing(line)).filter(|at| is_leave(lines, *at))
    {
        lines = lines.get(..at).unwrap_or(&[]);
    }
    lines.len()
}

fn is_notice(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['*', '<', '[', '_']).to_lowercase();
    let short = line.chars().count() <= 80;
    DISCLAIMERS.iter().any(|start| line.starts_with(start))
        || (short && DEVICES.iter().any(|start| line.starts_with(start)))
        || (short && DEVICE_ENDS.iter().any(|end| line.ends_with(end)))
}

/// A line of dashes that parts what is above it from nothing.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '—' | '─'))
}

fn is_closing(line: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || ",.!~\u{3002}\u{FF0C}\u{FF01}".contains(c);
    let line = line.trim_matches(ends).to_lowercase();
    CLOSINGS.contains(&line.as_str())
}

/// Whether words of leave are the end: something stands before them, and below them only what a
/// signature has.
fn is_leave(lines: &[&str], at: usize) -> bool {
    let before = lines.get(..at).unwrap_or(&[]);
    let below: Vec<&&str> =
        lines.iter().skip(at + 1).filter(|line| !line.trim().is_empty()).collect();
    let asks = |line: &str| line.ends_with(['?', '\u{FF1F}']);
    before.iter().any(|line| !line.trim().is_empty())
        && below.len() <= CLOSED_LINES_MAX
        && below
            .iter()
            .all(|line| line.chars().count() <= CLOSED_LINE_CHARS_MAX && !asks(line.trim_end()))
}
