//! The interpreter: the plain meaning of a program, against which machine code is held.

use std::sync::Arc;

use super::arith::{arith, compare, neg};
use super::{
    Block, Cell, Const, Emitted, Executor, FuncId, Heap, Inst, Program, Reg, RunContext, RunError,
    Terminator, helpers,
};

/// Runs functions one instruction at a time.
#[derive(Debug, Clone)]
pub struct Interpreter {
    program: Arc<Program>,
    sizes: [u32; 4],
}

impl Interpreter {
    /// For a program that [`super::verify::verify`] has accepted.
    #[must_use]
    pub fn new(program: Arc<Program>) -> Self {
        Self { sizes: program.space_sizes(), program }
    }
}

/// Looks on while a function runs.
pub trait Look {
    /// An instruction is about to be carried out, or, with the number of a block's instructions, what
    /// ends the block. Cells may be changed: what follows sees it.
    fn before(&mut self, block: u32, inst: u32, cx: &mut RunContext);
}

/// Nobody looks.
impl Look for () {
    fn before(&mut self, _: u32, _: u32, _: &mut RunContext) {}
}

impl Executor for Interpreter {
    fn run(&self, function: FuncId, cx: &mut RunContext) -> Result<u32, RunError> {
        self.run_with(function, cx, &mut ())
    }

    fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

impl Interpreter {
    /// Like [`Executor::run`], and `look` sees every instruction.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run_with(
        &self,
        function: FuncId,
        cx: &mut RunContext,
        look: &mut impl Look,
    ) -> Result<u32, RunError> {
        let code = self
            .program
            .functions
            .get(function.index())
            .ok_or(RunError::NoSuchFunction(function))?;
        cx.begin(&self.sizes)?;
        let mut regs = std::mem::take(&mut cx.registers);
        regs.clear();
        regs.resize(code.regs as usize, Cell::EMPTY);
        let result = blocks(&code.blocks, &mut regs, cx, look);
        cx.registers = regs;
        result.unwrap_or(Err(RunError::NoSuchFunction(function)))
    }
}

/// Runs blocks until an exit. Nothing when a block is missing, which the verifier rules out.
fn blocks(
    blocks: &[Block],
    regs: &mut [Cell],
    cx: &mut RunContext,
    look: &mut impl Look,
) -> Option<Result<u32, RunError>> {
    let mut next = 0;
    loop {
        let Some(fuel) = cx.fuel.checked_sub(1) else { return Some(Err(RunError::OutOfFuel)) };
        cx.fuel = fuel;
        let block = blocks.get(next as usize)?;
        let mut number = 0;
        for inst in &block.insts {
            look.before(next, number, cx);
            execute(inst, regs, cx);
            number += 1;
        }
        look.before(next, number, cx);
        match &block.end {
            Terminator::Jump(to) => next = to.0,
            Terminator::Branch { cond, then, otherwise } => {
                next = if read(regs, *cond).is_true() { then.0 } else { otherwise.0 };
            }
            Terminator::Exit { exit, args } => {
                cx.exit_args.extend(args.iter().map(|arg| read(regs, *arg)));
                return Some(Ok(*exit));
            }
        }
    }
}

fn read(regs: &[Cell], reg: Reg) -> Cell {
    regs.get(reg.0 as usize).copied().unwrap_or(Cell::EMPTY)
}

fn execute(inst: &Inst, regs: &mut [Cell], cx: &mut RunContext) {
    let (dst, value) = match inst {
        Inst::Const { dst, value } => (dst, constant(*value)),
        Inst::Load { dst, place } => (dst, cx.cell(*place)),
        Inst::Has { dst, place } => (dst, Cell::bool(!cx.cell(*place).is_empty())),
        Inst::Store { place, src } => return cx.set_cell(*place, read(regs, *src)),
        Inst::Clear { place } => return cx.set_cell(*place, Cell::EMPTY),
        Inst::Not { dst, src } => (dst, Cell::bool(!read(regs, *src).is_true())),
        Inst::Neg { dst, src, .. } => (dst, neg(read(regs, *src))),
        Inst::Arith { op, dst, left, right, .. } => {
            (dst, arith(*op, read(regs, *left), read(regs, *right), cx))
        }
        Inst::Compare { op, kind, dst, left, right } => {
            (dst, compare(*op, *kind, read(regs, *left), read(regs, *right), cx))
        }
        Inst::And { dst, left, right } => {
            (dst, Cell::bool(read(regs, *left).is_true() && read(regs, *right).is_true()))
        }
        Inst::Or { dst, left, right } => {
            (dst, Cell::bool(read(regs, *left).is_true() || read(regs, *right).is_true()))
        }
        Inst::Call { dst, helper, args } => {
            let args: Vec<Cell> = args.iter().map(|arg| read(regs, *arg)).collect();
            (dst, helpers::call(*helper, &args, cx))
        }
        Inst::Emit { emit, args } => {
            let args = args.iter().map(|arg| read(regs, *arg)).collect();
            return cx.emitted.push(Emitted { emit: *emit, args });
        }
    };
    if let Some(reg) = regs.get_mut(dst.0 as usize) {
        *reg = value;
    }
}

/// A constant as a cell.
#[must_use]
pub fn constant(value: Const) -> Cell {
    match value {
        Const::Empty => Cell::EMPTY,
        Const::Scalar { kind, currency, bits } => {
            Cell { meta: kind as u64 | (u64::from(currency) << 8), bits }
        }
        Const::Text(id) => Cell::new(super::CellKind::Text, Heap::constant(id.0)),
    }
}
