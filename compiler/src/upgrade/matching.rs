//! What a session waits for in the old program, and the place in the new one that waits for it.
//!
//! A place fits when it waits for the same: the slot, a yes or no, a choice of the menu, an item, a
//! time, the flow that was called. Of several, the one behind which the same happens; else, where
//! there are as many as before, the one of the same rank. A question that was asked fits only if
//! its wording or what its answers lead to is as it was: an answer must never mean another thing
//! than what the customer was shown.

use super::cells::Cells;
use super::names::{Names, Spaces};
use super::plan::{SlotWait, ValuePlan, WaitPlan};
use super::same::{same_code, same_exit};
use super::tables::wording;
use super::values::{is_total, value_plan};
use crate::ir::{
    Exit, FieldType, FlowDef, FuncId, Program, RecordCells, SlotIndex, Space, StateId, TextUse,
    Type, cells_of,
};

/// A flow of the old program and what it is in the new one.
pub(super) struct FlowPair<'a, 'p> {
    pub(super) names: &'a Names<'p>,
    pub(super) spaces: Spaces<'a>,
    pub(super) old: &'p FlowDef,
    pub(super) new: &'p FlowDef,
    pub(super) cells: &'a Cells,
    pub(super) slots: Vec<Option<SlotIndex>>,
    pub(super) states: Vec<Option<StateId>>,
}

/// What no place in the new program waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    /// In words: what a session waits for, and why it does not fit.
    pub(super) why: String,
    /// What it is for has been reported by itself.
    pub(super) known: bool,
}

/// The places for what some code waits for.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) waits: Vec<WaitPlan>,
    pub(super) unfit: Vec<(WaitKey, Unfit)>,
}

/// What a session holds of where it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WaitKey {
    Slot(SlotIndex, FuncId),
    Confirm(FuncId, FuncId),
    Choose(Vec<FuncId>),
    Item(FuncId),
    Until(FuncId),
    Return(FuncId),
}

impl Matched {
    pub(super) fn add(&mut self, other: Self) {
        self.waits.extend(other.waits);
        self.unfit.extend(other.unfit);
    }

    /// What fits nowhere, also not by another way to the same place.
    pub(super) fn misfits(&self) -> Vec<&Unfit> {
        let fits = |key: &WaitKey| self.waits.iter().any(|wait| key_of(wait) == *key);
        self.unfit.iter().filter(|(key, _)| !fits(key)).map(|(_, unfit)| unfit).collect()
    }
}

fn key_of(wait: &WaitPlan) -> WaitKey {
    match wait {
        WaitPlan::Slot { slot, then, .. } => WaitKey::Slot(*slot, *then),
        WaitPlan::Confirm { yes, no, .. } => WaitKey::Confirm(*yes, *no),
        WaitPlan::Choose { arms, .. } => WaitKey::Choose(arms.clone()),
        WaitPlan::ChooseFrom { then, .. } => WaitKey::Item(*then),
        WaitPlan::Until { then, .. } => WaitKey::Until(*then),
        WaitPlan::Return { then, .. } => WaitKey::Return(*then),
    }
}

impl FlowPair<'_, '_> {
    pub(super) fn slot(&self, old: SlotIndex) -> Option<SlotIndex> {
        self.slots.get(old.index()).copied().flatten()
    }

    /// The places of one piece of code.
    pub(super) fn match_waits(&self, old: &[&Exit], new: &[&Exit]) -> Matched {
        let mut matched = Matched::default();
        for (rank, exit) in old.iter().enumerate() {
            let before = old.get(..rank).unwrap_or(&[]);
            let group = Group { pair: self, before, old, new, exit };
            match exit {
                Exit::Fill { slots, then } => {
                    slots.iter().for_each(|slot| group.slot(*slot, *then, &mut matched));
                }
                Exit::Confirm { .. } => group.confirm(&mut matched),
                Exit::Choose { .. } => group.choose(&mut matched),
                Exit::ChooseFrom { .. } => group.choose_from(&mut matched),
                Exit::Wait { then } => group.until(*then, &mut matched),
                Exit::Call { .. } => group.call(&mut matched),
                _ => {}
            }
        }
        matched
    }
}

/// One exit among those of its code.
struct Group<'g, 'a, 'p> {
    pair: &'g FlowPair<'a, 'p>,
    before: &'g [&'p Exit],
    old: &'g [&'p Exit],
    new: &'g [&'p Exit],
    exit: &'g Exit,
}

