//! Unified diffs of two texts, as `diff -u` and `patch` know them.

use crate::style::{Stream, paint};

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Lines taken out and put in that are told apart; texts that differ more are replaced as a whole.
const EDITS_MAX: usize = 2_000;

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit<'t> {
    Keep(&'t str),
    Take(&'t str),
    Put(&'t str),
}

/// The diff of `old` to `new`, both called `label`; empty when they are the same.
pub(crate) fn unified(label: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let edits = edits(&before, &after);
    let mut text = paint(Stream::Out, "1", &format!("--- {label}")) + "\n";
    text.push_str(&paint(Stream::Out, "1", &format!("+++ {label}")));
    text.push('\n');
    for (from, to) in hunks(&edits) {
        push_hunk(&mut text, &edits, from, to);
    }
    text
}

/// Lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Ranges of edits that are shown together.
fn hunks(edits: &[Edit<'_>]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    let changed = edits.iter().enumerate().filter(|(_, edit)| !matches!(edit, Edit::Keep(_)));
    for (at, _) in changed {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(edits.len()));
        match hunks.last_mut() {
            Some((_, end)) if *end >= from => *end = to,
            _ => hunks.push((from, to)),
        }
    }
    hunks
}

fn push_hunk(text: &mut String, edits: &[Edit<'_>], from: usize, to: usize) {
    let counts = |edits: &[Edit<'_>]| {
        let old = edits.iter().filter(|edit| !matches!(edit, Edit::Put(_))).count();
        let new = edits.iter().filter(|edit| !matches!(edit, Edit::Take(_))).count();
        (old, new)
    };
    let (skipped_old, skipped_new) = counts(edits.get(..from).unwrap_or(&[]));
    let shown = edits.get(from..to).unwrap_or(&[]);
    let (old, new) = counts(shown);
    // Without lines, the number is that of the line before.
    let first = |skipped: usize, count: usize| skipped + usize::from(count > 0);
    let head =
        format!("@@ -{},{old} +{},{new} @@", first(skipped_old, old), first(skipped_new, new));
    text.push_str(&paint(Stream::Out, "36", &head));
    text.push('\n');
    for edit in shown {
        push_line(text, *edit);
    }
}

fn push_line(text: &mut String, edit: Edit<'_>) {
    let (sign, color, line) = match edit {
        Edit::Keep(line) => (' ', None, line),
        Edit::Take(line) => ('-', Some("31"), line),
        Edit::Put(line) => ('+', Some("32"), line),
    };
    let shown = format!("{sign}{}", line.strip_suffix('\n').unwrap_or(line));
    match color {
        Some(color) => text.push_str(&paint(Stream::Out, color, &shown)),
        None => text.push_str(&shown),
    }
    text.push('\n');
    if !line.ends_with('\n') {
        text.push_str("\\ No newline at end of file\n");
    }
}

/// The shortest way from `old` to `new`, as far as it is searched for.
fn edits<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Edit<'t>> {
    let pairs = || old.iter().zip(new);
    let head = pairs().take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - head;
    let ends = old.iter().rev().zip(new.iter().rev());
    let tail = ends.take(room).take_while(|(a, b)| a == b).count();
    let old_middle = old.get(head..old.len() - tail).unwrap_or(&[]);
    let new_middle = new.get(head..new.len() - tail).unwrap_or(&[]);
    let middle = shortest(old_middle, new_middle).unwrap_or_else(|| {
        let taken = old_middle.iter().map(|line| Edit::Take(line));
        taken.chain(new_middle.iter().map(|line| Edit::Put(line))).collect()
    });
    let kept = |lines: &[&'t str]| lines.iter().map(|line| Edit::Keep(line)).collect::<Vec<_>>();
    let mut edits = kept(old.get(..head).unwrap_or(&[]));
    edits.extend(middle);
    edits.extend(kept(old.get(old.len() - tail..).unwrap_or(&[])));
    edits
}

/// Myers' algorithm; nothing when more than [`EDITS_MAX`] lines differ.
fn shortest<'t>(old: &[&'t str], new: &[&'t str]) -> Option<Vec<Edit<'t>>> {
    let most = (old.len() + new.len()).min(EDITS_MAX);
    // The furthest old line reached on each diagonal; diagonal 0 is at `most + 1`.
    let mut reached = vec![0_usize; 2 * most + 3];
    let mut trail: Vec<Vec<usize>> = Vec::new();
    for count in 0..=most {
        trail.push(reached.get(most + 1 - count..most + 2 + count)?.to_vec());
        let mut diagonal = most + 1 - count;
        while diagonal <= most + 1 + count {
            let x = step(&reached, diagonal, most, count)?;
            let x = x + along(old, new, x, (x + most + 1).checked_sub(diagonal)?);
            *reached.get_mut(diagonal)? = x;
            if x >= old.len() && x + most + 1 >= new.len() + diagonal {
                return walk_back(old, new, &trail, most);
            }
            diagonal += 2;
        }
    }
    None
}

/// Where the next edit on a diagonal begins: from the diagonal above (a line put in) or below (one
/// taken out), whichever is further.
fn step(reached: &[usize], diagonal: usize, most: usize, count: usize) -> Option<usize> {
    let below = *reached.get(diagonal.checked_sub(1)?)?;
    let above = *reached.get(diagonal + 1)?;
    let lowest = diagonal == most + 1 - count;
    let highest = diagonal == most + 1 + count;
    Some(if count == 0 {
        0
    } else if lowest || (!highest && below < above) {
        above
    } else {
        below + 1
    })
}

fn along(old: &[&str], new: &[&str], x: usize, y: usize) -> usize {
    let (old, new) = (old.get(x..).unwrap_or(&[]), new.get(y..).unwrap_or(&[]));
    old.iter().zip(new).take_while(|(a, b)| a == b).count()
}

/// The edits that led to the end, from the places reached before each.
fn walk_back<'t>(
    old: &[&'t str],
    new: &[&'t str],
    trail: &[Vec<usize>],
    most: usize,
) -> Option<Vec<Edit<'t>>> {
    let (mut x, mut y) = (old.len(), new.len());
    let mut edits = Vec::new();
    for (count, reached) in trail.iter().enumerate().rev() {
        // The kept part of `reached` begins at diagonal `most + 1 - count`.
        let at = |diagonal: usize| {
            let slot = diagonal.checked_sub(most + 1 - count);
            slot.and_then(|slot| reached.get(slot)).copied().unwrap_or(0)
        };
        let diagonal = (x + most + 1).checked_sub(y)?;
        if count == 0 {
            edits.extend(old.get(..x)?.iter().rev().map(|line| Edit::Keep(line)));
            break;
        }
        let lowest = diagonal == most + 1 - count;
        let highest = diagonal == most + 1 + count;
        let put = lowest || (!highest && at(diagonal - 1) < at(diagonal + 1));
        let from = if put { diagonal + 1 } else { diagonal - 1 };
        let (from_x, from_y) = (at(from), (at(from) + most + 1).checked_sub(from)?);
        while x > from_x
            && y > from_y
            && (x, y) != (from_x + usize::from(!put), from_y + usize::from(put))
        {
            (x, y) = (x - 1, y - 1);
            edits.push(Edit::Keep(old.get(x)?));
        }
        edits.push(if put { Edit::Put(new.get(from_y)?) } else { Edit::Take(old.get(from_x)?) });
        (x, y) = (from_x, from_y);
    }
    edits.reverse();
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The new text, made of the old one and its diff, as `patch` would.
    fn patched(old: &str, diff: &str) -> String {
        let old = lines(old);
        let (mut new, mut at) = (String::new(), 0);
        let mut lines = diff.lines().skip(2).peekable();
        while let Some(line) = lines.next() {
            let bare = lines.peek().is_some_and(|next| next.starts_with('\\'));
            let end = if bare { "" } else { "\n" };
            let (sign, rest) = line.split_at(1);
            match sign {
                "@" => {
                    let numbers = line.split(['-', ',', ' ']).nth(2).unwrap();
                    let empty = line.contains(",0 +");
                    let from = numbers.parse::<usize>().unwrap() - usize::from(!empty);
                    old[at..from].iter().for_each(|line| new.push_str(line));
                    at = from;
                }
                "+" => new.push_str(&format!("{rest}{end}")),
                " " | "-" => {
                    assert_eq!(old[at], format!("{rest}{end}"), "{diff}");
                    if sign == " " {
                        new.push_str(old[at]);
                    }
                    at += 1;
                }
                _ => {}
            }
        }
        old[at..].iter().for_each(|line| new.push_str(line));
        new
    }

    #[test]
    fn a_diff_is_as_short_as_it_can_be() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nx\ne\nf\ng\nh\n";
        let diff = unified("file", old, new);
        let expected = "--- file\n+++ file\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+x\n e\n f\n g\n";
        assert_eq!(diff, expected);
        assert_eq!(unified("file", old, old), "");
        let bare = unified("file", "a", "a\n");
        assert!(bare.ends_with("-a\n\\ No newline at end of file\n+a\n"), "{bare}");
        assert!(unified("file", "", "a\n").contains("@@ -0,0 +1,1 @@"));
    }

    #[test]
    fn what_a_diff_says_makes_the_new_text() {
        let mut state = 7_u32;
        let mut below = |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % n
        };
        for _ in 0..500 {
            let mut text = || -> String {
                let count = below(30);
                let mut text: String = (0..count).map(|_| format!("{}\n", below(5))).collect();
                if below(4) == 0 {
                    text.push_str("no end");
                }
                text
            };
            let (old, new) = (text(), text());
            let diff = unified("file", &old, &new);
            if old != new {
                assert_eq!(patched(&old, &diff), new, "{old:?}\n{diff}");
            }
        }
    }

    #[test]
    fn texts_that_differ_wholly_are_replaced() {
        let old: String = (0..3_000).map(|i| format!("old {i}\n")).collect();
        let new: String = (0..3_000).map(|i| format!("new {i}\n")).collect();
        assert_eq!(patched(&old, &unified("file", &old, &new)), new);
    }
}
