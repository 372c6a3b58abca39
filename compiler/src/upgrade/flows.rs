//! Flows and their states: what each is now, and whether sessions that wait there can go on.

use std::collections::BTreeSet;

use super::cells::{self, Cells, Lack};
use super::lacks::reads_first;
use super::matching::{FlowPair, Matched};
use super::names::{Names, Spaces, by_name};
use super::plan::{FlowPlan, StatePlan, WaitPlan};
use super::said::Said;
use super::same::same_code;
use super::waits::{Origin, Waits, can_wait, handler_functions, of_handlers, of_state};
use super::{Change, Class, Found};
use crate::diag::closest;
use crate::ir::{
    Exit, FlowDef, FlowId, FuncId, Handlers, Place, SlotIndex, Space, StateDef, StateId,
};

/// What becomes of each flow of the old program.
pub(super) fn flows(
    names: &Names<'_>,
    said: &Said,
    spaces: Spaces<'_>,
    found: &mut Found,
) -> Vec<Option<FlowPlan>> {
    let mut lacking = Lacking::default();
    let mut plans = Vec::new();
    for (id, old) in (0..).map(FlowId).zip(&names.old.flows) {
        let now = names.flows.get(id.index()).copied().flatten();
        let new = now.and_then(|now| Some((now, names.new.flows.get(now.index())?)));
        plans.push(match new {
            Some((now, new)) => {
                if old.name != new.name {
                    found.push(renamed("flow", &old.name, &new.name).was_at(old.at).now_at(new.at));
                }
                let cells = cells::flow(names, said, (id, now), (old, new), found);
                let pair = pair(names, spaces, said, (id, now), (old, new), &cells);
                let flow = Flow { pair: &pair, said, id };
                Some(flow.plan(now, &mut lacking, found))
            }
            None => {
                found.push(gone_flow(names, old));
                None
            }
        });
    }
    let taken: BTreeSet<FlowId> = names.flows.iter().copied().flatten().collect();
    for (id, new) in (0..).map(FlowId).zip(&names.new.flows) {
        if !taken.contains(&id) {
            found.push(Change::new(Class::Safe, "flow", &new.name).says("is new").now_at(new.at));
        }
    }
    lacking.report(names, spaces, found);
    plans
}

fn renamed(what: &'static str, old: &str, new: &str) -> Change {
    Change::new(Class::Safe, what, old).says(format!("is now `{new}`; sessions go on in it"))
}

fn gone_flow(names: &Names<'_>, old: &FlowDef) -> Change {
    if !old.states.iter().any(|state| can_wait(names.old, state)) {
        let change = Change::new(Class::Safe, "flow", &old.name).was_at(old.at);
        return change.says("is gone; no session can wait in it");
    }
    let taken: BTreeSet<FlowId> = names.flows.iter().copied().flatten().collect();
    let fresh = (0..).map(FlowId).zip(&names.new.flows).filter(|(id, _)| !taken.contains(id));
    let fresh: Vec<&str> = fresh.map(|(_, flow)| flow.name.as_str()).collect();
    let name = &old.name;
    let help = match likely(name, &fresh) {
        Some(meant) => format!("say `flow {name} is {meant}` in `migrate`"),
        None => format!(
            "say in `migrate` which flow takes its sessions over, and where they go: \
             `flow {name} is … -> …`"
        ),
    };
    let change = Change::new(Class::NeedsMigrate, "flow", name).was_at(old.at);
    change.says("is gone, and sessions can wait in it").help(help)
}

/// The name that something was given, as far as names can tell: the only new one, or a close one.
fn likely<'n>(old: &str, fresh: &[&'n str]) -> Option<&'n str> {
    match fresh {
        [only] => Some(*only),
        _ => closest(old, fresh.iter().copied()),
    }
}

