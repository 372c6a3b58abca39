//! A flow as points that control passes through, one for each thing a step does, with every way
//! between them: answers, branches, errors, handlers, corrections. Analyses over paths read this.
//!
//! A handler may run wherever the customer is waited for, and goes back to waiting there: each
//! waiting point has copies of the handlers that hold at it. What waits inside a handler can be
//! interrupted by the handlers of the point that it came from.

mod build;
mod corrections;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use self::build::Builder;
use crate::base::FileSpan;
use crate::ir::{ActionId, FlowId, IntentId, Outcome, Place, SlotIndex, StateId};
use crate::sema::hir::{self, Bind, Body, Expr, Flow, TextRef};

/// Points of one flow beyond which it is not analysed.
pub(crate) const POINTS_MAX: usize = 50_000;

/// A point of a flow; its place in [`Points::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PointId(pub(crate) u32);

impl PointId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What happens at a point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op<'p> {
    /// Goes on at once: the flow's beginning, a join.
    Pass,
    Enter(StateId),
    Say(&'p hir::Say),
    /// Asks for a slot unless it is filled.
    Ask(SlotIndex),
    Confirm(&'p TextRef),
    Choose {
        prompt: Option<&'p TextRef>,
        arms: &'p [(TextRef, Body)],
    },
    ChooseFrom {
        item: &'p Bind,
        list: &'p Expr,
        prompt: Option<&'p TextRef>,
    },
    Do {
        bind: Option<&'p Bind>,
        action: ActionId,
        args: &'p [Expr],
    },
    Set {
        place: Place,
        value: &'p Expr,
    },
    Clear(&'p [Place]),
    /// Decides by a condition.
    Branch(&'p Expr),
    Call {
        flow: FlowId,
        args: &'p [(SlotIndex, Expr)],
    },
    /// Waits for a time; the customer may write meanwhile.
    Wait(&'p Expr),
    Handoff(Option<&'p TextRef>),
    End(Outcome),
    /// Back to the flow below; the end of a repair.
    Resume,
    /// Off the end of a state or failure handler: nothing would ever happen again.
    Nowhere,
}

/// When a way is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The next thing.
    Next,
    /// The customer answered.
    Answer,
    /// The slot was filled already: nobody is asked.
    Known,
    Yes,
    No,
    /// The menu's choice of this number.
    Arm(u32),
    Chosen,
    /// The list is empty.
    NoneThere,
    Holds,
    Fails,
    Done,
    /// The declared error of this number.
    Error(u32),
    /// Any failure without a name.
    Failed,
    Intent(IntentId),
    Silence(i64),
    /// The customer put the value of this cell right.
    Correction(Place),
    /// Back to waiting after a handler.
    Back,
}

impl Way {
    /// Whether the customer spoke, or let time pass, on it.
    pub(crate) const fn is_turn(self) -> bool {
        matches!(
            self,
            Self::Answer
                | Self::Yes
                | Self::No
                | Self::Arm(_)
                | Self::Chosen
                | Self::Intent(_)
                | Self::Silence(_)
                | Self::Correction(_)
        )
    }
}

/// A way to another point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) to: PointId,
    pub(crate) way: Way,
}

/// A point.
#[derive(Debug, Clone)]
pub(crate) struct Point<'p> {
    pub(crate) op: Op<'p>,
    pub(crate) at: FileSpan,
    /// The state it belongs to.
    pub(crate) state: StateId,
    pub(crate) next: Vec<Edge>,
}

impl Op<'_> {
    /// Whether the customer is waited for here.
    pub(crate) const fn waits(&self) -> bool {
        matches!(
            self,
            Op::Ask(_) | Op::Confirm(_) | Op::Choose { .. } | Op::ChooseFrom { .. } | Op::Wait(_)
        )
    }
}

impl Point<'_> {
    /// Whether the customer is waited for here.
    pub(crate) const fn waits(&self) -> bool {
        self.op.waits()
    }
}

/// The points of every flow, made when somebody first asks for them.
#[derive(Debug)]
pub(crate) struct Ways<'p> {
    project: &'p hir::Project,
    all: Vec<OnceCell<Points<'p>>>,
}

impl<'p> Ways<'p> {
    pub(crate) fn new(project: &'p hir::Project) -> Self {
        Self { project, all: project.flows.iter().map(|_| OnceCell::new()).collect() }
    }

    /// Those of one flow.
    pub(crate) fn of(&self, id: FlowId) -> Option<&Points<'p>> {
        let flow = self.project.flows.get(id.index())?;
        Some(self.all.get(id.index())?.get_or_init(|| Points::of(self.project, flow)))
    }
}

