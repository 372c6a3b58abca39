//! Which cells are certain to hold something, point by point: a forward data flow whose join keeps
//! what all ways share.

use std::collections::{BTreeMap, BTreeSet};

use super::points::{Edge, Op, Point, PointId, Points, Way};
use super::values::has_value;
use crate::ir::{Place, Space, Type};
use crate::sema::hir::{Bind, Expr, ExprKind, Project, item_type};

/// A set of cells: the flow's own first, then the session's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cells {
    words: Vec<u64>,
    own: u32,
}

impl Cells {
    /// The empty set, for a flow with `own` cells in a session with `session` slots.
    pub(crate) fn none(own: u32, session: usize) -> Self {
        let cells = own as usize + session;
        Self { words: vec![0; cells.div_ceil(64)], own }
    }

    fn place(&self, place: Place) -> Option<(usize, u64)> {
        let bit = match place.space {
            Space::Flow => place.index,
            Space::Session => self.own.checked_add(place.index)?,
            Space::Turn | Space::Customer => return None,
        };
        Some((bit as usize / 64, 1 << (bit % 64)))
    }

    pub(crate) fn has(&self, place: Place) -> bool {
        let found = self.place(place);
        found.is_some_and(|(word, bit)| self.words.get(word).is_some_and(|w| w & bit != 0))
    }

    pub(crate) fn add(&mut self, place: Place) {
        if let Some((word, bit)) = self.place(place)
            && let Some(word) = self.words.get_mut(word)
        {
            *word |= bit;
        }
    }

    pub(crate) fn remove(&mut self, place: Place) {
        if let Some((word, bit)) = self.place(place)
            && let Some(word) = self.words.get_mut(word)
        {
            *word &= !bit;
        }
    }

    /// Keeps what both have; whether anything went.
    pub(super) fn keep(&mut self, other: &Self) -> bool {
        let before = self.words.clone();
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
        before != self.words
    }
}

/// What other flows may do to the session's slots, and calls to the flow's own.
#[derive(Debug, Clone)]
pub(crate) struct Others<'o> {
    /// Slots that some other flow clears: wherever the customer is waited for, it may run.
    pub(crate) cleared: Vec<Place>,
    /// By flow: session slots that are filled when a call of it comes back.
    pub(crate) filled_by: &'o [Vec<Place>],
    /// By flow: session slots that a call of it may clear.
    pub(crate) cleared_by: &'o [BTreeSet<Place>],
    /// Slots of the flow itself that every call of it gives, when nothing else starts it.
    pub(crate) given: &'o [Place],
}

/// What is certain at every point, on entering it. Nothing for points that no way leads to.
pub(crate) struct Filled {
    at: Vec<Option<Cells>>,
    /// See [`lost_to_corrections`].
    lost: BTreeMap<PointId, BTreeSet<Place>>,
}

impl Filled {
    /// Runs to the fixpoint: cells only ever leave the sets, so it ends. What is lost to corrections
    /// depends on what is certain where a cell is set: first as if nothing were lost but what is
    /// cleared, and again as long as more is.
    pub(crate) fn of(project: &Project, points: &Points<'_>, others: &Others<'_>) -> Self {
        let mut lost = lost_to_corrections(points, None);
        loop {
            let filled = Self::with_lost(project, points, others, lost);
            lost = lost_to_corrections(points, Some(&filled));
            if lost == filled.lost {
                return filled;
            }
        }
    }

    fn with_lost(
        project: &Project,
        points: &Points<'_>,
        others: &Others<'_>,
        lost: BTreeMap<PointId, BTreeSet<Place>>,
    ) -> Self {
        let mut filled = Self { at: vec![None; points.all.len()], lost };
        let mut start = at_start(project, points);
        others.given.iter().for_each(|place| start.add(*place));
        filled.join(points.start, start);
        let mut open = vec![points.start];
        while let Some(id) = open.pop() {
            let (Some(point), Some(entered)) = (points.get(id), filled.entering(id)) else {
                continue;
            };
            let entered = behind_reads(points, point, entered.clone());
            for edge in point.next.iter().filter(|e| !matches!(e.way, Way::Correction(_))) {
                let after = transfer(project, points, others, point, edge, entered.clone());
                let Some(mut after) = after else { continue };
                let lost = filled.lost.get(&edge.to).into_iter().flatten();
                lost.for_each(|place| after.remove(*place));
                if filled.join(edge.to, after) {
                    open.push(edge.to);
                }
            }
        }
        filled
    }

