//! What leaves a cell empty where it is read: the way on which nothing fills it, and what empties it
//! on the way, in the flow itself or elsewhere.

use std::collections::{BTreeMap, VecDeque};

use super::causes::{Causes, Elsewhere};
use super::filled::{self, Filled, Others};
use super::points::{Op, Point, PointId, Points, Way};
use super::values::may_lack;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{FlowId, Place, Space, StateId};
use crate::sema::hir::Project;

/// Why a cell may be empty.
enum Cause {
    /// Because of a step of the flow itself, or of a correction that leads there.
    Here(FileSpan, String),
    /// It was filled, and another flow empties it.
    Emptied(Causes),
    /// Calls do not give it.
    NotGiven(Causes),
}

/// Looks for the way on which a cell stays empty.
pub(super) struct Search<'s, 'p> {
    pub(super) project: &'s Project,
    pub(super) own: FlowId,
    pub(super) points: &'s Points<'p>,
    pub(super) others: &'s Others<'s>,
    pub(super) filled: &'s Filled,
    pub(super) elsewhere: &'s Elsewhere<'s>,
}

impl Search<'_, '_> {
    /// `through` are the states of a conversation that shows it, where one is known.
    pub(super) fn finding(
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
        let found = Diagnostic::new(Code::E0410, at, format!("`{name}` may be empty here"));
        let ask = format!("fill it before, or ask `when has {name}`");
        match self.cause(place, &way) {
            Some(Cause::Here(at, words)) => found
                .label("nothing is certain to have filled it")
                .related(at, words)
                .help(format!("it is empty on the way {}", states.join(" -> ")))
                .help(ask),
            Some(Cause::Emptied(causes)) => causes
                .into_iter()
                .fold(found, |found, (at, words)| found.related(at, words))
                .label("it may have been emptied meanwhile")
                .help(format!("ask `when has {name}` here, or fill it again just before")),
            Some(Cause::NotGiven(calls)) => calls
                .into_iter()
                .fold(found, |found, (at, words)| found.related(at, words))
                .label("nothing is certain to have filled it")
                .help(format!("give it with the call: `call {}({name}: …)`", self.points.flow.name))
                .help(ask),
            None => found
                .label("nothing is certain to have filled it")
                .help(format!("it is empty on the way {}", states.join(" -> ")))
                .help(ask),
        }
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
            let entered = filled::behind_reads(self.points, point, entered.clone());
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
        let begins = |id: PointId, point: &Point<'_>| {
            let certain = self.filled.entering(id).is_some_and(|cells| cells.has(place));
            let empties = match point.op {
                Op::Clear(places) => places.contains(&place),
                Op::Set { place: set, .. } => set == place,
                _ => false,
            };
            id == self.points.start || certain || empties
        };
        // Where it is filled again and again, but may be emptied behind that every time.
        let by_call = |_: PointId, point: &Point<'_>| !self.by_call(place, point).is_empty();
        let waits = |_: PointId, point: &Point<'_>| !self.while_waiting(place, point).is_empty();
        self.from(&before, read, begins)
            .or_else(|| self.from(&before, read, by_call))
            .or_else(|| self.from(&before, read, waits))
            .unwrap_or_else(|| vec![(read, Way::Next)])
    }

    /// The shortest way to a read from a point where it begins.
    fn from(
        &self,
        before: &BTreeMap<PointId, Vec<(PointId, Way)>>,
        read: PointId,
        begins: impl Fn(PointId, &Point<'_>) -> bool,
    ) -> Option<Vec<(PointId, Way)>> {
        let mut came: BTreeMap<PointId, (PointId, Way)> = BTreeMap::new();
        let mut open = VecDeque::from([read]);
        while let Some(id) = open.pop_front() {
            if begins(id, self.points.get(id)?) {
                let (mut way, mut at) = (Vec::new(), id);
                while let Some((next, taken)) = came.get(&at).copied() {
                    way.push((at, taken));
                    at = next;
                }
                way.push((read, Way::Next));
                return Some(way);
            }
            for (from, way) in before.get(&id).into_iter().flatten() {
                if *from != read && !came.contains_key(from) {
                    came.insert(*from, (id, *way));
                    open.push_back(*from);
                }
            }
        }
        None
    }

    /// Why the cell is empty, where that can be pointed at.
    fn cause(&self, place: Place, way: &[(PointId, Way)]) -> Option<Cause> {
        for (i, (id, taken)) in way.iter().enumerate() {
            let point = self.points.get(*id)?;
            let next = way.get(i + 1).and_then(|(next, _)| Some((*next, self.points.get(*next)?)));
            let certain = self.filled.entering(*id).is_some_and(|cells| cells.has(place));
            if let Some((next, entered)) = next
                && certain
                && self.filled.is_lost(next, place)
            {
                let words = "a correction may lead back here after it was emptied".to_owned();
                return Some(Cause::Here(entered.at, words));
            }
            match (&point.op, taken) {
                (Op::Clear(places), _) if places.contains(&place) => {
                    return Some(Cause::Here(point.at, "emptied here".to_owned()));
                }
                (Op::Set { place: set, value }, _) if *set == place => {
                    let why = may_lack(value).unwrap_or("this value may be empty");
                    return Some(Cause::Here(point.at, why.to_owned()));
                }
                (
                    Op::Do { bind: Some(bind), action, .. },
                    Way::Error(_) | Way::Failed | Way::Done,
                ) if bind.places().contains(&place) => {
                    let action = self.project.actions.get(action.index())?;
                    let words = match taken {
                        Way::Error(error) => {
                            let (name, _) = action.errors.get(*error as usize)?;
                            format!("`{name}` brings no result")
                        }
                        Way::Done => "the answer may leave it out".to_owned(),
                        _ => "a failure brings no result".to_owned(),
                    };
                    return Some(Cause::Here(point.at, words));
                }
                _ => {}
            }
            // From where the way begins, it was filled, or is again and again.
            if i == 0 && next.is_some() && *id != self.points.start {
                let by_call = self.by_call(place, point);
                let emptied = match by_call.is_empty() {
                    true => self.while_waiting(place, point),
                    false => by_call,
                };
                if !emptied.is_empty() {
                    return Some(Cause::Emptied(emptied));
                }
            }
        }
        let from_start = way.first().is_some_and(|(id, _)| *id == self.points.start);
        let calls = from_start.then(|| self.elsewhere.not_given(self.own, place));
        calls.filter(|calls| !calls.is_empty()).map(Cause::NotGiven)
    }

    /// What a called flow empties.
    fn by_call(&self, place: Place, point: &Point<'_>) -> Causes {
        match point.op {
            Op::Call { flow, .. } => self.elsewhere.by_call(flow, place, point.at),
            _ => Causes::new(),
        }
    }

    /// What other flows empty where this one waits, for the customer or for a flow that it calls.
    fn while_waiting(&self, place: Place, point: &Point<'_>) -> Causes {
        let waits = point.waits() || matches!(point.op, Op::Call { .. });
        match waits && self.others.cleared.contains(&place) {
            true => self.elsewhere.while_waiting(self.own, place, point.at),
            false => Causes::new(),
        }
    }
}