impl<'p> Group<'_, '_, 'p> {
    /// The place among those of a kind.
    fn place(
        &self,
        is_peer: impl Fn(&Exit) -> bool,
        is_place: impl Fn(&Exit) -> bool,
    ) -> Option<&'p Exit> {
        let places: Vec<&&Exit> = self.new.iter().filter(|exit| is_place(exit)).collect();
        let same = places.iter().find(|place| same_exit(self.pair, self.exit, place));
        if let Some(same) = same {
            return Some(**same);
        }
        let peers = self.old.iter().filter(|exit| is_peer(exit)).count();
        let rank = self.before.iter().filter(|exit| is_peer(exit)).count();
        places.get(rank).filter(|_| peers == places.len()).map(|place| **place)
    }

    fn slot(&self, slot: SlotIndex, then: FuncId, matched: &mut Matched) {
        let key = WaitKey::Slot(slot, then);
        let pair = self.pair;
        let def = pair.old.slots.get(slot.index());
        let name = def.map_or("", |def| def.name.as_str());
        let Some(now) = pair.slot(slot) else {
            let why = format!("it waits for the slot `{name}`, which no place in it waits for now");
            let lost = |cell: u32, lost: &[u32]| lost.contains(&cell);
            let known = def.is_some_and(|def| match def.place.space {
                Space::Flow => lost(def.place.index, &pair.cells.plan.lost),
                _ => lost(def.place.index, &pair.spaces.session.plan.lost),
            });
            return matched.unfit.push((key, Unfit { why, known }));
        };
        let fills = |exit: &Exit, slot: SlotIndex| matches!(exit, Exit::Fill { slots, .. } if slots.contains(&slot));
        let place = self.place(|exit| fills(exit, slot), |exit| fills(exit, now));
        match place {
            Some(Exit::Fill { slots, then: to }) => {
                let rest = slots.iter().copied().filter(|other| *other != now).collect();
                let to = SlotWait { slot: now, rest, then: *to };
                matched.waits.push(WaitPlan::Slot { slot, then, to });
            }
            _ => {
                let why =
                    format!("it waits for the slot `{name}`, which no place in it waits for now");
                matched.unfit.push((key, Unfit { why, known: false }));
            }
        }
    }

    fn confirm(&self, matched: &mut Matched) {
        let Exit::Confirm { text, yes, no } = self.exit else { return };
        let is_confirm = |exit: &Exit| matches!(exit, Exit::Confirm { .. });
        let place = self.place(is_confirm, is_confirm);
        let Some(Exit::Confirm { text: to_text, yes: to_yes, no: to_no }) = place else {
            return matched.misses(
                WaitKey::Confirm(*yes, *no),
                "it waits for a yes or no, which no place in it waits for now",
            );
        };
        let leads = same_code(self.pair, *yes, *to_yes) && same_code(self.pair, *no, *to_no);
        if leads || self.same_text(*text, *to_text) {
            matched.waits.push(WaitPlan::Confirm {
                yes: *yes,
                no: *no,
                to_yes: *to_yes,
                to_no: *to_no,
            });
        } else {
            matched.misses(
                WaitKey::Confirm(*yes, *no),
                "it waits for a yes or no to a question that is worded and answered otherwise now",
            );
        }
    }

    fn choose(&self, matched: &mut Matched) {
        let Exit::Choose { arms, .. } = self.exit else { return };
        let functions: Vec<FuncId> = arms.iter().map(|(_, then)| *then).collect();
        let is_menu = |exit: &Exit| matches!(exit, Exit::Choose { .. });
        let Some(Exit::Choose { arms: places, .. }) = self.place(is_menu, is_menu) else {
            let why = "it waits for a choice of a menu that is no more";
            return matched.misses(WaitKey::Choose(functions), why);
        };
        let arm = |(rank, (label, then)): (usize, &(TextUse, FuncId))| {
            let by_label = places.iter().find(|(other, _)| self.same_text(*label, *other));
            let by_rank = || {
                let (_, to) = places.get(rank)?;
                same_code(self.pair, *then, *to).then_some(*to)
            };
            by_label.map(|(_, to)| *to).or_else(by_rank)
        };
        let to: Option<Vec<FuncId>> = arms.iter().enumerate().map(arm).collect();
        match to {
            Some(to) => matched.waits.push(WaitPlan::Choose { arms: functions, to }),
            None => {
                let why = "it waits for a choice of a menu that does not offer all choices now";
                matched.misses(WaitKey::Choose(functions), why);
            }
        }
    }

    fn choose_from(&self, matched: &mut Matched) {
        let Exit::ChooseFrom { item, then, .. } = self.exit else { return };
        let pair = self.pair;
        let Some(name) = first_name(pair.old, item) else { return };
        let is_item = |flow: &FlowDef, exit: &Exit, name: &str| match exit {
            Exit::ChooseFrom { item, .. } => first_name(flow, item).is_some_and(|n| n == name),
            _ => false,
        };
        let now = self.item_name(item).unwrap_or_else(|| name.clone());
        let place =
            self.place(|exit| is_item(pair.old, exit, &name), |exit| is_item(pair.new, exit, &now));
        let Some(Exit::ChooseFrom { item: to_item, then: to, .. }) = place else {
            let why =
                format!("it waits for the choice of `{name}`, which no place in it waits for now");
            return matched.misses(WaitKey::Item(*then), &why);
        };
        let was = item_type(pair.old, item);
        let is = item_type(pair.new, to_item);
        let value = was.zip(is).map_or(ValuePlan::Never, |(was, is)| {
            value_plan((pair.names.old, &was), (pair.names.new, &is))
        });
        if is_total(&value) {
            let item = to_item.clone();
            matched.waits.push(WaitPlan::ChooseFrom { then: *then, item, value, to: *to });
        } else {
            let why =
                format!("it waits for the choice of `{name}`, whose items have other fields now");
            matched.misses(WaitKey::Item(*then), &why);
        }
    }

    /// What the item is called now, if `migrate` renames it.
    fn item_name(&self, item: &RecordCells) -> Option<String> {
        let first = first_cell(item)?;
        let now = self.pair.cells.plan.place_of(first)?;
        let name = self.pair.new.cell_names.get(now as usize)?;
        Some(name.split('.').next().unwrap_or(name).to_owned())
    }

    fn until(&self, then: FuncId, matched: &mut Matched) {
        let is_wait = |exit: &Exit| matches!(exit, Exit::Wait { .. });
        match self.place(is_wait, is_wait) {
            Some(Exit::Wait { then: to }) => {
                matched.waits.push(WaitPlan::Until { then, to: *to });
            }
            _ => matched.misses(
                WaitKey::Until(then),
                "it waits for a time, which no place in it waits for now",
            ),
        }
    }

    fn call(&self, matched: &mut Matched) {
        let Exit::Call { flow, then, .. } = self.exit else { return };
        let names = self.pair.names;
        let name = names.old.flows.get(flow.index()).map_or("", |flow| flow.name.as_str());
        let Some(now) = names.flows.get(flow.index()).copied().flatten() else {
            let why = format!("it waits for the flow `{name}` to return");
            return matched.unfit.push((WaitKey::Return(*then), Unfit { why, known: true }));
        };
        let calls =
            |exit: &Exit, wanted| matches!(exit, Exit::Call { flow, .. } if *flow == wanted);
        match self.place(|exit| calls(exit, *flow), |exit| calls(exit, now)) {
            Some(Exit::Call { then: to, .. }) => {
                matched.waits.push(WaitPlan::Return { then: *then, to: *to });
            }
            _ => {
                let why =
                    format!("it waits for the flow `{name}` to return, which it calls no more");
                matched.misses(WaitKey::Return(*then), &why);
            }
        }
    }

    fn same_text(&self, old: TextUse, new: TextUse) -> bool {
        let words = |program: &Program, used: TextUse| {
            Some(wording(program, program.texts.get(used.text.index())?))
        };
        words(self.pair.names.old, old) == words(self.pair.names.new, new)
    }
}

