//! Flows and states: what they do, what leads there.

use std::collections::{BTreeMap, BTreeSet};

use flowright_compiler::graph::{FlowGraph, Node};
use flowright_compiler::syntax::ast::{Flow, State, Trigger};

use super::md::{Md, plain, tick, ticks};
use super::waits;
use crate::ide::snapshot::Snapshot;

/// Names in a list.
const NAMES_SHOWN: usize = 12;
/// Ways that lead to a state.
const WAYS_SHOWN: usize = 8;

/// What starts a flow, and what it consists of.
pub(super) fn flow(flow: &Flow, page: &mut Md) {
    let starts: Vec<String> = flow
        .triggers
        .iter()
        .map(|trigger| match trigger {
            Trigger::Intent { intent, .. } => format!("the intent {}", tick(&intent.text)),
            Trigger::Repair { intent, .. } => format!("the repair {}", tick(&intent.text)),
            Trigger::Start { .. } => "a new session".to_owned(),
        })
        .collect();
    page.par(match starts.is_empty() {
        true => "Started by calls of other flows only.".to_owned(),
        false => format!("Started by {}.", starts.join(", ")),
    });
    let mut lines = Vec::new();
    let slots = ticks(flow.slots.iter().map(|slot| slot.name.text.as_str()), NAMES_SHOWN);
    if !slots.is_empty() {
        lines.push(format!("slots: {slots}"));
    }
    let states = ticks(flow.states.iter().map(|state| state.name.text.as_str()), NAMES_SHOWN);
    if !states.is_empty() {
        lines.push(format!("states: {states}"));
    }
    page.list(&lines);
}

/// What a state does and waits for, which ways lead there, and whether any does. The ways are those of
/// the last version without errors, and that is said where this one has some.
pub(super) fn state(snapshot: &Snapshot, flow: &Flow, state: &State, page: &mut Md) {
    page.docs(state.doc.as_deref());
    let graphs = snapshot.sound().map(|sound| &sound.analysis.graphs);
    let graph = graphs.and_then(|graphs| graphs.iter().find(|g| g.name == flow.name.text));
    let number = graph.and_then(|graph| number_of(graph, &state.name.text));
    let mut lines = Vec::new();
    let mut ways = Vec::new();
    if let Some((graph, number)) = graph.zip(number) {
        let does = graph.graph.raw_nodes().get(number).map(|node| node.weight.details());
        lines.extend(does.filter(|does| !does.is_empty()).map(|does| plain(&does.join(", "))));
        ways = leading(graph, number);
    }
    lines.extend(waits::lines(snapshot, flow, state));
    let any = !ways.is_empty();
    lines.extend(ways);
    page.list(&lines);
    let is_reached = graph.zip(number).map(|(graph, number)| reached(graph).contains(&number));
    let is_old = snapshot.analysis.project.is_none();
    page.par(match (is_reached, is_old) {
        (Some(false), false) => "**No way leads here.**",
        (Some(false), true) => "No way led here in the last version without errors.",
        (Some(true), true) if any => "The ways are those of the last version without errors.",
        (None, true) => "Which ways lead here is not known while the project has errors.",
        _ => "",
    });
}

/// The number of a state's node.
fn number_of(graph: &FlowGraph, state: &str) -> Option<usize> {
    let is_it = |node: &Node| matches!(node, Node::State { name, .. } if name == state);
    graph.graph.raw_nodes().iter().position(|node| is_it(&node.weight))
}

/// The ways to a node.
fn leading(graph: &FlowGraph, number: usize) -> Vec<String> {
    let nodes = graph.graph.raw_nodes();
    let into = graph.graph.raw_edges().iter().filter(|edge| edge.target().index() == number);
    let mut ways: Vec<String> = into
        .filter_map(|edge| {
            let from = nodes.get(edge.source().index())?.weight.title();
            let label = match edge.weight.label.as_str() {
                "" => String::new(),
                label => format!(" when {}", tick(label)),
            };
            Some(format!("from {}{label}", tick(&from)))
        })
        .collect();
    if ways.len() > WAYS_SHOWN {
        let more = ways.len() - WAYS_SHOWN;
        ways.truncate(WAYS_SHOWN);
        ways.push(format!("and {more} more ways"));
    }
    ways
}

/// Nodes that some way leads to.
fn reached(graph: &FlowGraph) -> BTreeSet<usize> {
    let mut ways: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in graph.graph.raw_edges() {
        ways.entry(edge.source().index()).or_default().push(edge.target().index());
    }
    let mut seen = BTreeSet::new();
    let mut open = vec![graph.start.index()];
    while let Some(number) = open.pop() {
        if seen.insert(number) {
            open.extend(ways.get(&number).into_iter().flatten());
        }
    }
    seen
}