fn pair<'a, 'p>(
    names: &'a Names<'p>,
    spaces: Spaces<'a>,
    said: &Said,
    (was, is): (FlowId, FlowId),
    (old, new): (&'p FlowDef, &'p FlowDef),
    cells: &'a Cells,
) -> FlowPair<'a, 'p> {
    let slot = |slot: &crate::ir::SlotDef| {
        let index = match slot.place.space {
            Space::Flow => cells.plan.place_of(slot.place.index),
            _ => spaces.session.plan.place_of(slot.place.index),
        }?;
        let place = Place { space: slot.place.space, index };
        let number = new.slots.iter().position(|known| known.place == place)?;
        Some(SlotIndex(u32::try_from(number).ok()?))
    };
    let states = by_name(
        &old.states,
        &new.states,
        |state| state.name.clone(),
        |number| {
            let (flow, state) = said.state_is.get(&(was, StateId(number)))?;
            (*flow == is).then_some(state.0)
        },
    );
    FlowPair {
        names,
        spaces,
        old,
        new,
        cells,
        slots: old.slots.iter().map(slot).collect(),
        states: states.into_iter().map(|state| state.map(StateId)).collect(),
    }
}

/// New cells that sessions would find empty, with the flow and the states in which they wait.
#[derive(Debug, Default)]
struct Lacking {
    flow: Vec<(String, u32, FlowId, Lack, Vec<String>)>,
    session: Vec<(u32, Vec<String>)>,
}

/// A flow in both programs.
struct Flow<'f, 'a, 'p> {
    pair: &'f FlowPair<'a, 'p>,
    said: &'f Said,
    id: FlowId,
}