    /// Whether a correction that leads to a point may find a cell emptied.
    pub(crate) fn is_lost(&self, id: PointId, place: Place) -> bool {
        self.lost.get(&id).is_some_and(|lost| lost.contains(&place))
    }

    /// What is certain on entering a point.
    pub(crate) fn entering(&self, id: PointId) -> Option<&Cells> {
        self.at.get(id.index())?.as_ref()
    }

    fn join(&mut self, id: PointId, cells: Cells) -> bool {
        match self.at.get_mut(id.index()) {
            Some(Some(known)) => known.keep(&cells),
            Some(unknown) => {
                *unknown = Some(cells);
                true
            }
            None => false,
        }
    }
}

/// By state that a correction leads back to: cells that may have been emptied since it was entered
/// first. All others are as they were then, and the one that was put right is filled.
fn lost_to_corrections(
    points: &Points<'_>,
    filled: Option<&Filled>,
) -> BTreeMap<PointId, BTreeSet<Place>> {
    let mut backs: BTreeMap<PointId, BTreeSet<Place>> = BTreeMap::new();
    for edge in points.all.iter().flat_map(|point| &point.next) {
        if let Way::Correction(place) = edge.way {
            backs.entry(edge.to).or_default().insert(place);
        }
    }
    for (entry, corrected) in &mut backs {
        let mut emptied = BTreeSet::new();
        for id in points.reached(*entry) {
            match points.get(id).map(|point| point.op) {
                Some(Op::Clear(places)) => emptied.extend(places.iter().copied()),
                // What is refused is emptied, and another value may be put right meanwhile.
                Some(Op::Ask(slot)) => {
                    let slot = points.flow.slots.get(slot.index());
                    emptied.extend(slot.filter(|s| !s.checks.is_empty()).map(|s| s.place));
                }
                Some(Op::Set { place, value }) => {
                    let entered = filled.and_then(|filled| filled.entering(id));
                    if entered.is_some_and(|entered| !is_kept(value, entered)) {
                        emptied.insert(place);
                    }
                }
                _ => {}
            }
        }
        if let [only] = corrected.iter().copied().collect::<Vec<_>>().as_slice() {
            emptied.remove(only);
        }
        *corrected = emptied;
    }
    backs
}

/// Defaults are computed before the flow's first state.
fn at_start(project: &Project, points: &Points<'_>) -> Cells {
    let mut cells = Cells::none(points.flow.cells, project.session_slots.len());
    for slot in points.flow.slots.iter().chain(&project.session_slots) {
        if slot.default.as_ref().is_some_and(|default| is_certain(default, &cells)) {
            cells.add(slot.place);
        }
    }
    cells
}

/// What is certain once a point has read what it reads. What may be empty there is found fault with
/// (E0410), and not once more behind it.
pub(crate) fn behind_reads(points: &Points<'_>, point: &Point<'_>, mut cells: Cells) -> Cells {
    if !points.flow.from_std && !points.too_many {
        let said = super::assign::uncertain_reads(points, point, &cells);
        said.into_iter().for_each(|(place, _)| cells.add(place));
    }
    cells
}

