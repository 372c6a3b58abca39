//! Values for a conversation: what the customer says and what actions answer, so that everything is
//! as each step of it needs.

use std::collections::BTreeMap;

use super::boxes::{Case, Var};
use super::follow::Follower;
use super::results::{bound, item_type};
use super::sets::Set;
use super::witness::Witness;
use crate::graph::points::{Op, Way};
use crate::ir::{Place, SlotIndex, Space, Type, turn};
use crate::sema::hir::ExprKind;

/// The day on which proofs take place, 1 June 2026.
pub const TODAY: flowright_nlu::value::Date = flowright_nlu::value::Date(20_605);

/// What is in cells: a value's number, or that there is none. Cells that are not in it may hold
/// anything.
pub(super) type Values = BTreeMap<Place, Option<i64>>;

/// The values of one conversation.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Before the first step.
    pub(super) first: Values,
    /// By step: what is in the cells after it.
    pub(super) after: Vec<Values>,
    /// By step: slots that are said along with whatever else is said.
    pub(super) mentioned: Vec<Vec<SlotIndex>>,
}

/// Chooses values along a conversation.
pub(super) fn choose(follower: &mut Follower<'_, '_>, witness: &Witness) -> Inputs {
    let mut inputs = Inputs::default();
    let mut values = Values::new();
    let today = Place { space: Space::Turn, index: turn::TODAY };
    values.insert(today, Some(TODAY.0.into()));
    if let Some(first) = witness.steps.first() {
        for (number, field) in (0..).zip(&follower.words.project().customer) {
            let place = Place { space: Space::Customer, index: number };
            if first.need.contains_key(&Var::Cell(place)) {
                values.insert(place, value(follower, &first.need, &values, place, &field.ty));
            }
        }
        for slot in &follower.points.flow.slots {
            values.insert(slot.place, None);
        }
        for (var, set) in &first.need {
            if let Var::Cell(place) = var
                && place.space == Space::Flow
                && !follower.is_mentioned(*place)
            {
                values.insert(*place, set.single());
            }
        }
    }
    inputs.first = values.clone();
    // What is said to start the flow fills slots as any turn does.
    let mut turn = true;
    for (number, step) in witness.steps.iter().enumerate() {
        let Some(way) = step.way else { break };
        let anything = Case::new();
        let need = witness.steps.get(number + 1).map_or(&anything, |next| &next.need);
        let op = follower.points.get(step.point).map(|point| point.op);
        turn |= way.is_turn();
        let mut said = Vec::new();
        if turn {
            // At the beginning, what the first place needs that waits for the customer.
            let wanted = match number {
                0 => &step.need,
                _ => need,
            };
            for (slot, def) in (0..).map(SlotIndex).zip(&follower.points.flow.slots) {
                let empty = values.get(&def.place).is_none_or(Option::is_none);
                let needed = wanted.get(&Var::Cell(def.place)).is_some_and(|s| !s.may_be_empty());
                let asked =
                    matches!((op, way), (Some(Op::Ask(asked)), Way::Answer) if asked == slot);
                if empty && needed && !asked && follower.is_mentioned(def.place) {
                    let chosen = value(follower, wanted, &values, def.place, &def.ty);
                    values.insert(def.place, chosen);
                    said.push(slot);
                }
            }
            turn = false;
        }
        carry_out(follower, op, way, need, &mut values);
        inputs.after.push(values.clone());
        inputs.mentioned.push(said);
    }
    inputs
}

