//! A unified diff of two texts, by lines, for `--fix --diff`.

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Lines added and removed up to which the shortest diff is searched for; beyond, the part that
/// differs is shown as one replacement.
const CHANGES_MAX: usize = 1_000;

/// A line of the diff: what it is, and its index before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Keep(usize),
    Remove(usize),
    Add(usize),
}

/// The diff of one file, as `patch -p1` and `git apply` take it; empty when nothing differs.
pub(crate) fn unified(label: &str, before: &str, after: &str) -> String {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let ops = operations(&old, &new);
    let label = label.trim_start_matches("./").trim_start_matches('/');
    let mut text = String::new();
    for (begin, end) in hunks(&ops) {
        if text.is_empty() {
            text = format!("--- a/{label}\n+++ b/{label}\n");
        }
        let (lead, hunk) = (ops.get(..begin).unwrap_or(&[]), ops.get(begin..end).unwrap_or(&[]));
        push_hunk(&mut text, lead, hunk, &old, &new);
    }
    text
}

fn push_hunk(text: &mut String, lead: &[Op], hunk: &[Op], old: &[&str], new: &[&str]) {
    let count = |ops: &[Op], adds: bool| {
        let skipped = |op: &&Op| match op {
            Op::Keep(_) => false,
            Op::Remove(_) => adds,
            Op::Add(_) => !adds,
        };
        ops.iter().filter(|op| !skipped(op)).count()
    };
    let range = |adds: bool| {
        let (start, length) = (count(lead, adds), count(hunk, adds));
        // A range of no lines is placed by the line before it.
        format!("{},{length}", if length == 0 { start } else { start + 1 })
    };
    text.push_str(&format!("@@ -{} +{} @@\n", range(false), range(true)));
    for op in hunk {
        let (sign, line) = match op {
            Op::Keep(i) => (' ', old.get(*i)),
            Op::Remove(i) => ('-', old.get(*i)),
            Op::Add(i) => ('+', new.get(*i)),
        };
        let line = line.copied().unwrap_or_default();
        text.push(sign);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// Ranges of operations to show: changes with their context, joined where they meet.
fn hunks(ops: &[Op]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (i, _) in ops.iter().enumerate().filter(|(_, op)| !matches!(op, Op::Keep(_))) {
        let (begin, end) = (i.saturating_sub(CONTEXT), (i + 1 + CONTEXT).min(ops.len()));
        match hunks.last_mut() {
            Some(last) if begin <= last.1 => last.1 = end,
            _ => hunks.push((begin, end)),
        }
    }
    hunks
}

fn operations(old: &[&str], new: &[&str]) -> Vec<Op> {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b);
    let tail = tail.count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut ops: Vec<Op> = (0..same).map(Op::Keep).collect();
    let middle = (old.get(same..old_end).unwrap_or(&[]), new.get(same..new_end).unwrap_or(&[]));
    match shortest(middle.0, middle.1) {
        Some(found) => ops.extend(found.into_iter().map(|op| match op {
            Op::Keep(i) => Op::Keep(i + same),
            Op::Remove(i) => Op::Remove(i + same),
            Op::Add(i) => Op::Add(i + same),
        })),
        None => {
            ops.extend((same..old_end).map(Op::Remove));
            ops.extend((same..new_end).map(Op::Add));
        }
    }
    ops.extend((old_end..old.len()).map(Op::Keep));
    ops
}

/// Myers' shortest edit script; `None` when it has more than [`CHANGES_MAX`] changes.
fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Op>> {
    let bound = (old.len() + new.len()).min(CHANGES_MAX);
    let middle = bound + 1;
    // By diagonal (old index minus new index, moved by `middle`): the furthest old index reached.
    let mut furthest = vec![0_usize; 2 * middle + 1];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    for changes in 0..=bound {
        trace.push(furthest.clone());
        for diagonal in (middle - changes..=middle + changes).step_by(2) {
            let mut x = step(&furthest, diagonal, middle, changes).0;
            while let Some(y) = (x + middle).checked_sub(diagonal)
                && x < old.len()
                && y < new.len()
                && old.get(x) == new.get(y)
            {
                x += 1;
            }
            if let Some(slot) = furthest.get_mut(diagonal) {
                *slot = x;
            }
            if x >= old.len() && x + middle >= diagonal + new.len() {
                return Some(walk_back(&trace, old.len(), new.len(), middle));
            }
        }
    }
    None
}

/// Where a diagonal is entered after one more change: the old index, and the diagonal left.
fn step(furthest: &[usize], diagonal: usize, middle: usize, changes: usize) -> (usize, usize) {
    let at = |diagonal: usize| furthest.get(diagonal).copied().unwrap_or_default();
    let down = diagonal == middle - changes
        || (diagonal != middle + changes && at(diagonal - 1) < at(diagonal + 1));
    match down {
        _ if changes == 0 => (0, diagonal),
        true => (at(diagonal + 1), diagonal + 1),
        false => (at(diagonal - 1) + 1, diagonal - 1),
    }
}

fn walk_back(trace: &[Vec<usize>], old: usize, new: usize, middle: usize) -> Vec<Op> {
    let (mut x, mut y) = (old, new);
    let mut ops = Vec::new();
    for (changes, furthest) in trace.iter().enumerate().rev() {
        let diagonal = x + middle - y;
        let (_, from) = step(furthest, diagonal, middle, changes);
        let from_x = if changes == 0 { 0 } else { furthest.get(from).copied().unwrap_or_default() };
        let from_y = (from_x + middle).saturating_sub(from);
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            ops.push(Op::Keep(x));
        }
        if changes == 0 {
            break;
        }
        if x == from_x {
            y = from_y;
            ops.push(Op::Add(y));
        } else {
            x = from_x;
            ops.push(Op::Remove(x));
        }
        (x, y) = (from_x, from_y);
    }
    ops.reverse();
    ops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_each_change_with_its_context() {
        let before: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let after = before.replace("line 3\n", "line three\n").replace("line 18\n", "");
        assert_eq!(
            unified("a.flow", &before, &after),
            "--- a/a.flow\n+++ b/a.flow\n@@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+line three\n \
             line 4\n line 5\n line 6\n@@ -15,6 +15,5 @@\n line 15\n line 16\n line 17\n-line 18\n \
             line 19\n line 20\n"
        );
        assert_eq!(unified("a.flow", &before, &before), "");
        assert_eq!(
            unified("a", "x", "x\ny\n"),
            "--- a/a\n+++ b/a\n@@ -1,1 +1,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n"
        );
        assert_eq!(unified("a", "", "x\n"), "--- a/a\n+++ b/a\n@@ -0,0 +1,1 @@\n+x\n");
    }

    /// The diff of any two texts turns one into the other.
    #[test]
    fn operations_lead_from_one_to_the_other() {
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
            let ops = operations(&old, &new);
            let side = |adds: bool| -> Vec<&str> {
                ops.iter()
                    .filter_map(|op| match op {
                        Op::Keep(i) => Some(old[*i]),
                        Op::Remove(i) => (!adds).then(|| old[*i]),
                        Op::Add(i) => adds.then(|| new[*i]),
                    })
                    .collect()
            };
            assert_eq!(side(false), old);
            assert_eq!(side(true), new);
        }
    }
}