impl Flow<'_, '_, '_> {
    fn plan(&self, now: FlowId, lacking: &mut Lacking, found: &mut Found) -> FlowPlan {
        let pair = self.pair;
        let names = pair.names;
        let otherwise = self.said.flow_to.get(&self.id).copied();
        let of_flow = self.matched(
            &of_handlers(names.old, &pair.old.handlers),
            &of_handlers(names.new, &pair.new.handlers),
        );
        self.report_handlers(&of_flow, otherwise, found);
        let mut short = Vec::new();
        let mut states = Vec::new();
        for (id, state) in (0..).map(StateId).zip(&pair.old.states) {
            let to = pair.states.get(id.index()).copied().flatten();
            let to_def = to.and_then(|to| pair.new.states.get(to.index()));
            let mut plan = StatePlan {
                to,
                always: self.said.state_to.get(&(self.id, id)).copied(),
                otherwise,
                waits: Vec::new(),
                silences: Vec::new(),
            };
            let matched = match to_def {
                Some(new) => self.matched(&of_state(names.old, state), &of_state(names.new, new)),
                None => Matched::default(),
            };
            self.report_state(state, to_def, &plan, &matched, found);
            if let Some(new) = to_def {
                plan.silences = silences(
                    own_or(&state.handlers, &pair.old.handlers),
                    own_or(&new.handlers, &pair.new.handlers),
                );
                plan.waits = matched.waits;
                plan.waits.extend(of_flow.waits.iter().cloned());
                self.without_lacking(state, Some(new), &mut plan, &mut short);
            } else {
                self.without_lacking(state, None, &mut plan, &mut short);
            }
            states.push(plan);
        }
        self.new_states(found);
        lacking.add(pair, now, short);
        FlowPlan { flow: now, cells: pair.cells.plan.clone(), slots: pair.slots.clone(), states }
    }

    fn matched(&self, old: &[Waits<'_>], new: &[Waits<'_>]) -> Matched {
        let mut matched = Matched::default();
        for waits in old {
            let origin = match waits.origin {
                Origin::Intent(id) => {
                    let now = self.pair.names.intents.get(id.index()).copied().flatten();
                    now.map(Origin::Intent)
                }
                other => Some(other),
            };
            let place = new.iter().find(|other| Some(other.origin) == origin);
            let exits = place.map_or(&[][..], |place| &place.exits);
            matched.add(self.pair.match_waits(&waits.exits, exits));
        }
        matched
    }

    fn report_handlers(&self, matched: &Matched, otherwise: Option<FuncId>, found: &mut Found) {
        let misfits = matched.misfits();
        let Some(first) = misfits.iter().find(|misfit| !misfit.known) else { return };
        let name = &self.pair.old.name;
        let change = match otherwise {
            Some(_) => Change::new(Class::Safe, "flow", name)
                .says("has changed; `migrate` sends on the sessions whose handler waits"),
            None => Change::new(Class::Breaking, "flow", name)
                .says(format!("a session can wait in a handler of it: {}", first.why))
                .help(format!("say where such sessions go: `flow {name} -> …`")),
        };
        found.push(change.was_at(self.pair.old.at).now_at(self.pair.new.at));
    }

    fn report_state(
        &self,
        old: &StateDef,
        new: Option<&StateDef>,
        plan: &StatePlan,
        matched: &Matched,
        found: &mut Found,
    ) {
        let pair = self.pair;
        let name = format!("{}.{}", pair.old.name, old.name);
        let change = |class| Change::new(class, "state", &name).was_at(old.at);
        let waits = can_wait(pair.names.old, old);
        let Some(new) = new else {
            return found.push(match (waits, plan.always.or(plan.otherwise)) {
                (false, _) => change(Class::Safe).says("is gone; no session can wait in it"),
                (true, Some(_)) => {
                    change(Class::Safe).says("is gone; `migrate` sends its sessions on")
                }
                (true, None) => self.gone_state(change(Class::NeedsMigrate), &name),
            });
        };
        let misfits = matched.misfits();
        let moved = if plan.always.is_some() && waits {
            Some(change(Class::Safe).says("`migrate` sends its sessions on"))
        } else if misfits.is_empty() {
            self.fitting(change(Class::Safe), old, new)
        } else if plan.otherwise.is_some() {
            Some(change(Class::Safe).says("has changed; `migrate` sends on what does not fit"))
        } else {
            let why: Vec<&str> =
                misfits.iter().filter(|m| !m.known).map(|m| m.why.as_str()).collect();
            let why: BTreeSet<&str> = why.into_iter().collect();
            (!why.is_empty()).then(|| {
                let why: Vec<&str> = why.into_iter().collect();
                change(Class::Breaking)
                    .says(format!("a session can wait in it: {}", why.join("; ")))
                    .help(format!("say where its sessions go: `state {name} -> …`"))
            })
        };
        found.extend(moved.map(|change| change.now_at(new.at)));
    }

    fn fitting(&self, change: Change, old: &StateDef, new: &StateDef) -> Option<Change> {
        if old.name != new.name {
            let now = format!("{}.{}", self.pair.new.name, new.name);
            return Some(change.says(format!("is now `{now}`; sessions go on in it")));
        }
        let same = same_code(self.pair, old.entry, new.entry)
            && self.same_handlers(&old.handlers, &new.handlers);
        let waits = can_wait(self.pair.names.old, old);
        let message = if waits {
            "has changed; what its sessions wait for is still there"
        } else {
            "has changed; no session can wait in it"
        };
        (!same).then(|| change.says(message))
    }

    fn same_handlers(&self, old: &Handlers, new: &Handlers) -> bool {
        let intent =
            |id: &crate::ir::IntentId| self.pair.names.intents.get(id.index()).copied().flatten();
        let heads = old.intents.iter().map(|(id, _)| intent(id));
        let intents = heads.eq(new.intents.iter().map(|(id, _)| Some(*id)));
        let silences =
            old.silences.iter().map(|(ms, _)| ms).eq(new.silences.iter().map(|(ms, _)| ms));
        intents
            && silences
            && old.failure.is_some() == new.failure.is_some()
            && handler_functions(old)
                .zip(handler_functions(new))
                .all(|(old, new)| same_code(self.pair, old, new))
    }

    fn gone_state(&self, change: Change, name: &str) -> Change {
        let pair = self.pair;
        let taken: BTreeSet<StateId> = pair.states.iter().copied().flatten().collect();
        let fresh = (0..).map(StateId).zip(&pair.new.states);
        let fresh: Vec<&str> = fresh
            .filter(|(id, _)| !taken.contains(id))
            .map(|(_, state)| state.name.as_str())
            .collect();
        let bare = name.rsplit('.').next().unwrap_or(name);
        let help = match likely(bare, &fresh) {
            Some(meant) => format!(
                "say `state {name} is {}.{meant}`, or `state {name} -> …` for where its sessions go",
                pair.new.name
            ),
            None => format!("say where its sessions go: `state {name} -> …`"),
        };
        change.says("is gone, and sessions can wait in it").help(help)
    }

    fn new_states(&self, found: &mut Found) {
        let taken: BTreeSet<StateId> = self.pair.states.iter().copied().flatten().collect();
        for (id, state) in (0..).map(StateId).zip(&self.pair.new.states) {
            if !taken.contains(&id) {
                let name = format!("{}.{}", self.pair.new.name, state.name);
                found
                    .push(Change::new(Class::Safe, "state", &name).says("is new").now_at(state.at));
            }
        }
    }

    /// Takes from a state's plan what would read a value that sessions lack.
    fn without_lacking(
        &self,
        old: &StateDef,
        new: Option<&StateDef>,
        plan: &mut StatePlan,
        short: &mut Vec<(Place, String)>,
    ) {
        let pair = self.pair;
        let of_flow = pair.cells.lacking.iter().map(|(index, _)| (Space::Flow, *index));
        let of_session = pair.spaces.session.lacking.iter().map(|(i, _)| (Space::Session, *i));
        let places: Vec<Place> =
            of_flow.chain(of_session).map(|(space, index)| Place { space, index }).collect();
        let program = pair.names.new;
        let handlers: Vec<FuncId> = new
            .into_iter()
            .flat_map(|new| handler_functions(&new.handlers))
            .chain(handler_functions(&pair.new.handlers))
            .collect();
        for place in places {
            let reads = |exit: Option<&Exit>, starts: &[FuncId]| {
                let mut all = handlers.clone();
                all.extend_from_slice(starts);
                reads_first(program, pair.new, (exit, &all), place)
            };
            let (kept, lost): (Vec<_>, Vec<_>) = if plan.always.is_some() {
                (plan.waits.clone(), Vec::new())
            } else {
                plan.waits.drain(..).partition(|wait| {
                    let (exit, starts) = goes_on(wait);
                    !reads(exit.as_ref(), &starts)
                })
            };
            plan.waits = kept;
            let sent = plan.always.or(plan.otherwise).filter(|to| reads(None, &[*to]));
            if sent.is_some() {
                (plan.always, plan.otherwise) = (None, None);
            }
            if sent.is_some() || (!lost.is_empty() && plan.otherwise.is_none()) {
                short.push((place, old.name.clone()));
            }
        }
    }
}

