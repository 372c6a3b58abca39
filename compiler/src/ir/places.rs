//! Where steps begin in functions: what a debugger needs to know and a bundle does not hold.

use super::FuncId;
use crate::base::FileSpan;

/// A step begins before this instruction of a function: the number of a block's instructions stands for
/// how the block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Number of the block.
    pub block: u32,
    /// Number of the instruction in it.
    pub inst: u32,
    /// The step.
    pub at: FileSpan,
}

/// Where the steps of a program begin, by function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    functions: Vec<Vec<Mark>>,
}

impl Places {
    /// Keeps the marks of a function.
    pub(super) fn set(&mut self, function: FuncId, mut marks: Vec<Mark>) {
        let number = function.index();
        if self.functions.len() <= number {
            self.functions.resize(number + 1, Vec::new());
        }
        // Steps of one place stay in the order in which they were lowered.
        marks.sort_by_key(|mark| (mark.block, mark.inst));
        if let Some(own) = self.functions.get_mut(number) {
            *own = marks;
        }
    }

    /// The steps of a function, by block and instruction.
    #[must_use]
    pub fn of(&self, function: FuncId) -> &[Mark] {
        self.functions.get(function.index()).map_or(&[], Vec::as_slice)
    }

    /// The steps that begin before an instruction.
    pub fn before(
        &self,
        function: FuncId,
        block: u32,
        inst: u32,
    ) -> impl Iterator<Item = FileSpan> + '_ {
        let marks = self.of(function);
        let from = marks.partition_point(|mark| (mark.block, mark.inst) < (block, inst));
        let here = marks.get(from..).unwrap_or(&[]).iter();
        here.take_while(move |mark| (mark.block, mark.inst) == (block, inst)).map(|mark| mark.at)
    }

    /// Every step.
    pub fn all(&self) -> impl Iterator<Item = FileSpan> + '_ {
        self.functions.iter().flatten().map(|mark| mark.at)
    }
}
