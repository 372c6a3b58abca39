//! Where a quoted message begins: a line that introduces it, a line of dashes, or its own head.

use super::ATTRIBUTION_LINES_MAX;
use super::tables::{ATTRIBUTIONS, FIELDS, FIRST, FORWARD, FROM, ORIGINAL, VERBS};

/// What the beginning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `On Monday Ann wrote:`
    Attribution,
    /// `----- Original Message -----`, or fields.
    Original,
    /// `---------- Forwarded message ---------`
    Forward,
}

/// A beginning, and how many lines it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub kind: Kind,
    pub lines: usize,
}

/// What begins with the first of these lines, if anything.
pub(super) fn of(lines: &[&str]) -> Option<Head> {
    let first = lines.first()?.trim();
    if first.is_empty() {
        return None;
    }
    ruled(lines, first).or_else(|| fields(lines)).or_else(|| attribution(lines))
}

/// A line of dashes that says what follows; or one that only parts, before fields.
fn ruled(lines: &[&str], first: &str) -> Option<Head> {
    let dashes = |c: char| matches!(c, '-' | '_' | '=' | '*' | '—' | '─' | '–' | ' ' | '\t');
    let words = first.trim_matches(dashes).to_lowercase().replace('\u{FF1A}', ":");
    let is_ruled = first.starts_with(['-', '—', '─', '_']) && first.len() > words.len() + 3;
    if (is_ruled || words.ends_with([':', '\u{FF1A}']) || words.starts_with("begin "))
        && FORWARD.contains(&words.as_str())
    {
        return Some(Head { kind: Kind::Forward, lines: 1 });
    }
    if is_ruled && ORIGINAL.contains(&words.as_str()) {
        let fields = fields(lines.get(1..)?).map_or(0, |head| head.lines);
        return Some(Head { kind: Kind::Original, lines: 1 + fields });
    }
    if is_ruled && words.is_empty() {
        let blank = lines.iter().skip(1).take_while(|line| line.trim().is_empty()).count();
        let head = fields(lines.get(1 + blank..)?)?;
        return Some(Head { lines: head.lines + 1 + blank, ..head });
    }
    None
}

/// The name of a line's field in lower case, and what it says; `*From:*` is `From:` in bold.
fn field(line: &str) -> Option<(String, &str)> {
    let line = line.trim().trim_start_matches('*').trim_start();
    let (name, value) = line.split_once([':', '\u{FF1A}'])?;
    let plain = |c: char| c.is_whitespace() || c == '*' || c == '\u{3000}';
    let name = name.trim_matches(plain);
    let name: String = name.chars().filter(|c| !plain(*c) || name.is_ascii()).collect();
    (name.chars().count() <= 20).then(|| (name.to_lowercase(), value.trim_matches(plain)))
}

/// Fields of a quoted message, the first of them its sender or its date.
fn fields(lines: &[&str]) -> Option<Head> {
    let (name, value) = field(lines.first()?)?;
    let is_from = FROM.contains(&name.as_str());
    if !is_from && !FIRST.contains(&name.as_str()) {
        return None;
    }
    let (mut from, mut others, mut count) = (is_from, usize::from(!is_from), 1);
    let mut has_value = !value.is_empty();
    for (i, line) in lines.iter().enumerate().skip(1).take(16) {
        match field(line) {
            Some((name, _)) if FROM.contains(&name.as_str()) && !from => from = true,
            Some((name, _)) if FIELDS.contains(&name.as_str()) => others += 1,
            // A long list of people goes on in the next line.
            _ if line.starts_with([' ', '\t']) || line.contains('@') => {
                has_value = true;
                continue;
            }
            // HTML mails have a blank line between fields.
            _ if line.trim().is_empty() => continue,
            _ => break,
        }
        has_value = true;
        count = i + 1;
    }
    // A sender and two more: three lines with colons that mean all this are no accident.
    (from && others >= 2 && has_value).then_some(Head { kind: Kind::Original, lines: count })
}

/// A line that introduces a quote, in one piece or broken.
fn attribution(lines: &[&str]) -> Option<Head> {
    let mut joined = String::new();
    for (i, line) in lines.iter().take(ATTRIBUTION_LINES_MAX).enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('>') {
            break;
        }
        if i > 0 {
            joined.push(' ');
        }
        joined.push_str(line);
        if joined.chars().count() > 300 {
            break;
        }
        let quoted = || is_quoted(lines, i);
        if (is_attribution(&joined, i > 0) && (has_date(&joined) || quoted()))
            || (is_bare(&joined) && quoted())
        {
            return Some(Head { kind: Kind::Attribution, lines: i + 1 });
        }
    }
    None
}

fn is_attribution(line: &str, is_broken: bool) -> bool {
    let line = line.to_lowercase().replace('\u{FF1A}', ":").replace('\u{FF0C}', ",");
    if !line.ends_with(':') {
        return false;
    }
    ATTRIBUTIONS.iter().any(|row| {
        // What may begin in any way begins on this line: else the end of a letter would be taken in.
        if row.begins.is_empty() && is_broken && !(has_sender(&line) && has_date(&line)) {
            return false;
        }
        let verb = row.ends != ":" || VERBS.iter().any(|verb| line.contains(verb));
        line.starts_with(row.begins) && line.ends_with(row.ends) && verb
    })
}

fn has_sender(line: &str) -> bool {
    line.contains('@')
}

/// A date and a time have digits: "on 3 June you wrote:" is what somebody says.
fn has_date(line: &str) -> bool {
    line.chars().filter(char::is_ascii_digit).count() >= 5
}

/// Gmail in some languages only says when and who: `2026年6月1日(月) 14:02 Ann <a@b>:`. With a quote
/// behind it, that is one.
fn is_bare(line: &str) -> bool {
    line.ends_with([':', '\u{FF1A}']) && has_sender(line) && has_date(line)
}

/// Whether lines that are marked as a quote follow.
fn is_quoted(lines: &[&str], at: usize) -> bool {
    let behind = lines.iter().skip(at + 1).find(|line| !line.trim().is_empty());
    behind.is_some_and(|line| super::is_quote(line))
}

/// A forwarded message without its fields.
pub(super) fn without_fields(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let blank = lines.iter().take_while(|line| line.trim().is_empty()).count();
    let rest = lines.get(blank..).unwrap_or(&[]);
    let fields = fields(rest).map_or(0, |head| head.lines);
    rest.get(fields..).unwrap_or(&[]).join("\n")
}