/// Where a wait goes on: an exit, or functions.
fn goes_on(wait: &WaitPlan) -> (Option<Exit>, Vec<FuncId>) {
    match wait {
        WaitPlan::Slot { to, .. } => {
            let slots = std::iter::once(to.slot).chain(to.rest.iter().copied()).collect();
            (Some(Exit::Fill { slots, then: to.then }), Vec::new())
        }
        WaitPlan::Confirm { to_yes, to_no, .. } => (None, vec![*to_yes, *to_no]),
        WaitPlan::Choose { to, .. } => (None, to.clone()),
        WaitPlan::ChooseFrom { item, to, .. } => {
            // The label was read when the menu was shown.
            let exit = Exit::ChooseFrom {
                prompt: None,
                item: item.clone(),
                label: *to,
                then: *to,
                none: None,
            };
            (Some(exit), Vec::new())
        }
        WaitPlan::Until { to, .. } | WaitPlan::Return { to, .. } => (None, vec![*to]),
    }
}

impl Lacking {
    fn add(&mut self, pair: &FlowPair<'_, '_>, now: FlowId, short: Vec<(Place, String)>) {
        let states = |place: Place| {
            let of_place = short.iter().filter(|(other, _)| *other == place);
            let names: BTreeSet<String> =
                of_place.map(|(_, state)| format!("{}.{state}", pair.old.name)).collect();
            names.into_iter().collect::<Vec<_>>()
        };
        for (index, lack) in &pair.cells.lacking {
            if pair.cells.asked.contains(index) {
                continue;
            }
            let place = Place { space: Space::Flow, index: *index };
            let name = format!(
                "{}.{}",
                pair.new.name,
                pair.new.cell_names.get(*index as usize).map_or("", String::as_str)
            );
            self.flow.push((name, *index, now, *lack, states(place)));
        }
        for (index, _) in &pair.spaces.session.lacking {
            let place = Place { space: Space::Session, index: *index };
            self.session.push((*index, states(place)));
        }
    }

