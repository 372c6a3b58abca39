//! Functions: basic blocks over registers. A state is cut at every step that waits; each piece is
//! one function that runs to an [`Exit`] without stopping.
//!
//! Evaluation is total: a comparison with an empty side is false, arithmetic that has no answer is
//! empty. The only way a function can fail is to run out of fuel.
#![expect(missing_docs, reason = "fields are named by the sentence on their node")]

use serde::{Deserialize, Serialize};

use super::cell::CellKind;
use super::program::{
    ActionId, EmitId, FlowId, FuncId, Outcome, SkillId, SlotIndex, StateId, StringId, TextId,
};

/// A virtual register, assigned once on every path before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reg(pub u32);

/// A block of one function. Block 0 is the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId(pub u32);

/// The arrays of cells that a function can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Space {
    /// What the turn brings: see [`super::program::turn`]. Read only.
    Turn = 0,
    /// The customer's profile. Read only.
    Customer = 1,
    /// Slots of the whole session.
    Session = 2,
    /// Slots and results of the flow that runs.
    Flow = 3,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub space: Space,
    pub index: u32,
}

/// A constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Const {
    /// Nothing.
    Empty,
    /// A scalar: kind, currency (0 unless money), bits.
    Scalar { kind: CellKind, currency: u32, bits: i64 },
    /// A text of [`super::Program::strings`].
    Text(StringId),
}

/// Arithmetic. Operand kinds by operator; see [`Inst::Arith`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArithOp {
    Add,
    Sub,
    /// Decimal product, truncated at the sixth place.
    Mul,
    /// Decimal quotient, truncated at the sixth place.
    Div,
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl CompareOp {
    /// The comparison seen from the other side.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Eq | Self::Ne => self,
        }
    }
}

/// One instruction. `dst` registers are written; everything else is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inst {
    Const {
        dst: Reg,
        value: Const,
    },
    Load {
        dst: Reg,
        place: Place,
    },
    /// `Flow` and `Session` only.
    Store {
        place: Place,
        src: Reg,
    },
    Clear {
        place: Place,
    },
    /// Whether the cell holds something; never empty.
    Has {
        dst: Reg,
        place: Place,
    },
    /// True unless `src` is true (an empty condition does not hold, so its negation does).
    Not {
        dst: Reg,
        src: Reg,
    },
    /// Minus, for numbers, money and durations; empty on overflow.
    Neg {
        dst: Reg,
        src: Reg,
        kind: CellKind,
    },
    /// `left op right`, where the kinds are:
    /// number·number (all four); money±money of one currency; money*number, money/number;
    /// money/money of one currency (a number); date±duration in whole days (a date);
    /// date-date (a duration); datetime±duration; datetime-datetime; duration±duration;
    /// duration*number, duration/number; duration/duration (a number). A duration added to a date
    /// counts its whole days, truncated towards zero. Anything else, an empty side, overflow, two
    /// currencies (noted) or division by zero gives empty.
    Arith {
        op: ArithOp,
        dst: Reg,
        left: Reg,
        left_kind: CellKind,
        right: Reg,
        right_kind: CellKind,
    },
    /// `left op right` for two values of `kind`: a bool, false when a side is empty, or when two
    /// amounts differ in currency (noted; `Ne` too is false then). Choices and bools only `Eq`,
    /// `Ne`. Texts compare by Unicode scalar values, exactly.
    Compare {
        op: CompareOp,
        kind: CellKind,
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// Both true; an empty side counts as false. Never empty.
    And {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// Either true; an empty side counts as false. Never empty.
    Or {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// A function of the runtime library, the same for both executors.
    Call {
        dst: Reg,
        helper: Helper,
        args: Vec<Reg>,
    },
    /// Hands `args` to the shell as [`super::program::EmitDef`] number `emit`.
    Emit {
        emit: EmitId,
        args: Vec<Reg>,
    },
}

/// The runtime library. An empty argument gives an empty result unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Helper {
    /// text, text → bool: whether the first contains the second, ignoring case. Empty: false.
    Contains,
    /// list, value → bool: whether an item equals the value. Empty: false.
    ListContains,
    /// text → bool: whether the program's regex of this number is found in it. Empty: false.
    Matches(u32),
    /// text → number of characters.
    TextLength,
    /// list → number of items.
    ListCount,
    /// list → first item.
    ListFirst,
    /// list → last item.
    ListLast,
    /// text → lower case.
    Lower,
    /// text → upper case.
    Upper,
    /// text, text → both, one after the other.
    Concat,
    /// number → nearest whole number, halves away from zero.
    Round,
    /// number, money or duration → without its sign.
    Abs,
    /// two of one kind → the smaller. Two currencies: empty, noted.
    Min,
    /// two of one kind → the larger. Two currencies: empty, noted.
    Max,
    /// date → 1 (Monday) to 7 (Sunday).
    Weekday,
    /// date → day of month.
    Day,
    /// date → month, 1 to 12.
    Month,
    /// date → year.
    Year,
    /// datetime → the day it falls on in the bot's timezone.
    DateOf,
    /// date, date → whole days from the first to the second, as a number.
    DaysBetween,
    /// value of any scalar kind or text → text, as in an English text of the bot.
    ToText,
    /// record, field index (a number constant) → that field.
    Field(u32),
}

/// A text with its placeholder values among an exit's or emit's `args`: the text's
/// [`super::program::TextDef::params`] values start at `first_arg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextUse {
    pub text: TextId,
    pub first_arg: u32,
}