/// What a step does to the cells.
fn carry_out(
    follower: &mut Follower<'_, '_>,
    op: Option<Op<'_>>,
    way: Way,
    need: &Case,
    values: &mut Values,
) {
    match (op, way) {
        (Some(Op::Ask(slot)), Way::Answer) => {
            if let Some(slot) = follower.points.flow.slots.get(slot.index()) {
                let chosen = value(follower, need, values, slot.place, &slot.ty);
                values.insert(slot.place, chosen);
            }
        }
        (_, Way::Correction(place)) => {
            let slots = &follower.points.flow.slots;
            if let Some(slot) = slots.iter().find(|slot| slot.place == place) {
                let chosen = value(follower, need, values, place, &slot.ty);
                values.insert(place, chosen);
            }
        }
        (Some(Op::Set { place, value }), _) => {
            let number = match &value.kind {
                ExprKind::Const(value) => follower.words.number(&Var::Cell(place), value).map(Some),
                ExprKind::Empty => Some(None),
                _ => follower.copied(place, value).and_then(|(from, by)| {
                    let known = values.get(&from)?;
                    Some(known.and_then(|known| known.checked_add(by)))
                }),
            };
            match number {
                Some(number) => values.insert(place, number),
                None => values.remove(&place),
            };
        }
        (Some(Op::Clear(places)), _) => {
            places.iter().for_each(|place| {
                values.insert(*place, None);
            });
        }
        (Some(Op::Do { bind: Some(bind), action, .. }), Way::Done) => {
            let project = follower.words.project();
            let result = project.actions.get(action.index()).and_then(|a| a.result.as_ref());
            answered(follower, &bound(bind, result), need, values);
        }
        (Some(Op::ChooseFrom { item, list, .. }), Way::Chosen) => {
            answered(follower, &bound(item, item_type(list)), need, values);
        }
        _ => {}
    }
}

/// Fields of an answer, chosen one after the other.
fn answered(
    follower: &Follower<'_, '_>,
    cells: &[(Place, bool)],
    need: &Case,
    values: &mut Values,
) {
    cells.iter().for_each(|(place, _)| {
        values.remove(place);
    });
    for (place, optional) in cells {
        let var = Var::Cell(*place);
        let left_out = *optional && need.get(&var).is_none_or(Set::may_be_empty);
        let ty = follower.words.type_of(*place).cloned();
        let chosen = match ty.filter(|_| !left_out) {
            Some(ty) => value(follower, need, values, *place, &ty),
            None => None,
        };
        values.insert(*place, chosen);
    }
}

/// A value for a cell that the case allows, with what is in the other cells already.
fn value(
    follower: &Follower<'_, '_>,
    need: &Case,
    values: &Values,
    place: Place,
    ty: &Type,
) -> Option<i64> {
    let own = Var::Cell(place);
    let mut set = need.get(&own).cloned().unwrap_or_else(|| follower.words.all(&own));
    for (var, wanted) in need {
        let Var::Diff(left, right) = var else { continue };
        let known = |place: &Place| values.get(place).copied().flatten();
        let allowed = match (*left == place, *right == place) {
            // left - right in wanted.
            (true, false) => known(right).map(|right| wanted.plus(right)),
            (false, true) => known(left).map(|left| wanted.negated().plus(left)),
            _ => None,
        };
        if let Some(allowed) = allowed {
            let met = set.clone().filled().and(&allowed.filled());
            if !met.is_none() {
                set = met;
            }
        }
    }
    set.filled().sample(prefer(ty))
}

/// A common value of a type, as its number.
pub(super) const fn prefer(ty: &Type) -> i64 {
    match ty {
        // Two weeks ahead, and 09:00.
        Type::Date => TODAY.0 as i64 + 14,
        Type::Time => 9 * 3_600,
        Type::Duration => 3_600_000,
        Type::Number | Type::Money => 1_000_000,
        _ => 0,
    }
}

/// A cell that there is not: no variable is of it.
pub(super) const NOWHERE: Place = Place { space: Space::Flow, index: u32::MAX };

/// By slot: an answer that its checks refuse, whatever the other cells hold.
pub(super) fn wrong_answers(follower: &mut Follower<'_, '_>) -> BTreeMap<SlotIndex, i64> {
    let points = follower.points;
    let mut wrong = BTreeMap::new();
    for (number, slot) in (0..).map(SlotIndex).zip(&points.flow.slots) {
        let mut refused = None;
        for (cond, _) in &slot.checks {
            let Some(failing) = follower.words.cases(cond, false) else { continue };
            let anyhow = Values::from([(
                Place { space: Space::Turn, index: turn::TODAY },
                Some(i64::from(TODAY.0)),
            )]);
            let answers = failing
                .iter()
                .filter_map(|case| value(follower, case, &anyhow, slot.place, &slot.ty));
            refused = refused.or_else(|| answers.into_iter().next());
        }
        if let Some(refused) = refused {
            wrong.insert(number, refused);
        }
    }
    wrong
}