/// A flow's points.
#[derive(Debug)]
pub(crate) struct Points<'p> {
    pub(crate) flow: &'p Flow,
    pub(crate) all: Vec<Point<'p>>,
    /// Where the flow begins.
    pub(crate) start: PointId,
    /// Where each state begins.
    pub(crate) states: Vec<PointId>,
    /// There are more than [`POINTS_MAX`]: what is said of this flow would be incomplete.
    pub(crate) too_many: bool,
}

impl<'p> Points<'p> {
    /// In place of the points of a flow that is not looked at this time.
    pub(crate) const fn left_out(flow: &'p Flow) -> Self {
        Self { flow, all: Vec::new(), start: PointId(0), states: Vec::new(), too_many: true }
    }

    pub(crate) const fn is_left_out(&self) -> bool {
        self.all.is_empty()
    }

    /// The points of a flow.
    pub(crate) fn of(project: &'p hir::Project, flow: &'p Flow) -> Self {
        let mut points =
            Self { flow, all: Vec::new(), start: PointId(0), states: Vec::new(), too_many: false };
        let first = StateId(0);
        points.start = points.add(Op::Pass, flow.at, first);
        for (id, state) in (0..).map(StateId).zip(&flow.states) {
            let entry = points.add(Op::Enter(id), state.at, id);
            points.states.push(entry);
        }
        if let Some(entry) = points.states.first().copied() {
            points.link(points.start, entry, Way::Next);
        }
        for (id, state) in (0..).map(StateId).zip(&flow.states) {
            let mut builder = Builder::new(&mut points, project, id);
            let nowhere = builder.points.add(Op::Nowhere, state.at, id);
            let body = builder.body(&state.body, nowhere);
            let waiting = std::mem::take(&mut builder.waiting);
            waiting.iter().for_each(|wait| builder.interrupts(*wait, state));
            if let Some(entry) = points.states.get(id.index()).copied() {
                points.link(entry, body, Way::Next);
            }
        }
        points.corrections();
        points
    }

    pub(crate) fn get(&self, id: PointId) -> Option<&Point<'p>> {
        self.all.get(id.index())
    }

    /// Every point with its number.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (PointId, &Point<'p>)> {
        (0..).map(PointId).zip(&self.all)
    }

    fn add(&mut self, op: Op<'p>, at: FileSpan, state: StateId) -> PointId {
        if self.all.len() >= POINTS_MAX {
            self.too_many = true;
            return self.start;
        }
        self.all.push(Point { op, at, state, next: Vec::new() });
        PointId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
    }

    fn link(&mut self, from: PointId, to: PointId, way: Way) {
        if let Some(point) = self.all.get_mut(from.index()) {
            let edge = Edge { to, way };
            // A menu has each of its choices once, and a wait each of its corrections: there may be
            // thousands of either.
            let is_new = matches!(way, Way::Arm(_) | Way::Correction(_));
            if is_new || !point.next.contains(&edge) {
                point.next.push(edge);
            }
        }
    }

    /// Points from which one of these can be come to along the ways that `takes` lets through, they
    /// themselves among them.
    pub(super) fn leading_to(
        &self,
        these: impl Fn(PointId, &Point<'p>) -> bool,
        takes: impl Fn(PointId, &Edge) -> bool,
    ) -> BTreeSet<PointId> {
        let (mut before, mut open) = (Vec::new(), Vec::new());
        for (id, point) in self.ids() {
            if these(id, point) {
                open.push(id);
            }
            let taken = point.next.iter().filter(|edge| takes(id, edge));
            before.extend(taken.map(|edge| (edge.to, id)));
        }
        before.sort_unstable();
        let mut leading = BTreeSet::new();
        while let Some(id) = open.pop() {
            if leading.insert(id) {
                let first = before.partition_point(|(to, _)| *to < id);
                let into = before.iter().skip(first).take_while(|(to, _)| *to == id);
                open.extend(into.map(|(_, from)| *from));
            }
        }
        leading
    }

    /// Points that can follow a point, corrections left out.
    pub(crate) fn reached(&self, from: PointId) -> BTreeSet<PointId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            let Some(point) = self.get(id).filter(|_| seen.insert(id)) else { continue };
            let forward = point.next.iter().filter(|e| !matches!(e.way, Way::Correction(_)));
            open.extend(forward.map(|edge| edge.to));
        }
        seen
    }
}
