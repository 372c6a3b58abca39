//! What sessions lack where they go on: values that the new program reads there before it asks for
//! them. Such a place takes nobody over, unless `migrate` gives a default.

use std::collections::BTreeSet;

use super::cells::Lack;
use super::empty::holds;
use super::lacks::reads_first;
use super::matching::FlowPair;
use super::names::{Names, Spaces};
use super::plan::{StatePlan, WaitPlan};
use super::said::{CellOf, Said};
use super::unfilled::unfilled;
use super::{Change, Class, Found};
use crate::base::FileSpan;
use crate::ir::{Exit, FlowId, FuncId, Place, Space, StateDef, handlers};

/// Why a value may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// No session has it.
    Lacks(Lack),
    /// Sessions are not sure to have it where the new program is.
    Later,
}

/// A cell of the new flow, or of the session, that may be empty in sessions that come over.
struct Missing {
    place: Place,
    why: Why,
    /// `migrate` gives it a value.
    given: bool,
    /// Functions of the old and the new program that may begin without it.
    unfilled: Option<(BTreeSet<FuncId>, BTreeSet<FuncId>)>,
    /// Old states whose sessions would read it empty.
    states: BTreeSet<String>,
}

/// The check of one flow.
pub(super) struct Takeover<'t, 'a, 'p> {
    pair: &'t FlowPair<'a, 'p>,
    now: FlowId,
    missing: Vec<Missing>,
}

impl<'t, 'a, 'p> Takeover<'t, 'a, 'p> {
    pub(super) fn new(pair: &'t FlowPair<'a, 'p>, said: &Said, now: FlowId) -> Self {
        let lacking = |space, lacking: &[(u32, Lack)]| {
            let one = |(index, lack): &(u32, Lack)| Missing {
                place: Place { space, index: *index },
                why: Why::Lacks(*lack),
                given: false,
                unfilled: None,
                states: BTreeSet::new(),
            };
            lacking.iter().map(one).collect::<Vec<_>>()
        };
        let mut missing = lacking(Space::Flow, &pair.cells.lacking);
        missing.extend(lacking(Space::Session, &pair.spaces.session.lacking));
        for (index, cell) in (0..).zip(&pair.cells.plan.cells) {
            let place = Place { space: Space::Flow, index };
            let said = said.defaults.get(&CellOf::Flow(now, index));
            let given = said.is_some_and(Option::is_some);
            let may_be_empty = said.is_some_and(Option::is_none);
            let (why, unfilled) = match &cell.from {
                _ if may_be_empty => continue,
                None if given => (Why::Lacks(Lack::New), None),
                None => continue,
                Some(from) => {
                    let was = Place { space: Space::Flow, index: from.cell };
                    let names = pair.names;
                    let both =
                        (unfilled(names.old, pair.old, was), unfilled(names.new, pair.new, place));
                    (Why::Later, Some(both))
                }
            };
            missing.push(Missing { place, why, given, unfilled, states: BTreeSet::new() });
        }
        Self { pair, now, missing }
    }

    /// Takes from a state's plan the waits behind which a value is missing, or has the value given.
    pub(super) fn check(&mut self, old: &StateDef, new: Option<&StateDef>, plan: &mut StatePlan) {
        let pair = self.pair;
        let handlers: Vec<FuncId> = new
            .into_iter()
            .flat_map(|new| handlers(&new.handlers))
            .chain(handlers(&pair.new.handlers))
            .collect();
        for missing in &mut self.missing {
            let mut lacks = |wait: &WaitPlan| missing.is_read(pair, wait, &handlers);
            let lost: Vec<bool> = match plan.always {
                Some(_) => vec![false; plan.waits.len()],
                None => plan.waits.iter().map(&mut lacks).collect(),
            };
            let sent = plan.always.or(plan.otherwise).filter(|to| missing.is_read_by(pair, *to));
            let any = lost.contains(&true);
            if missing.given {
                if any || sent.is_some() {
                    plan.given.push(missing.place.index);
                }
                continue;
            }
            let mut kept = lost.iter();
            plan.waits.retain(|_| kept.next() != Some(&true));
            if sent.is_some() {
                (plan.always, plan.otherwise) = (None, None);
            }
            if sent.is_some() || (any && plan.otherwise.is_none()) {
                missing.states.insert(format!("{}.{}", pair.old.name, old.name));
            }
        }
    }
}

impl Missing {
    /// Whether it is read, before it is filled, by what goes on behind a wait.
    fn is_read(&self, pair: &FlowPair<'_, '_>, wait: &WaitPlan, handlers: &[FuncId]) -> bool {
        let (exit, starts) = goes_on(wait);
        let reads = |handlers: &[FuncId]| {
            let all: Vec<FuncId> = handlers.iter().chain(&starts).copied().collect();
            reads_first(pair.names.new, pair.new, (exit.as_ref(), &all), self.place)
        };
        let Some((before, now)) = &self.unfilled else { return reads(handlers) };
        if self.is_filled_by(pair, wait) {
            return false;
        }
        // The new program is sure of it where the old one was not.
        let (was, is) = functions(wait);
        let relies = is.iter().any(|id| !now.contains(id));
        was.iter().any(|id| before.contains(id)) && relies && reads(&[])
    }

