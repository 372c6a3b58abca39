//! Values that sessions hold: slots, results of actions, the customer's profile. Where each comes
//! from, which are lost, and which the new program lacks.

use std::collections::BTreeSet;

use flowright_nlu::value::Value;

use super::names::Names;
use super::plan::{CellPlan, FromCell, SpacePlan, ValuePlan};
use super::said::{CellOf, Said};
use super::values::{fixed_value, is_total, type_words, value_plan};
use super::{Change, Class, Found};
use crate::base::FileSpan;
use crate::ir::{FieldDef, FlowDef, FlowId, FuncId, Program, SlotDef, Space, Type};

/// What becomes of the values of one space.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) plan: SpacePlan,
    /// New cells that nothing fills in sessions that come over, with why.
    pub(super) lacking: Vec<(u32, Lack)>,
    /// Those among them that look like an old one under another name, which has been asked about.
    pub(super) asked: Vec<u32>,
}

/// Why a cell is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The old program has nothing of the name.
    New,
    /// What it has is of another type.
    OtherType,
}

/// One side of the comparison.
struct Side<'p> {
    program: &'p Program,
    cells: Vec<Cell<'p>>,
}

/// A cell as the comparison sees it.
struct Cell<'p> {
    name: &'p str,
    ty: &'p Type,
    is_slot: bool,
    default: Option<FuncId>,
    at: Option<FileSpan>,
}

/// The customer's profile.
pub(super) fn customer(names: &Names<'_>, said: &Said, found: &mut Found) -> Cells {
    let (old, new) = (customer_side(names.old), customer_side(names.new));
    let shown = |name: &str| format!("customer.{name}");
    Comparison {
        old,
        new,
        said,
        was: CellOf::Customer,
        is: CellOf::Customer,
        shown: &shown,
        what: "field",
        in_flow: false,
    }
    .compare(found)
}

/// Slots of the session.
pub(super) fn session(names: &Names<'_>, said: &Said, found: &mut Found) -> Cells {
    let (old, new) = (session_side(names.old), session_side(names.new));
    let shown = str::to_owned;
    Comparison {
        old,
        new,
        said,
        was: CellOf::Session,
        is: CellOf::Session,
        shown: &shown,
        what: "slot",
        in_flow: false,
    }
    .compare(found)
}

fn customer_side(program: &Program) -> Side<'_> {
    Side { program, cells: program.customer.iter().map(customer_cell).collect() }
}

fn customer_cell(field: &FieldDef) -> Cell<'_> {
    Cell { name: &field.name, ty: &field.ty, is_slot: true, default: None, at: None }
}

fn session_side(program: &Program) -> Side<'_> {
    Side { program, cells: program.session_slots.iter().map(slot_cell).collect() }
}

fn slot_cell(slot: &SlotDef) -> Cell<'_> {
    Cell { name: &slot.name, ty: &slot.ty, is_slot: true, default: slot.default, at: Some(slot.at) }
}

/// Slots and results of a flow.
pub(super) fn flow(
    names: &Names<'_>,
    said: &Said,
    (was, is): (FlowId, FlowId),
    (old, new): (&FlowDef, &FlowDef),
    found: &mut Found,
) -> Cells {
    let sides = (flow_side(names.old, old), flow_side(names.new, new));
    let shown = |name: &str| format!("{}.{name}", old.name);
    Comparison {
        old: sides.0,
        new: sides.1,
        said,
        was: |cell| CellOf::Flow(was, cell),
        is: |cell| CellOf::Flow(is, cell),
        shown: &shown,
        what: "slot",
        in_flow: true,
    }
    .compare(found)
}

fn flow_side<'p>(program: &'p Program, flow: &'p FlowDef) -> Side<'p> {
    let cell = |((number, name), ty): ((u32, &'p String), &'p Type)| {
        let own = flow
            .slots
            .iter()
            .find(|slot| slot.place.space == Space::Flow && slot.place.index == number);
        match own {
            Some(slot) => slot_cell(slot),
            None => Cell { name, ty, is_slot: false, default: None, at: None },
        }
    };
    Side { program, cells: (0..).zip(&flow.cell_names).zip(&flow.cell_types).map(cell).collect() }
}

/// A comparison of one space.
struct Comparison<'s, W, I> {
    old: Side<'s>,
    new: Side<'s>,
    said: &'s Said,
    was: W,
    is: I,
    /// A cell's name as `migrate` writes it.
    shown: &'s dyn Fn(&str) -> String,
    what: &'static str,
    /// Its values live as long as a flow, which may still ask for them.
    in_flow: bool,
}