    fn report(self, names: &Names<'_>, spaces: Spaces<'_>, found: &mut Found) {
        for (name, index, flow, lack, states) in self.flow {
            let at = names.new.flows.get(flow.index()).map(|flow| {
                let own =
                    |slot: &&crate::ir::SlotDef| slot.place == Place { space: Space::Flow, index };
                flow.slots.iter().find(own).map_or(flow.at, |slot| slot.at)
            });
            report_lack(&name, lack, &states, at, found);
        }
        for (index, lack) in &spaces.session.lacking {
            if spaces.session.asked.contains(index) {
                continue;
            }
            let Some(slot) = names.new.session_slots.get(*index as usize) else { continue };
            let states = self.session.iter().filter(|(other, _)| other == index);
            let states: BTreeSet<String> = states.flat_map(|(_, states)| states.clone()).collect();
            let states: Vec<String> = states.into_iter().collect();
            report_lack(&slot.name, *lack, &states, Some(slot.at), found);
        }
    }
}

fn report_lack(
    name: &str,
    lack: Lack,
    states: &[String],
    at: Option<crate::base::FileSpan>,
    found: &mut Found,
) {
    if states.is_empty() {
        return;
    }
    let quoted: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
    let quoted = quoted.join(", ");
    let mut change = match lack {
        Lack::New => Change::new(Class::NeedsMigrate, "slot", name)
            .says(format!("is new, and read before it can be filled by sessions that wait in {quoted}")),
        Lack::OtherType => Change::new(Class::Breaking, "slot", name).says(format!(
            "has another type, and is read before it is filled again by sessions that wait in {quoted}"
        )),
    };
    change.new_at = at;
    // What was said of it as harmless does not hold.
    found.retain(|other| {
        !(other.name == name && other.what == "slot" && other.class == Class::Safe)
    });
    found.push(change.help(format!(
        "say `slot … is {name}` if it had another name, `slot {name} default …`, or `default empty`"
    )));
}

/// The silence handlers that hold in a state.
fn own_or<'h>(own: &'h Handlers, of_flow: &'h Handlers) -> &'h [(i64, FuncId)] {
    if own.silences.is_empty() { &of_flow.silences } else { &own.silences }
}

/// How many of the new handlers have had their turn, by how many of the old ones have.
fn silences(old: &[(i64, FuncId)], new: &[(i64, FuncId)]) -> Vec<u32> {
    let had = |last: Option<i64>| {
        let count = last.map_or(0, |last| new.iter().filter(|(ms, _)| *ms <= last).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    let lasts = std::iter::once(None).chain(old.iter().map(|(ms, _)| Some(*ms)));
    lasts.map(had).collect()
}
