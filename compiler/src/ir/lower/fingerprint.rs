//! A hash of what each state means.
//!
//! The hash is over a description with names instead of numbers: it stays the same when other
//! states, slots or texts change, and changes when a step, a guard, an action or a slot of the
//! state does. Wording is not part of it: a session may wait through a change of words.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;

use super::Lowering;
use crate::ir::{
    Const, Exit, FlowDef, FuncId, Function, Inst, Place, SlotIndex, Space, Terminator,
};

impl Lowering<'_> {
    /// Fills in the fingerprints, once all code is there.
    pub(super) fn fingerprints(&self, mut flows: Vec<FlowDef>) -> Vec<FlowDef> {
        for flow in &mut flows {
            let found: Vec<_> =
                flow.states.iter().map(|state| self.fingerprint(flow, state.entry)).collect();
            for (state, fingerprint) in flow.states.iter_mut().zip(found) {
                state.fingerprint = fingerprint;
            }
        }
        flows
    }

    fn fingerprint(&self, flow: &FlowDef, entry: FuncId) -> [u8; 16] {
        let mut walk = Walk { flow, seen: HashMap::new(), queue: VecDeque::new() };
        let mut text = String::new();
        walk.number(entry);
        while let Some(id) = walk.queue.pop_front() {
            let Some(function) = self.functions.get(id.index()) else { continue };
            self.write_function(&mut walk, function, &mut text);
        }
        let mut fingerprint = [0; 16];
        fingerprint
            .iter_mut()
            .zip(blake3::hash(text.as_bytes()).as_bytes())
            .for_each(|(to, from)| *to = *from);
        fingerprint
    }

    fn write_function(&self, walk: &mut Walk<'_>, function: &Function, out: &mut String) {
        for block in &function.blocks {
            block.insts.iter().for_each(|inst| self.write_inst(walk.flow, inst, out));
            // Writing to a string cannot fail.
            let _ = match &block.end {
                Terminator::Exit { exit, args } => {
                    self.write_exit(walk, function.exits.get(*exit as usize), out);
                    writeln!(out, "{args:?}")
                }
                end => writeln!(out, "{end:?}"),
            };
        }
    }

    fn write_inst(&self, flow: &FlowDef, inst: &Inst, out: &mut String) {
        let _ = match inst {
            Inst::Const { dst, value: Const::Text(id) } => {
                writeln!(out, "{dst:?} = {:?}", self.strings.get(id.index()))
            }
            Inst::Load { dst, place } => writeln!(out, "{dst:?} = {}", place_name(flow, *place)),
            Inst::Has { dst, place } => writeln!(out, "{dst:?} = has {}", place_name(flow, *place)),
            Inst::Store { place, src } => writeln!(out, "{} = {src:?}", place_name(flow, *place)),
            Inst::Clear { place } => writeln!(out, "clear {}", place_name(flow, *place)),
            Inst::Emit { args, .. } => writeln!(out, "emit {args:?}"),
            inst => writeln!(out, "{inst:?}"),
        };
    }

    fn write_exit(&self, walk: &mut Walk<'_>, exit: Option<&Exit>, out: &mut String) {
        let flow = walk.flow;
        let slot_name = |slot: &SlotIndex| {
            flow.slots.get(slot.index()).map(|slot| slot.name.as_str()).unwrap_or_default()
        };
        let _ = match exit {
            Some(Exit::Goto(state)) => {
                let name = flow.states.get(state.index()).map(|state| state.name.as_str());
                write!(out, "goto {name:?} ")
            }
            Some(Exit::Fill { slots, then }) => {
                let names: Vec<_> = slots.iter().map(slot_name).collect();
                write!(out, "fill {names:?} {} ", walk.number(*then))
            }
            Some(Exit::Confirm { yes, no, .. }) => {
                write!(out, "confirm {} {} ", walk.number(*yes), walk.number(*no))
            }
            Some(Exit::Choose { arms, .. }) => {
                let arms: Vec<_> = arms.iter().map(|(_, then)| walk.number(*then)).collect();
                write!(out, "choose {arms:?} ")
            }
            Some(Exit::ChooseFrom { item, then, none, .. }) => {
                let none = none.map(|none| walk.number(none));
                write!(out, "choose {item:?} {} {none:?} ", walk.number(*then))
            }
            Some(Exit::Do { action, bind, handlers, failed, then }) => {
                let name = self.project.actions.get(action.index()).map(|a| a.name.as_str());
                let handlers: Vec<_> =
                    handlers.iter().map(|(error, body)| (*error, walk.number(*body))).collect();
                let failed = failed.map(|failed| walk.number(failed));
                write!(out, "do {name:?} {bind:?} {handlers:?} {failed:?} {} ", walk.number(*then))
            }
            Some(Exit::Call { flow: called, slots, then }) => {
                let name = self.project.flows.get(called.index()).map(|f| f.name.as_str());
                write!(out, "call {name:?} {slots:?} {} ", walk.number(*then))
            }
            Some(Exit::Handoff { skill, .. }) => {
                let skill = skill.and_then(|id| self.project.skills.get(id.index()));
                write!(out, "handoff {:?} ", skill.map(|skill| skill.name.as_str()))
            }
            Some(
                Exit::Continue(then)
                | Exit::Wait { then }
                | Exit::Repeat { then }
                | Exit::Abandon { then }
                | Exit::Correct { then },
            ) => write!(out, "{:?} {} ", exit.map(std::mem::discriminant), walk.number(*then)),
            exit => write!(out, "{exit:?} "),
        };
    }
}

/// The functions of one state, numbered as they are met.
struct Walk<'f> {
    flow: &'f FlowDef,
    seen: HashMap<FuncId, usize>,
    queue: VecDeque<FuncId>,
}

impl Walk<'_> {
    fn number(&mut self, id: FuncId) -> usize {
        let next = self.seen.len();
        *self.seen.entry(id).or_insert_with(|| {
            self.queue.push_back(id);
            next
        })
    }
}

fn place_name(flow: &FlowDef, place: Place) -> String {
    match place.space {
        Space::Flow => flow.cell_names.get(place.index as usize).cloned().unwrap_or_default(),
        _ => format!("{place:?}"),
    }
}
