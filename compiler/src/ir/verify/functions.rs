//! One function: its instructions, blocks and exits.

use std::collections::BTreeSet;

use super::assigned::assigned_before_read;
use super::shapes::verify_cells;
use super::texts::{say_uses, text_use, values_needed};
use super::{Checked, Role, fail, followers, place_in, role, within};
use crate::base::limits::{FUNCTION_REGS_MAX, NESTING_MAX, VALUES_HANDED_MAX};
use crate::ir::interp::constant;
use crate::ir::{
    BlockId, Const, EmitDef, Exit, Function, Heap, Helper, Inst, Place, Program, RecordCells,
    SkillId, Space, Terminator, TextUse, Type, cells_of,
};

/// Urgency levels: low, normal, high, critical.
const URGENCY_LEVELS: u8 = 4;

/// Checks one function of a program whose spaces have these sizes.
pub(super) fn verify_function(program: &Program, function: &Function, sizes: [u32; 4]) -> Checked {
    Verifier { program, function, sizes }.function()
}

struct Verifier<'p> {
    program: &'p Program,
    function: &'p Function,
    sizes: [u32; 4],
}

impl Verifier<'_> {
    fn fail(&self, what: impl Into<String>) -> Checked {
        fail(&self.function.name, what)
    }

    fn function(&self) -> Checked {
        let function = self.function;
        if function.blocks.is_empty() {
            return self.fail("it has no block");
        }
        if function.regs as usize > FUNCTION_REGS_MAX {
            return self.fail("it has too many registers");
        }
        let mut writes = BTreeSet::new();
        for block in &function.blocks {
            for inst in &block.insts {
                self.inst(inst)?;
                if let Inst::Store { place, .. } | Inst::Clear { place } = inst {
                    writes.insert(*place);
                }
            }
            self.terminator(&block.end)?;
        }
        if !writes.iter().eq(&function.writes) {
            return self.fail("its list of written places is wrong");
        }
        function.exits.iter().try_for_each(|exit| self.exit(exit))?;
        assigned_before_read(function)
    }

    fn inst(&self, inst: &Inst) -> Checked {
        match inst {
            Inst::Load { place, .. } | Inst::Has { place, .. } => self.place(*place),
            Inst::Store { place, .. } | Inst::Clear { place } => {
                if !matches!(place.space, Space::Session | Space::Flow) {
                    return self.fail("it writes what is read only");
                }
                self.place(*place)
            }
            Inst::Const { value, .. } => self.constant(*value),
            Inst::Call { helper, args, .. } => {
                self.handed(args.len())?;
                match helper {
                    Helper::Matches(regex) => within(
                        *regex,
                        self.program.regexes.len(),
                        &self.function.name,
                        "regular expression",
                    ),
                    _ => Ok(()),
                }
            }
            Inst::Emit { emit, args } => {
                self.handed(args.len())?;
                within(emit.0, self.program.emits.len(), &self.function.name, "emit")?;
                match self.program.emits.get(emit.index()) {
                    Some(EmitDef::Say(say)) => {
                        say_uses(say).into_iter().try_for_each(|used| self.values(used, args.len()))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// A constant is a text that is there, or the bits of a value.
    fn constant(&self, value: Const) -> Checked {
        match value {
            Const::Empty => Ok(()),
            Const::Text(id) => {
                within(id.0, self.program.strings.len(), &self.function.name, "text constant")
            }
            Const::Scalar { kind, .. } => {
                let cell = constant(value);
                let mut heap = Heap::default();
                let meant = heap.value(cell, &[]);
                if kind.is_scalar() && meant.is_some() && heap.cell(meant.as_ref()) == cell {
                    Ok(())
                } else {
                    self.fail("a constant is no value of its kind")
                }
            }
        }
    }

    /// Values handed over at once lie on the stack of machine code.
    fn handed(&self, count: usize) -> Checked {
        if count <= VALUES_HANDED_MAX {
            Ok(())
        } else {
            self.fail("it hands over too many values at once")
        }
    }

    fn values(&self, used: TextUse, given: usize) -> Checked {
        text_use(self.program, used, &self.function.name)?;
        if values_needed(self.program, used) > given {
            return self.fail("a text gets fewer values than it shows");
        }
        Ok(())
    }

    fn place(&self, place: Place) -> Checked {
        place_in(place, self.sizes, &self.function.name)
    }

    fn terminator(&self, end: &Terminator) -> Checked {
        let block =
            |id: BlockId| within(id.0, self.function.blocks.len(), &self.function.name, "block");
        match end {
            Terminator::Jump(to) => block(*to),
            Terminator::Branch { then, otherwise, .. } => {
                block(*then).and_then(|()| block(*otherwise))
            }
            Terminator::Exit { exit, args } => match self.function.exits.get(*exit as usize) {
                Some(exit) => self.exit_args(exit, args.len()),
                None => self.fail(format!("there is no exit {exit}")),
            },
        }
    }

    fn exit_args(&self, exit: &Exit, given: usize) -> Checked {
        self.handed(given)?;
        let at_least = |n: usize| {
            if given >= n { Ok(()) } else { self.fail("an exit hands over too few values") }
        };
        match exit {
            Exit::Value | Exit::Wait { .. } | Exit::ChooseFrom { prompt: None, .. } => at_least(1),
            Exit::Text(used) | Exit::Confirm { text: used, .. } => self.values(*used, given),
            Exit::ChooseFrom { prompt: Some(used), .. } => {
                at_least(1)?;
                self.values(*used, given)
            }
            Exit::Choose { prompt, arms } => {
                let uses = prompt.iter().chain(arms.iter().map(|(used, _)| used));
                uses.into_iter().try_for_each(|used| self.values(*used, given))
            }
            Exit::Handoff { because: Some(used), .. } => self.values(*used, given),
            Exit::Do { action, .. } => {
                at_least(self.program.actions.get(action.index()).map_or(0, |a| a.params.len()))
            }
            Exit::Call { slots, .. } => at_least(slots.len()),
            _ => Ok(()),
        }
    }

    fn exit(&self, exit: &Exit) -> Checked {
        let (name, program) = (&self.function.name, self.program);
        followers(exit).into_iter().try_for_each(|then| role(program, then, Role::Steps, name))?;
        let skill = |id: &Option<SkillId>| {
            id.map_or(Ok(()), |id| within(id.0, program.skills.len(), name, "skill"))
        };
        match exit {
            Exit::Handoff { skill: to, .. } | Exit::MissHandoff { skill: to } => skill(to),
            Exit::Skill { skill: to, rule } => {
                skill(&Some(*to))?;
                within(*rule, program.route.rules.len(), name, "rule")
            }
            Exit::Urgency { level: URGENCY_LEVELS.., .. } => self.fail("there is no such urgency"),
            Exit::Urgency { rule, .. } => {
                rule.map_or(Ok(()), |rule| within(rule, program.route.rules.len(), name, "rule"))
            }
            Exit::Call { flow, slots, .. } => {
                within(flow.0, program.flows.len(), name, "flow")?;
                let known = program.flows.get(flow.index()).map_or(0, |flow| flow.slots.len());
                slots.iter().try_for_each(|slot| within(slot.0, known, name, "slot"))
            }
            Exit::ChooseFrom { item, label, .. } => {
                role(program, *label, Role::Text, name)?;
                self.cells(item, None)
            }
            Exit::Do { action, bind, handlers, .. } => {
                within(action.0, program.actions.len(), name, "action")?;
                let action = program.actions.get(action.index());
                let errors = action.map_or(0, |action| action.errors.len());
                handlers.iter().try_for_each(|(error, _)| within(*error, errors, name, "error"))?;
                let result = action.and_then(|action| action.result.as_ref());
                match (bind, result) {
                    (Some(bind), Some(result)) => self.cells(bind, Some(result)),
                    (Some(_), None) => self.fail("it keeps a result that there is not"),
                    (None, _) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn cells(&self, cells: &RecordCells, ty: Option<&Type>) -> Checked {
        let place = |place: Place| {
            if place.space == Space::Flow {
                self.place(place)
            } else {
                self.fail("a result lies in the flow's cells")
            }
        };
        verify_cells(cells, ty, &self.function.name, &place, NESTING_MAX)
    }
}

/// Every place that a function and its exits name lies within a flow of so many cells, or outside
/// any flow.
pub(super) fn within_flow(function: &Function, cells: u32) -> Checked {
    let own = |place: &Place| {
        if place.space == Space::Flow {
            within(place.index, cells as usize, &function.name, "cell of its flow")
        } else {
            Ok(())
        }
    };
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        if let Inst::Load { place, .. }
        | Inst::Has { place, .. }
        | Inst::Store { place, .. }
        | Inst::Clear { place } = inst
        {
            own(place)?;
        }
    }
    function.exits.iter().try_for_each(|exit| match exit {
        Exit::ChooseFrom { item: cells, .. } | Exit::Do { bind: Some(cells), .. } => {
            cells_of(cells).iter().try_for_each(own)
        }
        _ => Ok(()),
    })
}
