//! States that no way leads to, and states that no way leads out of. Of states that hang together only
//! what is to be mended is said: the one behind which all others lie, or the ring that nothing leaves.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, Reversed};

use super::walk::{Known, Target, Walk};
use super::{FlowGraph, Node};
use crate::base::SourceMap;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, MigrateRule, StateId};
use crate::sema::hir::{Flow, Project, State, StepKind};

/// By state: a case in which control falls off its end, in words.
pub(super) type DeadEnds = BTreeMap<StateId, String>;

/// Further states of one finding that are shown.
const RELATED_MAX: usize = 10;

/// States of a flow that sessions of an earlier version are sent to.
pub(crate) fn migrated(project: &Project, id: FlowId) -> Vec<StateId> {
    let mut states = Vec::new();
    for line in project.migrations.iter().flat_map(|migrate| &migrate.lines) {
        let steps = match &line.rule {
            MigrateRule::Flow { new, to: Some(steps), .. } if *new == id => steps,
            MigrateRule::StateTo { flow, to, .. } if *flow == id => to,
            _ => continue,
        };
        states.extend(steps.iter().filter_map(|step| match step.kind {
            StepKind::Goto(state) => Some(state),
            _ => None,
        }));
    }
    states
}

/// What can be reached in a flow, also from states that sessions are sent to.
pub(super) fn reached(graph: &FlowGraph, migrated: &[StateId]) -> BTreeSet<NodeIndex> {
    let mut reached = BTreeSet::new();
    let mut search = Dfs::new(&graph.graph, graph.start);
    let sent = migrated.iter().filter_map(|state| graph.states.get(state.index()).copied());
    for start in std::iter::once(graph.start).chain(sent) {
        search.move_to(start);
        while let Some(node) = search.next(&graph.graph) {
            reached.insert(node);
        }
    }
    reached
}

/// The ways into and out of the states of one flow.
pub(super) struct Exits<'e> {
    project: &'e Project,
    sources: &'e SourceMap,
    graph: &'e FlowGraph,
    flow: &'e Flow,
    unreachable: BTreeSet<NodeIndex>,
}

impl<'e> Exits<'e> {
    pub(super) fn new(
        project: &'e Project,
        sources: &'e SourceMap,
        graph: &'e FlowGraph,
        flow: &'e Flow,
        id: FlowId,
    ) -> Self {
        let reached = reached(graph, &migrated(project, id));
        let unreachable = graph.states.iter().filter(|node| !reached.contains(node));
        Self { project, sources, graph, flow, unreachable: unreachable.copied().collect() }
    }

