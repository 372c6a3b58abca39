//! Whether code of the old program and code of the new one do the same, names for names. Wording
//! is not looked at.

use std::collections::BTreeSet;

use super::matching::FlowPair;
use crate::ir::{
    Block, Const, EmitDef, EmitId, Exit, FuncId, Function, Helper, Inst, Place, RecordCells, Space,
};

/// Whether two functions, and all they go on in, do the same.
pub(super) fn same_code(pair: &FlowPair<'_, '_>, old: FuncId, new: FuncId) -> bool {
    let mut walk = Walk { pair, seen: BTreeSet::new(), open: vec![(old, new)] };
    walk.all()
}

/// Whether two exits, and all they go on in, do the same.
pub(super) fn same_exit(pair: &FlowPair<'_, '_>, old: &Exit, new: &Exit) -> bool {
    let mut walk = Walk { pair, seen: BTreeSet::new(), open: Vec::new() };
    walk.exit(old, new) && walk.all()
}

struct Walk<'w, 'a, 'p> {
    pair: &'w FlowPair<'a, 'p>,
    seen: BTreeSet<(FuncId, FuncId)>,
    open: Vec<(FuncId, FuncId)>,
}

impl Walk<'_, '_, '_> {
    fn all(&mut self) -> bool {
        while let Some((old, new)) = self.open.pop() {
            if !self.seen.insert((old, new)) {
                continue;
            }
            let was = self.pair.names.old.functions.get(old.index());
            let is = self.pair.names.new.functions.get(new.index());
            let Some((was, is)) = was.zip(is) else { return false };
            if !self.function(was, is) {
                return false;
            }
        }
        true
    }

    fn function(&mut self, old: &Function, new: &Function) -> bool {
        old.blocks.len() == new.blocks.len()
            && old.exits.len() == new.exits.len()
            && old.blocks.iter().zip(&new.blocks).all(|(old, new)| self.block(old, new))
            && old.exits.iter().zip(&new.exits).all(|(old, new)| self.exit(old, new))
    }

    fn block(&self, old: &Block, new: &Block) -> bool {
        old.end == new.end
            && old.insts.len() == new.insts.len()
            && old.insts.iter().zip(&new.insts).all(|(old, new)| self.inst(old, new))
    }

    fn inst(&self, old: &Inst, new: &Inst) -> bool {
        match (old, new) {
            (
                Inst::Const { dst: was, value: Const::Text(old) },
                Inst::Const { dst: is, value: Const::Text(new) },
            ) => {
                let names = self.pair.names;
                was == is
                    && names.old.strings.get(old.index()) == names.new.strings.get(new.index())
            }
            (Inst::Load { dst: was, place: old }, Inst::Load { dst: is, place: new })
            | (Inst::Has { dst: was, place: old }, Inst::Has { dst: is, place: new })
            | (Inst::Store { place: old, src: was }, Inst::Store { place: new, src: is }) => {
                was == is && self.place(*old, *new)
            }
            (Inst::Clear { place: old }, Inst::Clear { place: new }) => self.place(*old, *new),
            (Inst::Emit { emit: old, args: was }, Inst::Emit { emit: new, args: is }) => {
                was.len() == is.len() && self.emit(*old, *new)
            }
            (
                Inst::Call { dst: was, helper: Helper::Matches(old), args: before },
                Inst::Call { dst: is, helper: Helper::Matches(new), args: now },
            ) => {
                let names = self.pair.names;
                let (old, new) =
                    (names.old.regexes.get(*old as usize), names.new.regexes.get(*new as usize));
                was == is && before == now && old == new
            }
            (old, new) => old == new,
        }
    }

    fn emit(&self, old: EmitId, new: EmitId) -> bool {
        let names = self.pair.names;
        match (names.old.emits.get(old.index()), names.new.emits.get(new.index())) {
            (Some(EmitDef::Mark(old)), Some(EmitDef::Mark(new))) => old == new,
            (Some(EmitDef::Say(_)), Some(EmitDef::Say(_))) => true,
            _ => false,
        }
    }

    fn place(&self, old: Place, new: Place) -> bool {
        match old.space {
            Space::Flow => {
                new.space == Space::Flow
                    && self.pair.cells.plan.place_of(old.index) == Some(new.index)
            }
            _ => self.pair.spaces.same_place(old, new),
        }
    }

    fn cells(&self, old: &RecordCells, new: &RecordCells) -> bool {
        match (old, new) {
            (RecordCells::One(old), RecordCells::One(new)) => self.place(*old, *new),
            (RecordCells::Fields(old), RecordCells::Fields(new)) => {
                old.len() == new.len() && old.iter().zip(new).all(|(o, n)| self.cells(o, n))
            }
            _ => false,
        }
    }

    fn go_on(&mut self, old: FuncId, new: FuncId) -> bool {
        self.open.push((old, new));
        true
    }

    fn exit(&mut self, old: &Exit, new: &Exit) -> bool {
        match (old, new) {
            (Exit::Goto(old), Exit::Goto(new)) => {
                self.pair.states.get(old.index()).copied().flatten() == Some(*new)
            }
            (Exit::Fill { slots: was, then: old }, Exit::Fill { slots: is, then: new }) => {
                let now: Option<Vec<_>> = was.iter().map(|slot| self.pair.slot(*slot)).collect();
                now.as_ref() == Some(is) && self.go_on(*old, *new)
            }
            (
                Exit::Confirm { yes: old_yes, no: old_no, .. },
                Exit::Confirm { yes: new_yes, no: new_no, .. },
            ) => self.go_on(*old_yes, *new_yes) && self.go_on(*old_no, *new_no),
            (Exit::Choose { arms: old, .. }, Exit::Choose { arms: new, .. }) => {
                let mut arms = old.iter().zip(new);
                old.len() == new.len() && arms.all(|((_, o), (_, n))| self.go_on(*o, *n))
            }
            (
                Exit::ChooseFrom { item: was, then: old, none: before, .. },
                Exit::ChooseFrom { item: is, then: new, none: now, .. },
            ) => self.cells(was, is) && self.go_on(*old, *new) && self.maybe(*before, *now),
            (Exit::Do { .. }, Exit::Do { .. }) => self.call(old, new),
            (
                Exit::Call { flow: was, slots: before, then: old },
                Exit::Call { flow: is, slots: now, then: new },
            ) => {
                let same = self.pair.names.flows.get(was.index()).copied().flatten() == Some(*is);
                same && before.len() == now.len() && self.go_on(*old, *new)
            }
            (Exit::Handoff { skill: old, .. }, Exit::Handoff { skill: new, .. }) => {
                let now = |id: &crate::ir::SkillId| self.pair.names.skills.get(id.index()).copied();
                old.as_ref().map(|old| now(old).flatten()) == new.as_ref().map(|new| Some(*new))
            }
            (Exit::Text(_), Exit::Text(_)) => true,
            (Exit::Continue(old), Exit::Continue(new))
            | (Exit::Wait { then: old }, Exit::Wait { then: new })
            | (Exit::Repeat { then: old }, Exit::Repeat { then: new })
            | (Exit::Abandon { then: old }, Exit::Abandon { then: new })
            | (Exit::Correct { then: old }, Exit::Correct { then: new }) => self.go_on(*old, *new),
            (old, new) => old == new,
        }
    }

    fn maybe(&mut self, old: Option<FuncId>, new: Option<FuncId>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.go_on(old, new),
            (None, None) => true,
            _ => false,
        }
    }

    fn call(&mut self, old: &Exit, new: &Exit) -> bool {
        let (
            Exit::Do { action: was, bind: old_bind, handlers: old, failed: old_failed, then: goes },
            Exit::Do { action: is, bind: new_bind, handlers: new, failed: new_failed, then: go },
        ) = (old, new)
        else {
            return false;
        };
        let binds = match (old_bind, new_bind) {
            (Some(old), Some(new)) => self.cells(old, new),
            (None, None) => true,
            _ => false,
        };
        let names = self.pair.names;
        let same_action = names.actions.get(was.index()).copied().flatten() == Some(*is);
        let before = names.old.actions.get(was.index());
        let now = names.new.actions.get(is.index());
        let error = |action: Option<&crate::ir::ActionDef>, number: u32| {
            action.and_then(|a| a.errors.get(number as usize)).map(|error| error.name.clone())
        };
        let handled = old.len() == new.len()
            && old.iter().zip(new).all(|((old_error, old), (new_error, new))| {
                error(before, *old_error) == error(now, *new_error) && self.go_on(*old, *new)
            });
        binds
            && same_action
            && handled
            && self.maybe(*old_failed, *new_failed)
            && self.go_on(*goes, *go)
    }
}