    /// Whether what `migrate` runs reads it. Values that the old program has too are not looked at:
    /// the state that is entered begins anew, as for everybody.
    fn is_read_by(&self, pair: &FlowPair<'_, '_>, code: FuncId) -> bool {
        self.unfilled.is_none()
            && reads_first(pair.names.new, pair.new, (None, &[code]), self.place)
    }

    fn is_filled_by(&self, pair: &FlowPair<'_, '_>, wait: &WaitPlan) -> bool {
        match wait {
            WaitPlan::Slot { to, .. } => {
                let mut slots = std::iter::once(&to.slot).chain(&to.rest);
                slots.any(|slot| {
                    pair.new.slots.get(slot.index()).is_some_and(|slot| slot.place == self.place)
                })
            }
            WaitPlan::ChooseFrom { item, .. } => holds(item, self.place),
            _ => false,
        }
    }
}

/// The functions that follow a wait, in the old program and the new one.
fn functions(wait: &WaitPlan) -> (Vec<FuncId>, Vec<FuncId>) {
    match wait {
        WaitPlan::Slot { then, to, .. } => (vec![*then], vec![to.then]),
        WaitPlan::Confirm { yes, no, to_yes, to_no } => (vec![*yes, *no], vec![*to_yes, *to_no]),
        WaitPlan::Choose { arms, to } => (arms.clone(), to.clone()),
        WaitPlan::ChooseFrom { then, to, .. }
        | WaitPlan::Until { then, to }
        | WaitPlan::Return { then, to } => (vec![*then], vec![*to]),
    }
}

/// Where a wait goes on: an exit, or functions.
fn goes_on(wait: &WaitPlan) -> (Option<Exit>, Vec<FuncId>) {
    match wait {
        WaitPlan::Slot { to, .. } => {
            let slots = std::iter::once(to.slot).chain(to.rest.iter().copied()).collect();
            (Some(Exit::Fill { slots, then: to.then }), Vec::new())
        }
        WaitPlan::ChooseFrom { item, to, .. } => {
            // The label was read when the menu was shown.
            let (item, label) = (item.clone(), *to);
            (
                Some(Exit::ChooseFrom { prompt: None, item, label, then: *to, none: None }),
                Vec::new(),
            )
        }
        _ => (None, functions(wait).1),
    }
}

/// What sessions lack, of all flows.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    flow: Vec<(FlowId, u32, Why, BTreeSet<String>)>,
    session: Vec<(u32, Why, BTreeSet<String>)>,
}

impl Lacking {
    pub(super) fn add(&mut self, takeover: Takeover<'_, '_, '_>) {
        let pair = takeover.pair;
        for Missing { place, why, states, .. } in takeover.missing {
            let asked = match place.space {
                Space::Flow => &pair.cells.asked,
                _ => &pair.spaces.session.asked,
            };
            if states.is_empty() || asked.contains(&place.index) {
                continue;
            }
            match place.space {
                Space::Flow => self.flow.push((takeover.now, place.index, why, states)),
                _ => self.session.push((place.index, why, states)),
            }
        }
    }

    pub(super) fn report(self, names: &Names<'_>, spaces: Spaces<'_>, found: &mut Found) {
        for (flow, index, why, states) in self.flow {
            let Some(def) = names.new.flows.get(flow.index()) else { continue };
            let cell = def.cell_names.get(index as usize).map_or("", String::as_str);
            let place = Place { space: Space::Flow, index };
            let own = def.slots.iter().find(|slot| slot.place == place);
            let at = own.map_or(def.at, |slot| slot.at);
            report_lack(&format!("{}.{cell}", def.name), why, &states, at, found);
        }
        for (index, _) in &spaces.session.lacking {
            let Some(slot) = names.new.session_slots.get(*index as usize) else { continue };
            let of_slot = self.session.iter().filter(|(other, ..)| other == index);
            let mut states = BTreeSet::new();
            let mut why = None;
            for (_, because, more) in of_slot {
                why = Some(*because);
                states.extend(more.iter().cloned());
            }
            if let Some(why) = why {
                report_lack(&slot.name, why, &states, slot.at, found);
            }
        }
    }
}

fn report_lack(name: &str, why: Why, states: &BTreeSet<String>, at: FileSpan, found: &mut Found) {
    let quoted: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
    let who = format!("by sessions that wait in {}", quoted.join(", "));
    let (class, message) = match why {
        Why::Lacks(Lack::New) => {
            (Class::NeedsMigrate, format!("is new, and read before it can be filled {who}"))
        }
        Why::Later => (
            Class::NeedsMigrate,
            format!("is read before it can be filled {who}: it was asked for later before"),
        ),
        Why::Lacks(Lack::OtherType) => (
            Class::Breaking,
            format!("has another type, and is read before it is filled again {who}"),
        ),
    };
    let help = match why {
        Why::Later => format!("say `slot {name} default …`, or `default empty`"),
        Why::Lacks(_) => format!(
            "say `slot … is {name}` if it had another name, `slot {name} default …`, or \
             `default empty`"
        ),
    };
    // What was said of it as harmless does not hold.
    found.retain(|other| {
        !(other.name == name && other.what == "slot" && other.class == Class::Safe)
    });
    found.push(Change::new(class, "slot", name).says(message).help(help).now_at(at));
}
