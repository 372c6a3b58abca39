//! Machine code against the interpreter: generated functions, generated cells, everything that a
//! run leaves behind compared.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use flowright_codegen::JitProgram;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::verify;
use flowright_compiler::ir::{
    ArithOp, Block, BlockId, Cell, CellKind, CompareOp, Const, Executor, Exit, FuncId, Function,
    Helper, Inst, Place, Program, Reg, RunContext, RunError, Space, StringId, Terminator,
};
use flowright_nlu::value::{Currency, Value};
use proptest::prelude::*;

/// One customer field of each kind, and as many session slots, so that every space has room.
const BASE: &str = r#"
bot base { languages en  timezone "UTC" }
customer {
  a: text  b: number  c: money  d: date  e: time  f: datetime  g: duration  h: bool
  i: one_of { low, high }
}
slot s_text: text
slot s_number: number
slot s_money: money
slot s_date: date
slot s_duration: duration
channel web: websocket
skill anyone
route { otherwise -> anyone }
intent hello { en "hello there", "good morning", "hi you", "greetings to all", "hey hello" }
flow hello {
  on intent hello
  slot x: text { ask { en "?" } }
  state a { fill x  mark "seen"  end resolved }
}
"#;

fn base() -> Program {
    let compiled = flowright_compiler::compile(&MemorySources::one("base.flow", BASE)).unwrap();
    let shown: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| &d.message).collect();
    compiled.bundle.unwrap_or_else(|| panic!("{shown:?}")).program
}

const KINDS: [CellKind; 10] = [
    CellKind::Text,
    CellKind::Number,
    CellKind::Money,
    CellKind::Date,
    CellKind::Time,
    CellKind::DateTime,
    CellKind::Duration,
    CellKind::Bool,
    CellKind::Choice,
    CellKind::Money,
];

/// Numbers that decide everything, read one by one; zeros when they run out.
struct Choices<'c> {
    numbers: &'c [u32],
    at: usize,
}

impl Choices<'_> {
    fn next(&mut self, below: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % below.max(1)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.next(of.len())]
    }

    fn bits(&mut self) -> i64 {
        const EDGES: [i64; 12] = [
            0,
            1,
            -1,
            1_000_000,
            -1_000_000,
            500_000,
            i64::MAX,
            i64::MIN,
            86_400_000,
            20_000,
            7,
            i32::MAX as i64 + 1,
        ];
        match self.next(3) {
            0 => EDGES[self.next(EDGES.len())],
            _ => (self.next(4_000_000) as i64 - 2_000_000) * [1, 1_000, 1_000_000][self.next(3)],
        }
    }

    /// A cell as a session could hold it: empty, or of the kind.
    fn cell(&mut self, kind: CellKind, cx: &mut RunContext) -> Cell {
        if self.next(5) == 0 {
            return Cell::EMPTY;
        }
        match kind {
            CellKind::Text => {
                let text = self.pick(&["", "abc", "ABC", "订单", "abcdef"]);
                cx.heap.cell(Some(&Value::Text(text.to_owned())))
            }
            CellKind::Bool => Cell::bool(self.next(2) == 1),
            CellKind::Money => {
                let currency = self.pick(&["CNY", "USD"]);
                let packed = u64::from(Currency::parse(currency).unwrap().packed());
                Cell { meta: CellKind::Money as u64 | packed << 8, bits: self.bits() }
            }
            CellKind::Date => Cell::new(kind, self.next(60_000) as i64 - 10_000),
            CellKind::Time => Cell::new(kind, self.next(86_400) as i64),
            CellKind::Choice => Cell::new(kind, self.next(2) as i64),
            _ => Cell::new(kind, self.bits()),
        }
    }
}

/// Makes one function that the verifier accepts.
struct Maker<'c> {
    choices: Choices<'c>,
    /// Registers that hold something wherever the current block can be entered from, by kind.
    known: Vec<(Reg, CellKind)>,
    regs: u32,
    strings: u32,
    writes: Vec<Place>,
}

