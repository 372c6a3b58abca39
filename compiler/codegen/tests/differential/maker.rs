//! Functions that the verifier accepts, made from choices.

use flowright_compiler::ir::{
    ArithOp, Block, BlockId, CellKind, CompareOp, Const, Exit, Function, Helper, Inst, Place, Reg,
    Space, StringId, Terminator,
};
use flowright_nlu::value::Currency;

use super::KINDS;
use super::choices::Choices;

/// Makes one function that the verifier accepts.
pub(super) struct Maker<'c> {
    choices: Choices<'c>,
    /// Registers that hold something wherever the current block can be entered from, by kind.
    known: Vec<(Reg, CellKind)>,
    regs: u32,
    strings: u32,
    writes: Vec<Place>,
}

impl<'c> Maker<'c> {
    /// `strings`: how many text constants the program has.
    pub(super) fn of(numbers: &'c [u32], strings: u32) -> Self {
        Self {
            choices: Choices::of(numbers),
            known: Vec::new(),
            regs: 0,
            strings,
            writes: Vec::new(),
        }
    }

    fn reg(&mut self, kind: CellKind) -> Reg {
        let reg = Reg(self.regs);
        self.regs += 1;
        self.known.push((reg, kind));
        reg
    }

    fn of_kind(&mut self, kind: CellKind) -> Reg {
        let fit: Vec<Reg> =
            self.known.iter().filter(|(_, k)| *k == kind).map(|(r, _)| *r).collect();
        // What was computed last is what the next instruction would use, and what shows in the end.
        match self.choices.next(2) {
            0 => *fit.last().unwrap(),
            _ => self.choices.pick(&fit),
        }
    }

    fn place(&mut self, kind: CellKind) -> Option<Place> {
        let session =
            [CellKind::Text, CellKind::Number, CellKind::Money, CellKind::Date, CellKind::Duration];
        let customer = &KINDS[..9];
        let in_session = session.iter().position(|k| *k == kind);
        match in_session.filter(|_| self.choices.next(2) == 0) {
            Some(index) => Some(Place { space: Space::Session, index: index as u32 }),
            None => {
                let index = customer.iter().position(|k| *k == kind)?;
                Some(Place { space: Space::Customer, index: index as u32 })
            }
        }
    }

    fn inst(&mut self) -> Inst {
        use CellKind::{Bool, Date, DateTime, Duration, Money, Number, Text};
        let kind = self.choices.pick(&KINDS);
        match self.choices.next(12) {
            0 => {
                let value = match kind {
                    Text => Const::Text(StringId(self.choices.next(self.strings as usize) as u32)),
                    Money => {
                        let packed = Currency::parse("CNY").unwrap().packed();
                        Const::Scalar { kind, currency: packed, bits: self.choices.bits() }
                    }
                    Bool => Const::Scalar { kind, currency: 0, bits: self.choices.next(2) as i64 },
                    _ => Const::Scalar { kind, currency: 0, bits: self.choices.next(5_000) as i64 },
                };
                Inst::Const { dst: self.reg(kind), value }
            }
            1 => {
                let place = self.place(kind).unwrap();
                Inst::Load { dst: self.reg(kind), place }
            }
            2 => {
                let place = self.place(kind).unwrap();
                Inst::Has { dst: self.reg(Bool), place }
            }
            3 => {
                let session = [Text, Number, Money, Date, Duration];
                let index = self.choices.next(session.len());
                let place = Place { space: Space::Session, index: index as u32 };
                self.writes.push(place);
                match self.choices.next(4) {
                    0 => Inst::Clear { place },
                    _ => Inst::Store { place, src: self.of_kind(session[index]) },
                }
            }
            4 => {
                let src = self.of_kind(Bool);
                Inst::Not { dst: self.reg(Bool), src }
            }
            5 => {
                let kind = self.choices.pick(&[Number, Money, Duration]);
                let src = self.of_kind(kind);
                Inst::Neg { dst: self.reg(kind), src, kind }
            }
            6 | 7 => self.arith(Number, Money, Date, DateTime, Duration),
            8 | 9 => {
                let ops: &[CompareOp] = match kind {
                    Bool | CellKind::Choice => &[CompareOp::Eq, CompareOp::Ne],
                    _ => &[
                        CompareOp::Eq,
                        CompareOp::Ne,
                        CompareOp::Lt,
                        CompareOp::Le,
                        CompareOp::Gt,
                        CompareOp::Ge,
                    ],
                };
                let op = self.choices.pick(ops);
                let (left, right) = (self.of_kind(kind), self.of_kind(kind));
                Inst::Compare { op, kind, dst: self.reg(Bool), left, right }
            }
            10 => {
                let (left, right) = (self.of_kind(Bool), self.of_kind(Bool));
                let and = self.choices.next(2) == 0;
                let dst = self.reg(Bool);
                if and { Inst::And { dst, left, right } } else { Inst::Or { dst, left, right } }
            }
            _ => self.call(Bool, Number, Text, Date, Money),
        }
    }

