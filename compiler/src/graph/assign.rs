//! Definite assignment: a slot or result that is shown, passed on or compared where some way leaves
//! it empty, with that way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::filled::{self, Cells, Filled, Others};
use super::points::{Op, Point, PointId, Points, Way};
use super::reads;
use super::sessions::{Effects, for_flow};
use super::values::{Needs, lacks, may_lack};
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
            for read in reads.iter().filter(|read| reported.insert(**read)) {
                found.push(match read {
                    Read::Cell(place, at) => {
                        let way = Search { project, points, others: &own, filled: &filled };
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
    reads::parts(expr).into_iter().for_each(|part| collect_lacking(part, found));
}

/// Reads at a point of cells that are not certain to hold something.
fn uncertain_reads(
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

/// Looks for the way on which a cell stays empty.
struct Search<'s, 'p> {
    project: &'s Project,
    points: &'s Points<'p>,
    others: &'s Others<'s>,
    filled: &'s Filled,
}

impl Search<'_, '_> {
    /// `through` are the states of a conversation that shows it, where one is known.
    fn finding(
        &self,
        place: Place,
        at: FileSpan,
        read: PointId,
        through: &[StateId],
    ) -> Diagnostic {
        let name = self.name(place);
        let way = self.way(place, read);
        let mut ids: Vec<StateId> = Vec::new();
        for (id, _) in way.iter().filter(|_| through.is_empty()) {
            let state = self.points.get(*id).map(|point| point.state);
            ids.extend(state.filter(|state| ids.last() != Some(state)));
        }
        ids.extend(through);
        let states = ids.iter().filter_map(|id| self.points.flow.states.get(id.index()));
        let states: Vec<&str> = states.map(|state| state.name.as_str()).collect();
        let found = Diagnostic::new(Code::E0410, at, format!("`{name}` may be empty here"))
            .label("nothing is certain to have filled it");
        let found = match self.cause(place, &way) {
            Some((at, words)) => found.related(at, words),
            None => found,
        };
        found
            .help(format!("it is empty on the way {}", states.join(" -> ")))
            .help(format!("fill it before, or ask `when has {name}`"))
    }

    fn name(&self, place: Place) -> String {
        let index = place.index as usize;
        let own = self.points.flow.cell_names.get(index).cloned();
        match place.space {
            Space::Session => self.project.session_slots.get(index).map(|slot| slot.name.clone()),
            _ => own,
        }
        .unwrap_or_default()
    }

    /// The shortest way to a read on which the cell is never certain, from where that begins.
    fn way(&self, place: Place, read: PointId) -> Vec<(PointId, Way)> {
        let mut before: BTreeMap<PointId, Vec<(PointId, Way)>> = BTreeMap::new();
        for (id, point) in self.points.ids() {
            let Some(entered) = self.filled.entering(id) else { continue };
            for edge in point.next.iter().filter(|e| !matches!(e.way, Way::Correction(_))) {
                let after = filled::transfer(
                    self.project,
                    self.points,
                    self.others,
                    point,
                    edge,
                    entered.clone(),
                );
                let lost = self.filled.is_lost(edge.to, place);
                if after.is_some_and(|after| lost || !after.has(place)) {
                    before.entry(edge.to).or_default().push((id, edge.way));
                }
            }
        }
        let mut came: BTreeMap<PointId, (PointId, Way)> = BTreeMap::new();
        let mut open = VecDeque::from([read]);
        let mut begin = read;
        while let Some(id) = open.pop_front() {
            let certain = self.filled.entering(id).is_some_and(|cells| cells.has(place));
            let empties = match self.points.get(id).map(|point| point.op) {
                Some(Op::Clear(places)) => places.contains(&place),
                Some(Op::Set { place: set, .. }) => set == place,
                _ => false,
            };
            if id == self.points.start || certain || empties {
                begin = id;
                break;
            }
            for (from, way) in before.get(&id).into_iter().flatten() {
                if *from != read && !came.contains_key(from) {
                    came.insert(*from, (id, *way));
                    open.push_back(*from);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = begin;
        while let Some((next, taken)) = came.get(&at).copied() {
            way.push((at, taken));
            at = next;
        }
        way.push((read, Way::Next));
        way
    }

    /// Why the cell is empty, where that can be pointed at.
    fn cause(&self, place: Place, way: &[(PointId, Way)]) -> Option<(FileSpan, String)> {
        for (i, (id, taken)) in way.iter().enumerate() {
            let point = self.points.get(*id)?;
            let next = way.get(i + 1).and_then(|(next, _)| Some((*next, self.points.get(*next)?)));
            let certain = self.filled.entering(*id).is_some_and(|cells| cells.has(place));
            if let Some((next, entered)) = next
                && certain
                && self.filled.is_lost(next, place)
            {
                let words = "a correction may lead back here after it was emptied".to_owned();
                return Some((entered.at, words));
            }
            match (&point.op, taken) {
                (Op::Clear(places), _) if places.contains(&place) => {
                    return Some((point.at, "emptied here".to_owned()));
                }
                (Op::Set { place: set, value }, _) if *set == place => {
                    let why = may_lack(value).unwrap_or("this value may be empty");
                    return Some((point.at, why.to_owned()));
                }
                (
                    Op::Do { bind: Some(bind), action, .. },
                    Way::Error(_) | Way::Failed | Way::Done,
                ) if crate::ir::cells_of(bind).contains(&place) => {
                    let action = self.project.actions.get(action.index())?;
                    let words = match taken {
                        Way::Error(error) => {
                            let (name, _) = action.errors.get(*error as usize)?;
                            format!("`{name}` brings no result")
                        }
                        Way::Done => "the answer may leave it out".to_owned(),
                        _ => "a failure brings no result".to_owned(),
                    };
                    return Some((point.at, words));
                }
                _ => {}
            }
        }
        None
    }
}
