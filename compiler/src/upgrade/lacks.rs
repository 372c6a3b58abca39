//! Whether code reads a cell before it fills it: what a session that comes over without a value
//! there would find empty.

use std::collections::BTreeSet;

use super::unfilled::holds;
use super::waits::handler_functions;
use crate::ir::verify::followers;
use crate::ir::{
    Exit, FlowDef, FuncId, Function, Inst, Place, Program, SlotDef, SlotIndex, StateId, Terminator,
};

/// Whether `place` may be read, from an exit or one of `starts` on, before it is filled.
pub(super) fn reads_first(
    program: &Program,
    flow: &FlowDef,
    (exit, starts): (Option<&Exit>, &[FuncId]),
    place: Place,
) -> bool {
    let mut walk = Walk { program, flow, place, open: starts.to_vec(), seen: BTreeSet::new() };
    if exit.is_some_and(|exit| walk.exit(exit)) {
        return true;
    }
    while let Some(id) = walk.open.pop() {
        let Some(function) = program.functions.get(id.index()).filter(|_| walk.seen.insert(id))
        else {
            continue;
        };
        if walk.function(function) {
            return true;
        }
    }
    false
}

struct Walk<'w> {
    program: &'w Program,
    flow: &'w FlowDef,
    place: Place,
    open: Vec<FuncId>,
    seen: BTreeSet<FuncId>,
}

impl Walk<'_> {
    /// Whether the function reads it first; where it leaves with the cell unfilled is looked at
    /// next.
    fn function(&mut self, function: &Function) -> bool {
        let (mut open, mut seen) = (vec![0], BTreeSet::new());
        while let Some(block) = open.pop() {
            let Some(block) = function.blocks.get(block as usize).filter(|_| seen.insert(block))
            else {
                continue;
            };
            let mut filled = false;
            for inst in &block.insts {
                match inst {
                    Inst::Load { place, .. } if *place == self.place => return true,
                    Inst::Store { place, .. } if *place == self.place => {
                        filled = true;
                        break;
                    }
                    _ => {}
                }
            }
            if filled {
                continue;
            }
            match &block.end {
                Terminator::Jump(to) => open.push(to.0),
                Terminator::Branch { then, otherwise, .. } => open.extend([then.0, otherwise.0]),
                Terminator::Exit { exit, .. } => {
                    let exit = function.exits.get(*exit as usize);
                    if exit.is_some_and(|exit| self.exit(exit)) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Whether what an exit does at once reads the cell.
    fn exit(&mut self, exit: &Exit) -> bool {
        match exit {
            Exit::Goto(state) => {
                self.state(*state);
                false
            }
            Exit::Fill { slots, then } => self.fill(slots, *then),
            Exit::Do { bind, handlers, failed, then, .. } => {
                self.open.extend(handlers.iter().map(|(_, body)| *body).chain(*failed));
                if !bind.as_ref().is_some_and(|bind| holds(bind, self.place)) {
                    self.open.push(*then);
                }
                false
            }
            Exit::ChooseFrom { item, label, then, none, .. } => {
                self.open.extend(*none);
                if !holds(item, self.place) {
                    self.open.extend([*label, *then]);
                }
                false
            }
            exit => {
                self.open.extend(followers(exit));
                false
            }
        }
    }

    /// A state that is entered; its handlers may run as long as it waits.
    fn state(&mut self, state: StateId) {
        let Some(state) = self.flow.states.get(state.index()) else { return };
        self.open.push(state.entry);
        self.open.extend(handler_functions(&state.handlers));
    }

    fn fill(&mut self, slots: &[SlotIndex], then: FuncId) -> bool {
        let defs = || slots.iter().filter_map(|slot| self.flow.slots.get(slot.index()));
        let fills = |slot: &SlotDef| slot.place == self.place;
        // Questions are asked in order; what is filled before is there.
        let before: Vec<&SlotDef> = defs().take_while(|slot| !fills(slot)).collect();
        let own = defs().find(|slot| fills(slot));
        let asks = before.iter().copied().chain(own).filter_map(|slot| slot.ask);
        let checks = before.iter().flat_map(|slot| &slot.checks);
        let checks = checks.flat_map(|check| [Some(check.cond), check.otherwise]).flatten();
        let code: Vec<FuncId> = asks.chain(checks).collect();
        let filled = own.is_some();
        if !filled {
            self.open.push(then);
        }
        code.into_iter().any(|code| self.reads(code))
    }

    fn reads(&self, code: FuncId) -> bool {
        let function = self.program.functions.get(code.index());
        let insts = function.into_iter().flat_map(|f| &f.blocks).flat_map(|block| &block.insts);
        insts
            .into_iter()
            .any(|inst| matches!(inst, Inst::Load { place, .. } if *place == self.place))
    }
}
