//! Where a flow's code may go on without a value for a cell: what it can rely on, and what not.

use std::collections::BTreeSet;

use super::empty::Empty;
use crate::ir::{
    FlowDef, FuncId, Function, Inst, Place, Program, StateId, Terminator, code_from, code_of,
    handlers,
};

/// The functions that may begin while the cell is empty, on some way from the flow's beginning.
/// A slot with a default of its own is filled there.
pub(super) fn unfilled(program: &Program, flow: &FlowDef, place: Place) -> BTreeSet<FuncId> {
    let mut walk = Empty::new(program, flow, place);
    let filled = flow.slots.iter().any(|slot| slot.place == place && slot.default.is_some());
    if !filled {
        walk.enter(StateId(0));
        walk.begin(handlers(&flow.handlers));
    }
    // What follows where the code itself empties the cell.
    let code = code_from(program, code_of(flow));
    for function in code.filter(|function| function.writes.contains(&place)) {
        follow(&mut walk, function, true);
    }
    while let Some(function) = walk.next() {
        follow(&mut walk, function, false);
    }
    walk.seen()
}

/// Follows where the function leaves while the cell is empty.
fn follow(walk: &mut Empty<'_>, function: &Function, filled: bool) {
    let place = walk.place;
    let (mut open, mut seen) = (vec![(0, filled)], BTreeSet::new());
    while let Some((number, filled)) = open.pop() {
        let Some(block) = function.blocks.get(number as usize) else { continue };
        if !seen.insert((number, filled)) {
            continue;
        }
        let after = block.insts.iter().fold(filled, |filled, inst| match inst {
            Inst::Store { place: stored, .. } if *stored == place => true,
            Inst::Clear { place: cleared } if *cleared == place => false,
            _ => filled,
        });
        match &block.end {
            Terminator::Jump(to) => open.push((to.0, after)),
            Terminator::Branch { then, otherwise, .. } => {
                open.extend([(then.0, after), (otherwise.0, after)]);
            }
            Terminator::Exit { exit, .. } if !after => {
                let exit = function.exits.get(*exit as usize);
                exit.into_iter().for_each(|exit| walk.leave(exit));
            }
            Terminator::Exit { .. } => {}
        }
    }
}
