//! What conditions decide: what lies between a branch and the place where its ways meet again. What
//! is kept there carries, beside its own labels, those of the condition; what shows there is told
//! by the report ([`super::implicit`]).
//!
//! Only branches on labelled values are looked at, and each only once: keeping something under one
//! may make another a branch on a labelled value.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Branch, Decides, Dest, Use};
use super::demand::Demand;
use super::net::{Edge, How, Net, NodeId};
use super::solve::Solved;
use crate::base::FileSpan;
use crate::base::limits::LABEL_FACTS_MAX;
use crate::graph::joins::Joins;
use crate::graph::points::{Op, PointId, Points, Ways};
use crate::ir::{ActionId, FlowId, Place, Space, StateId};
use crate::sema::hir::{Bind, Body, Flow, StepKind};
use crate::sema::lints::inner_bodies;

/// Something that the customer, or a system, can tell a way by.
#[derive(Debug, Clone)]
pub(super) enum Tell {
    Said(FileSpan),
    Asked(FileSpan),
    Called(ActionId, FileSpan),
    Human(FileSpan),
    Waits(FileSpan),
    /// Back to the flow below, or that flow given up.
    Back(FileSpan),
    /// A call of a flow that does one of these, itself or by calls of its own.
    Inside(FileSpan, Box<Self>),
}

/// What the conditions decide.
#[derive(Debug)]
pub(super) struct Decided {
    /// What each place carries, decisions included.
    pub(super) carried: Solved,
    /// By number of the branch: what it decides, nearest first.
    pub(super) tells: BTreeMap<usize, Vec<Tell>>,
    /// Places that hold a value or not by a decision: with the labels of the condition.
    pub(super) presence: BTreeSet<(NodeId, Demand)>,
}

