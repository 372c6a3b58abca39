//! What runs: a [`Program`] of tables, and small functions over registers that the interpreter
//! and the machine code execute alike. No source names are needed to run it; they are kept to
//! show, to explain and to exchange JSON.

pub mod arith;
pub mod cell;
pub mod exec;
pub mod function;
pub mod helpers;
pub mod interp;
pub mod lower;
pub mod migrate_def;
pub mod places;
pub mod program;
pub mod test_def;
pub mod texts;
pub mod verify;
mod ways;

pub use cell::{Cell, CellKind, Heap};
pub use exec::{Emitted, Executor, Note, RunContext, RunError, compile_regexes};
pub use function::{
    ArithOp, Block, BlockId, CompareOp, Const, Exit, Function, Helper, Inst, Place, Reg, Space,
    Terminator, TextUse,
};
pub use migrate_def::{MigrateDef, MigrateLineDef, MigrateRule, SlotRef};
pub use program::*;
pub use test_def::*;
pub use texts::{PluralDef, fitting_variant};
pub(crate) use ways::{code_from, code_of, handlers};
pub use ways::{exits_of, transitions};
