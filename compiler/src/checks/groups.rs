//! Flows that have to do with each other: those that call each other, and those that give slots of
//! the session to effects, since another of them may carry out the same one meanwhile. Between
//! groups there is only what [`super::ways`] states as facts.

use std::sync::Arc;

use crate::graph::Summary;
use crate::ir::FlowId;
use crate::sema::hir::Project;

/// The flows of each group, in order.
pub(super) fn of(project: &Project, summaries: &[Arc<Summary>]) -> Vec<Vec<FlowId>> {
    let mut joined = Joined { above: (0..project.flows.len()).collect() };
    for (number, flow) in project.flows.iter().enumerate() {
        flow.calls.iter().for_each(|called| joined.join(number, called.index()));
    }
    let sharing = summaries.iter().enumerate().filter(|(_, summary)| summary.shares_effects);
    let sharing: Vec<usize> = sharing.map(|(number, _)| number).collect();
    for pair in sharing.windows(2) {
        if let [one, other] = pair {
            joined.join(*one, *other);
        }
    }
    let mut groups: Vec<Vec<FlowId>> = vec![Vec::new(); project.flows.len()];
    for (number, id) in (0..project.flows.len()).zip((0..).map(FlowId)) {
        let first = joined.first(number);
        groups.get_mut(first).into_iter().for_each(|group| group.push(id));
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// A forest: what is joined has one root.
struct Joined {
    above: Vec<usize>,
}

impl Joined {
    fn first(&mut self, of: usize) -> usize {
        let (mut root, mut at) = (of, of);
        while let Some(above) = self.above.get(root).copied().filter(|above| *above != root) {
            root = above;
        }
        while let Some(above) = self.above.get_mut(at).filter(|above| **above != root) {
            at = std::mem::replace(above, root);
        }
        root
    }

    /// The smaller number stays the root.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(above) = self.above.get_mut(one.max(other)) {
            *above = one.min(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_has_one_root() {
        let mut joined = Joined { above: (0..6).collect() };
        [(4, 5), (1, 3), (5, 3), (0, 0)].iter().for_each(|(a, b)| joined.join(*a, *b));
        let roots: Vec<usize> = (0..6).map(|number| joined.first(number)).collect();
        assert_eq!(roots, [0, 1, 2, 1, 1, 1]);
    }
}
