//! Things that lead back to themselves, by way of others too: flows that call each other, skills
//! that overflow into each other, roles that include each other, entities of each other's types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};

/// Circles that are looked for in one project: who has more will see the rest when those are mended.
const CIRCLES_MAX: usize = 100;

/// Names of a circle that are written out.
const NAMES_MAX: usize = 6;

/// Places of a circle that are shown besides the first.
const RELATED_MAX: usize = 10;

/// The circles of a graph, of which each thing leads to some others: the shortest through the first
/// thing that is in one, and again without the step that closed it. A circle begins with what comes
/// first, and is said once.
pub(super) fn circles(next: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let mut next = next.to_vec();
    let mut found = Vec::new();
    while found.len() < CIRCLES_MAX
        && let Some(first) = first_in_a_circle(&next)
        && let Some(circle) = shortest(&next, first)
    {
        let closing = circle.last().and_then(|last| next.get_mut(*last));
        closing.into_iter().for_each(|ways| {
            ways.remove(&first);
        });
        found.push(circle);
    }
    found
}

/// `a -> b -> a`, shortened where it is long.
pub(super) fn told<'n>(circle: &[usize], name: impl Fn(usize) -> &'n str) -> String {
    let mut names: Vec<&str> = circle.iter().take(NAMES_MAX).map(|one| name(*one)).collect();
    names.extend((circle.len() > NAMES_MAX).then_some("…"));
    names.extend(circle.first().map(|first| name(*first)));
    names.join(" -> ")
}

/// A finding at the first step of a circle, with its next steps: where each stands, and what is said
/// of it.
pub(super) fn finding(
    code: Code,
    message: String,
    steps: impl IntoIterator<Item = (FileSpan, String)>,
) -> Option<Diagnostic> {
    let mut steps = steps.into_iter();
    let (at, text) = steps.next()?;
    let first = Diagnostic::new(code, at, message).label(text);
    Some(steps.take(RELATED_MAX).fold(first, |finding, (at, text)| finding.related(at, text)))
}

/// The first thing that some way leads back to.
fn first_in_a_circle(next: &[BTreeSet<usize>]) -> Option<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for (from, to) in next.iter().enumerate() {
        for to in to {
            before.get_mut(*to).into_iter().for_each(|before| before.push(from));
        }
    }
    // What lies behind a thing was left before it: backwards from the last that was left, one group
    // of things that lead to each other after the other.
    let mut group: Vec<Option<usize>> = vec![None; next.len()];
    let mut first: Option<usize> = None;
    for root in left_in_order(next).into_iter().rev() {
        let (mut open, mut members) = (vec![root], 0_usize);
        let mut least = root;
        while let Some(one) = open.pop() {
            let Some(own) = group.get_mut(one).filter(|own| own.is_none()) else { continue };
            *own = Some(root);
            (members, least) = (members + 1, least.min(one));
            open.extend(before.get(one).into_iter().flatten());
        }
        let to_itself = next.get(root).is_some_and(|to| to.contains(&root));
        if members > 1 || (members == 1 && to_itself) {
            first = Some(first.map_or(least, |first| first.min(least)));
        }
    }
    first
}

/// Depth first: each thing when all behind it were left.
fn left_in_order(next: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(next.len());
    let mut seen = vec![false; next.len()];
    for start in 0..next.len() {
        let mut open = vec![(start, false)];
        while let Some((one, done)) = open.pop() {
            if done {
                order.push(one);
                continue;
            }
            let Some(known) = seen.get_mut(one).filter(|known| !**known) else { continue };
            *known = true;
            open.push((one, true));
            open.extend(next.get(one).into_iter().flatten().map(|to| (*to, false)));
        }
    }
    order
}

/// The shortest way from a thing back to it.
fn shortest(next: &[BTreeSet<usize>], start: usize) -> Option<Vec<usize>> {
    let mut came: BTreeMap<usize, usize> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(from) = open.pop_front() {
        for to in next.get(from)? {
            if *to == start {
                let back = std::iter::successors(Some(from), |one| came.get(one).copied());
                let mut circle: Vec<usize> = back.collect();
                circle.reverse();
                return Some(circle);
            }
            if !came.contains_key(to) {
                came.insert(*to, from);
                open.push_back(*to);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[&[usize]]) -> Vec<Vec<usize>> {
        let next: Vec<BTreeSet<usize>> =
            edges.iter().map(|to| to.iter().copied().collect()).collect();
        circles(&next)
    }

    #[test]
    fn each_circle_is_found_once() {
        assert!(found(&[&[1], &[2], &[]]).is_empty());
        assert_eq!(found(&[&[0]]), [vec![0]]);
        // 0 only leads to the circles, 3 lies between them.
        assert_eq!(found(&[&[1], &[2, 3], &[1], &[4], &[5], &[4]]), [vec![1, 2], vec![4, 5]]);
        // Two circles through one thing.
        assert_eq!(found(&[&[1, 2], &[0], &[0]]), [vec![0, 1], vec![0, 2]]);
        // The shorter one first.
        assert_eq!(found(&[&[1], &[0, 2], &[0]]), [vec![0, 1], vec![0, 1, 2]]);
    }

    #[test]
    fn a_long_circle_is_shortened() {
        let name = |one: usize| ["a", "b", "c", "d", "e", "f", "g"].get(one).copied().unwrap();
        assert_eq!(told(&[0], name), "a -> a");
        assert_eq!(told(&[0, 1], name), "a -> b -> a");
        assert_eq!(told(&[0, 1, 2, 3, 4, 5, 6], name), "a -> b -> c -> d -> e -> f -> … -> a");
    }
}