/// How a block ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Terminator {
    Jump(BlockId),
    /// An empty condition takes `otherwise`.
    Branch {
        cond: Reg,
        then: BlockId,
        otherwise: BlockId,
    },
    /// Leaves through the function's exit number `exit`, handing over `args`.
    Exit {
        exit: u32,
        args: Vec<Reg>,
    },
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub insts: Vec<Inst>,
    pub end: Terminator,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// For listings: `change_delivery_date.locate`, `route.urgency`.
    pub name: String,
    /// Number of registers.
    pub regs: u32,
    pub blocks: Vec<Block>,
    pub exits: Vec<Exit>,
    /// Places that some `Store` or `Clear` writes, sorted.
    pub writes: Vec<Place>,
}

impl Function {
    /// Cells of the flow whose values it loads.
    #[must_use]
    pub fn flow_reads(&self) -> Vec<Place> {
        let loads =
            self.blocks.iter().flat_map(|block| &block.insts).filter_map(|inst| match inst {
                Inst::Load { place, .. } if place.space == Space::Flow => Some(*place),
                _ => None,
            });
        loads.collect()
    }
}

/// Where a function can leave to. `args` are those of [`Terminator::Exit`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// An expression's value: `args[0]`.
    Value,
    /// A text to say, of functions that only choose one.
    Text(TextUse),
    /// To a state of the same flow.
    Goto(StateId),
    /// Straight on in another function of the same state.
    Continue(FuncId),
    /// A handler is done: the state goes on waiting as before, and asks again unless it was
    /// silence that was handled.
    Stay,
    /// Asks for each slot still empty, in order, then goes on at `then`.
    Fill { slots: Vec<SlotIndex>, then: FuncId },
    /// A yes/no question.
    Confirm { text: TextUse, yes: FuncId, no: FuncId },
    /// A menu.
    Choose { prompt: Option<TextUse>, arms: Vec<(TextUse, FuncId)> },
    /// A menu over the list `args[0]`: the chosen item's fields go to `item` cells (see
    /// [`super::program::RecordCells`]); `label` is a function that reads them and exits with
    /// [`Exit::Text`].
    ChooseFrom {
        prompt: Option<TextUse>,
        item: super::program::RecordCells,
        label: FuncId,
        then: FuncId,
        none: Option<FuncId>,
    },
    /// Calls an action with one arg per parameter.
    Do {
        action: ActionId,
        /// Where the result goes.
        bind: Option<super::program::RecordCells>,
        /// By error name's index in [`super::program::ActionDef::errors`].
        handlers: Vec<(u32, FuncId)>,
        /// Every other failure.
        failed: Option<FuncId>,
        then: FuncId,
    },
    /// Runs another flow; `args[i]` goes to its slot `slots[i]`.
    Call { flow: FlowId, slots: Vec<SlotIndex>, then: FuncId },
    /// Waits for the duration `args[0]`.
    Wait { then: FuncId },
    /// To a human.
    Handoff { skill: Option<SkillId>, because: Option<TextUse> },
    /// The flow is over.
    End(Outcome),
    /// Back to the flow below, which asks again.
    Resume,
    /// Says again what was last said before this flow, then goes on.
    Repeat { then: FuncId },
    /// The flow below ends as cancelled; this one goes on.
    Abandon { then: FuncId },
    /// The utterance is a correction for the flow below. Goes on at `then` when it was none.
    Correct { then: FuncId },
    /// Route: the urgency level (0 low, 1 normal, 2 high, 3 critical) and the rule that gave it.
    Urgency { level: u8, rule: Option<u32> },
    /// Route: the skill and the rule that chose it.
    Skill { skill: SkillId, rule: u32 },
    /// Route: no rule matched.
    NoSkill,
    /// Fallback: the best intent is sure enough.
    Accept,
    /// Fallback: half sure, or two are close: ask which.
    Clarify,
    /// Fallback: not understood.
    Miss,
    /// Fallback: not understood once too often.
    MissHandoff { skill: Option<SkillId> },
}