impl Matched {
    fn misses(&mut self, key: WaitKey, why: &str) {
        self.unfit.push((key, Unfit { why: why.to_owned(), known: false }));
    }
}

fn first_cell(cells: &RecordCells) -> Option<u32> {
    cells_of(cells).first().map(|place| place.index)
}

/// The name of an item: what its cells' names begin with.
fn first_name(flow: &FlowDef, cells: &RecordCells) -> Option<String> {
    let name = flow.cell_names.get(first_cell(cells)? as usize)?;
    Some(name.split('.').next().unwrap_or(name).to_owned())
}

/// The type of an item that is spread over cells.
fn item_type(flow: &FlowDef, cells: &RecordCells) -> Option<Type> {
    let parts = match cells {
        RecordCells::One(place) => return flow.cell_types.get(place.index as usize).cloned(),
        RecordCells::Fields(parts) => parts,
    };
    let field = |part: &RecordCells| {
        let name = flow.cell_names.get(first_cell(part)? as usize)?;
        let depth = match part {
            RecordCells::One(_) => 0,
            RecordCells::Fields(_) => 1,
        };
        let name = name.rsplit('.').nth(depth)?.to_owned();
        // Cells do not tell optional fields; both sides are built alike.
        Some(FieldType { name, ty: item_type(flow, part)?, optional: false })
    };
    parts.iter().map(field).collect::<Option<Vec<_>>>().map(Type::Record)
}