impl Maker<'_> {
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

    fn function(mut self) -> Function {
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

/// What a run leaves behind.
#[derive(Debug, PartialEq)]
struct Left {
    result: Result<u32, RunError>,
    exit: Vec<(Cell, Option<Value>)>,
    spaces: [Vec<Cell>; 4],
    fuel: u64,
    notes: Vec<flowright_compiler::ir::Note>,
    emitted: Vec<flowright_compiler::ir::Emitted>,
}

fn run(executor: &dyn Executor, function: FuncId, inputs: &[u32], fuel: u64) -> Left {
    let program = executor.program();
    let mut cx = RunContext::new(Arc::clone(program), fuel);
    let mut choices = Choices { numbers: inputs, at: 0 };
    for (index, kind) in KINDS[..9].iter().enumerate() {
        let cell = choices.cell(*kind, &mut cx);
        cx.set_cell(Place { space: Space::Customer, index: index as u32 }, cell);
    }
    let session =
        [CellKind::Text, CellKind::Number, CellKind::Money, CellKind::Date, CellKind::Duration];
    for (index, kind) in session.iter().enumerate() {
        let cell = choices.cell(*kind, &mut cx);
        cx.set_cell(Place { space: Space::Session, index: index as u32 }, cell);
    }
    let result = executor.run(function, &mut cx);
    // Only a run that came to an exit has values.
    let args = if result.is_ok() { cx.exit_args.clone() } else { Vec::new() };
    Left {
        exit: args.iter().map(|cell| (*cell, cx.heap.value(*cell, &program.strings))).collect(),
        result,
        spaces: cx.spaces.clone(),
        fuel: cx.fuel,
        notes: cx.notes.clone(),
        emitted: cx.emitted.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn machine_code_does_what_the_interpreter_does(
        programs in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..160), 1..4),
        inputs in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..40), 1..6),
        fuel in prop_oneof![Just(1_000_u64), 0_u64..6],
    ) {
        let mut program = base();
        program.strings.extend(["abc", "B", "订单号"].map(|text| Value::Text(text.to_owned())));
        let first = program.functions.len() as u32;
        for numbers in &programs {
            let maker = Maker {
                choices: Choices { numbers, at: 0 },
                known: Vec::new(),
                regs: 0,
                strings: program.strings.len() as u32,
                writes: Vec::new(),
            };
            program.functions.push(maker.function());
        }
        verify(&program).expect("the generator makes sound functions");
        let program = Arc::new(program);
        let oracle = Interpreter::new(Arc::clone(&program));
        let machine = JitProgram::compile(Arc::clone(&program)).unwrap();
        for number in 0..programs.len() as u32 {
            for input in &inputs {
                let function = FuncId(first + number);
                let expected = run(&oracle, function, input, fuel);
                let actual = run(&machine, function, input, fuel);
                prop_assert_eq!(expected, actual, "{:#?}", program.functions[function.index()]);
            }
        }
    }
}

/// Every function that the compiler itself makes, on empty and on filled cells.
#[test]
fn compiled_functions_agree() {
    let program = Arc::new(base());
    let oracle = Interpreter::new(Arc::clone(&program));
    let machine = JitProgram::compile(Arc::clone(&program)).unwrap();
    for number in 0..program.functions.len() as u32 {
        for seed in 0..20_u32 {
            let input: Vec<u32> =
                (0..40).map(|i| (seed * 7919 + i).wrapping_mul(2_654_435_761)).collect();
            let function = FuncId(number);
            assert_eq!(run(&oracle, function, &input, 100), run(&machine, function, &input, 100));
        }
    }
}

#[test]
fn a_loop_ends_when_its_fuel_does() {
    let mut program = base();
    let blocks = vec![Block { insts: Vec::new(), end: Terminator::Jump(BlockId(0)) }];
    let function = Function {
        name: "loop".to_owned(),
        regs: 0,
        blocks,
        exits: Vec::new(),
        writes: Vec::new(),
    };
    program.functions.push(function);
    let id = FuncId(program.functions.len() as u32 - 1);
    let machine = JitProgram::compile(Arc::new(program)).unwrap();
    let mut cx = RunContext::new(Arc::clone(machine.program()), 100_000);
    assert_eq!(machine.run(id, &mut cx), Err(RunError::OutOfFuel));
    assert_eq!(cx.fuel, 0);
}

#[test]
fn a_context_that_is_too_small_is_refused() {
    let machine = JitProgram::compile(Arc::new(base())).unwrap();
    let mut cx = RunContext::new(Arc::clone(machine.program()), 100);
    cx.spaces[1].clear();
    assert_eq!(machine.run(FuncId(0), &mut cx), Err(RunError::ContextTooSmall));
}
