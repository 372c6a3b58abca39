//! Values for a conversation: what the customer says and what actions answer, so that everything is
//! as each step of it needs.

use std::collections::BTreeMap;

use flowright_nlu::value::{Date, Value};

use super::boxes::{Case, Var};
use super::follow::Follower;
use super::functions;
use super::sets::Set;
use super::witness::Witness;
use crate::graph::points::{Op, Way};
use crate::ir::{Helper, Place, SlotIndex, Space, Type, turn};
use crate::sema::hir::{ExprKind, item_type};

/// The day on which proofs take place, 1 June 2026.
pub const TODAY: Date = Date(20_605);

/// Days looked through for one that is as it must be: every day of a year and its leap day.
const DAYS_MAX: i64 = 1_500;
/// Items of a list, or characters of a text, that are made up at most.
const ITEMS_MAX: i64 = 1_000;
/// Texts looked through.
const TEXTS_MAX: usize = 1_000;

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
    /// What some step needs of a cell may be more than one value can be: conditions that speak of
    /// it in different ways are not all understood.
    pub(super) is_doubtful: bool,
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
                let chosen = value(follower, &first.need, &values, place, &field.ty);
                inputs.is_doubtful |= chosen.is_doubtful;
                values.insert(place, chosen.number);
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
                    inputs.is_doubtful |= chosen.is_doubtful;
                    values.insert(def.place, chosen.number);
                    said.push(slot);
                }
            }
            turn = false;
        }
        inputs.is_doubtful |= carry_out(follower, op, way, need, &mut values);
        inputs.after.push(values.clone());
        inputs.mentioned.push(said);
    }
    inputs
}

/// What a step does to the cells; whether some value is doubtful.
fn carry_out(
    follower: &mut Follower<'_, '_>,
    op: Option<Op<'_>>,
    way: Way,
    need: &Case,
    values: &mut Values,
) -> bool {
    let slots = &follower.points.flow.slots;
    let filled = match (op, way) {
        (Some(Op::Ask(slot)), Way::Answer) => slots.get(slot.index()),
        (_, Way::Correction(place)) => slots.iter().find(|slot| slot.place == place),
        _ => None,
    };
    if let Some(slot) = filled {
        let mut need = need.clone();
        let now = values.get(&slot.place).copied().flatten();
        if let Some(now) = now.filter(|_| matches!(way, Way::Correction(_))) {
            // To say again what is so already corrects nothing.
            let var = Var::Cell(slot.place);
            let allowed = need.get(&var).cloned().unwrap_or_else(|| follower.words.all(&var));
            let others = allowed.and(&Set::one(now).not(follower.words.range(&var))).filled();
            if !others.is_none() {
                need.insert(var, others);
            }
        }
        let chosen = value(follower, &need, values, slot.place, &slot.ty);
        values.insert(slot.place, chosen.number);
        return chosen.is_doubtful;
    }
    match (op, way) {
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
            return answered(follower, &bind.filled(result), need, values);
        }
        (Some(Op::ChooseFrom { item, list, .. }), Way::Chosen) => {
            return answered(follower, &item.filled(item_type(list)), need, values);
        }
        _ => {}
    }
    false
}

/// Fields of an answer, chosen one after the other; whether some value is doubtful.
fn answered(
    follower: &mut Follower<'_, '_>,
    cells: &[(Place, bool)],
    need: &Case,
    values: &mut Values,
) -> bool {
    let mut is_doubtful = false;
    cells.iter().for_each(|(place, _)| {
        values.remove(place);
    });
    for (place, optional) in cells {
        let left_out = *optional && need.get(&Var::Cell(*place)).is_none_or(Set::may_be_empty);
        let ty = follower.words.type_of(*place).cloned().filter(|_| !left_out);
        let chosen = match ty {
            Some(ty) => value(follower, need, values, *place, &ty),
            // Of a cell of which nothing is understood, no value is sure to be what is wanted.
            None => Chosen { number: None, is_doubtful: spoken(follower, need, *place).len() > 1 },
        };
        is_doubtful |= chosen.is_doubtful;
        values.insert(*place, chosen.number);
    }
    is_doubtful
}

