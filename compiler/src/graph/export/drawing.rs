//! Where everything of a graph stands, for those who draw it themselves.

use petgraph::visit::EdgeRef as _;

use super::layout::{Placed, Route, lay_out};
use super::svg::size;
use crate::graph::{Edge, FlowGraph, Node};

/// A graph with its places, px.
#[derive(Debug, Clone)]
pub struct Drawing<'g> {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Its nodes, by their numbers.
    pub nodes: Vec<DrawnNode<'g>>,
    /// Its edges.
    pub edges: Vec<DrawnEdge<'g>>,
}

/// A node as a box.
#[derive(Debug, Clone)]
pub struct DrawnNode<'g> {
    /// What it is.
    pub node: &'g Node,
    /// Its left side.
    pub x: f64,
    /// Its top.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// An edge as a line.
#[derive(Debug, Clone)]
pub struct DrawnEdge<'g> {
    /// What it is.
    pub edge: &'g Edge,
    /// The number of the node that it comes from.
    pub from: usize,
    /// The number of the node that it leads to.
    pub to: usize,
    /// What it goes through, from its start to its end.
    pub points: Vec<(f64, f64)>,
}

/// Lays a graph out.
#[must_use]
pub fn draw(flow: &FlowGraph) -> Drawing<'_> {
    let sizes: Vec<(f64, f64)> = flow.graph.node_weights().map(size).collect();
    let layout = lay_out(flow, &sizes);
    let node = |(node, placed): (_, &Placed)| DrawnNode {
        node,
        x: placed.x - placed.width / 2.0,
        y: placed.y - placed.height / 2.0,
        width: placed.width,
        height: placed.height,
    };
    let points = |number: usize| {
        let route = layout.routes.iter().find(|route: &&Route| route.edge == number);
        route.map_or_else(Vec::new, |route| route.points.clone())
    };
    let edges = flow.graph.edge_references().map(|edge| DrawnEdge {
        edge: edge.weight(),
        from: edge.source().index(),
        to: edge.target().index(),
        points: points(edge.id().index()),
    });
    // What goes around the side of a node is further right than all of them.
    let right = layout.routes.iter().flat_map(|route| &route.points).map(|(x, _)| *x);
    Drawing {
        width: right.fold(layout.width, f64::max),
        height: layout.height,
        edges: edges.collect(),
        nodes: flow.graph.node_weights().zip(&layout.nodes).map(node).collect(),
    }
}
