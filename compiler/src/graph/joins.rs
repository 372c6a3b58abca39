//! Where the ways of a branch come together again, and what lies between: that is what a branch
//! decides. What comes after happens whichever way was taken.

use std::collections::{BTreeSet, VecDeque};

use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::{DiGraph, NodeIndex};

use super::points::{Edge, Op, Point, PointId, Points, Way};

/// The ways out of a flow, as nodes behind its points: all handoffs are one to the customer, and
/// so are all ends.
#[derive(Debug, Clone, Copy)]
enum Out {
    Human,
    Over,
    Back,
    Nowhere,
    /// Behind all of them.
    All,
}

const OUTS: [Out; 5] = [Out::Human, Out::Over, Out::Back, Out::Nowhere, Out::All];

/// See the module.
pub(crate) struct Joins {
    /// How many points there are: the ways out are counted behind them.
    points: usize,
    /// In the graph of the ways backwards: whatever every way out passes is on every way there.
    passed: Dominators<NodeIndex>,
}

impl Joins {
    pub(crate) fn of(points: &Points<'_>) -> Self {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = points.all.iter().map(|_| graph.add_node(())).collect();
        let outs: Vec<NodeIndex> = OUTS.iter().map(|_| graph.add_node(())).collect();
        let out = |out: Out| outs.get(out as usize).copied().unwrap_or_default();
        for node in OUTS.iter().take(Out::All as usize) {
            graph.add_edge(out(Out::All), out(*node), ());
        }
        for (point, node) in points.all.iter().zip(&nodes) {
            if let Some(leaves) = leaves(point) {
                graph.add_edge(out(leaves), *node, ());
            }
            // A call that fails is an accident: what it leads to is no plan of the flow's.
            for edge in point.next.iter().filter(|edge| edge.way != Way::Failed) {
                if let Some(to) = nodes.get(edge.to.index()) {
                    graph.add_edge(*to, *node, ());
                }
            }
        }
        let passed = simple_fast(&graph, out(Out::All));
        Self { points: points.all.len(), passed }
    }

    /// Points that are passed by some ways from a branch and not by others, those of its first way
    /// first. A handoff is among them unless all ways lead to one; what only a failed call leads
    /// to is, other than the handoff or end that it commonly leads to.
    pub(crate) fn between(&self, points: &Points<'_>, branch: PointId) -> Vec<PointId> {
        let join = self.passed.immediate_dominator(NodeIndex::new(branch.index()));
        let join = join.map(NodeIndex::index);
        let planned = self.reached(points, branch, join, |edge| edge.way != Way::Failed);
        let all = self.reached(points, branch, join, |_| true);
        let known: BTreeSet<PointId> = planned.iter().copied().collect();
        let is_out = |id: &PointId| points.get(*id).is_some_and(|p| leaves(p).is_some());
        let by_accident = all.into_iter().filter(|id| !known.contains(id) && !is_out(id));
        planned.into_iter().chain(by_accident).collect()
    }

    fn reached(
        &self,
        points: &Points<'_>,
        branch: PointId,
        join: Option<usize>,
        takes: impl Fn(&Edge) -> bool,
    ) -> Vec<PointId> {
        let joined = |out: Out| join == Some(self.points + out as usize);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let begin = points.get(branch).map(|point| point.next.as_slice()).unwrap_or_default();
        // One way after the other: first what runs when the condition holds.
        for first in begin.iter().filter(|edge| takes(edge)) {
            let mut open = VecDeque::from([first.to]);
            while let Some(id) = open.pop_front() {
                if join == Some(id.index()) || !seen.insert(id) {
                    continue;
                }
                let Some(point) = points.get(id) else { continue };
                if !leaves(point).is_some_and(&joined) {
                    found.push(id);
                }
                open.extend(point.next.iter().filter(|edge| takes(edge)).map(|edge| edge.to));
            }
        }
        found
    }
}

const fn leaves(point: &Point<'_>) -> Option<Out> {
    match point.op {
        Op::Handoff(_) => Some(Out::Human),
        Op::End(_) => Some(Out::Over),
        Op::Resume => Some(Out::Back),
        Op::Nowhere => Some(Out::Nowhere),
        _ => None,
    }
}
