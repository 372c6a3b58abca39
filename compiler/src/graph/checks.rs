//! The first graph checks: every state can be reached, every state has a way out, no loop runs
//! without the customer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::exits::{DeadEnds, Exits};
use super::large::{self, not_followed};
use super::points::{Op, PointId, Points};
use super::unanswered::NeverTaken;
use super::walk::{Known, Leave, Target, Walk};
use super::{Effects, FlowGraph};
use crate::base::{FileSpan, SourceMap};
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, Place, StateId};
use crate::sema::hir::{Flow, Project, StepKind};

/// States searched for loops in one flow, each with what is known in it.
const SEARCH_MAX: usize = 20_000;

/// Checks every flow whose points are there. `dead_ends` tells by flow where control can fall off a
/// state, with the conditions on the way there looked at; nothing where that could not be told.
#[must_use]
pub(crate) fn check(
    project: &Project,
    sources: &SourceMap,
    points: &[Points<'_>],
    graphs: &[Arc<FlowGraph>],
    dead_ends: &[Option<DeadEnds>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let flows = (0..).map(FlowId).zip(points).zip(graphs);
    for ((id, points), graph) in flows.filter(|((_, points), _)| !points.is_left_out()) {
        let flow = points.flow;
        found.extend(points.too_many.then(|| not_followed(flow, large::POINTS)));
        let dead_ends = dead_ends.get(id.index()).and_then(Option::as_ref);
        let exits = Exits::new(project, sources, graph, flow, id);
        exits.unreachable_states(&mut found);
        exits.states_without_way_out(dead_ends, &mut found);
        if !flow.from_std {
            found.extend(super::menus::check(project, points));
            found.extend(super::certain::check(points));
        }
    }
    found
}

/// What follows from every way through every flow: loops without the customer, reads of what may be
/// empty, effects, talk without the customer and silence after her.
#[must_use]
pub(crate) fn check_ways(
    project: &Project,
    sources: &SourceMap,
    (points, graphs): (&[Points<'_>], &[Arc<FlowGraph>]),
    others: &Effects,
    asks: &[bool],
    judge: &mut super::Judge<'_>,
    never: &[NeverTaken],
) -> Vec<Diagnostic> {
    let effects = super::effects::check(project, points);
    let mut found = Vec::new();
    for (points, graph) in points.iter().zip(graphs).filter(|(points, _)| !points.is_left_out()) {
        let silent = Silent { project, flow: points.flow, sources, asks };
        found.extend(silent.loops(points, graph, &effects));
    }
    found.extend(super::assign::check(project, points, others, judge));
    found.extend(effects);
    found.extend(super::talks::check(points));
    found.extend(super::unanswered::check(project, points, never));
    found
}

/// Whether every silent round by way of an arrow carries out an effect of which it is said that it is
/// carried out again and again (E0411).
fn is_said(points: &Points<'_>, arrow: FileSpan, effects: &[Diagnostic]) -> bool {
    let again = effects.iter().filter(|effect| effect.code == Code::E0411);
    let again: BTreeSet<FileSpan> = again.map(|effect| effect.primary.at).collect();
    let comes_back = |start: PointId| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(point) = open.pop().and_then(|id| points.get(id)) {
            if matches!(point.op, Op::Wait(_)) || again.contains(&point.at) {
                continue;
            }
            let silent = point.next.iter().filter(|edge| !edge.way.is_turn());
            open.extend(silent.map(|edge| edge.to).filter(|to| seen.insert(*to)));
        }
        seen.contains(&start)
    };
    let mut arrows = points.ids().filter(|(_, point)| point.at == arrow);
    !again.is_empty() && !arrows.any(|(id, _)| comes_back(id))
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

    /// A loop is a way of silent steps that comes back to where it was with nothing new known, by an
    /// arrow of which nothing is said yet. Where none was found, but not everything was searched, that
    /// is said. Nobody goes round in states that nobody comes to.
    fn loops(
        &self,
        points: &Points<'_>,
        graph: &FlowGraph,
        effects: &[Diagnostic],
    ) -> Option<Diagnostic> {
        let reached = super::exits::reached(graph, &super::migrated(self.project, graph.flow));
        let mut said = BTreeSet::new();
        loop {
            let mut done: BTreeSet<Point> = BTreeSet::new();
            let mut gave_up = false;
            let states = (0..).map(StateId).zip(&graph.states);
            let mut states = states.filter(|(_, node)| reached.contains(node));
            let path = states.find_map(|(state, _)| {
                let mut search = Search {
                    silent: self,
                    said: &said,
                    done: &mut done,
                    path: Vec::new(),
                    gave_up: false,
                };
                let path = search.run((state, BTreeSet::new()));
                gave_up |= search.gave_up;
                path
            });
            let Some(path) = path else {
                return gave_up.then(|| not_followed(self.flow, large::LOOPS));
            };
            match path.last() {
                Some((_, arrow)) if is_said(points, *arrow, effects) => {
                    if !said.insert(*arrow) {
                        return None;
                    }
                }
                _ => return Some(self.report(&path)),
            }
        }
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
    /// Arrows of which something is said already.
    said: &'s BTreeSet<FileSpan>,
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
        let mut leaves = self.silent.leaves(&point);
        leaves.retain(|leave| !self.said.contains(&leave.at));
        self.path.push(Step { point, leaves, taken: FileSpan::default() });
    }
}