impl<W: Fn(u32) -> CellOf, I: Fn(u32) -> CellOf> Comparison<'_, W, I> {
    fn compare(&self, found: &mut Found) -> Cells {
        let places = self.places();
        let mut cells =
            Cells { plan: SpacePlan::default(), lacking: Vec::new(), asked: Vec::new() };
        for (number, new) in (0..).zip(&self.new.cells) {
            let from = places.iter().position(|place| *place == Some(number));
            let from = from.and_then(|from| u32::try_from(from).ok());
            let plan = self.cell(number, new, from, &mut cells.lacking, found);
            cells.plan.cells.push(plan);
        }
        for (number, old) in (0..).zip(&self.old.cells) {
            let gone = places.get(number as usize).is_none_or(Option::is_none);
            if gone && old.is_slot && !self.said.dropped.contains(&(self.was)(number)) {
                self.gone(number, old, &mut cells, found);
            }
        }
        cells
    }

    /// The new cell of each old one.
    fn places(&self) -> Vec<Option<u32>> {
        let said = |number: u32| self.said.cell_is.get(&(self.was)(number)).copied();
        let numbers = || (0..).take(self.old.cells.len());
        let claimed: BTreeSet<CellOf> = numbers().filter_map(said).collect();
        let place = |(number, old): (u32, &Cell<'_>)| {
            if self.said.dropped.contains(&(self.was)(number)) {
                return None;
            }
            let mut all = (0..).zip(&self.new.cells);
            match said(number) {
                Some(cell) => all.find(|(n, _)| (self.is)(*n) == cell).map(|(n, _)| n),
                None => all
                    .find(|(n, new)| new.name == old.name && !claimed.contains(&(self.is)(*n)))
                    .map(|(n, _)| n),
            }
        };
        (0..).zip(&self.old.cells).map(place).collect()
    }

    fn cell(
        &self,
        number: u32,
        new: &Cell<'_>,
        from: Option<u32>,
        lacking: &mut Vec<(u32, Lack)>,
        found: &mut Found,
    ) -> CellPlan {
        let said = self.said.defaults.get(&(self.is)(number));
        let Some((from, old)) = from.and_then(|n| Some((n, self.old.cells.get(n as usize)?)))
        else {
            let default = match said {
                Some(value) => value.clone(),
                None => self.declared(new),
            };
            if default.is_none() && said.is_none() {
                lacking.push((number, Lack::New));
            }
            if new.is_slot {
                found.push(self.added(new, default.as_ref(), said.is_some()));
            }
            let only_given = said.is_some() && self.in_flow;
            return CellPlan { from: None, default, only_given };
        };
        let value = value_plan((self.old.program, old.ty), (self.new.program, new.ty));
        let total = is_total(&value);
        if !total && said.is_none() {
            match new.is_slot || old.is_slot {
                true => found.push(self.retyped(old, new)),
                false => lacking.push((number, Lack::OtherType)),
            }
        } else if value != ValuePlan::Same || old.name != new.name || !total {
            found.push(self.covered(old, new, total));
        }
        let is_result = !new.is_slot && !old.is_slot;
        CellPlan {
            from: Some(FromCell { cell: from, value, may_lose: said.is_some() || is_result }),
            default: said.cloned().flatten(),
            only_given: true,
        }
    }

    fn declared(&self, new: &Cell<'_>) -> Option<Value> {
        fixed_value(self.new.program, new.default?)
    }

    fn change(&self, class: Class, old: &Cell<'_>) -> Change {
        let mut change = Change::new(class, self.what, &(self.shown)(old.name));
        change.old_at = old.at;
        change
    }

    fn added(&self, new: &Cell<'_>, default: Option<&Value>, said: bool) -> Change {
        let begins = match (default, said) {
            (Some(_), true) => "sessions under way get the default that `migrate` gives",
            (Some(_), false) => "sessions under way get its default",
            (None, _) => "it is empty in sessions under way",
        };
        let mut change = Change::new(Class::Safe, self.what, &(self.shown)(new.name));
        change.new_at = new.at;
        change.says(format!("is new; {begins}"))
    }

    fn retyped(&self, old: &Cell<'_>, new: &Cell<'_>) -> Change {
        let (was, is) =
            (type_words(self.old.program, old.ty), type_words(self.new.program, new.ty));
        let now = (self.shown)(new.name);
        let mut change = self
            .change(Class::Breaking, old)
            .says(format!("was {was} and is {is}: a value that a session holds may not fit"))
            .help(format!("give those sessions one: `slot {now} default …`, or `default empty`"));
        change.new_at = new.at;
        change
    }

    fn covered(&self, old: &Cell<'_>, new: &Cell<'_>, total: bool) -> Change {
        let mut change = self.change(Class::Safe, old);
        change.new_at = new.at;
        match (old.name == new.name, total) {
            (_, false) => {
                change.says("has another type; `migrate` gives what does not fit a value")
            }
            (true, true) => change.says("has another type; every value that a session holds fits"),
            (false, true) => {
                change.says(format!("is now `{}`; sessions keep its value", (self.shown)(new.name)))
            }
        }
    }

    /// An old slot that has no place.
    fn gone(&self, number: u32, old: &Cell<'_>, cells: &mut Cells, found: &mut Found) {
        let fits = |new: &Cell<'_>| {
            is_total(&value_plan((self.old.program, old.ty), (self.new.program, new.ty)))
        };
        let renamed = (0..).zip(&self.new.cells).zip(&cells.plan.cells).find(|((n, new), plan)| {
            let said = self.said.defaults.contains_key(&(self.is)(*n));
            new.is_slot && plan.from.is_none() && !said && fits(new)
        });
        let name = (self.shown)(old.name);
        let Some(((place, new), _)) = renamed else {
            let message = "is gone; what sessions hold in it is dropped";
            return found.push(self.change(Class::Safe, old).says(message));
        };
        cells.plan.lost.push(number);
        cells.asked.push(place);
        let now = (self.shown)(new.name);
        let mut change = self
            .change(Class::NeedsMigrate, old)
            .says(format!("is gone, and `{now}` is new: is it the same?"))
            .help(format!("say `slot {name} is {now}`, or `slot {name} dropped`"));
        change.new_at = new.at;
        found.push(change);
    }
}
