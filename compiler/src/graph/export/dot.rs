//! Graphviz.

use std::fmt::Write as _;

use petgraph::visit::EdgeRef as _;

use crate::graph::{FlowGraph, Node};

/// All graphs as one DOT document, a cluster a flow.
#[must_use]
pub fn dot(graphs: &[FlowGraph]) -> String {
    let mut out = String::from(
        "digraph flows {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n",
    );
    for (i, flow) in graphs.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  subgraph cluster_{i} {{\n    label={};", quoted(&flow.name));
        for node in flow.graph.node_indices() {
            let Some(weight) = flow.graph.node_weight(node) else { continue };
            let mut label = weight.title();
            for line in weight.details() {
                let _ = write!(label, "\n{line}");
            }
            let _ = writeln!(
                out,
                "    n{i}_{} [label={}, {}];",
                node.index(),
                quoted(&label),
                look(weight)
            );
        }
        for edge in flow.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let label = quoted(&edge.weight().label);
            let _ = writeln!(out, "    n{i}_{from} -> n{i}_{to} [label={label}];");
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

const fn look(node: &Node) -> &'static str {
    match node {
        Node::Start(_) => "shape=circle",
        Node::State { .. } => "shape=box, style=rounded",
        Node::End(_) => "shape=doublecircle",
        Node::Human(_) => "shape=house",
        Node::Back => "shape=larrow",
    }
}

/// Quotes and backslashes escaped, line ends as `\n`.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