    fn state(&self, node: NodeIndex) -> Option<&'e State> {
        match self.graph.graph.node_weight(node) {
            Some(Node::State { id, .. }) => self.flow.states.get(id.index()),
            _ => None,
        }
    }

    /// Of the states that nothing leads to, those from which all others of them can be entered.
    pub(super) fn unreachable_states(&self, found: &mut Vec<Diagnostic>) {
        let first = self.flow.states.first().map_or("", |first| first.name.as_str());
        let mut said = BTreeSet::new();
        for group in self.groups(&self.unreachable, Direction::Incoming) {
            let Some((root, state)) =
                group.first().and_then(|root| Some((*root, self.state(*root)?)))
            else {
                continue;
            };
            said.insert(root);
            let name = &state.name;
            let finding = Diagnostic::new(
                Code::E0401,
                state.at,
                format!("no way leads to the state `{name}`"),
            )
            .label("never entered")
            .help(format!("go there from another state (`-> {name}`), or remove it; the flow begins in `{first}`"));
            let mut behind = BTreeSet::new();
            let mut search = Dfs::new(&self.graph.graph, root);
            while let Some(node) = search.next(&self.graph.graph) {
                behind.extend(Some(node).filter(|node| self.unreachable.contains(node)));
            }
            let more = behind.into_iter().filter(|node| said.insert(*node));
            let more = more.filter_map(|node| self.state(node)).take(RELATED_MAX);
            found.push(more.fold(finding, |finding, state| {
                finding.related(state.at, format!("only entered from `{name}` on"))
            }));
        }
    }

    /// Nobody is stuck in a state that nobody comes to.
    pub(super) fn states_without_way_out(
        &self,
        dead_ends: Option<&DeadEnds>,
        found: &mut Vec<Diagnostic>,
    ) {
        let (project, sources, flow) = (self.project, self.sources, self.flow);
        let mut fall_off = BTreeSet::new();
        for ((id, node), state) in (0..).map(StateId).zip(&self.graph.states).zip(&flow.states) {
            let leaves = Walk::new(project, flow, sources, &[]).state(id, Known::default());
            let falls_off = leaves.iter().any(|leave| leave.to == Target::Nowhere);
            // Conditions may leave no case in which it does.
            if falls_off
                && !self.unreachable.contains(node)
                && dead_ends.is_none_or(|ends| ends.contains_key(&id))
            {
                fall_off.insert(*node);
                let case = dead_ends.and_then(|ends| ends.get(&id));
                found.push(falls_off_its_end(state, case.filter(|case| !case.is_empty())));
            }
        }
        let out = self.with_way_out();
        let here = self.graph.states.iter().filter(|node| !self.unreachable.contains(node));
        let stuck = here.filter(|node| !out.contains(node)).copied().collect();
        // What only leads to a state of which something was said is mended with it.
        let groups = self.groups(&stuck, Direction::Outgoing).into_iter();
        for group in groups.filter(|group| group.iter().all(|node| !fall_off.contains(node))) {
            found.extend(self.without_way_out(&group));
        }
    }

    /// The states from which some way leads to an end, a human or the flow below.
    fn with_way_out(&self) -> BTreeSet<NodeIndex> {
        let graph = &self.graph.graph;
        let ends = graph.node_indices().filter(|node| {
            matches!(graph.node_weight(*node), Some(Node::End(_) | Node::Human(_) | Node::Back))
        });
        let backwards = Reversed(graph);
        let mut out = BTreeSet::new();
        let mut search = Dfs::empty(backwards);
        for end in ends {
            search.move_to(end);
            while let Some(node) = search.next(backwards) {
                out.insert(node);
            }
        }
        out
    }

    /// States that lead back to each other, and to nothing else.
    fn without_way_out(&self, group: &[NodeIndex]) -> Option<Diagnostic> {
        let mut states = group.iter().filter_map(|node| self.state(*node));
        let first = states.next()?;
        let rest: Vec<&State> = states.collect();
        if rest.is_empty() {
            let node = group.first()?;
            let leads = self.graph.graph.neighbors_directed(*node, Direction::Outgoing).next();
            let why = if leads.is_none() { "nothing follows" } else { "it only leads to itself" };
            let message = format!("no way leads out of the flow from the state `{}`", first.name);
            return Some(
                Diagnostic::new(Code::E0402, first.at, message)
                    .label(why)
                    .help("some way from here must come to `end`, `handoff` or `resume`"),
            );
        }
        let names = std::iter::once(first).chain(rest.iter().copied()).take(RELATED_MAX);
        let names: Vec<String> = names.map(|state| format!("`{}`", state.name)).collect();
        let more = if rest.len() < RELATED_MAX { "" } else { ", …" };
        let message =
            format!("no way leads out of the flow from the states {}{more}", names.join(", "));
        let finding = Diagnostic::new(Code::E0402, first.at, message)
            .label("from here they only lead to each other")
            .help("some way from one of them must come to `end`, `handoff` or `resume`");
        let rest = rest.into_iter().take(RELATED_MAX);
        Some(rest.fold(finding, |finding, state| finding.related(state.at, "and from here")))
    }

    /// Groups of some states that lead to each other: those that no other of the states leads to, or
    /// that lead to none. States and groups are in the order of the flow.
    fn groups(&self, among: &BTreeSet<NodeIndex>, ways: Direction) -> Vec<Vec<NodeIndex>> {
        let all = &self.graph.graph;
        let mut own: DiGraph<NodeIndex, ()> = DiGraph::new();
        let nodes: BTreeMap<NodeIndex, NodeIndex> =
            among.iter().map(|node| (*node, own.add_node(*node))).collect();
        for (node, from) in &nodes {
            let to = all.edges(*node).filter_map(|edge| nodes.get(&edge.target()));
            to.for_each(|to| {
                own.update_edge(*from, *to, ());
            });
        }
        let mut groups = Vec::new();
        for group in tarjan_scc(&own) {
            let members: BTreeSet<NodeIndex> = group.iter().copied().collect();
            let mut next = group.iter().flat_map(|node| own.neighbors_directed(*node, ways));
            if next.all(|node| members.contains(&node)) {
                let nodes = members.iter().filter_map(|node| own.node_weight(*node).copied());
                groups.push(nodes.collect::<Vec<_>>());
            }
        }
        groups.sort();
        groups
    }
}

fn falls_off_its_end(state: &State, case: Option<&String>) -> Diagnostic {
    let message = format!("the state `{}` can come to its end and go nowhere", state.name);
    let stuck =
        Diagnostic::new(Code::E0402, state.at, message).label("the customer would be stuck here");
    let stuck = match case {
        Some(case) => stuck.help(format!("it does when {case}")),
        None => stuck,
    };
    stuck.help("end every way through it with `-> state`, `end resolved`, `handoff` or, after `when`, an `otherwise`")
}
