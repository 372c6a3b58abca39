//! Mermaid, which Markdown pages draw by themselves.

use std::fmt::Write as _;

use petgraph::visit::EdgeRef as _;

use crate::graph::{FlowGraph, Node};

/// All graphs as one Mermaid flowchart, a subgraph a flow.
#[must_use]
pub fn mermaid(graphs: &[FlowGraph]) -> String {
    let mut out = String::from("flowchart TD\n");
    for (i, flow) in graphs.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  subgraph f{i}[{}]", quoted(&flow.name));
        for node in flow.graph.node_indices() {
            let Some(weight) = flow.graph.node_weight(node) else { continue };
            let label = quoted(&weight.title());
            let shape = match weight {
                Node::Start(_) => format!("(({label}))"),
                Node::State { .. } => format!("[{label}]"),
                Node::End(_) => format!("([{label}])"),
                Node::Human(_) => format!("[/{label}/]"),
                Node::Back => format!("[\\{label}\\]"),
            };
            let _ = writeln!(out, "    n{i}_{}{shape}", node.index());
        }
        for edge in flow.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            let label = &edge.weight().label;
            let label =
                if label.is_empty() { String::new() } else { format!("|{}|", quoted(label)) };
            let _ = writeln!(out, "    n{i}_{from} -->{label} n{i}_{to}");
        }
        out.push_str("  end\n");
    }
    out
}

/// What Mermaid takes for syntax goes as character references.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
