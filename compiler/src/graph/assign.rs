//! Definite assignment: a slot or result that is shown, passed on or compared where some way leaves
//! it empty, with that way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::filled::{self, Cells, Filled, Others};
use super::points::{Op, Point, PointId, Points, Way};
use super::reads;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, Outcome, Place, SlotIndex, Space};
use crate::sema::calls::callees_first;
use crate::sema::hir::{Expr, ExprKind, Project};

/// Reads of what may be empty, in every flow.
pub(super) fn check(project: &Project, flows: &[Points<'_>]) -> Vec<Diagnostic> {
    let others = others(project, flows);
    let mut found = Vec::new();
    for (id, points) in (0..).map(FlowId).zip(flows) {
        if points.flow.from_std || points.too_many {
            continue;
        }
        let own = for_flow(&others, id);
        let filled = Filled::of(project, points, &own);
        let mut reported = BTreeSet::new();
        for (id, point) in points.ids() {
            let Some(cells) = filled.entering(id) else { continue };
            for (place, at) in uncertain_reads(points, point, cells) {
                if reported.insert((place, at)) {
                    let way = Search { project, points, others: &own, filled: &filled };
                    found.push(way.finding(place, at, id));
                }
            }
        }
    }
    found
}

/// Clears and fills of the session's slots, by flow.
struct Effects {
    given: Vec<Vec<Place>>,
    cleared: Vec<BTreeSet<Place>>,
    /// How many flows clear each slot.
    clearing: BTreeMap<Place, usize>,
    filled_by: Vec<Vec<Place>>,
}

fn others(project: &Project, flows: &[Points<'_>]) -> Effects {
    let mut effects = Effects {
        given: given(flows),
        cleared: flows.iter().map(clears).collect(),
        clearing: BTreeMap::new(),
        filled_by: vec![Vec::new(); flows.len()],
    };
    let called: Vec<BTreeSet<FlowId>> = flows.iter().map(|p| calls(p).collect()).collect();
    let order = callees_first(&called);
    // A call clears what the called flow does, and what that one calls.
    for flow in &order {
        let of = |flow: &FlowId| effects.cleared.get(flow.index()).into_iter().flatten().copied();
        let callees = called.get(flow.index()).into_iter().flatten();
        let more: Vec<Place> = callees.flat_map(of).collect();
        if let Some(own) = effects.cleared.get_mut(flow.index()) {
            own.extend(more);
        }
    }
    for place in effects.cleared.iter().flatten() {
        *effects.clearing.entry(*place).or_default() += 1;
    }
    let wanted: BTreeSet<FlowId> = called.iter().flatten().copied().collect();
    for flow in order.iter().filter(|flow| wanted.contains(flow)) {
        let Some(points) = flows.get(flow.index()) else { continue };
        let filled = fills(project, points, &for_flow(&effects, *flow));
        if let Some(own) = effects.filled_by.get_mut(flow.index()) {
            *own = filled;
        }
    }
    effects
}

/// By flow: slots that every call of it gives, when only calls start it.
fn given(flows: &[Points<'_>]) -> Vec<Vec<Place>> {
    let mut everywhere: BTreeMap<FlowId, BTreeSet<SlotIndex>> = BTreeMap::new();
    for point in flows.iter().flat_map(|points| &points.all) {
        let Op::Call { flow, args } = point.op else { continue };
        let here: BTreeSet<SlotIndex> = args.iter().map(|(slot, _)| *slot).collect();
        let known = everywhere.entry(flow).or_insert_with(|| here.clone());
        known.retain(|slot| here.contains(slot));
    }
    let given = |(id, points): (FlowId, &Points<'_>)| {
        let started = points.flow.on_start || !points.flow.triggers.is_empty();
        let slots = everywhere.get(&id).filter(|_| !started).into_iter().flatten();
        slots.filter_map(|slot| Some(points.flow.slots.get(slot.index())?.place)).collect()
    };
    (0..).map(FlowId).zip(flows).map(given).collect()
}

fn calls<'a>(points: &'a Points<'_>) -> impl Iterator<Item = FlowId> + 'a {
    points.all.iter().filter_map(|point| match point.op {
        Op::Call { flow, .. } => Some(flow),
        _ => None,
    })
}

/// Session slots that a flow may leave empty.
fn clears(points: &Points<'_>) -> BTreeSet<Place> {
    let none = Cells::none(points.flow.cells, 0);
    let mut cleared = BTreeSet::new();
    for point in &points.all {
        match point.op {
            Op::Clear(places) => cleared.extend(places.iter().copied()),
            Op::Set { place, value } if !filled::is_certain(value, &none) => {
                cleared.insert(place);
            }
            _ => {}
        }
    }
    cleared.retain(|place| place.space == Space::Session);
    cleared
}

/// Session slots that are filled wherever a flow ends.
fn fills(project: &Project, points: &Points<'_>, others: &Others<'_>) -> Vec<Place> {
    let filled = Filled::of(project, points, others);
    let ends = points.ids().filter(|(_, point)| {
        matches!(point.op, Op::End(Outcome::Resolved | Outcome::Unresolved | Outcome::Cancelled))
    });
    let ends: Vec<&Cells> = ends.filter_map(|(id, _)| filled.entering(id)).collect();
    let slots =
        (0..).zip(&project.session_slots).map(|(index, _)| Place { space: Space::Session, index });
    slots.filter(|place| !ends.is_empty() && ends.iter().all(|cells| cells.has(*place))).collect()
}

/// What one flow has to expect of the others.
fn for_flow(effects: &Effects, own: FlowId) -> Others<'_> {
    let mine = effects.cleared.get(own.index());
    // A slot that only the flow itself clears is safe from the others.
    let only_mine =
        |place: &Place, count: usize| count == 1 && mine.is_some_and(|mine| mine.contains(place));
    let cleared = effects.clearing.iter().filter(|(place, count)| !only_mine(place, **count));
    Others {
        given: effects.given.get(own.index()).map_or(&[], Vec::as_slice),
        cleared: cleared.map(|(place, _)| *place).collect(),
        filled_by: &effects.filled_by,
        cleared_by: &effects.cleared,
    }
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
    fn finding(&self, place: Place, at: FileSpan, read: PointId) -> Diagnostic {
        let name = self.name(place);
        let way = self.way(place, read);
        let mut states: Vec<&str> = Vec::new();
        for (id, _) in &way {
            let state =
                self.points.get(*id).and_then(|p| self.points.flow.states.get(p.state.index()));
            let state = state.map_or("", |state| state.name.as_str());
            if states.last() != Some(&state) {
                states.push(state);
            }
        }
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
                    let why = filled::may_lack(value).unwrap_or("this value may be empty");
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
