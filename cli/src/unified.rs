//! Unified diffs of two texts, as `git apply` and `patch -p1` take them.

use crate::style::painted;

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

/// The diff of a file's text; empty when nothing differs. Only what a person looks at is `colored`.
pub(crate) fn unified(label: &str, old: &str, new: &str, colored: bool) -> String {
    if old == new {
        return String::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let mut shown = Shown { edits: edits(&before, &after), colored, text: String::new() };
    let label = label.trim_start_matches("./").trim_start_matches('/');
    // A tab ends a name with blanks: `patch` would take the first blank for its end.
    let end = if label.contains(' ') { "\t" } else { "" };
    shown.line(Some("1"), &format!("--- a/{label}{end}"));
    shown.line(Some("1"), &format!("+++ b/{label}{end}"));
    for (from, to) in hunks(&shown.edits) {
        shown.hunk(from, to);
    }
    shown.text
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

/// Edits on their way to be text.
struct Shown<'t> {
    edits: Vec<Edit<'t>>,
    colored: bool,
    text: String,
}

impl Shown<'_> {
    fn hunk(&mut self, from: usize, to: usize) {
        let counts = |edits: &[Edit<'_>]| {
            let old = edits.iter().filter(|edit| !matches!(edit, Edit::Put(_))).count();
            let new = edits.iter().filter(|edit| !matches!(edit, Edit::Take(_))).count();
            (old, new)
        };
        let (skipped_old, skipped_new) = counts(self.edits.get(..from).unwrap_or(&[]));
        let shown = self.edits.get(from..to).unwrap_or(&[]).to_vec();
        let (old, new) = counts(&shown);
        // Without lines, the number is that of the line before.
        let first = |skipped: usize, count: usize| skipped + usize::from(count > 0);
        let (at_old, at_new) = (first(skipped_old, old), first(skipped_new, new));
        self.line(Some("36"), &format!("@@ -{at_old},{old} +{at_new},{new} @@"));
        for edit in shown {
            self.edit(edit);
        }
    }

    fn edit(&mut self, edit: Edit<'_>) {
        let (sign, color, line) = match edit {
            Edit::Keep(line) => (' ', None, line),
            Edit::Take(line) => ('-', Some("31"), line),
            Edit::Put(line) => ('+', Some("32"), line),
        };
        self.line(color, &format!("{sign}{}", line.strip_suffix('\n').unwrap_or(line)));
        if !line.ends_with('\n') {
            self.line(None, "\\ No newline at end of file");
        }
    }

    fn line(&mut self, color: Option<&str>, line: &str) {
        match color.filter(|_| self.colored) {
            Some(color) => self.text.push_str(&painted(color, line)),
            None => self.text.push_str(line),
        }
        self.text.push('\n');
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

    fn plain(label: &str, old: &str, new: &str) -> String {
        unified(label, old, new, false)
    }

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
        let diff = plain("file", old, new);
        let expected = "--- a/file\n+++ b/file\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+x\n e\n f\n g\n";
        assert_eq!(diff, expected);
        assert_eq!(plain("file", old, old), "");
        let bare = plain("file", "a", "a\n");
        assert!(bare.ends_with("-a\n\\ No newline at end of file\n+a\n"), "{bare}");
        assert!(plain("file", "", "a\n").contains("@@ -0,0 +1,1 @@"));
    }

    #[test]
    fn shows_each_change_with_its_context() {
        let before: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 3\n", "line three\n").replace("line 18\n", "");
        assert_eq!(
            plain("a.flow", &before, &after),
            "--- a/a.flow\n+++ b/a.flow\n@@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+line three\n \
             line 4\n line 5\n line 6\n@@ -15,6 +15,5 @@\n line 15\n line 16\n line 17\n-line 18\n \
             line 19\n line 20\n"
        );
        assert_eq!(plain("a.flow", &before, &before), "");
        assert_eq!(
            plain("a", "x", "x\ny\n"),
            "--- a/a\n+++ b/a\n@@ -1,1 +1,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n"
        );
        assert_eq!(plain("a", "", "x\n"), "--- a/a\n+++ b/a\n@@ -0,0 +1,1 @@\n+x\n");
    }

    #[test]
    fn colours_change_no_word() {
        let colored = unified("./a", "x\ny\n", "x\nz\n", true);
        assert!(colored.contains("\x1b[31m-y\x1b[0m\n\x1b[32m+z\x1b[0m\n"), "{colored}");
        let mut bare = colored;
        for code in ["1", "31", "32", "36", "0"] {
            bare = bare.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(bare, plain("a", "x\ny\n", "x\nz\n"));
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
            let diff = plain("file", &old, &new);
            if old != new {
                assert_eq!(patched(&old, &diff), new, "{old:?}\n{diff}");
            }
        }
    }

    /// The edits of any two texts turn one into the other.
    #[test]
    fn edits_lead_from_one_to_the_other() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..500 {
            let mut lines = || -> Vec<&'static str> {
                (0..next(12))
                    .map(|_| ["a\n", "b\n", "c\n"][usize::try_from(next(3)).unwrap()])
                    .collect()
            };
            let (old, new) = (lines(), lines());
            let edits = edits(&old, &new);
            let side = |put: bool| -> Vec<&str> {
                edits
                    .iter()
                    .filter_map(|edit| match edit {
                        Edit::Keep(line) => Some(*line),
                        Edit::Take(line) => (!put).then_some(*line),
                        Edit::Put(line) => put.then_some(*line),
                    })
                    .collect()
            };
            assert_eq!(side(false), old);
            assert_eq!(side(true), new);
        }
    }

    #[test]
    fn texts_that_differ_wholly_are_replaced() {
        let old: String = (0..3_000).map(|i| format!("old {i}\n")).collect();
        let new: String = (0..3_000).map(|i| format!("new {i}\n")).collect();
        assert_eq!(patched(&old, &plain("file", &old, &new)), new);
    }
}
