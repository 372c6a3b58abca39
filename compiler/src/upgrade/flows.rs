//! Flows and their states: what each is now, and whether sessions that wait there can go on.

use std::collections::BTreeSet;

use super::cells::{self, Cells};
use super::matching::{FlowPair, Matched};
use super::names::{Names, Spaces, by_name};
use super::plan::{FlowPlan, StatePlan};
use super::said::Said;
use super::same::same_code;
use super::takeover::{Lacking, Takeover};
use super::waits::{Origin, Waits, can_wait, of_handlers, of_state};
use super::{Change, Class, Found};
use crate::diag::closest;
use crate::ir::{
    FlowDef, FlowId, FuncId, Handlers, Place, SlotIndex, Space, StateDef, StateId, handlers,
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
        let mut takeover = Takeover::new(pair, self.said, now);
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
                given: Vec::new(),
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
            }
            takeover.check(state, to_def, &mut plan);
            states.push(plan);
        }
        self.new_states(found);
        lacking.add(takeover);
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
            && handlers(old).zip(handlers(new)).all(|(old, new)| same_code(self.pair, old, new))
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
