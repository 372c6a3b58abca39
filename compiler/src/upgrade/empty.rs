//! Where code goes on as long as a cell is empty.

use std::collections::BTreeSet;

use crate::ir::verify::followers;
use crate::ir::{
    Exit, FlowDef, FuncId, Function, Place, Program, RecordCells, StateId, cells_of, handlers,
};

/// A walk over the functions of a flow that may begin while a cell is empty. Whoever walks looks
/// into each function and says by which exits it leaves without a value.
pub(super) struct Empty<'w> {
    pub(super) program: &'w Program,
    pub(super) flow: &'w FlowDef,
    pub(super) place: Place,
    open: Vec<FuncId>,
    seen: BTreeSet<FuncId>,
}

impl<'w> Empty<'w> {
    pub(super) const fn new(program: &'w Program, flow: &'w FlowDef, place: Place) -> Self {
        Self { program, flow, place, open: Vec::new(), seen: BTreeSet::new() }
    }

    /// The next function, each once.
    pub(super) fn next(&mut self) -> Option<&'w Function> {
        while let Some(id) = self.open.pop() {
            let function = self.program.functions.get(id.index());
            if let Some(function) = function.filter(|_| self.seen.insert(id)) {
                return Some(function);
            }
        }
        None
    }

    /// The functions that the walk came by.
    pub(super) fn seen(self) -> BTreeSet<FuncId> {
        self.seen
    }

    /// Functions that begin.
    pub(super) fn begin(&mut self, functions: impl IntoIterator<Item = FuncId>) {
        self.open.extend(functions);
    }

    /// A state that is entered; its handlers may run as long as it waits.
    pub(super) fn enter(&mut self, state: StateId) {
        let Some(state) = self.flow.states.get(state.index()) else { return };
        self.begin(std::iter::once(state.entry).chain(handlers(&state.handlers)));
    }

    /// A function leaves by an exit: what follows, as far as the exit does not fill the cell.
    pub(super) fn leave(&mut self, exit: &Exit) {
        match exit {
            Exit::Goto(state) => self.enter(*state),
            Exit::Fill { slots, then } => {
                let mut defs = slots.iter().filter_map(|slot| self.flow.slots.get(slot.index()));
                if !defs.any(|slot| slot.place == self.place) {
                    self.begin([*then]);
                }
            }
            Exit::Do { bind, handlers, failed, then, .. } => {
                self.begin(handlers.iter().map(|(_, body)| *body).chain(*failed));
                if !bind.as_ref().is_some_and(|bind| holds(bind, self.place)) {
                    self.begin([*then]);
                }
            }
            Exit::ChooseFrom { item, label, then, none, .. } => {
                self.begin(*none);
                if !holds(item, self.place) {
                    self.begin([*label, *then]);
                }
            }
            exit => self.begin(followers(exit)),
        }
    }
}

/// Whether a value that is spread over cells fills the place.
pub(super) fn holds(cells: &RecordCells, place: Place) -> bool {
    cells_of(cells).contains(&place)
}
