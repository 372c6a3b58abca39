//! JSON, for programs.

use petgraph::visit::EdgeRef as _;
use serde::Serialize;

use crate::graph::{FlowGraph, Node};

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    flows: Vec<FlowView>,
}

#[derive(Serialize)]
struct FlowView {
    name: String,
    nodes: Vec<NodeView>,
    edges: Vec<EdgeView>,
}

#[derive(Serialize)]
struct NodeView {
    id: usize,
    kind: &'static str,
    title: String,
    details: Vec<String>,
}

#[derive(Serialize)]
struct EdgeView {
    from: usize,
    to: usize,
    label: String,
}

/// All graphs as one JSON document; edges name nodes by `id`.
#[must_use]
pub fn json(graphs: &[FlowGraph]) -> String {
    let flows = graphs.iter().map(|flow| FlowView {
        name: flow.name.clone(),
        nodes: flow
            .graph
            .node_indices()
            .filter_map(|node| Some(view(node.index(), flow.graph.node_weight(node)?)))
            .collect(),
        edges: flow
            .graph
            .edge_references()
            .map(|edge| EdgeView {
                from: edge.source().index(),
                to: edge.target().index(),
                label: edge.weight().label.clone(),
            })
            .collect(),
    });
    let document = Document { schema_version: 1, flows: flows.collect() };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn view(id: usize, node: &Node) -> NodeView {
    let kind = match node {
        Node::Start(_) => "start",
        Node::State { .. } => "state",
        Node::End(_) => "end",
        Node::Human(_) => "human",
        Node::Back => "back",
    };
    NodeView { id, kind, title: node.title(), details: node.details().to_vec() }
}
