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
#[derive(Debug, Clone)]
pub(super) struct Solved {
    facts: Vec<Vec<(Demand, Cause)>>,
    count: usize,
}

impl Solved {
    /// Nothing when labels reach more places than are kept.
    pub(super) fn solve(net: &Net<'_>) -> Option<Self> {
        let mut solved = Self { facts: Vec::new(), count: 0 };
        solved.facts.resize_with(net.nodes().count(), Vec::new);
        for node in net.nodes() {
            let declared = net.declared(node).zip(solved.facts.get_mut(node.index()));
            if let Some((declared, own)) = declared {
                own.extend(declared.demands.iter().map(|demand| (*demand, Cause::Declared)));
                solved.count += own.len();
            }
        }
        solved.grow(net, 0, |_, _| true)?;
        Some(solved)
    }

    /// Carries on what is known over the edges from a number on, wherever it leads then. `passes`
    /// says which demands go over an edge. Nothing when there is too much.
    pub(super) fn grow(
        &mut self,
        net: &Net<'_>,
        from: usize,
        passes: impl Fn(&Edge, Demand) -> bool,
    ) -> Option<()> {
        self.facts.resize_with(net.nodes().count().max(self.facts.len()), Vec::new);
        let mut open = VecDeque::new();
        for node in net.nodes() {
            let fresh = net.out(node).any(|(number, _)| number as usize >= from);
            open.extend(self.carried(node).filter(|_| fresh).map(|demand| (node, demand)));
        }
        while let Some((node, demand)) = open.pop_front() {
            for (number, edge) in net.out(node).filter(|(_, edge)| passes(edge, demand)) {
                let Some(own) = self.facts.get_mut(edge.to.index()) else { continue };
                if own.iter().any(|(known, _)| *known == demand) {
                    continue;
                }
                own.push((demand, Cause::Edge(number)));
                open.push_back((edge.to, demand));
                self.count += 1;
            }
            if self.count > LABEL_FACTS_MAX {
                return None;
            }
        }
        self.facts.iter_mut().for_each(|facts| facts.sort_by_key(|(demand, _)| *demand));
        Some(())
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
