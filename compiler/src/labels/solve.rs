//! What each node carries, and from where: one fixpoint with a worklist, breadth first, so that
//! the route told is a shortest one.

use std::collections::VecDeque;

use super::demand::Demand;
use super::net::{Edge, Net, NodeId};
use crate::base::limits::LABEL_FACTS_MAX;

/// Why a node carries a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Declared,
    /// It came over the edge of this number.
    Edge(u32),
}

/// See the module.
#[derive(Debug)]
pub(super) struct Solved {
    facts: Vec<Vec<(Demand, Cause)>>,
}

impl Solved {
    /// Nothing when labels reach more places than are kept.
    pub(super) fn solve(net: &Net<'_>) -> Option<Self> {
        let mut facts: Vec<Vec<(Demand, Cause)>> = net.nodes().map(|_| Vec::new()).collect();
        let mut open = VecDeque::new();
        for node in net.nodes() {
            let Some((declared, own)) = net.declared(node).zip(facts.get_mut(node.index())) else {
                continue;
            };
            own.extend(declared.demands.iter().map(|demand| (*demand, Cause::Declared)));
            open.extend(declared.demands.iter().map(|demand| (node, *demand)));
        }
        let mut count = open.len();
        while let Some((node, demand)) = open.pop_front() {
            for (number, edge) in net.out(node) {
                let Some(own) = facts.get_mut(edge.to.index()) else { continue };
                if own.iter().any(|(known, _)| *known == demand) {
                    continue;
                }
                own.push((demand, Cause::Edge(number)));
                open.push_back((edge.to, demand));
                count += 1;
            }
            if count > LABEL_FACTS_MAX {
                return None;
            }
        }
        facts.iter_mut().for_each(|facts| facts.sort_by_key(|(demand, _)| *demand));
        Some(Self { facts })
    }

    /// What a node carries, in order.
    pub(super) fn carried(&self, node: NodeId) -> impl Iterator<Item = Demand> {
        self.facts.get(node.index()).into_iter().flatten().map(|(demand, _)| *demand)
    }

    /// Where a demand on a node was declared, and the edges from there to the node.
    pub(super) fn route<'n>(
        &self,
        net: &'n Net<'_>,
        node: NodeId,
        demand: Demand,
    ) -> (NodeId, Vec<&'n Edge>) {
        let (mut node, mut edges) = (node, Vec::new());
        while let Some(edge) = self.came_by(net, node, demand) {
            edges.push(edge);
            node = edge.from;
        }
        edges.reverse();
        (node, edges)
    }

    fn came_by<'n>(&self, net: &'n Net<'_>, node: NodeId, demand: Demand) -> Option<&'n Edge> {
        let facts = self.facts.get(node.index())?;
        match facts.iter().find(|(known, _)| *known == demand)?.1 {
            Cause::Declared => None,
            Cause::Edge(number) => net.edges.get(number as usize),
        }
    }
}
