//! Builds one function block by block.

use std::collections::BTreeSet;

use crate::base::FileSpan;
use crate::ir::places::Mark;
use crate::ir::{Block, BlockId, Const, Exit, Function, Inst, Place, Reg, Terminator};

/// A function under construction. Instructions go to the current block; a block that has ended
/// takes no more, so code after a jump is dropped as the dead code it is.
#[derive(Debug)]
pub(super) struct Builder {
    name: String,
    regs: u32,
    blocks: Vec<(Vec<Inst>, Option<Terminator>)>,
    current: usize,
    exits: Vec<Exit>,
    writes: BTreeSet<Place>,
    marks: Vec<Mark>,
}

impl Builder {
    /// An empty function, at the start of its entry block.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            regs: 0,
            blocks: vec![(Vec::new(), None)],
            current: 0,
            exits: Vec::new(),
            writes: BTreeSet::new(),
            marks: Vec::new(),
        }
    }

    /// The function's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A fresh register.
    pub(super) fn reg(&mut self) -> Reg {
        self.regs += 1;
        Reg(self.regs - 1)
    }

    /// A new block, not yet current.
    pub(super) fn block(&mut self) -> BlockId {
        self.blocks.push((Vec::new(), None));
        BlockId(u32::try_from(self.blocks.len()).unwrap_or(u32::MAX) - 1)
    }

    /// Goes on in `block`.
    pub(super) fn enter(&mut self, block: BlockId) {
        self.current = block.0 as usize;
    }

    /// A step begins here; not where nothing comes, behind a block's end.
    pub(super) fn mark(&mut self, at: FileSpan) {
        let Some((insts, None)) = self.blocks.get(self.current) else { return };
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        self.marks.push(Mark { block: number(self.current), inst: number(insts.len()), at });
    }

    /// Where steps begin, as far as it is built.
    pub(super) fn take_marks(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.marks)
    }

    /// Appends an instruction.
    pub(super) fn push(&mut self, inst: Inst) {
        if let Inst::Store { place, .. } | Inst::Clear { place } = &inst {
            self.writes.insert(*place);
        }
        if let Some((insts, None)) = self.blocks.get_mut(self.current) {
            insts.push(inst);
        }
    }

    /// Appends an instruction that writes a fresh register.
    pub(super) fn define(&mut self, make: impl FnOnce(Reg) -> Inst) -> Reg {
        let dst = self.reg();
        self.push(make(dst));
        dst
    }

    /// A constant's register.
    pub(super) fn constant(&mut self, value: Const) -> Reg {
        self.define(|dst| Inst::Const { dst, value })
    }

    /// Ends the current block, unless it has ended.
    pub(super) fn end(&mut self, terminator: Terminator) {
        if let Some((_, end @ None)) = self.blocks.get_mut(self.current) {
            *end = Some(terminator);
        }
    }

    /// Jumps.
    pub(super) fn jump(&mut self, to: BlockId) {
        self.end(Terminator::Jump(to));
    }

    /// Branches.
    pub(super) fn branch(&mut self, cond: Reg, then: BlockId, otherwise: BlockId) {
        self.end(Terminator::Branch { cond, then, otherwise });
    }

    /// Leaves the function.
    pub(super) fn exit(&mut self, exit: Exit, args: Vec<Reg>) {
        let number = u32::try_from(self.exits.len()).unwrap_or(u32::MAX);
        self.exits.push(exit);
        self.end(Terminator::Exit { exit: number, args });
    }

    /// The function. Blocks that nothing ended, which nothing reaches, leave through `fallback`.
    pub(super) fn finish(mut self, fallback: Exit) -> Function {
        let number = u32::try_from(self.exits.len()).unwrap_or(u32::MAX);
        if self.blocks.iter().any(|(_, end)| end.is_none()) {
            self.exits.push(fallback);
        }
        let close = |(insts, end): (Vec<Inst>, Option<Terminator>)| Block {
            insts,
            end: end.unwrap_or(Terminator::Exit { exit: number, args: Vec::new() }),
        };
        Function {
            name: self.name,
            regs: self.regs,
            blocks: self.blocks.into_iter().map(close).collect(),
            exits: self.exits,
            writes: self.writes.into_iter().collect(),
        }
    }
}
