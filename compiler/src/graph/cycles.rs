//! Points that lead back to themselves along some of the ways.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::points::{Edge, PointId, Points};

/// Groups of points, each of which can be reached from each other and from itself, along the ways
/// that `takes` lets through from some points to others of them.
pub(super) fn cycles(
    points: &Points<'_>,
    among: impl Iterator<Item = PointId>,
    takes: impl Fn(PointId, &Edge) -> bool,
) -> Vec<BTreeSet<PointId>> {
    let mut graph: DiGraph<PointId, ()> = DiGraph::new();
    let nodes: BTreeMap<PointId, NodeIndex> = among.map(|id| (id, graph.add_node(id))).collect();
    let mut to_itself = BTreeSet::new();
    for (id, from) in &nodes {
        let next = points.get(*id).map(|point| point.next.as_slice()).unwrap_or_default();
        for edge in next.iter().filter(|edge| takes(*id, edge)) {
            if edge.to == *id {
                to_itself.insert(*id);
            }
            if let Some(to) = nodes.get(&edge.to) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    let groups = tarjan_scc(&graph).into_iter().map(|group| {
        group.into_iter().filter_map(|node| graph.node_weight(node).copied()).collect()
    });
    let is_cycle = |group: &BTreeSet<PointId>| {
        group.len() > 1 || group.iter().any(|id| to_itself.contains(id))
    };
    groups.filter(is_cycle).collect()
}