/// A value for a cell; for a list how many items it has.
#[derive(Debug, Clone, Copy, Default)]
struct Chosen {
    number: Option<i64>,
    /// It may not be all that is wanted of it.
    is_doubtful: bool,
}

/// A value for a cell that the case allows, with what is in the other cells already.
fn value(
    follower: &mut Follower<'_, '_>,
    need: &Case,
    values: &Values,
    place: Place,
    ty: &Type,
) -> Chosen {
    let own = Var::Cell(place);
    let mut set = need.get(&own).cloned().unwrap_or_else(|| follower.words.all(&own)).filled();
    let mut is_doubtful = is_entangled(follower, need, place);
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
            let met = set.and(&allowed.filled());
            is_doubtful |= met.is_none();
            set = if met.is_none() { set } else { met };
        }
    }
    let functions: Vec<(Helper, Set)> = need
        .iter()
        .filter_map(|(var, set)| match var {
            Var::Of(helper, of) if *of == place && set != &follower.words.all(var).filled() => {
                Some((*helper, set.clone()))
            }
            _ => None,
        })
        .collect();
    let plain = set.sample(prefer(ty));
    if functions.is_empty() {
        return Chosen { number: plain, is_doubtful };
    }
    let number = match ty {
        Type::Date => plain.and_then(|day| day_that(day, &set, &functions)),
        Type::List(_) => functions.iter().find_map(|(_, set)| counted(set)),
        Type::Text => text_that(follower, &set, &functions),
        _ => None,
    };
    Chosen { number: number.or(plain), is_doubtful: is_doubtful || number.is_none() }
}

/// Whether a condition that is not understood speaks of a cell, and another condition too: there may
/// be no value that is as both want it.
fn is_entangled(follower: &Follower<'_, '_>, need: &Case, place: Place) -> bool {
    let spoken = spoken(follower, need, place);
    spoken.len() > 1 && spoken.iter().any(|var| matches!(var, Var::Opaque(_)))
}

/// What speaks of a cell and does not leave it free.
fn spoken<'n>(follower: &Follower<'_, '_>, need: &'n Case, place: Place) -> Vec<&'n Var> {
    let speaks = |(var, set): &(&Var, &Set)| {
        follower.words.reads(var, place) && **set != follower.words.all(var).filled()
    };
    need.iter().filter(speaks).map(|(var, _)| var).collect()
}

/// The day nearest to another that is as functions of it must be.
fn day_that(near: i64, set: &Set, functions: &[(Helper, Set)]) -> Option<i64> {
    let fits = |day: &i64| {
        let is = |(helper, wanted): &(Helper, Set)| wanted.has(functions::of_day(*helper, *day));
        set.has(Some(*day)) && functions.iter().all(is)
    };
    let days = (0..DAYS_MAX).flat_map(|by| [near.saturating_add(by), near.saturating_sub(by)]);
    days.into_iter().find(fits)
}

/// How many items or characters a set allows.
fn counted(set: &Set) -> Option<i64> {
    set.sample(0).filter(|count| (0..=ITEMS_MAX).contains(count))
}

/// A text of a length that is allowed.
fn text_that(
    follower: &mut Follower<'_, '_>,
    set: &Set,
    functions: &[(Helper, Set)],
) -> Option<i64> {
    let fits = |text: &str| {
        let length = i64::try_from(text.chars().count()).ok();
        functions.iter().all(|(_, wanted)| wanted.has(length))
    };
    if !set.may_be_other() {
        let known = set.ranges().iter().flat_map(|(low, high)| *low..=*high);
        let mut known = known.take(TEXTS_MAX);
        return known.find(|number| follower.words.text(*number).is_some_and(fits));
    }
    let length = functions.iter().find_map(|(_, set)| counted(set))?;
    let text = "x".repeat(usize::try_from(length).ok()?);
    let text = fits(&text).then_some(Value::Text(text))?;
    follower.words.number(&Var::Cell(NOWHERE), &text)
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
            let mut answers = failing
                .iter()
                .filter_map(|case| value(follower, case, &anyhow, slot.place, &slot.ty).number);
            refused = refused.or_else(|| answers.next());
        }
        if let Some(refused) = refused {
            wrong.insert(number, refused);
        }
    }
    wrong
}
