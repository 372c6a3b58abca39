//! Where a flow's code may go on without a value for a cell: what it can rely on, and what not.

use std::collections::BTreeSet;

use super::waits::handler_functions;
use crate::ir::verify::followers;
use crate::ir::{
    Exit, FlowDef, FuncId, Function, Inst, Place, Program, RecordCells, StateId, Terminator,
};

/// The functions that may begin while the cell is empty, on some way from the flow's beginning.
/// A slot with a default of its own is filled there.
pub(super) fn unfilled(program: &Program, flow: &FlowDef, place: Place) -> BTreeSet<FuncId> {
    let mut walk = Walk { program, flow, place, open: Vec::new(), seen: BTreeSet::new() };
    let filled = flow.slots.iter().any(|slot| slot.place == place && slot.default.is_some());
    if !filled {
        walk.state(StateId(0));
        walk.open.extend(handler_functions(&flow.handlers));
    }
    walk.cleared();
    while let Some(id) = walk.open.pop() {
        if let Some(function) = program.functions.get(id.index()).filter(|_| walk.seen.insert(id)) {
            walk.function(function, false);
        }
    }
    walk.seen
}

struct Walk<'w> {
    program: &'w Program,
    flow: &'w FlowDef,
    place: Place,
    open: Vec<FuncId>,
    seen: BTreeSet<FuncId>,
}

impl Walk<'_> {
    /// What follows where the code itself empties the cell.
    fn cleared(&mut self) {
        let (program, flow) = (self.program, self.flow);
        let states = flow.states.iter();
        let mut open: Vec<FuncId> = states
            .flat_map(|state| {
                std::iter::once(state.entry).chain(handler_functions(&state.handlers))
            })
            .chain(handler_functions(&flow.handlers))
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some(function) = program.functions.get(id.index()).filter(|_| seen.insert(id))
            else {
                continue;
            };
            open.extend(function.exits.iter().flat_map(followers));
            if function.writes.contains(&self.place) {
                self.function(function, true);
            }
        }
    }

    /// Follows where the function leaves while the cell is empty.
    fn function(&mut self, function: &Function, filled: bool) {
        let (mut open, mut seen) = (vec![(0, filled)], BTreeSet::new());
        while let Some((number, filled)) = open.pop() {
            let Some(block) = function.blocks.get(number as usize) else { continue };
            if !seen.insert((number, filled)) {
                continue;
            }
            let after = block.insts.iter().fold(filled, |filled, inst| match inst {
                Inst::Store { place, .. } if *place == self.place => true,
                Inst::Clear { place } if *place == self.place => false,
                _ => filled,
            });
            match &block.end {
                Terminator::Jump(to) => open.push((to.0, after)),
                Terminator::Branch { then, otherwise, .. } => {
                    open.extend([(then.0, after), (otherwise.0, after)]);
                }
                Terminator::Exit { exit, .. } if !after => {
                    if let Some(exit) = function.exits.get(*exit as usize) {
                        self.exit(exit);
                    }
                }
                Terminator::Exit { .. } => {}
            }
        }
    }

    fn exit(&mut self, exit: &Exit) {
        match exit {
            Exit::Goto(state) => self.state(*state),
            Exit::Fill { slots, then } => {
                let mut defs = slots.iter().filter_map(|slot| self.flow.slots.get(slot.index()));
                if !defs.any(|slot| slot.place == self.place) {
                    self.open.push(*then);
                }
            }
            Exit::Do { bind, handlers, failed, then, .. } => {
                self.open.extend(handlers.iter().map(|(_, body)| *body).chain(*failed));
                if !bind.as_ref().is_some_and(|bind| holds(bind, self.place)) {
                    self.open.push(*then);
                }
            }
            Exit::ChooseFrom { item, then, none, .. } => {
                self.open.extend(*none);
                if !holds(item, self.place) {
                    self.open.push(*then);
                }
            }
            exit => self.open.extend(followers(exit)),
        }
    }

    fn state(&mut self, state: StateId) {
        let Some(state) = self.flow.states.get(state.index()) else { return };
        self.open.push(state.entry);
        self.open.extend(handler_functions(&state.handlers));
    }
}

/// Whether a value that is spread over cells fills the place.
pub(super) fn holds(cells: &RecordCells, place: Place) -> bool {
    match cells {
        RecordCells::One(one) => *one == place,
        RecordCells::Fields(parts) => parts.iter().any(|part| holds(part, place)),
    }
}
