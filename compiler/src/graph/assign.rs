//! Definite assignment: a slot or result that is shown, passed on or compared where some way leaves
//! it empty. What leaves it empty is looked for in [`super::emptied`].

use std::collections::{BTreeMap, BTreeSet};

use super::causes::Elsewhere;
use super::emptied::Search;
use super::filled::{self, Cells, Filled};
use super::points::{Op, Point, PointId, Points};
use super::reads;
use super::sessions::{Effects, for_flow};
use super::values::{Needs, lacks};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, Place, Space, StateId};
use crate::sema::hir::{Expr, ExprKind, Project};

/// A value that may be missing, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doubt {
    /// The cell may be empty.
    Empty(PointId, Place),
    /// The cell, by which something is divided, may be zero.
    Zero(PointId, Place),
    /// The list, of which an item is wanted, may have none.
    NoItem(PointId, Place),
}

impl Doubt {
    pub(crate) const fn point(self) -> PointId {
        match self {
            Self::Empty(point, _) | Self::Zero(point, _) | Self::NoItem(point, _) => point,
        }
    }

    pub(crate) const fn place(self) -> Place {
        match self {
            Self::Empty(_, place) | Self::Zero(_, place) | Self::NoItem(_, place) => place,
        }
    }
}

/// By flow: which doubts some conversation bears out, with the states on the way there where one is
/// known.
pub(crate) type Judge<'j> =
    dyn FnMut(FlowId, &BTreeSet<Doubt>) -> BTreeMap<Doubt, Vec<StateId>> + 'j;

/// Reads of what may be empty, in every flow.
pub(super) fn check(
    project: &Project,
    flows: &[Points<'_>],
    others: &Effects,
    judge: &mut Judge<'_>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let elsewhere = Elsewhere::new(project);
    for (id, points) in (0..).map(FlowId).zip(flows) {
        if points.flow.from_std || points.too_many {
            continue;
        }
        let own = for_flow(others, id);
        let filled = Filled::of(project, points, &own);
        let mut reads: BTreeMap<Doubt, BTreeSet<Read>> = BTreeMap::new();
        for (id, point) in points.ids() {
            let Some(cells) = filled.entering(id) else { continue };
            for (place, at) in uncertain_reads(points, point, cells) {
                reads.entry(Doubt::Empty(id, place)).or_default().insert(Read::Cell(place, at));
            }
            for (at, why, needs) in lacking_values(points, point) {
                let doubt = match needs {
                    Some(Needs::NotZero(place)) => Doubt::Zero(id, place),
                    Some(Needs::AnItem(place)) => Doubt::NoItem(id, place),
                    None => {
                        found.push(lacking(at, why));
                        continue;
                    }
                };
                reads.entry(doubt).or_default().insert(Read::Value(at, why));
            }
        }
        if reads.is_empty() {
            continue;
        }
        let borne_out = judge(id, &reads.keys().copied().collect());
        let mut reported = BTreeSet::new();
        for (doubt, reads) in &reads {
            let Some(states) = borne_out.get(doubt) else { continue };
            // A cell that is read twice at one point is said to be empty once.
            let cell = reads.iter().find(|read| matches!(read, Read::Cell(..)));
            let values = reads.iter().filter(|read| matches!(read, Read::Value(..)));
            for read in cell.into_iter().chain(values).filter(|read| reported.insert(**read)) {
                found.push(match read {
                    Read::Cell(place, at) => {
                        let way = Search {
                            project,
                            own: id,
                            points,
                            others: &own,
                            filled: &filled,
                            elsewhere: &elsewhere,
                        };
                        way.finding(*place, *at, doubt.point(), states)
                    }
                    Read::Value(at, why) => lacking(*at, why),
                });
            }
        }
    }
    found
}

/// What is read where it may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    Cell(Place, FileSpan),
    /// A computed value, and why it may be missing.
    Value(FileSpan, &'static str),
}

fn lacking(at: FileSpan, why: &'static str) -> Diagnostic {
    Diagnostic::new(Code::E0410, at, "this value may be empty here")
        .label(why)
        .help("keep it in a slot with `set`, and ask `when has` of the slot before it is used")
}

/// Values that a point shows or passes on and that may be missing though all they read is there:
/// where, why, and what must be so, if that can be looked at. What is only kept is looked at where
/// it is read.
fn lacking_values(
    points: &Points<'_>,
    point: &Point<'_>,
) -> Vec<(FileSpan, &'static str, Option<Needs>)> {
    let mut found = Vec::new();
    if !matches!(point.op, Op::Set { .. }) {
        reads::of_op(points.flow, &point.op, &mut |expr| {
            if expr.ty != crate::ir::Type::Bool {
                collect_lacking(expr, &mut found);
            }
        });
    }
    found
}

fn collect_lacking(expr: &Expr, found: &mut Vec<(FileSpan, &'static str, Option<Needs>)>) {
    if let Some(why) = lacks(expr) {
        found.push((expr.at, why, Needs::of(expr)));
    }
    expr.operands().into_iter().for_each(|part| collect_lacking(part, found));
}

/// Reads at a point of cells that are not certain to hold something.
pub(super) fn uncertain_reads(
    points: &Points<'_>,
    point: &Point<'_>,
    cells: &Cells,
) -> Vec<(Place, FileSpan)> {
    let mut found = Vec::new();
    if let Op::Branch(cond) = point.op {
        condition(cond, cells, &mut found);
    }
    if let Op::Ask(slot) = point.op
        && let Some(slot) = points.flow.slots.get(slot.index())
    {
        // A filled slot is asked for only when its checks refuse what is in it.
        if cells.has(slot.place) && slot.checks.is_empty() {
            return found;
        }
        let mut with_value = cells.clone();
        with_value.add(slot.place);
        for (cond, otherwise) in &slot.checks {
            condition(cond, &with_value, &mut found);
            if let Some(text) = otherwise {
                reads::text_ref(text, &mut |expr| value(expr, &with_value, &mut found));
            }
        }
    }
    reads::of_op(points.flow, &point.op, &mut |expr| value(expr, cells, &mut found));
    found
}

/// A value that is shown, kept or passed on.
fn value(expr: &Expr, cells: &Cells, found: &mut Vec<(Place, FileSpan)>) {
    if expr.ty == crate::ir::Type::Bool {
        return condition(expr, cells, found);
    }
    reads::places(expr, &mut |place, at| {
        if matches!(place.space, Space::Flow | Space::Session) && !cells.has(place) {
            found.push((place, at));
        }
    });
}

/// A condition: each side of `and` and `or` is looked at with what the other says. What the session
/// remembers may be unknown in a condition: then it does not hold.
fn condition(cond: &Expr, cells: &Cells, found: &mut Vec<(Place, FileSpan)>) {
    match &cond.kind {
        ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            let holds = matches!(cond.kind, ExprKind::And(..));
            condition(left, cells, found);
            let mut after = cells.clone();
            filled::assume(left, holds, &mut after);
            condition(right, &after, found);
        }
        ExprKind::Not(inner) => condition(inner, cells, found),
        _ => reads::places(cond, &mut |place, at| {
            if place.space == Space::Flow && !cells.has(place) {
                found.push((place, at));
            }
        }),
    }
}
