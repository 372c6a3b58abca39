//! Whether code reads a cell before it fills it: what a session that comes over without a value
//! there would find empty.

use std::collections::BTreeSet;

use super::empty::Empty;
use crate::ir::{
    Exit, FlowDef, FuncId, Function, Inst, Place, Program, SlotDef, SlotIndex, Terminator,
};

/// Whether `place` may be read, from an exit or one of `starts` on, before it is filled.
pub(super) fn reads_first(
    program: &Program,
    flow: &FlowDef,
    (exit, starts): (Option<&Exit>, &[FuncId]),
    place: Place,
) -> bool {
    let mut walk = Walk { ahead: Empty::new(program, flow, place), place };
    walk.ahead.begin(starts.iter().copied());
    if exit.is_some_and(|exit| walk.exit(exit)) {
        return true;
    }
    while let Some(function) = walk.ahead.next() {
        if walk.function(function) {
            return true;
        }
    }
    false
}

struct Walk<'w> {
    ahead: Empty<'w>,
    place: Place,
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
        self.ahead.leave(exit);
        match exit {
            Exit::Fill { slots, .. } => self.asking_reads(slots),
            _ => false,
        }
    }

    /// Whether it is read where slots are asked for and checked, before it is filled itself.
    fn asking_reads(&self, slots: &[SlotIndex]) -> bool {
        let defs = || slots.iter().filter_map(|slot| self.ahead.flow.slots.get(slot.index()));
        let fills = |slot: &SlotDef| slot.place == self.place;
        // Questions are asked in order; what is filled before is there.
        let before: Vec<&SlotDef> = defs().take_while(|slot| !fills(slot)).collect();
        let own = defs().find(|slot| fills(slot));
        let asks = before.iter().copied().chain(own).filter_map(|slot| slot.ask);
        let checks = before.iter().flat_map(|slot| &slot.checks);
        let checks = checks.flat_map(|check| [Some(check.cond), check.otherwise]).flatten();
        asks.chain(checks).any(|code| self.reads(code))
    }

    fn reads(&self, code: FuncId) -> bool {
        let function = self.ahead.program.functions.get(code.index());
        let insts = function.into_iter().flat_map(|f| &f.blocks).flat_map(|block| &block.insts);
        insts
            .into_iter()
            .any(|inst| matches!(inst, Inst::Load { place, .. } if *place == self.place))
    }
}