    fn arith(&mut self, n: CellKind, m: CellKind, d: CellKind, t: CellKind, u: CellKind) -> Inst {
        use ArithOp::{Add, Div, Mul, Sub};
        let table = [
            (Add, n, n, n),
            (Sub, n, n, n),
            (Mul, n, n, n),
            (Div, n, n, n),
            (Add, m, m, m),
            (Sub, m, m, m),
            (Div, m, m, n),
            (Mul, m, n, m),
            (Div, m, n, m),
            (Add, d, u, d),
            (Sub, d, u, d),
            (Sub, d, d, u),
            (Add, t, u, t),
            (Sub, t, u, t),
            (Sub, t, t, u),
            (Add, u, u, u),
            (Sub, u, u, u),
            (Mul, u, n, u),
            (Div, u, n, u),
            (Div, u, u, n),
        ];
        let (op, left_kind, right_kind, kind) = self.choices.pick(&table);
        let (left, right) = (self.of_kind(left_kind), self.of_kind(right_kind));
        Inst::Arith { op, dst: self.reg(kind), left, left_kind, right, right_kind }
    }

    fn call(&mut self, b: CellKind, n: CellKind, t: CellKind, d: CellKind, m: CellKind) -> Inst {
        let table: [(Helper, &[CellKind], CellKind); 12] = [
            (Helper::Contains, &[t, t], b),
            (Helper::TextLength, &[t], n),
            (Helper::Lower, &[t], t),
            (Helper::Concat, &[t, t], t),
            (Helper::Round, &[n], n),
            (Helper::Abs, &[m], m),
            (Helper::Min, &[m, m], m),
            (Helper::Max, &[n, n], n),
            (Helper::Weekday, &[d], n),
            (Helper::Year, &[d], n),
            (Helper::DaysBetween, &[d, d], n),
            (Helper::ToText, &[n], t),
        ];
        let (helper, kinds, kind) = self.choices.pick(&table);
        let args = kinds.iter().map(|kind| self.of_kind(*kind)).collect();
        Inst::Call { dst: self.reg(kind), helper, args }
    }

    pub(super) fn function(mut self) -> Function {
        let mut first = Vec::new();
        for (index, kind) in KINDS[..9].iter().enumerate() {
            let place = Place { space: Space::Customer, index: index as u32 };
            first.push(Inst::Load { dst: self.reg(*kind), place });
        }
        let count = 1 + self.choices.next(6);
        let shared = self.known.clone();
        let mut blocks = Vec::new();
        for number in 0..count {
            self.known.clone_from(&shared);
            let mut insts = if number == 0 { first.clone() } else { Vec::new() };
            for _ in 0..self.choices.next(8) {
                insts.push(self.inst());
            }
            blocks.push(Block { insts, end: self.end(number, count) });
        }
        self.writes.sort();
        self.writes.dedup();
        Function {
            name: "generated".to_owned(),
            regs: self.regs,
            blocks,
            exits: vec![Exit::Value],
            writes: self.writes,
        }
    }

    fn end(&mut self, number: usize, count: usize) -> Terminator {
        // Backwards too, but never to the first block: loops end when the fuel does.
        let block = |this: &mut Self| BlockId(1 + this.choices.next(count - 1) as u32);
        match self.choices.next(4) {
            0 | 1 if count > 1 && number + 1 < count => {
                let cond = self.of_kind(CellKind::Bool);
                let then = block(self);
                Terminator::Branch { cond, then, otherwise: BlockId(number as u32 + 1) }
            }
            2 if count > 1 => Terminator::Jump(block(self)),
            _ => {
                let args = KINDS.iter().map(|kind| self.of_kind(*kind)).collect();
                Terminator::Exit { exit: 0, args }
            }
        }
    }
}
