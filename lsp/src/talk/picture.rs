//! A flow's graph with a place for everything, what was found of it and what tests came through, so
//! that an editor can draw it.

use flowright_compiler::Analysis;
use flowright_compiler::base::{FileSpan, Span};
use flowright_compiler::diag::Diagnostic;
use flowright_compiler::graph::{DrawnEdge, DrawnNode, EdgeKind, FlowGraph, Node, draw};
use flowright_compiler::syntax::ast::{DeclKind, State};
use flowright_compiler::syntax::parse;
use serde::Serialize;

use super::tests::{Coverage, FlowCovered};

/// Findings that are shown of one node.
const FINDINGS_MAX: usize = 20;

/// A flow, drawn; numbers are px from the top left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    /// The flow.
    pub name: String,
    /// Its name in the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<FileSpan>,
    /// The drawing's width.
    pub width: f64,
    /// The drawing's height.
    pub height: f64,
    /// Its places.
    pub nodes: Vec<PictureNode>,
    /// The ways between them.
    pub edges: Vec<PictureEdge>,
}

/// A place of a flow, as a box.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PictureNode {
    /// What edges name it by.
    pub id: usize,
    /// `start`, `state`, `end`, `human`, `flow` (back to the flow that waits below).
    pub kind: &'static str,
    /// What it is called.
    pub label: String,
    /// What is written above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Smaller words under the label.
    pub details: Vec<String>,
    /// Its left side.
    pub x: f64,
    /// Its top.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Its name in the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<FileSpan>,
    /// `error` or `warning`: the worst of what was found in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// What was found in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// `entered` or `missed`, where tests ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<&'static str>,
}

/// A way from one place to another, as a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PictureEdge {
    /// The node that it comes from.
    pub from: usize,
    /// The node that it leads to.
    pub to: usize,
    /// When it is taken; empty: always.
    pub label: String,
    /// What it goes through.
    pub points: Vec<(f64, f64)>,
    /// Where it is written.
    pub location: FileSpan,
    /// `goto`, `yes`, `no`, `choice`, `error`, `when`, `intent`, `silence`.
    pub kind: &'static str,
    /// `taken` or `missed`, where tests ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<&'static str>,
}

/// Draws a flow of the analysis. `coverage` is what tests came through last.
#[must_use]
pub fn picture(analysis: &Analysis, graph: &FlowGraph, coverage: Option<&Coverage>) -> Picture {
    let flow = analysis.project.as_ref().and_then(|project| project.flows.get(graph.flow.index()));
    let artist = Artist {
        analysis,
        states: flow.map_or_else(Vec::new, |flow| states(analysis, flow.at, &graph.name)),
        covered: coverage.and_then(|coverage| coverage.flow(&graph.name)),
    };
    let drawing = draw(graph);
    let state = |drawn: &DrawnNode<'_>| match drawn.node {
        Node::State { name, .. } => Some(name.clone()),
        _ => None,
    };
    let names: Vec<Option<String>> = drawing.nodes.iter().map(state).collect();
    let nodes = drawing.nodes.iter().enumerate().map(|(id, drawn)| artist.node(id, drawn));
    let edges = drawing.edges.iter().map(|drawn| artist.edge(drawn, &names));
    Picture {
        name: graph.name.clone(),
        location: flow.map(|flow| flow.at),
        width: drawing.width,
        height: drawing.height,
        nodes: nodes.collect(),
        edges: edges.collect(),
    }
}

/// A state as it is written.
struct Written {
    /// Its name.
    name: Span,
    /// All of it.
    block: Span,
    doc: Option<String>,
}

/// The states of a flow in its file.
fn states(analysis: &Analysis, flow: FileSpan, name: &str) -> Vec<Written> {
    let Some(source) = analysis.sources.get(flow.file) else { return Vec::new() };
    let decls = parse(&source.text, flow.file).decls;
    let own = decls.iter().filter_map(|decl| match &decl.node.kind {
        DeclKind::Flow(own) if own.name.text == name => Some((decl.origin, own)),
        _ => None,
    });
    let written = |origin: u32, state: &State| Written {
        name: state.name.span.shifted(origin),
        block: state.name.span.cover(state.span).shifted(origin),
        doc: state.doc.clone(),
    };
    own.flat_map(|(origin, flow)| {
        flow.states.iter().map(|state| written(origin, state)).collect::<Vec<_>>()
    })
    .collect()
}

struct Artist<'a> {
    analysis: &'a Analysis,
    states: Vec<Written>,
    covered: Option<&'a FlowCovered>,
}

impl Artist<'_> {
    fn node(&self, id: usize, drawn: &DrawnNode<'_>) -> PictureNode {
        let location = match drawn.node {
            Node::State { at, .. } => Some(*at),
            _ => None,
        };
        let written =
            location.and_then(|at| self.states.iter().find(|state| state.name == at.span));
        let found = location.zip(written).map(|(at, written)| self.found(at, written.block));
        let found = found.unwrap_or_default();
        let worst = found.iter().any(|finding| finding.is_error());
        let severity = (!found.is_empty()).then_some(if worst { "error" } else { "warning" });
        let label = drawn.node.title();
        let covered = self.covered.filter(|_| location.is_some());
        let covered = covered.and_then(|flow| flow.states.iter().find(|s| s.name == label));
        let coverage = covered.map(|s| if s.entered > 0 { "entered" } else { "missed" });
        let told = found.iter().take(FINDINGS_MAX);
        PictureNode {
            id,
            kind: node_kind(drawn.node),
            doc: written.and_then(|state| state.doc.clone()),
            details: drawn.node.details().to_vec(),
            x: drawn.x,
            y: drawn.y,
            width: drawn.width,
            height: drawn.height,
            location,
            severity,
            findings: told.map(|f| format!("{}: {}", f.code, f.message)).collect(),
            coverage,
            label,
        }
    }

    /// What was found in a state.
    fn found(&self, at: FileSpan, block: Span) -> Vec<&Diagnostic> {
        let inside = |finding: &&Diagnostic| {
            let FileSpan { file, span } = finding.primary.at;
            file == at.file && block.start <= span.start && span.end <= block.end
        };
        self.analysis.diagnostics.iter().filter(inside).collect()
    }

    /// `names` are those of the states, by the numbers of the nodes.
    fn edge(&self, drawn: &DrawnEdge<'_>, names: &[Option<String>]) -> PictureEdge {
        let name = |number: usize| names.get(number)?.as_deref();
        let ends = name(drawn.from).zip(name(drawn.to));
        let way = self.covered.zip(ends).and_then(|(flow, (from, to))| {
            flow.ways.iter().find(|way| way.from == from && way.to == to)
        });
        PictureEdge {
            from: drawn.from,
            to: drawn.to,
            label: drawn.edge.label.clone(),
            points: drawn.points.clone(),
            location: drawn.edge.at,
            kind: edge_kind(drawn.edge.kind),
            coverage: way.map(|way| if way.taken > 0 { "taken" } else { "missed" }),
        }
    }
}

const fn node_kind(node: &Node) -> &'static str {
    match node {
        Node::Start(_) => "start",
        Node::State { .. } => "state",
        Node::End(_) => "end",
        Node::Human(_) => "human",
        Node::Back => "flow",
    }
}

const fn edge_kind(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Goto => "goto",
        EdgeKind::Yes => "yes",
        EdgeKind::No => "no",
        EdgeKind::Choice => "choice",
        EdgeKind::Error => "error",
        EdgeKind::When => "when",
        EdgeKind::Intent => "intent",
        EdgeKind::Silence => "silence",
    }
}
