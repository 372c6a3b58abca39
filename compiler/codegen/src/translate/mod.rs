//! One IR function to cranelift IR. A register is two 64-bit variables: what it holds (`meta`)
//! and the value (`bits`). The optimiser sees through those whose kind is known.

mod calls;
mod regs;
mod sums;

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, Block as CodeBlock, FuncRef, InstBuilder as _, MemFlagsData, StackSlot, StackSlotData,
    StackSlotKind, Value, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId as ModuleFuncId, Module as _};
use flowright_compiler::ir::interp::constant;
use flowright_compiler::ir::{BlockId, Const, Function, Inst, Place, Reg, Terminator};

use crate::abi::{BITS, CELL_BYTES, EXIT_ARGS, FUEL, META, OUT_OF_FUEL, SPACES, Tables};
use crate::module::{Calls, call_args_max};

/// What the verifier rules out.
type Unsound = &'static str;

/// Fills `code` with the function's code.
pub(crate) fn translate(
    function: &Function,
    module: &mut JITModule,
    calls: &Calls,
    tables: &mut Tables,
    code: &mut ir::Function,
    builder_cx: &mut FunctionBuilderContext,
) -> Result<(), Unsound> {
    let mut b = FunctionBuilder::new(code, builder_cx);
    let mut variable = || b.declare_var(types::I64);
    let regs = (0..function.regs).map(|_| (variable(), variable())).collect();
    let fuel = variable();
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let frame = *b.block_params(entry).first().ok_or("a frame")?;
    let slot = |cells: usize, b: &mut FunctionBuilder<'_>| {
        let bytes = u32::try_from(cells.max(1)).unwrap_or(1) * CELL_BYTES.unsigned_abs();
        b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 4))
    };
    let (args, out) = (slot(call_args_max(function), &mut b), slot(1, &mut b));
    let spaces = [0, 8, 16, 24].map(|at| b.ins().load(types::I64, flags(), frame, SPACES + at));
    let budget = b.ins().load(types::I64, flags(), frame, FUEL);
    b.def_var(fuel, budget);
    let blocks: Vec<CodeBlock> = function.blocks.iter().map(|_| b.create_block()).collect();
    let spent = b.create_block();
    b.set_cold_block(spent);
    let first = *blocks.first().ok_or("a first block")?;
    b.ins().jump(first, &[]);
    let mut t = Translation {
        b,
        module,
        calls,
        tables,
        regs,
        fuel,
        frame,
        spaces,
        args,
        out,
        spent,
        blocks,
        imported: HashMap::new(),
        conds: HashMap::new(),
    };
    for (block, code) in function.blocks.iter().zip(t.blocks.clone()) {
        t.b.switch_to_block(code);
        t.conds.clear();
        t.spend_fuel();
        block.insts.iter().try_for_each(|inst| t.inst(inst))?;
        t.end(&block.end)?;
    }
    t.out_of_fuel();
    t.b.seal_all_blocks();
    let config = t.module.target_config();
    t.b.finalize(config);
    Ok(())
}

fn flags() -> MemFlagsData {
    MemFlagsData::trusted()
}

struct Translation<'f, 'm> {
    b: FunctionBuilder<'f>,
    module: &'m mut JITModule,
    calls: &'m Calls,
    tables: &'m mut Tables,
    regs: Vec<(Variable, Variable)>,
    fuel: Variable,
    frame: Value,
    spaces: [Value; 4],
    /// Room for the values of calls.
    args: StackSlot,
    /// Room for what a call gives.
    out: StackSlot,
    spent: CodeBlock,
    blocks: Vec<CodeBlock>,
    imported: HashMap<ModuleFuncId, FuncRef>,
    /// Registers of this block known to hold a bool that is never empty, as its flag.
    conds: HashMap<Reg, Value>,
}

impl Translation<'_, '_> {
    /// One unit a block, as in the interpreter.
    fn spend_fuel(&mut self) {
        let left = self.b.use_var(self.fuel);
        let go_on = self.b.create_block();
        self.b.ins().brif(left, go_on, &[], self.spent, &[]);
        self.b.switch_to_block(go_on);
        let less = self.b.ins().iadd_imm_s(left, -1);
        self.b.def_var(self.fuel, less);
    }

    fn out_of_fuel(&mut self) {
        self.b.switch_to_block(self.spent);
        let none = self.int(0);
        self.b.ins().store(flags(), none, self.frame, FUEL);
        let result = self.int(OUT_OF_FUEL.cast_signed());
        self.b.ins().return_(&[result]);
    }

