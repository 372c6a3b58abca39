//! The first graph checks: every state can be reached, every state has a way out, no loop runs
//! without the customer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::Direction;
use petgraph::visit::{Dfs, Reversed};

use super::large::{self, not_followed};
use super::points::Points;
use super::walk::{Known, Leave, Target, Walk};
use super::{Effects, FlowGraph, Node};
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, MigrateRule, Place, StateId};
use crate::sema::hir::{Flow, Project, StepKind};

/// States searched for loops in one flow, each with what is known in it.
const SEARCH_MAX: usize = 20_000;

/// By state: a case in which control falls off its end, in words.
type DeadEnds = BTreeMap<StateId, String>;

/// Checks every flow whose points are there. `dead_ends` tells by flow where control can fall off a
/// state, with the conditions on the way there looked at; nothing where that could not be told.
/// `asks` says of each flow whether a call of it is sure to ask something.
#[must_use]
pub(crate) fn check(
    project: &Project,
    sources: &SourceMap,
    points: &[Points<'_>],
    graphs: &[Arc<FlowGraph>],
    dead_ends: &[Option<DeadEnds>],
    asks: &[bool],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let flows = (0..).map(FlowId).zip(points).zip(graphs);
    for ((id, points), graph) in flows.filter(|((_, points), _)| !points.is_left_out()) {
        let flow = points.flow;
        found.extend(points.too_many.then(|| not_followed(flow, large::POINTS)));
        unreachable_states(flow, graph, &migrated(project, id), &mut found);
        let dead_ends = dead_ends.get(id.index()).and_then(Option::as_ref);
        states_without_way_out(project, flow, sources, graph, dead_ends, &mut found);
        let silent = Silent { project, flow, sources, asks };
        found.extend(silent.loops());
        if !flow.from_std {
            found.extend(super::menus::check(project, points));
            found.extend(super::certain::check(points));
        }
    }
    found
}

/// What follows from every way through every flow: reads of what may be empty, effects, talk
/// without the customer and silence after her.
#[must_use]
pub(crate) fn check_ways(
    project: &Project,
    points: &[Points<'_>],
    others: &Effects,
    judge: &mut super::Judge<'_>,
) -> Vec<Diagnostic> {
    let mut found = super::assign::check(project, points, others, judge);
    found.extend(super::effects::check(project, points));
    found.extend(super::talks::check(points));
    found.extend(super::unanswered::check(project, points));
    found
}

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

fn unreachable_states(
    flow: &Flow,
    graph: &FlowGraph,
    migrated: &[StateId],
    found: &mut Vec<Diagnostic>,
) {
    let mut reached = BTreeSet::new();
    let mut search = Dfs::new(&graph.graph, graph.start);
    let sent = migrated.iter().filter_map(|state| graph.states.get(state.index()).copied());
    for start in std::iter::once(graph.start).chain(sent) {
        search.move_to(start);
        while let Some(node) = search.next(&graph.graph) {
            reached.insert(node);
        }
    }
    for (node, state) in graph.states.iter().zip(&flow.states) {
        if !reached.contains(node) {
            let message = format!("no way leads to the state `{}`", state.name);
            let first = flow.states.first().map_or("", |first| first.name.as_str());
            found.push(
                Diagnostic::new(Code::E0401, state.at, message)
                    .label("never entered")
                    .help(format!("go there from another state (`-> {}`), or remove it; the flow begins in `{first}`", state.name)),
            );
        }
    }
}

fn states_without_way_out(
    project: &Project,
    flow: &Flow,
    sources: &SourceMap,
    graph: &FlowGraph,
    dead_ends: Option<&DeadEnds>,
    found: &mut Vec<Diagnostic>,
) {
    let mut out = BTreeSet::new();
    let ends = graph.graph.node_indices().filter(|node| {
        matches!(graph.graph.node_weight(*node), Some(Node::End(_) | Node::Human(_) | Node::Back))
    });
    for end in ends {
        let backwards = Reversed(&graph.graph);
        let mut search = Dfs::new(backwards, end);
        while let Some(node) = search.next(backwards) {
            out.insert(node);
        }
    }
    for ((id, node), state) in (0..).map(StateId).zip(&graph.states).zip(&flow.states) {
        let leaves = Walk::new(project, flow, sources, &[]).state(id, Known::default());
        let falls_off = leaves.iter().any(|leave| leave.to == Target::Nowhere);
        // Conditions may leave no case in which it does.
        if falls_off && dead_ends.is_none_or(|ends| ends.contains_key(&id)) {
            let message = format!("the state `{}` can come to its end and go nowhere", state.name);
            let stuck = Diagnostic::new(Code::E0402, state.at, message)
                .label("the customer would be stuck here");
            let case = dead_ends.and_then(|ends| ends.get(&id)).filter(|case| !case.is_empty());
            let stuck = match case {
                Some(case) => stuck.help(format!("it does when {case}")),
                None => stuck,
            };
            found.push(stuck.help("end every way through it with `-> state`, `end resolved`, `handoff` or, after `when`, an `otherwise`"));
        } else if !out.contains(node) {
            let leads = graph.graph.neighbors_directed(*node, Direction::Outgoing).count();
            let message = format!("no way leads out of the flow from the state `{}`", state.name);
            let why = if leads == 0 {
                "nothing follows"
            } else {
                "it only leads to states that lead back"
            };
            found.push(
                Diagnostic::new(Code::E0402, state.at, message)
                    .label(why)
                    .help("some way from here must come to `end`, `handoff` or `resume`"),
            );
        }
    }
}

/// Whether a call of a flow is sure to ask the customer something before it is over.
pub(crate) fn always_asks(
    project: &Project,
    sources: &SourceMap,
    flow: &Flow,
    asks: &[bool],
) -> bool {
    Silent { project, flow, sources, asks }.always_asks()
}

/// The part of a flow that runs without the customer.
struct Silent<'p> {
    project: &'p Project,
    flow: &'p Flow,
    sources: &'p SourceMap,
    asks: &'p [bool],
}

type Point = (StateId, BTreeSet<Place>);

impl Silent<'_> {
    /// The ways out of a state on which nobody is asked.
    fn leaves(&self, point: &Point) -> Vec<Leave> {
        let walk = || Walk::new(self.project, self.flow, self.sources, self.asks);
        let known = Known { turned: false, empty: point.1.clone() };
        let mut leaves = walk().state(point.0, known);
        if self.calls_something(point.0) {
            leaves.extend(walk().handlers(point.0));
        }
        leaves.retain(|leave| !leave.known.turned);
        leaves
    }

    /// Only where something can fail do handlers of failures run.
    fn calls_something(&self, state: StateId) -> bool {
        let body = self.flow.states.get(state.index()).map(|state| state.body.as_slice());
        body.unwrap_or(&[]).iter().any(|step| {
            matches!(&step.kind, StepKind::Do { failed: None, .. } | StepKind::When { .. })
        })
    }

    fn always_asks(&self) -> bool {
        let given = |slot: &&crate::sema::hir::Slot| slot.default.is_none();
        let empty = self.flow.slots.iter().filter(given).map(|slot| slot.place).collect();
        let mut open = vec![(StateId(0), empty)];
        let mut seen = BTreeSet::new();
        while let Some(point) = open.pop() {
            if !seen.insert(point.clone()) {
                continue;
            }
            for leave in self.leaves(&point) {
                match leave.to {
                    Target::State(state) => open.push((state, leave.known.empty)),
                    _ => return false,
                }
            }
            if seen.len() > SEARCH_MAX {
                return false;
            }
        }
        true
    }

    /// A loop is a way of silent steps that comes back to where it was with nothing new known. Where
    /// none was found, but not everything was searched, that is said.
    fn loops(&self) -> Option<Diagnostic> {
        let mut done: BTreeSet<Point> = BTreeSet::new();
        let mut gave_up = false;
        for state in (0..).map(StateId).take(self.flow.states.len()) {
            let mut search =
                Search { silent: self, done: &mut done, path: Vec::new(), gave_up: false };
            if let Some(path) = search.run((state, BTreeSet::new())) {
                return Some(self.report(&path));
            }
            gave_up |= search.gave_up;
        }
        gave_up.then(|| not_followed(self.flow, large::LOOPS))
    }

    fn report(&self, path: &[(StateId, FileSpan)]) -> Diagnostic {
        let name = |state: StateId| {
            self.flow.states.get(state.index()).map_or("", |state| state.name.as_str())
        };
        let mut names: Vec<&str> = path.iter().map(|(state, _)| name(*state)).collect();
        names.extend(names.first().copied());
        let message = format!("this loop can run without the customer: {}", names.join(" -> "));
        let at = path.last().map_or(self.flow.at, |(_, at)| *at);
        Diagnostic::new(Code::E0403, at, message).label("comes back without a question").help(
            "ask something on the way, `clear` a slot that is filled on the way, or `wait` a while",
        )
    }
}

