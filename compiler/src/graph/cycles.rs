//! Points that lead back to themselves along some of the ways.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::points::{Edge, PointId, Points};

/// Groups of points, each of which can be reached from each other and from itself, along the ways
/// that `takes` lets through.
pub(super) fn cycles(
    points: &Points<'_>,
    takes: impl Fn(PointId, &Edge) -> bool,
) -> Vec<BTreeSet<PointId>> {
    let mut graph: DiGraph<PointId, ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = points.ids().map(|(id, _)| graph.add_node(id)).collect();
    let mut to_itself = BTreeMap::new();
    for (id, point) in points.ids() {
        for edge in point.next.iter().filter(|edge| takes(id, edge)) {
            to_itself.insert(id, edge.to == id || to_itself.get(&id).copied().unwrap_or(false));
            if let Some((from, to)) = nodes.get(id.index()).zip(nodes.get(edge.to.index())) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    let groups = tarjan_scc(&graph).into_iter().map(|group| {
        group.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect()
    });
    let is_cycle = |group: &BTreeSet<PointId>| {
        group.len() > 1 || group.iter().any(|id| to_itself.get(id).copied().unwrap_or(false))
    };
    groups.filter(is_cycle).collect()
}
