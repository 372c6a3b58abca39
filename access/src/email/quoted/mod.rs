//! What of a message is new: without the messages that it answers, signatures, and what a phone or a
//! law department puts under everything. What is known of mail programs stands in [`tables`].
//!
//! A message that answers point by point keeps its answers; one that only forwards keeps what it
//! forwards.

mod head;
mod signature;
mod tables;
#[cfg(test)]
mod tests;

use head::Head;

/// Lines that one introduction of a quote may be broken into.
const ATTRIBUTION_LINES_MAX: usize = 4;

/// Messages that were passed on inside each other and are looked into.
const FORWARDS_MAX: usize = 3;

/// What of a body is new, without blank lines around it.
#[must_use]
pub fn strip(body: &str) -> String {
    strip_within(body, FORWARDS_MAX)
}

fn strip_within(body: &str, forwards: usize) -> String {
    let body = body.replace("\r\n", "\n").replace('\u{A0}', " ");
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let mut out: Vec<&str> = Vec::new();
    // Where what she writes between two quotes begins: it has a signature of its own.
    let mut own = 0;
    let mut forwarded = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or(&[]);
        if is_quote(line) {
            own = signature::cut(&mut out, own);
            at += 1;
        } else if let Some(head) = head::of(rest) {
            own = signature::cut(&mut out, own);
            if head.kind == head::Kind::Forward {
                forwarded.get_or_insert(at + head.lines);
            }
            at += head.lines;
            at += quoted_lines(lines.get(at..).unwrap_or(&[]), &head);
        } else {
            out.push(line);
            at += 1;
        }
    }
    signature::cut(&mut out, own);
    let new = joined(&out);
    match forwarded {
        // Nothing was written to it: what is forwarded is what she wants to say.
        Some(at) if new.is_empty() && forwards > 0 => {
            let content = lines.get(at..).unwrap_or(&[]).join("\n");
            strip_within(&head::without_fields(&content), forwards - 1)
        }
        _ => new,
    }
}

/// Lines behind a head that belong to what it introduces: all, unless they are marked one by one.
/// Then what is not marked is an answer.
fn quoted_lines(lines: &[&str], head: &Head) -> usize {
    let first = lines.iter().find(|line| !line.trim().is_empty());
    let is_marked = first.is_some_and(|line| is_quote(line));
    match head.kind {
        head::Kind::Attribution | head::Kind::Original if is_marked => 0,
        _ => lines.len(),
    }
}

fn is_quote(line: &str) -> bool {
    line.trim_start().starts_with(['>', '\u{FF1E}'])
}

/// The lines as a text; no more than one blank line in a row.
fn joined(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut blank = false;
    for line in lines {
        if line.trim().is_empty() {
            blank = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank { "\n\n" } else { "\n" });
        }
        blank = false;
        out.push_str(line);
    }
    out.trim().to_owned()
}