/// A depth-first search with its path on a stack of its own.
struct Search<'s, 'p> {
    silent: &'s Silent<'p>,
    done: &'s mut BTreeSet<Point>,
    path: Vec<Step>,
    /// There was more than is searched.
    gave_up: bool,
}

struct Step {
    point: Point,
    leaves: Vec<Leave>,
    /// The way taken from here.
    taken: FileSpan,
}

impl Search<'_, '_> {
    fn run(&mut self, from: Point) -> Option<Vec<(StateId, FileSpan)>> {
        self.enter(from);
        while let Some(step) = self.path.last_mut() {
            let Some(leave) = step.leaves.pop() else {
                if let Some(step) = self.path.pop() {
                    self.done.insert(step.point);
                }
                continue;
            };
            let Target::State(state) = leave.to else { continue };
            step.taken = leave.at;
            let next = (state, leave.known.empty);
            if let Some(start) = self.path.iter().position(|step| step.point == next) {
                let found = self.path.iter().skip(start);
                return Some(found.map(|step| (step.point.0, step.taken)).collect());
            }
            if self.done.contains(&next) {
                continue;
            }
            match self.done.len() < SEARCH_MAX {
                true => self.enter(next),
                false => self.gave_up = true,
            }
        }
        None
    }

    fn enter(&mut self, point: Point) {
        let leaves = self.silent.leaves(&point);
        self.path.push(Step { point, leaves, taken: FileSpan::default() });
    }
}