    fn place(&self, place: Place) -> Result<(Value, i32), Unsound> {
        let base = *self.spaces.get(place.space as usize).ok_or("a space")?;
        let at = i32::try_from(place.index).ok().and_then(|index| index.checked_mul(CELL_BYTES));
        Ok((base, at.filter(|at| *at < i32::MAX - CELL_BYTES).ok_or("a place")?))
    }

    fn inst(&mut self, inst: &Inst) -> Result<(), Unsound> {
        match inst {
            Inst::Const { dst, value } => self.constant(*dst, *value),
            Inst::Load { dst, place } => {
                let (base, at) = self.place(*place)?;
                let meta = self.b.ins().load(types::I64, flags(), base, at + META);
                let bits = self.b.ins().load(types::I64, flags(), base, at + BITS);
                self.write(*dst, (meta, bits))
            }
            Inst::Store { place, src } => {
                let value = self.read(*src)?;
                self.store(*place, value)
            }
            Inst::Clear { place } => {
                let none = self.int(0);
                self.store(*place, (none, none))
            }
            Inst::Has { dst, place } => {
                let (base, at) = self.place(*place)?;
                let meta = self.b.ins().load(types::I64, flags(), base, at + META);
                let tag = self.b.ins().band_imm_u(meta, 0xff);
                let flag = self.b.ins().icmp_imm_s(IntCC::NotEqual, tag, 0);
                self.write_flag(*dst, flag)
            }
            Inst::Not { dst, src } => {
                let flag = self.flag(*src)?;
                let not = self.b.ins().icmp_imm_s(IntCC::Equal, flag, 0);
                self.write_flag(*dst, not)
            }
            Inst::And { dst, left, right } => {
                let (left, right) = (self.flag(*left)?, self.flag(*right)?);
                let both = self.b.ins().band(left, right);
                self.write_flag(*dst, both)
            }
            Inst::Or { dst, left, right } => {
                let (left, right) = (self.flag(*left)?, self.flag(*right)?);
                let either = self.b.ins().bor(left, right);
                self.write_flag(*dst, either)
            }
            Inst::Neg { dst, src, .. } => {
                let (meta, bits) = self.read(*src)?;
                let value = self.call_out(self.calls.neg, &[meta, bits]);
                self.write(*dst, value)
            }
            Inst::Arith { op, dst, left, left_kind, right, right_kind } => {
                self.arith(*op, *dst, (*left, *left_kind), (*right, *right_kind))
            }
            Inst::Compare { op, kind, dst, left, right } => {
                self.compare(*op, *kind, *dst, *left, *right)
            }
            Inst::Call { dst, helper, args } => self.helper(*dst, *helper, args),
            Inst::Emit { emit, args } => {
                let (at, count) = self.spill(args)?;
                let emit = self.int(i64::from(emit.0));
                let function = self.import(self.calls.emit);
                self.b.ins().call(function, &[self.frame, emit, at, count]);
                Ok(())
            }
        }
    }

    fn constant(&mut self, dst: Reg, value: Const) -> Result<(), Unsound> {
        let cell = constant(value);
        let (meta, bits) = (self.int(cell.meta.cast_signed()), self.int(cell.bits));
        self.write(dst, (meta, bits))
    }

    fn store(&mut self, place: Place, (meta, bits): (Value, Value)) -> Result<(), Unsound> {
        let (base, at) = self.place(place)?;
        self.b.ins().store(flags(), meta, base, at + META);
        self.b.ins().store(flags(), bits, base, at + BITS);
        Ok(())
    }

    fn end(&mut self, end: &Terminator) -> Result<(), Unsound> {
        match end {
            Terminator::Jump(to) => {
                let to = self.block(*to)?;
                self.b.ins().jump(to, &[]);
            }
            Terminator::Branch { cond, then, otherwise } => {
                let flag = self.flag(*cond)?;
                let (then, otherwise) = (self.block(*then)?, self.block(*otherwise)?);
                self.b.ins().brif(flag, then, &[], otherwise, &[]);
            }
            Terminator::Exit { exit, args } => {
                let out = self.b.ins().load(types::I64, flags(), self.frame, EXIT_ARGS);
                for (at, reg) in (0..).step_by(16).zip(args) {
                    let (meta, bits) = self.read(*reg)?;
                    self.b.ins().store(flags(), meta, out, at + META);
                    self.b.ins().store(flags(), bits, out, at + BITS);
                }
                let left = self.b.use_var(self.fuel);
                self.b.ins().store(flags(), left, self.frame, FUEL);
                let count = i64::try_from(args.len()).unwrap_or(0);
                let result = self.int(i64::from(*exit) | count << 32);
                self.b.ins().return_(&[result]);
            }
        }
        Ok(())
    }

    fn block(&self, id: BlockId) -> Result<CodeBlock, Unsound> {
        self.blocks.get(id.0 as usize).copied().ok_or("a block")
    }
}
