//! One IR function to cranelift IR. A register is two 64-bit variables: what it holds (`meta`)
//! and the value (`bits`). The optimiser sees through those whose kind is known.

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
use flowright_compiler::ir::{
    ArithOp, BlockId, CellKind, CompareOp, Const, Function, Helper, Inst, Place, Reg, Terminator,
};

use crate::abi::{
    BITS, CELL_BYTES, EXIT_ARGS, FUEL, META, OUT_OF_FUEL, SPACES, Tables, arith_number,
    compare_number,
};
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

    fn int(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    fn kind(&mut self, kind: CellKind) -> Value {
        self.int(i64::from(kind as u8))
    }

    fn read(&mut self, reg: Reg) -> Result<(Value, Value), Unsound> {
        let (meta, bits) = *self.regs.get(reg.0 as usize).ok_or("a register")?;
        Ok((self.b.use_var(meta), self.b.use_var(bits)))
    }

    fn write(&mut self, reg: Reg, (meta, bits): (Value, Value)) -> Result<(), Unsound> {
        let (meta_var, bits_var) = *self.regs.get(reg.0 as usize).ok_or("a register")?;
        self.b.def_var(meta_var, meta);
        self.b.def_var(bits_var, bits);
        self.conds.remove(&reg);
        Ok(())
    }

    /// Writes a flag as a bool.
    fn write_flag(&mut self, reg: Reg, flag: Value) -> Result<(), Unsound> {
        let meta = self.kind(CellKind::Bool);
        let bits = self.b.ins().uextend(types::I64, flag);
        self.write(reg, (meta, bits))?;
        self.conds.insert(reg, flag);
        Ok(())
    }

    /// Whether a register holds a true yes, as a flag.
    fn flag(&mut self, reg: Reg) -> Result<Value, Unsound> {
        if let Some(flag) = self.conds.get(&reg) {
            return Ok(*flag);
        }
        let (meta, bits) = self.read(reg)?;
        let is_bool = self.b.ins().icmp_imm_s(IntCC::Equal, meta, i64::from(CellKind::Bool as u8));
        let is_one = self.b.ins().icmp_imm_s(IntCC::Equal, bits, 1);
        Ok(self.b.ins().band(is_bool, is_one))
    }

    fn place(&self, place: Place) -> Result<(Value, i32), Unsound> {
        let base = *self.spaces.get(place.space as usize).ok_or("a space")?;
        let at = i32::try_from(place.index).ok().and_then(|index| index.checked_mul(CELL_BYTES));
        Ok((base, at.filter(|at| *at < i32::MAX - CELL_BYTES).ok_or("a place")?))
    }

    fn import(&mut self, id: ModuleFuncId) -> FuncRef {
        if let Some(known) = self.imported.get(&id) {
            return *known;
        }
        let imported = self.module.declare_func_in_func(id, self.b.func);
        self.imported.insert(id, imported);
        imported
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

    /// Whether a meta says that kind, as a flag.
    fn is_kind(&mut self, meta: Value, kind: CellKind) -> Value {
        let tag = self.b.ins().band_imm_u(meta, 0xff);
        self.b.ins().icmp_imm_s(IntCC::Equal, tag, i64::from(kind as u8))
    }

    fn compare(
        &mut self,
        op: CompareOp,
        kind: CellKind,
        dst: Reg,
        left: Reg,
        right: Reg,
    ) -> Result<(), Unsound> {
        let ((left_meta, left_bits), (right_meta, right_bits)) =
            (self.read(left)?, self.read(right)?);
        if !kind.is_scalar() {
            let (op, kind) = (self.int(compare_number(op)), self.kind(kind));
            let function = self.import(self.calls.compare);
            let args = [self.frame, op, left_meta, left_bits, right_meta, right_bits, kind];
            let call = self.b.ins().call(function, &args);
            let held = *self.b.inst_results(call).first().ok_or("a result")?;
            let flag = self.b.ins().icmp_imm_s(IntCC::NotEqual, held, 0);
            return self.write_flag(dst, flag);
        }
        let (left_is, right_is) = (self.is_kind(left_meta, kind), self.is_kind(right_meta, kind));
        let mut fit = self.b.ins().band(left_is, right_is);
        if kind == CellKind::Money {
            fit = self.one_currency(fit, left_meta, right_meta);
        }
        let held = self.b.ins().icmp(condition(op), left_bits, right_bits);
        let flag = self.b.ins().band(fit, held);
        self.write_flag(dst, flag)
    }

    /// Of two amounts: whether they are of one currency; notes it when they are not.
    fn one_currency(&mut self, both: Value, left_meta: Value, right_meta: Value) -> Value {
        let same = self.b.ins().icmp(IntCC::Equal, left_meta, right_meta);
        let different = self.b.ins().icmp(IntCC::NotEqual, left_meta, right_meta);
        let mixed = self.b.ins().band(both, different);
        let (note, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(note);
        self.b.ins().brif(mixed, note, &[], go_on, &[]);
        self.b.switch_to_block(note);
        let function = self.import(self.calls.currency);
        self.b.ins().call(function, &[self.frame]);
        self.b.ins().jump(go_on, &[]);
        self.b.switch_to_block(go_on);
        self.b.ins().band(both, same)
    }

    /// Sums and differences in line when both sides are as declared and nothing overflows; all
    /// else as the interpreter does it.
    fn arith(
        &mut self,
        op: ArithOp,
        dst: Reg,
        (left, left_kind): (Reg, CellKind),
        (right, right_kind): (Reg, CellKind),
    ) -> Result<(), Unsound> {
        let ((left_meta, left_bits), (right_meta, right_bits)) =
            (self.read(left)?, self.read(right)?);
        let op_number = self.int(arith_number(op));
        let args = [op_number, left_meta, left_bits, right_meta, right_bits];
        let Some(result_kind) = plain_sum(op, left_kind, right_kind) else {
            let value = self.call_out(self.calls.arith, &args);
            return self.write(dst, value);
        };
        let (slow, go_on) = (self.b.create_block(), self.b.create_block());
        let meta_out = self.b.append_block_param(go_on, types::I64);
        let bits_out = self.b.append_block_param(go_on, types::I64);
        self.b.set_cold_block(slow);
        let left_is = self.is_kind(left_meta, left_kind);
        let right_is = self.is_kind(right_meta, right_kind);
        let mut fit = self.b.ins().band(left_is, right_is);
        if left_kind == CellKind::Money {
            let same = self.b.ins().icmp(IntCC::Equal, left_meta, right_meta);
            fit = self.b.ins().band(fit, same);
        }
        let (sum, overflow) = match op {
            ArithOp::Sub => self.b.ins().ssub_overflow(left_bits, right_bits),
            _ => self.b.ins().sadd_overflow(left_bits, right_bits),
        };
        let fine = self.b.ins().icmp_imm_s(IntCC::Equal, overflow, 0);
        let fit = self.b.ins().band(fit, fine);
        // Money keeps its currency, which is in its meta.
        let meta = match result_kind {
            CellKind::Money => left_meta,
            kind => self.kind(kind),
        };
        self.b.ins().brif(fit, go_on, &[meta.into(), sum.into()], slow, &[]);
        self.b.switch_to_block(slow);
        let (meta, bits) = self.call_out(self.calls.arith, &args);
        self.b.ins().jump(go_on, &[meta.into(), bits.into()]);
        self.b.switch_to_block(go_on);
        self.write(dst, (meta_out, bits_out))
    }

    /// Calls a function that takes the frame first and a place for its result last.
    fn call_out(&mut self, id: ModuleFuncId, args: &[Value]) -> (Value, Value) {
        let function = self.import(id);
        let out = self.b.ins().stack_addr(types::I64, self.out, 0);
        let mut all = vec![self.frame];
        all.extend_from_slice(args);
        all.push(out);
        self.b.ins().call(function, &all);
        let meta = self.b.ins().stack_load(types::I64, types::I64, self.out, META);
        let bits = self.b.ins().stack_load(types::I64, types::I64, self.out, BITS);
        (meta, bits)
    }

    fn helper(&mut self, dst: Reg, helper: Helper, args: &[Reg]) -> Result<(), Unsound> {
        let (at, count) = self.spill(args)?;
        let number = self.tables.helpers.iter().position(|known| *known == helper);
        let number = number.unwrap_or_else(|| {
            self.tables.helpers.push(helper);
            self.tables.helpers.len() - 1
        });
        let number = self.int(i64::try_from(number).unwrap_or(i64::MAX));
        let value = self.call_out(self.calls.call, &[number, at, count]);
        self.write(dst, value)
    }

    /// Puts values into memory for a call; where they are and how many.
    fn spill(&mut self, args: &[Reg]) -> Result<(Value, Value), Unsound> {
        for (at, reg) in (0..).step_by(16).zip(args) {
            let (meta, bits) = self.read(*reg)?;
            self.b.ins().stack_store(types::I64, meta, self.args, at + META);
            self.b.ins().stack_store(types::I64, bits, self.args, at + BITS);
        }
        let at = self.b.ins().stack_addr(types::I64, self.args, 0);
        let count = self.int(i64::try_from(args.len()).unwrap_or(0));
        Ok((at, count))
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

/// The kind of a sum or difference that is one of the bits, and nothing more.
const fn plain_sum(op: ArithOp, left: CellKind, right: CellKind) -> Option<CellKind> {
    use CellKind::{DateTime, Duration, Money, Number};
    match (op, left, right) {
        (ArithOp::Add | ArithOp::Sub, Number, Number) => Some(Number),
        (ArithOp::Add | ArithOp::Sub, Money, Money) => Some(Money),
        (ArithOp::Add | ArithOp::Sub, Duration, Duration) | (ArithOp::Sub, DateTime, DateTime) => {
            Some(Duration)
        }
        (ArithOp::Add | ArithOp::Sub, DateTime, Duration) => Some(DateTime),
        _ => None,
    }
}

const fn condition(op: CompareOp) -> IntCC {
    match op {
        CompareOp::Eq => IntCC::Equal,
        CompareOp::Ne => IntCC::NotEqual,
        CompareOp::Lt => IntCC::SignedLessThan,
        CompareOp::Le => IntCC::SignedLessThanOrEqual,
        CompareOp::Gt => IntCC::SignedGreaterThan,
        CompareOp::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}
