//! Builds the graphs.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};

use super::walk::{Known, Target, Walk};
use super::{Edge, EdgeKind, FlowGraph, Node};
use crate::base::SourceMap;
use crate::ir::{FlowId, StateId};
use crate::sema::hir::{Body, Flow, Project, StepKind};

/// The graph of a flow.
pub(crate) fn build_flow(
    project: &Project,
    sources: &SourceMap,
    id: FlowId,
    flow: &Flow,
) -> FlowGraph {
    let mut graph = DiGraph::new();
    let start = graph.add_node(Node::Start(starters(project, flow)));
    let states: Vec<NodeIndex> = (0..)
        .map(StateId)
        .zip(&flow.states)
        .map(|(id, state)| {
            let does = deeds(project, flow, &state.body);
            graph.add_node(Node::State { id, name: state.name.clone(), does, at: state.at })
        })
        .collect();
    if let Some(first) = states.first() {
        let edge = Edge { label: String::new(), kind: EdgeKind::Goto, at: flow.at };
        graph.add_edge(start, *first, edge);
    }
    let mut ends = BTreeMap::new();
    // Ways that differ only in what is known on them are one edge.
    let mut known = BTreeSet::new();
    for (state, from) in (0..).map(StateId).zip(&states) {
        let walk = || Walk::new(project, flow, sources, &[]);
        let mut leaves = walk().state(state, Known::default());
        leaves.extend(walk().handlers(state));
        for leave in leaves {
            let to = match leave.to {
                Target::State(to) => states.get(to.index()).copied(),
                Target::Nowhere => None,
                end => Some(*ends.entry(end).or_insert_with(|| graph.add_node(node(project, end)))),
            };
            if let Some(to) = to.filter(|to| known.insert((*from, *to, leave.label.clone()))) {
                let edge = Edge { label: leave.label, kind: leave.kind, at: leave.at };
                graph.add_edge(*from, to, edge);
            }
        }
    }
    FlowGraph { flow: id, name: flow.name.clone(), from_std: flow.from_std, graph, start, states }
}

fn node(project: &Project, end: Target) -> Node {
    match end {
        Target::End(outcome) => Node::End(outcome.into()),
        Target::Human(skill) => {
            let skill = skill.and_then(|skill| project.skills.get(skill.index()));
            Node::Human(skill.map(|skill| skill.name.clone()))
        }
        _ => Node::Back,
    }
}

fn starters(project: &Project, flow: &Flow) -> Vec<String> {
    let name = |id: &crate::ir::IntentId| Some(project.intents.get(id.index())?.name.clone());
    let mut starters: Vec<String> = flow.triggers.iter().filter_map(name).collect();
    if flow.on_start {
        starters.push("new session".to_owned());
    }
    starters
}

/// What a body does, for people who look at the graph.
fn deeds(project: &Project, flow: &Flow, body: &Body) -> Vec<String> {
    let mut deeds: Vec<String> = Vec::new();
    for step in body {
        let deed = match &step.kind {
            StepKind::Fill(slots) => {
                let name = |slot: &crate::ir::SlotIndex| flow.slots.get(slot.index());
                let names: Vec<&str> =
                    slots.iter().filter_map(name).map(|slot| slot.name.as_str()).collect();
                format!("asks {}", names.join(", "))
            }
            StepKind::Confirm { .. } => "asks yes or no".to_owned(),
            StepKind::Choose { .. } | StepKind::ChooseFrom { .. } => "offers a choice".to_owned(),
            StepKind::Do { action, .. } => match project.actions.get(action.index()) {
                Some(action) if action.is_effect => format!("changes {}", action.name),
                Some(action) => format!("calls {}", action.name),
                None => continue,
            },
            StepKind::Call { flow, .. } => match project.flows.get(flow.index()) {
                Some(flow) => format!("runs {}", flow.name),
                None => continue,
            },
            StepKind::Wait(_) => "waits".to_owned(),
            _ => continue,
        };
        if !deeds.contains(&deed) {
            deeds.push(deed);
        }
    }
    deeds
}