/// Follows all decisions; nothing when labels reach more places than are kept.
pub(super) fn follow(
    flows: &Ways<'_>,
    net: &mut Net<'_>,
    solved: &Solved,
    branches: &[Branch<'_>],
    uses: &[Use],
    lacking: &[(NodeId, NodeId)],
) -> Option<Decided> {
    let mut carried = solved.clone();
    kept_behind_walls(net, uses);
    let mut shapes = Shapes { flows, joins: BTreeMap::new(), inside: BTreeMap::new() };
    let mut tells: BTreeMap<usize, Vec<Tell>> = BTreeMap::new();
    let mut decided_edges = Vec::new();
    let mut from = net.edges.len();
    // What explicit moves carry over a wall was checked there.
    let walls = |edge: &Edge, demand: Demand| {
        edge.how != How::Kept || !solved.carried(edge.from).any(|known| known == demand)
    };
    loop {
        carried.grow(net, from, walls)?;
        from = net.edges.len();
        let fresh: Vec<usize> = (0..branches.len())
            .filter(|number| !tells.contains_key(number))
            .filter(|number| branches.get(*number).is_some_and(|b| by_a_secret(&carried, b)))
            .collect();
        if fresh.is_empty() {
            break;
        }
        for number in fresh {
            let Some(branch) = branches.get(number) else { continue };
            let Decides::Bodies { flow, under } = &branch.what else {
                tells.insert(number, Vec::new());
                continue;
            };
            let flow = *flow;
            let mut between = shapes.between(flow, branch.at);
            under.iter().for_each(|body| unseen(body, &mut between.tells));
            for (place, at) in between.kept {
                let Some(to) = net.place(Some(flow), place) else { continue };
                for leaf in &branch.leaves {
                    decided_edges.push(net.edges.len());
                    net.edge(Edge { from: leaf.node, to, at, how: How::Decided(branch.at) });
                }
                if net.edges.len() > LABEL_FACTS_MAX {
                    return None;
                }
            }
            tells.insert(number, between.tells);
        }
    }
    let presence = presence(net, &carried, &decided_edges, lacking);
    Some(Decided { carried, tells, presence })
}

/// Whether a branch is by a value that the customer may not know.
fn by_a_secret(carried: &Solved, branch: &Branch<'_>) -> bool {
    let demands = |node: NodeId| carried.carried(node).collect::<Vec<_>>();
    branch
        .leaves
        .iter()
        .any(|leaf| demands(leaf.node).into_iter().any(|demand| demand != Demand::Personal))
}

/// A slot with a declared label stays as declared for what is put in; but what decided over that
/// goes on to whoever reads the slot.
fn kept_behind_walls(net: &mut Net<'_>, uses: &[Use]) {
    for one in uses {
        if let Dest::Kept(to) = one.to {
            net.edge(Edge { from: one.leaf.node, to, at: one.leaf.at, how: How::Kept });
        }
    }
}

/// Places that are empty or not by what a condition decided, or by a value that may lack: such a
/// slot is asked for or not.
fn presence(
    net: &Net<'_>,
    carried: &Solved,
    decided: &[usize],
    lacking: &[(NodeId, NodeId)],
) -> BTreeSet<(NodeId, Demand)> {
    let edges = decided.iter().filter_map(|number| net.edges.get(*number));
    let pairs = edges.map(|edge| (edge.from, edge.to)).chain(lacking.iter().copied());
    let mut open: Vec<(NodeId, Demand)> = pairs
        .flat_map(|(from, to)| carried.carried(from).map(move |demand| (to, demand)))
        .collect();
    let mut found = BTreeSet::new();
    while let Some((node, demand)) = open.pop() {
        if found.insert((node, demand)) {
            open.extend(net.out(node).map(|(_, edge)| (edge.to, demand)));
        }
    }
    found
}

/// What lies between a branch and where its ways meet.
#[derive(Debug, Default)]
struct Between {
    tells: Vec<Tell>,
    /// What is set or emptied, with where.
    kept: BTreeSet<(Place, FileSpan)>,
}

/// What calling a flow shows and keeps, wherever control may go in it.
#[derive(Debug, Clone, Default)]
struct Inside {
    /// The first thing that the customer notices.
    shown: Option<Tell>,
    /// Actions, each with a place where it is called.
    called: BTreeMap<ActionId, FileSpan>,
    /// Slots of the session.
    kept: BTreeSet<(Place, FileSpan)>,
}

/// What is known of the flows' ways, found out when it is asked for.
struct Shapes<'s, 'p> {
    flows: &'s Ways<'p>,
    joins: BTreeMap<FlowId, Joins>,
    inside: BTreeMap<FlowId, Inside>,
}

impl<'s, 'p> Shapes<'s, 'p> {
    fn between(&mut self, flow: FlowId, branch: FileSpan) -> Between {
        let flows = self.flows;
        let Some(points) = flows.of(flow) else { return Between::default() };
        if points.too_many {
            // Its ways are not known to their end: whatever it shows may show the branch.
            let inside = self.inside(flow);
            return Between { tells: inside.tells().collect(), kept: inside.kept };
        }
        let joins = self.joins.remove(&flow).unwrap_or_else(|| Joins::of(points));
        let is_branch = |op: &Op<'_>| matches!(op, Op::Branch(cond) if cond.at == branch);
        let begin = points.ids().filter(|(_, point)| is_branch(&point.op)).map(|(id, _)| id);
        let mut between = Between::default();
        let mut seen = BTreeSet::new();
        // Handlers stand at every point that they interrupt.
        for id in begin.collect::<Vec<PointId>>() {
            for passed in joins.between(points, id) {
                if seen.insert(passed) {
                    self.pass(points, passed, &mut between);
                }
            }
        }
        self.joins.insert(flow, joins);
        between
    }

    fn pass(&mut self, points: &Points<'_>, id: PointId, between: &mut Between) {
        let Some(point) = points.get(id) else { return };
        let at = point.at;
        match point.op {
            Op::Say(_) => between.tells.push(Tell::Said(at)),
            // What she answers then is hers; that she is asked shows.
            Op::Ask(_) | Op::Confirm(_) | Op::Choose { .. } | Op::ChooseFrom { .. } => {
                between.tells.push(Tell::Asked(at));
            }
            Op::Do { bind, action, .. } => {
                between.tells.push(Tell::Called(action, at));
                let cells = bind.map(Bind::places).unwrap_or_default();
                between.kept.extend(cells.into_iter().map(|place| (place, at)));
            }
            Op::Set { place, .. } => {
                between.kept.insert((place, at));
            }
            Op::Clear(places) => between.kept.extend(places.iter().map(|place| (*place, at))),
            Op::Wait(_) => between.tells.push(Tell::Waits(at)),
            Op::Handoff(_) => between.tells.push(Tell::Human(at)),
            Op::Resume => between.tells.push(Tell::Back(at)),
            Op::Enter(state) => self.unseen_steps(points.flow, state, between),
            Op::Call { flow, .. } => {
                let inside = self.inside(flow);
                between.tells.extend(inside.tells().map(|tell| Tell::Inside(at, Box::new(tell))));
                between.kept.extend(inside.kept.into_iter().map(|(place, _)| (place, at)));
            }
            _ => {}
        }
    }

    /// `repeat` and `abandon` are no points of their own.
    fn unseen_steps(&self, flow: &Flow, state: StateId, between: &mut Between) {
        let body = flow.states.get(state.index()).map(|state| &state.body);
        body.into_iter().for_each(|body| unseen(body, &mut between.tells));
    }

    fn inside(&mut self, id: FlowId) -> Inside {
        if let Some(known) = self.inside.get(&id) {
            return known.clone();
        }
        // Flows that call each other in a circle were refused; this keeps it finite all the same.
        self.inside.insert(id, Inside::default());
        let mut inside = Inside::default();
        let flows: &'s Ways<'p> = self.flows;
        if let Some(points) = flows.of(id) {
            points.flow.bodies().for_each(|body| self.body(body, &mut inside));
        }
        self.inside.insert(id, inside.clone());
        inside
    }

    fn body(&mut self, body: &Body, inside: &mut Inside) {
        for step in body {
            let at = step.at;
            match &step.kind {
                StepKind::Say(_) | StepKind::Repeat => inside.show(Tell::Said(at)),
                StepKind::Fill(_)
                | StepKind::Confirm { .. }
                | StepKind::Choose { .. }
                | StepKind::ChooseFrom { .. } => inside.show(Tell::Asked(at)),
                StepKind::Do { action, .. } => {
                    inside.called.entry(*action).or_insert(at);
                }
                StepKind::Set { place, .. } => inside.keep(*place, at),
                StepKind::Clear(places) => places.iter().for_each(|p| inside.keep(*p, at)),
                StepKind::Wait(_) => inside.show(Tell::Waits(at)),
                StepKind::Handoff { .. } => inside.show(Tell::Human(at)),
                StepKind::Resume | StepKind::Abandon | StepKind::Correct => {
                    inside.show(Tell::Back(at));
                }
                StepKind::Call { flow, .. } => {
                    let called = self.inside(*flow);
                    called.shown.into_iter().for_each(|tell| inside.show(tell));
                    called.called.into_iter().for_each(|(action, at)| {
                        inside.called.entry(action).or_insert(at);
                    });
                    inside.kept.extend(called.kept.into_iter().map(|(place, _)| (place, at)));
                }
                StepKind::When { .. }
                | StepKind::Goto(_)
                | StepKind::Mark(_)
                | StepKind::End(_) => {}
            }
            inner_bodies(step).for_each(|inner| self.body(inner, inside));
        }
    }
}

impl Inside {
    fn show(&mut self, tell: Tell) {
        self.shown.get_or_insert(tell);
    }

    fn keep(&mut self, place: Place, at: FileSpan) {
        if place.space == Space::Session {
            self.kept.insert((place, at));
        }
    }

    fn tells(&self) -> impl Iterator<Item = Tell> {
        let called = self.called.iter().map(|(action, at)| Tell::Called(*action, *at));
        self.shown.clone().into_iter().chain(called)
    }
}

/// Steps of a body that show, and that are no points.
fn unseen(body: &Body, tells: &mut Vec<Tell>) {
    for step in body {
        match step.kind {
            StepKind::Repeat => tells.push(Tell::Said(step.at)),
            StepKind::Abandon => tells.push(Tell::Back(step.at)),
            _ => {}
        }
        inner_bodies(step).for_each(|inner| unseen(inner, tells));
    }
}