/// What is certain at the end of a way; nothing when the way cannot be taken.
pub(crate) fn transfer(
    project: &Project,
    points: &Points<'_>,
    others: &Others<'_>,
    point: &Point<'_>,
    edge: &Edge,
    mut cells: Cells,
) -> Option<Cells> {
    match (&point.op, edge.way) {
        // A slot that is certain to be filled is asked for only where its checks may refuse it.
        (Op::Ask(slot), way) => {
            let slot = points.flow.slots.get(slot.index())?;
            let place = slot.place;
            if way != Way::Known && cells.has(place) && slot.checks.is_empty() {
                return None;
            }
            if way != Way::Known {
                others.cleared.iter().for_each(|cleared| cells.remove(*cleared));
            }
            match way {
                Way::Known | Way::Answer => cells.add(place),
                // What its checks refused is gone as long as it is asked for.
                _ => cells.remove(place),
            }
        }
        (Op::Set { place, value }, _) => match is_kept(value, &cells) {
            true => cells.add(*place),
            false => cells.remove(*place),
        },
        (Op::Clear(places), _) => places.iter().for_each(|place| cells.remove(*place)),
        (Op::Branch(cond), Way::Holds) => assume(cond, true, &mut cells),
        (Op::Branch(cond), Way::Fails) => assume(cond, false, &mut cells),
        (Op::Do { bind: Some(bind), action, .. }, Way::Done) => {
            let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
            fill(bind, result, &mut cells);
        }
        (Op::ChooseFrom { item, list, .. }, way) => {
            others.cleared.iter().for_each(|cleared| cells.remove(*cleared));
            if way == Way::Chosen {
                fill(item, item_type(list), &mut cells);
            }
        }
        (Op::Confirm(_) | Op::Choose { .. } | Op::Wait(_), _) => {
            others.cleared.iter().for_each(|cleared| cells.remove(*cleared));
        }
        (Op::Call { flow, .. }, _) => {
            others.cleared.iter().for_each(|cleared| cells.remove(*cleared));
            let cleared = others.cleared_by.get(flow.index()).into_iter().flatten();
            cleared.for_each(|place| cells.remove(*place));
            let filled = others.filled_by.get(flow.index()).into_iter().flatten();
            filled.for_each(|place| cells.add(*place));
        }
        _ => {}
    }
    Some(cells)
}

/// Marks the cells of a result: all but its optional fields.
fn fill(bind: &Bind, ty: Option<&Type>, filled: &mut Cells) {
    for (place, optional) in bind.filled(ty) {
        match optional {
            true => filled.remove(place),
            false => filled.add(place),
        }
    }
}

/// Whether a step that keeps a value is sure to have one. What may be empty of that which it reads is
/// found fault with where it is read (E0410): what was kept is not, once more.
pub(super) fn is_kept(value: &Expr, cells: &Cells) -> bool {
    let is_said = |place: Place| value.ty != Type::Bool || place.space == Space::Flow;
    has_value(value, &|place| cells.has(place) || is_said(place), &|_| false)
}

/// Whether an expression is sure to have a value where `cells` do.
fn is_certain(expr: &Expr, cells: &Cells) -> bool {
    has_value(expr, &|place| cells.has(place), &|_| false)
}

/// What a condition's outcome says of the cells in it: a comparison with an empty side does not
/// hold.
pub(crate) fn assume(cond: &Expr, holds: bool, cells: &mut Cells) {
    match (&cond.kind, holds) {
        (ExprKind::Not(inner), _) => assume(inner, !holds, cells),
        (ExprKind::Reveal { value, .. }, _) => assume(value, holds, cells),
        (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
            assume(left, holds, cells);
            assume(right, holds, cells);
        }
        (ExprKind::Or(left, right), true) | (ExprKind::And(left, right), false) => {
            // Either side may be the reason: only what both say is sure.
            let (mut by_left, mut by_right) = (cells.clone(), cells.clone());
            assume(left, holds, &mut by_left);
            assume(right, holds, &mut by_right);
            by_left.keep(&by_right);
            *cells = by_left;
        }
        (ExprKind::Has(places), true) => {
            if let [place] = places.as_slice() {
                cells.add(*place);
            }
        }
        (ExprKind::Compare { left, right, .. }, true) => {
            mark_operands(left, cells);
            mark_operands(right, cells);
        }
        (ExprKind::InSet { value, .. }, true) => mark_operands(value, cells),
        (ExprKind::Load(place), true) => cells.add(*place),
        _ => {}
    }
}

/// Every cell that an operand needs to have a value.
fn mark_operands(expr: &Expr, cells: &mut Cells) {
    match &expr.kind {
        ExprKind::Load(place) => cells.add(*place),
        ExprKind::Arith { .. }
        | ExprKind::Neg(_)
        | ExprKind::Call { .. }
        | ExprKind::Reveal { .. } => {
            expr.operands().into_iter().for_each(|part| mark_operands(part, cells));
        }
        _ => {}
    }
}
