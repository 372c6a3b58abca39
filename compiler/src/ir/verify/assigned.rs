//! Registers: none is read before it is assigned, on any way.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, VerifyError, fail, operands, within};
use crate::ir::{Block, Function, Reg, Terminator};

/// Blocks times registers that the dataflow analysis takes.
const DATAFLOW_BITS_MAX: usize = 1 << 30;
/// Times that the analysis looks at a block, on average, before it gives up. What a source makes
/// has no way back inside a function and takes one look a block.
const LOOKS_MAX: usize = 64;

/// No register is read before it is assigned on every way there. Most are read only in the
/// block that assigns them, which one look shows; the others go through a dataflow analysis.
pub(super) fn assigned_before_read(function: &Function) -> Checked {
    let blocks = &function.blocks;
    let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
    let mut wanted: Vec<Vec<u32>> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let reads = read_from_before(function, block)?;
        for reg in &reads {
            let next = shared.len();
            shared.entry(*reg).or_insert(next);
        }
        wanted.push(reads);
    }
    if blocks.len().saturating_mul(shared.len()) > DATAFLOW_BITS_MAX {
        return fail(&function.name, "too many registers are shared between too many blocks");
    }
    let Some(known) = known_at_entry(function, &shared) else {
        return fail(&function.name, "its ways are too tangled to be followed");
    };
    for (reads, known) in wanted.iter().zip(&known) {
        // A block that cannot be reached is not entered with anything.
        let Some(known) = known else { continue };
        let missing = reads.iter().find(|reg| !shared.get(reg).is_some_and(|n| known.has(*n)));
        if let Some(reg) = missing {
            return fail(&function.name, format!("register {reg} is read before it is assigned"));
        }
    }
    Ok(())
}

/// The registers that a block reads and has not assigned itself by then.
fn read_from_before(function: &Function, block: &Block) -> Result<Vec<u32>, VerifyError> {
    let (regs, name) = (function.regs as usize, &function.name);
    let mut own: BTreeSet<u32> = BTreeSet::new();
    let mut reads_before = Vec::new();
    let mut read = |own: &BTreeSet<u32>, reg: &Reg| -> Checked {
        within(reg.0, regs, name, "register")?;
        if !own.contains(&reg.0) {
            reads_before.push(reg.0);
        }
        Ok(())
    };
    for inst in &block.insts {
        let (dst, reads) = operands(inst);
        reads.iter().try_for_each(|reg| read(&own, reg))?;
        if let Some(dst) = dst {
            within(dst.0, regs, name, "register")?;
            own.insert(dst.0);
        }
    }
    match &block.end {
        Terminator::Branch { cond, .. } => read(&own, cond)?,
        Terminator::Exit { args, .. } => args.iter().try_for_each(|reg| read(&own, reg))?,
        Terminator::Jump(_) => {}
    }
    Ok(reads_before)
}

/// By block, the shared registers assigned on every way to its start: those assigned at the
/// end of all blocks before it. Nothing for blocks that cannot be reached; nothing at all when it
/// would take too long.
fn known_at_entry(function: &Function, shared: &BTreeMap<u32, usize>) -> Option<Vec<Option<Bits>>> {
    let blocks = &function.blocks;
    let mut known: Vec<Option<Bits>> = vec![None; blocks.len()];
    if let Some(entry) = known.first_mut() {
        *entry = Some(Bits::none(shared.len()));
    }
    let mut waiting = BTreeSet::from([0_usize]);
    let mut looks_left = blocks.len().saturating_mul(LOOKS_MAX);
    while let Some(number) = waiting.pop_first() {
        looks_left = looks_left.checked_sub(1)?;
        let (Some(block), Some(Some(before))) = (blocks.get(number), known.get(number)) else {
            continue;
        };
        let mut after = before.clone();
        for dst in block.insts.iter().filter_map(|inst| operands(inst).0) {
            if let Some(n) = shared.get(&dst.0) {
                after.set(*n);
            }
        }
        for next in successors(&block.end) {
            let changed = match known.get_mut(next) {
                Some(Some(there)) => there.keep_shared(&after),
                Some(entry) => {
                    *entry = Some(after.clone());
                    true
                }
                None => false,
            };
            if changed {
                waiting.insert(next);
            }
        }
    }
    Some(known)
}

fn successors(end: &Terminator) -> Vec<usize> {
    match end {
        Terminator::Jump(to) => vec![to.0 as usize],
        Terminator::Branch { then, otherwise, .. } => vec![then.0 as usize, otherwise.0 as usize],
        Terminator::Exit { .. } => Vec::new(),
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    fn has(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    /// Keeps what the other has too; whether that changed anything.
    fn keep_shared(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            changed |= *word & !other != 0;
            *word &= other;
        }
        changed
    }
}
